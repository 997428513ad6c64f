//! Route tables as ARM shows them, and where they lead the traffic of an environment.
//!
//! Azure takes the route with the longest prefix. A service tag in a route stands for all prefixes of the service, and a
//! service endpoint of the subnet is longer still.

use serde_json::Value as Json;

use super::addresses::{Addresses, Span};
use super::prefix::{Prefix, Share};
use super::surroundings::{Far, Surroundings, elements};

/// A route table.
#[derive(Clone, Debug)]
pub struct RouteTable {
    /// Its name.
    pub name: String,
    routes: Vec<Route>,
    /// Whether routes that a gateway has learnt count as well.
    pub learns_routes: bool,
}

/// One of its routes.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// What it leads, as ARM has it.
    pub text: String,
    prefix: Prefix,
    /// Where to, as ARM has it.
    pub next_hop: String,
}

/// Where traffic to a far end goes.
#[derive(Clone, Debug)]
pub struct Lead<'a> {
    /// How much of it goes where it should.
    pub course: Course,
    /// The routes that lead it elsewhere.
    pub routes: Vec<&'a Route>,
}

/// How much of the traffic goes where it should: straight out, or between the subnets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Course {
    /// All of it.
    Straight,
    /// Nothing.
    Elsewhere,
    /// Some of it, or nobody can tell.
    Perhaps,
    /// What a gateway has learnt decides, and nobody knows that here.
    Learnt,
}

/// The service endpoints that lead to a service of the table.
const SERVICE_ENDPOINTS: [(&str, &[&str]); 3] = [
    (
        "Storage",
        &["Microsoft.Storage", "Microsoft.Storage.Global"],
    ),
    ("Sql", &["Microsoft.Sql"]),
    ("EventHub", &["Microsoft.EventHub"]),
];

/// The service endpoint that leads to a service of the table.
pub fn service_endpoint(service: &str) -> Option<&'static str> {
    let known = SERVICE_ENDPOINTS.iter().find(|(name, _)| *name == service);
    known?.1.first().copied()
}

/// The tag of all of Azure's public addresses.
const AZURE_CLOUD: &str = "AzureCloud";

impl RouteTable {
    /// Reads a table.
    pub fn read(name: &str, table: &Json) -> Self {
        let properties = &table["properties"];
        let routes = elements(&properties["routes"]).filter_map(Route::read);
        Self {
            name: name.to_owned(),
            routes: routes.collect(),
            learns_routes: properties["disableBgpRoutePropagation"] != true,
        }
    }

    /// The addresses outside that the table may take from the tag `Internet`: a default route and one for a service may
    /// take all, others their own.
    pub fn rerouted(&self) -> Addresses {
        let spans = self.routes.iter().filter_map(|route| match &route.prefix {
            Prefix::Range(span) => Some(*span),
            Prefix::Tag(_) => Some(Span::EVERYTHING),
            Prefix::Nobody => None,
        });
        spans.collect()
    }

