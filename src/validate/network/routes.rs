//! Route tables as ARM shows them, and where they lead the traffic of an environment.
//!
//! Azure takes the route with the longest prefix. A service tag in a route stands for all prefixes of the service, and a
//! service endpoint of the subnet is longer still.

use serde_json::Value as Json;

use super::addresses::{Addresses, Span};
use super::prefix::{AZURE_CLOUD, Prefix, Share};
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
    /// Nothing, unless a service endpoint leads there, and nobody knows yet which ones the subnet will have.
    WithoutEndpoint,
}

/// What the routes of a subnet do to the tags `Internet` and `VirtualNetwork` in rules.
#[derive(Clone, Debug)]
pub enum Rerouted {
    /// They may take these addresses from the one, and give them to the other.
    By(Addresses),
    /// Nobody knows the routes.
    Unknown,
}

impl Rerouted {
    /// The addresses that they may take.
    pub fn addresses(&self) -> Addresses {
        match self {
            Self::By(addresses) => addresses.clone(),
            Self::Unknown => [Span::EVERYTHING].into_iter().collect(),
        }
    }
}

impl Default for Rerouted {
    /// A subnet without routes of its own.
    fn default() -> Self {
        Self::By(Addresses::default())
    }
}

/// The service endpoints of a subnet.
#[derive(Clone, Debug, Default)]
pub struct ServiceEndpoints {
    /// The names that are known.
    pub names: Vec<String>,
    /// Whether there may be others.
    pub may_be_more: bool,
}

impl ServiceEndpoints {
    /// Reads those of a subnet as ARM shows it; one without a name is one that nobody knows yet.
    pub fn read(subnet: &Json) -> Self {
        let mut read = Self::default();
        for endpoint in elements(&subnet["properties"]["serviceEndpoints"]) {
            match endpoint["service"].as_str() {
                Some(name) => read.names.push(name.to_owned()),
                None => read.may_be_more = true,
            }
        }
        read
    }

    fn lead_to(&self, service: &str) -> bool {
        let mut leading = leading_to(service).iter();
        leading.any(|name| self.names.iter().any(|own| own.eq_ignore_ascii_case(name)))
    }

    fn may_lead_to(&self, service: &str) -> bool {
        self.may_be_more && !leading_to(service).is_empty()
    }
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

fn leading_to(service: &str) -> &'static [&'static str] {
    let known = SERVICE_ENDPOINTS.iter().find(|(name, _)| *name == service);
    known.map_or(&[], |(_, names)| names)
}

/// The service endpoint that leads to a service of the table.
pub fn service_endpoint(service: &str) -> Option<&'static str> {
    leading_to(service).first().copied()
}

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

    /// That of a subnet which has none: Azure gives it what a gateway has learnt all the same.
    pub fn none() -> Self {
        Self::read("", &Json::Null)
    }

    /// The addresses outside that the table may take from the tag `Internet`: a default route and one for a service may
    /// take all, others their own.
    pub fn rerouted(&self) -> Rerouted {
        let spans = self.routes.iter().filter_map(|route| match &route.prefix {
            Prefix::Range(span) => Some(*span),
            Prefix::Tag(_) => Some(Span::EVERYTHING),
            Prefix::Nobody => None,
        });
        Rerouted::By(spans.collect())
    }

    /// Where it leads the traffic of a subnet with these service endpoints.
    pub fn lead(
        &self,
        far: Far,
        service_endpoints: &ServiceEndpoints,
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
    service_endpoints: &'b ServiceEndpoints,
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
        service_endpoints: &'b ServiceEndpoints,
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
            Far::Service(service) if self.service_endpoints.lead_to(service) => Lead::straight(),
            Far::Service(service) => {
                let lead = self.to_service(service);
                let may_lead = self.service_endpoints.may_lead_to(service);
                match lead.course == Course::Elsewhere && may_lead {
                    true => Lead {
                        course: Course::WithoutEndpoint,
                        ..lead
                    },
                    false => lead,
                }
            }
            Far::Internet => self.table.outside(&self.outside, self.surroundings, true),
            Far::Subnets => self.table.between_subnets(self.surroundings),
            // The replies to whoever calls are the caller's matter.
            Far::VirtualNetwork | Far::LoadBalancer => Lead::straight(),
        }
    }

    /// The narrowest tag decides, and where there is none, the prefixes do. What a tag leaves of a service, or may leave, goes by
    /// the next one.
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
        let mut doubtful = Vec::new();
        let mut rest = None;
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
            let share = tag.share_of(service, region);
            if share == Share::None {
                continue;
            }
            let lead = self.table.by_tag(route, &self.outside);
            if share == Share::All {
                rest = Some(lead);
                break;
            }
            doubtful.push(lead);
        }
        let rest = rest.unwrap_or_else(|| self.by_prefix.clone());
        let doubtful = doubtful.into_iter().rev();
        doubtful.fold(rest, |rest, some| some.beside(rest))
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

    /// Some goes this way and the rest that way, and nobody knows how much.
    fn beside(self, rest: Self) -> Self {
        let course = match (self.course, rest.course) {
            (one, other) if one == other => one,
            (Course::Straight, Course::Learnt) => Course::Learnt,
            _ => Course::Perhaps,
        };
        let mut routes = self.routes;
        for route in rest.routes {
            if !routes.iter().any(|known| std::ptr::eq(*known, route)) {
                routes.push(route);
            }
        }
        Self { course, routes }
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
mod tests;