    /// Where it leads the traffic of a subnet with these service endpoints.
    pub fn lead(
        &self,
        far: Far,
        service_endpoints: &[String],
        surroundings: &Surroundings,
    ) -> Lead<'_> {
        Leads::new(self, service_endpoints, surroundings).to(far)
    }

    /// A tag leads the service, unless a longer prefix takes some of it.
    fn by_tag<'a>(&'a self, route: &'a Route, outside: &Addresses) -> Lead<'a> {
        let longer = self.routes.iter().filter(|other| match &other.prefix {
            Prefix::Range(span) => is_longer_than_a_services(*span) && outside.overlaps(*span),
            _ => false,
        });
        let others: Vec<_> = longer
            .filter(|other| other.goes_out() != route.goes_out())
            .collect();
        match (route.goes_out(), others.is_empty()) {
            (true, true) => Lead::straight(),
            (true, false) => Lead::perhaps(others),
            (false, true) => Lead::elsewhere([route]),
            (false, false) => Lead::perhaps([route]),
        }
    }

    /// Where public addresses are led.
    fn outside(
        &self,
        outside: &Addresses,
        surroundings: &Surroundings,
        is_internet: bool,
    ) -> Lead<'_> {
        let mut left = outside.clone();
        let (mut straight, mut elsewhere) = (false, Vec::new());
        for (route, span) in self.by_length() {
            if !left.overlaps(span) {
                continue;
            }
            left.remove(span);
            match route.goes_out() {
                true => straight = true,
                false => elsewhere.push(route),
            }
        }
        // Each of these is a part of the internet.
        let mut tagged = Vec::new();
        if is_internet {
            let tags = self
                .routes
                .iter()
                .filter(|route| matches!(route.prefix, Prefix::Tag(_)));
            tagged.extend(tags.filter(|route| !route.goes_out()));
        }
        let is_learnt = !left.is_empty() && self.learns_routes && surroundings.has_gateway;
        match (elsewhere.is_empty(), left.is_empty() && !straight) {
            (true, _) if !tagged.is_empty() => Lead::perhaps(tagged),
            (true, _) if is_learnt => Lead {
                course: Course::Learnt,
                routes: Vec::new(),
            },
            (true, _) => Lead::straight(),
            (false, true) => Lead::elsewhere(elsewhere.into_iter().chain(tagged)),
            (false, false) => Lead::perhaps(elsewhere.into_iter().chain(tagged)),
        }
    }

    /// The network's own routes lead between its subnets, where the table has none that are as long.
    fn between_subnets(&self, surroundings: &Surroundings) -> Lead<'_> {
        let own = &surroundings.blocks;
        let mut left = surroundings.subnets.clone();
        let (mut straight, mut elsewhere) = (false, Vec::new());
        for (route, span) in self.by_length() {
            let is_shorter = own.iter().any(|own| span.contains(*own) && span != *own);
            if own.is_empty() || is_shorter || !left.overlaps(span) {
                continue;
            }
            left.remove(span);
            match route.stays_inside() {
                true => straight = true,
                false => elsewhere.push(route),
            }
        }
        match elsewhere.is_empty() {
            true => Lead::straight(),
            false if left.is_empty() && !straight => Lead::elsewhere(elsewhere),
            false => Lead::perhaps(elsewhere),
        }
    }

    /// The routes for addresses, the longest prefix first.
    fn by_length(&self) -> Vec<(&Route, Span)> {
        let routes = self.routes.iter();
        let mut ranges: Vec<_> = routes
            .filter_map(|route| match route.prefix {
                Prefix::Range(span) => Some((route, span)),
                _ => None,
            })
            .collect();
        ranges.sort_by_key(|(_, span)| span.last - span.first);
        ranges
    }
}

/// Where a table leads the traffic of a subnet.
#[derive(Debug)]
pub struct Leads<'a, 'b> {
    table: &'a RouteTable,
    service_endpoints: &'b [String],
    surroundings: &'b Surroundings,
    /// What is on the internet.
    outside: Addresses,
    /// Where what has no tag in the table is led.
    by_prefix: Lead<'a>,
}

impl<'a, 'b> Leads<'a, 'b> {
    /// What all of it has in common.
    pub fn new(
        table: &'a RouteTable,
        service_endpoints: &'b [String],
        surroundings: &'b Surroundings,
    ) -> Self {
        let outside = surroundings.outside();
        Self {
            table,
            service_endpoints,
            surroundings,
            by_prefix: table.outside(&outside, surroundings, false),
            outside,
        }
    }

    /// Where traffic to a far end is led.
    pub fn to(&self, far: Far) -> Lead<'a> {
        match far {
            Far::Service(service) if self.has_endpoint(service) => Lead::straight(),
            Far::Service(service) => self.to_service(service),
            Far::Internet => self.table.outside(&self.outside, self.surroundings, true),
            Far::Subnets => self.table.between_subnets(self.surroundings),
            // The replies to whoever calls are the caller's matter.
            Far::VirtualNetwork | Far::LoadBalancer => Lead::straight(),
        }
    }

    fn has_endpoint(&self, service: &str) -> bool {
        let known = SERVICE_ENDPOINTS.iter().find(|(name, _)| *name == service);
        let mut names = known.into_iter().flat_map(|(_, names)| *names);
        let own = self.service_endpoints;
        names.any(|name| own.iter().any(|own| own.eq_ignore_ascii_case(name)))
    }

    /// The narrowest tag decides, and where there is none, the prefixes do.
    fn to_service(&self, service: &str) -> Lead<'a> {
        let region = &self.surroundings.region;
        let tagged = |name: &str, is_regional: bool| {
            self.table.routes.iter().find(|route| match &route.prefix {
                Prefix::Tag(tag) => {
                    tag.is(name) && tag.region.is_some() == is_regional && tag.is_about(region)
                }
                _ => false,
            })
        };
        for (name, is_regional) in [
            (service, true),
            (service, false),
            (AZURE_CLOUD, true),
            (AZURE_CLOUD, false),
        ] {
            let Some(route) = tagged(name, is_regional) else {
                continue;
            };
            let Prefix::Tag(tag) = &route.prefix else {
                continue;
            };
            match tag.share_of(service, region) {
                Share::All => return self.table.by_tag(route, &self.outside),
                Share::Unknown => {
                    let rest = self.by_prefix.clone();
                    let goes_on = route.goes_out() && rest.course == Course::Straight;
                    return match goes_on {
                        true => rest,
                        false => Lead::perhaps(std::iter::once(route).chain(rest.routes)),
                    };
                }
                Share::None => {}
            }
        }
        self.by_prefix.clone()
    }
}

impl Route {
    fn read(route: &Json) -> Option<Self> {
        let properties = &route["properties"];
        let text = properties["addressPrefix"].as_str()?;
        Some(Self {
            name: route["name"].as_str().unwrap_or_default().to_owned(),
            text: text.to_owned(),
            prefix: Prefix::read(text),
            next_hop: properties["nextHopType"].as_str()?.to_owned(),
        })
    }

    fn goes_out(&self) -> bool {
        self.next_hop.eq_ignore_ascii_case("Internet")
    }

    /// By the network's own route, or by way of an appliance that passes it on.
    fn stays_inside(&self) -> bool {
        let inside = ["VnetLocal", "VirtualAppliance"];
        inside
            .iter()
            .any(|hop| self.next_hop.eq_ignore_ascii_case(hop))
    }
}

impl<'a> Lead<'a> {
    fn straight() -> Self {
        Self {
            course: Course::Straight,
            routes: Vec::new(),
        }
    }

    fn elsewhere(routes: impl IntoIterator<Item = &'a Route>) -> Self {
        Self {
            course: Course::Elsewhere,
            routes: routes.into_iter().collect(),
        }
    }

    fn perhaps(routes: impl IntoIterator<Item = &'a Route>) -> Self {
        Self {
            course: Course::Perhaps,
            routes: routes.into_iter().collect(),
        }
    }
}

/// Whether a prefix may be longer than one of a service: those of Azure's services are longer than a /8.
fn is_longer_than_a_services(span: Span) -> bool {
    span.last - span.first < (1 << 24) - 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn addresses(texts: &[&str]) -> Addresses {
        let read = |text: &&str| Span::read(text).expect(text);
        texts.iter().map(read).collect()
    }

    fn surroundings(has_gateway: bool) -> Surroundings {
        Surroundings {
            region: "westeurope".to_owned(),
            subnets: addresses(&["10.0.2.0/27"]),
            space: Some(addresses(&["10.0.0.0/16"])),
            blocks: addresses(&["10.0.0.0/16"]).spans().collect(),
            has_gateway,
        }
    }

    fn table(routes: &[(&str, &str)], learns_routes: bool) -> RouteTable {
        let routes = routes.iter().map(|(prefix, hop)| {
            json!({ "name": prefix, "properties": { "addressPrefix": prefix, "nextHopType": hop } })
        });
        let body = json!({ "properties": {
            "routes": routes.collect::<Vec<_>>(), "disableBgpRoutePropagation": !learns_routes } });
        RouteTable::read("rt", &body)
    }

    fn course(routes: &[(&str, &str)], far: Far, endpoints: &[&str]) -> Course {
        let endpoints: Vec<_> = endpoints.iter().map(|it| (*it).to_owned()).collect();
        table(routes, false)
            .lead(far, &endpoints, &surroundings(false))
            .course
    }

    const STORAGE: Far = Far::Service("Storage");
    const TRAFFIC_MANAGER: Far = Far::Service("AzureTrafficManager");

    use Course::{Elsewhere, Learnt, Perhaps, Straight};

    #[test]
    fn the_longest_prefix_decides() {
        let tunnel = ("0.0.0.0/0", "VirtualAppliance");
        for (routes, far, expected) in [
            (&[][..], STORAGE, Straight),
            (&[("0.0.0.0/0", "Internet")], STORAGE, Straight),
            (&[tunnel], STORAGE, Elsewhere),
            (&[tunnel], Far::Internet, Elsewhere),
            (
                &[("0.0.0.0/0", "VirtualNetworkGateway")],
                TRAFFIC_MANAGER,
                Elsewhere,
            ),
            (&[("0.0.0.0/0", "None")], STORAGE, Elsewhere),
            (&[tunnel, ("Storage", "Internet")], STORAGE, Straight),
            (
                &[tunnel, ("Storage.WestEurope", "Internet")],
                STORAGE,
                Straight,
            ),
            (
                &[tunnel, ("Storage.NorthEurope", "Internet")],
                STORAGE,
                Elsewhere,
            ),
            (&[tunnel, ("AzureCloud", "Internet")], STORAGE, Straight),
            (
                &[tunnel, ("AzureCloud.westeurope", "Internet")],
                TRAFFIC_MANAGER,
                Perhaps,
            ),
            (
                &[("AzureCloud", "Internet"), ("Storage", "None")],
                STORAGE,
                Elsewhere,
            ),
            (
                &[("Storage", "None"), ("Storage.WestEurope", "Internet")],
                STORAGE,
                Straight,
            ),
            (&[("Sql", "None")], STORAGE, Straight),
            (&[("Sql", "None")], Far::Internet, Perhaps),
            (&[tunnel, ("20.0.0.0/8", "Internet")], STORAGE, Perhaps),
            (
                &[tunnel, ("Storage", "Internet"), ("20.60.0.0/16", "None")],
                STORAGE,
                Perhaps,
            ),
            (
                &[
                    ("0.0.0.0/0", "Internet"),
                    ("0.0.0.0/1", "None"),
                    ("128.0.0.0/1", "None"),
                ],
                STORAGE,
                Elsewhere,
            ),
            (&[("10.0.0.0/8", "None")], Far::Internet, Straight),
            (&[("8.8.8.8/32", "None")], Far::Internet, Perhaps),
        ] {
            assert_eq!(course(routes, far, &[]), expected, "{routes:?} {far:?}");
        }
    }

    #[test]
    fn service_endpoints_are_longer_still() {
        let tunnel = [("0.0.0.0/0", "VirtualAppliance"), ("EventHub", "None")];
        let endpoints = ["microsoft.storage", "Microsoft.EventHub"];
        assert_eq!(course(&tunnel, STORAGE, &endpoints), Straight);
        assert_eq!(
            course(&tunnel, Far::Service("EventHub"), &endpoints),
            Straight
        );
        assert_eq!(course(&tunnel, Far::Service("Sql"), &endpoints), Elsewhere);
        assert_eq!(
            course(&tunnel, STORAGE, &["Microsoft.Storage.Global"]),
            Straight
        );
    }

    #[test]
    fn what_a_gateway_has_learnt_is_unknown() {
        for (routes, learns, has_gateway, expected) in [
            (&[][..], true, true, Learnt),
            (&[], false, true, Straight),
            (&[], true, false, Straight),
            (&[("0.0.0.0/0", "Internet")], true, true, Straight),
            (&[("Storage", "Internet")], true, true, Straight),
            (&[("0.0.0.0/0", "None")], true, true, Elsewhere),
        ] {
            let table = table(routes, learns);
            let lead = table.lead(STORAGE, &[], &surroundings(has_gateway));
            assert_eq!(lead.course, expected, "{routes:?} {learns} {has_gateway}");
        }
    }

    #[test]
    fn between_the_subnets_the_networks_own_route_counts() {
        for (routes, expected) in [
            (&[][..], Straight),
            (&[("0.0.0.0/0", "None")], Straight),
            (&[("10.0.0.0/8", "None")], Straight),
            (&[("10.0.0.0/16", "None")], Elsewhere),
            (&[("10.0.0.0/16", "VirtualAppliance")], Straight),
            (
                &[("10.0.0.0/16", "None"), ("10.0.2.0/24", "VnetLocal")],
                Straight,
            ),
            (&[("10.0.2.16/28", "Internet")], Perhaps),
            (&[("10.0.3.0/24", "None")], Straight),
        ] {
            assert_eq!(course(routes, Far::Subnets, &[]), expected, "{routes:?}");
        }
    }

    #[test]
    fn routes_that_change_what_tags_mean() {
        let everything = addresses(&["0.0.0.0/0"]);
        assert_eq!(
            table(&[("0.0.0.0/0", "Internet")], false).rerouted(),
            everything
        );
        assert_eq!(
            table(&[("Storage", "Internet")], false).rerouted(),
            everything
        );
        assert_eq!(
            table(&[("20.0.0.0/8", "None")], false).rerouted(),
            addresses(&["20.0.0.0/8"])
        );
    }
}
