//! The rules of the preflight, as functions over what was read.
//!
//! "The guide" is Microsoft's article "Connect to Azure virtual networks from Azure Logic Apps by using an integration
//! service environment (ISE)".

use serde_json::Value as Json;

use super::facts::Facts;
use super::finding::Finding;
use super::network::{Reads, Seen, Subnet};
use super::rule_name::RuleName;
use super::subject::Owner;
use super::{ports, routes};
use crate::arm::{Location, ResourceId};
use crate::azure::subnet::{self, route_table_id};
use crate::azure::types::ENVIRONMENTS;
use crate::validate::{cidr, names};

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    /// As users switch it off by it.
    pub(super) name: RuleName,
    /// Without which it says nothing.
    pub(super) needs: &'static [Reads],
    /// Without which it says what it can.
    pub(super) uses: &'static [Reads],
    /// Everything that breaks it.
    pub(super) check: fn(&Facts<'_>) -> Vec<Finding>,
}

/// The rules that look things up. The order is that of the messages.
pub(super) const RULES: [Rule; 12] = [
    rule(RuleName::SubnetMissing, SUBNETS, missing),
    rule(RuleName::SubnetRegion, NETWORK, region),
    rule(RuleName::SubnetName, SUBNETS, name),
    rule(RuleName::SubnetSize, SUBNETS, size),
    rule(RuleName::SubnetReservedRange, SUBNETS, reserved_range),
    Rule {
        uses: &[Reads::Holders],
        ..rule(RuleName::SubnetInUse, SUBNETS, in_use)
    },
    rule(RuleName::SubnetDelegated, SUBNETS, delegated),
    rule(RuleName::SubnetClassB, SUBNETS, class_b),
    Rule {
        uses: &[Reads::VirtualNetwork, Reads::Routes],
        ..rule(RuleName::NetworkPorts, GROUPS, ports::check)
    },
    Rule {
        uses: NETWORK,
        ..rule(RuleName::NetworkRoutes, ROUTES, routes::check)
    },
    rule(RuleName::ExpressRoute, ROUTES, express_route),
    rule(RuleName::CustomDns, NETWORK, custom_dns),
];

const SUBNETS: &[Reads] = &[Reads::Subnets];
const NETWORK: &[Reads] = &[Reads::VirtualNetwork];
const ROUTES: &[Reads] = &[Reads::Subnets, Reads::Routes];
const GROUPS: &[Reads] = &[Reads::Subnets, Reads::Groups];

const fn rule(
    name: RuleName,
    needs: &'static [Reads],
    check: fn(&Facts<'_>) -> Vec<Finding>,
) -> Rule {
    Rule {
        name,
        needs,
        uses: &[],
        check,
    }
}

impl Rule {
    /// All that is read for it.
    pub(super) fn reads(&self) -> impl Iterator<Item = Reads> + use<> {
        self.needs.iter().chain(self.uses).copied()
    }
}

/// The guide: the subnets are there before the environment.
fn missing(facts: &Facts<'_>) -> Vec<Finding> {
    let virtual_network = facts.network.virtual_network.as_ref();
    let what_is_missing = |subnet: &Subnet| match virtual_network.filter(|seen| seen.is_missing()) {
        Some(network) => format!("there is no virtual network {}", network.id),
        None => format!("there is no {}", subnet.seen.id),
    };
    let subnets = facts.network.subnets.iter();
    subnets
        .filter(|subnet| subnet.seen.is_missing())
        .map(|subnet| {
            let remedy = "create it before the environment, or correct the ID";
            Finding::of_subnet(subnet, "does not exist").explained(what_is_missing(subnet), remedy)
        })
        .collect()
}

/// An environment is injected into a virtual network of its own region.
fn region(facts: &Facts<'_>) -> Vec<Finding> {
    let found = virtual_network(facts).and_then(|(seen, body)| {
        let there = Location::new(body["location"].as_str()?);
        let here = facts.subject.location.as_ref();
        let here = here.filter(|location| **location != there)?;
        let message = format!("it is in {there}, and the environment in {here}");
        let remedy = "set location to the network's region, or take subnets in the other one";
        let found = Finding::of_network(facts.network, seen, "is in another region");
        Some(found.explained(message, remedy))
    });
    found.into_iter().collect()
}

/// The guide: the name starts with a letter or an underscore, and has none of some characters.
fn name(facts: &Facts<'_>) -> Vec<Finding> {
    each(facts, |(subnet, _)| {
        let message = names::subnet(subnet.seen.id.name()).err()?;
        let remedy = "take another subnet, because a subnet cannot be renamed";
        let found = Finding::of_subnet(subnet, "has a name that an environment cannot use");
        Some(found.explained(message, remedy))
    })
}

/// The guide: at least a /27.
fn size(facts: &Facts<'_>) -> Vec<Finding> {
    each(facts, |(subnet, body)| {
        let blocks = subnet::prefixes(body);
        let largest = blocks.iter().min_by_key(|block| block.prefix_length())?;
        let message = cidr::large_enough(largest).err()?;
        Some(Finding::of_subnet(subnet, "is too small").explained(message, "take a larger subnet"))
    })
}

/// Azure's virtual network FAQ: ranges that no subnet of an environment may touch.
fn reserved_range(facts: &Facts<'_>) -> Vec<Finding> {
    each(facts, |(subnet, body)| {
        let blocks = subnet::prefixes(body);
        let message = blocks
            .iter()
            .find_map(|block| cidr::not_reserved(block).err())?;
        let found = Finding::of_subnet(subnet, "is in a reserved range");
        Some(found.explained(message, "take a subnet in other space"))
    })
}

const IN_USE: &str = "is in use";

/// The guide: the subnets are empty. What this environment, or the one it replaces, has put there does not count.
fn in_use(facts: &Facts<'_>) -> Vec<Finding> {
    each(facts, |(subnet, body)| {
        let holders = subnet::holders(body);
        let holder = holders.first()?;
        let is_theirs = |owners: &[Owner]| {
            let mut owners = owners.iter();
            owners.any(|owner| holds(owner, subnet, body, &holders))
        };
        if let Some(environment) = facts.network.gone(&holders) {
            let message = format!("it was held by {environment}, which is no more");
            let remedy = "Azure lets go of it an hour or more after that environment was deleted, and the apply waits for it";
            return Some(Finding {
                passes: true,
                ..Finding::of_subnet(subnet, IN_USE).explained(message, remedy)
            });
        }
        if is_theirs(facts.owners.certain) {
            return None;
        }
        let remedy = "take an empty subnet; those of an environment are released an hour or more after it was deleted";
        Some(Finding {
            depends_on_apply: is_theirs(facts.owners.undecided),
            ..Finding::of_subnet(subnet, IN_USE)
                .explained(format!("it is held by {holder}"), remedy)
        })
    })
}

/// A link names the environment, or, where only parts hidden inside it are left, it is known to have the subnet.
fn holds(owner: &Owner, subnet: &Subnet, body: &Json, holders: &[String]) -> bool {
    let is_owner = |holder: &String| ResourceId::parse(holder).is_ok_and(|id| id == owner.id);
    let links = body["properties"]["serviceAssociationLinks"].as_array();
    let has_links = links.is_some_and(|links| !links.is_empty());
    holders.iter().any(is_owner) || (!has_links && owner.subnet_ids.contains(&subnet.seen.id))
}

/// The guide: no delegation to any service. Deployments by template delegate one of the four to environments.
fn delegated(facts: &Facts<'_>) -> Vec<Finding> {
    let mut first: Option<&Subnet> = None;
    each(facts, |(subnet, body)| {
        let services = delegations(body);
        let other = services
            .iter()
            .find(|service| !service.eq_ignore_ascii_case(ENVIRONMENTS.name));
        if let Some(other) = other {
            let remedy = "remove the delegation, or take another subnet";
            let found = Finding::of_subnet(subnet, "is delegated");
            return Some(found.explained(format!("it is delegated to {other}"), remedy));
        }
        if services.is_empty() {
            return None;
        }
        let Some(first) = first else {
            first = Some(subnet);
            return None;
        };
        let message = format!(
            "it is delegated to {}, and so is subnet {:?}, but one at most may be",
            ENVIRONMENTS.name,
            first.seen.id.name()
        );
        let found = Finding::of_subnet(subnet, "is delegated");
        Some(found.explained(message, "remove one of the delegations"))
    })
}

/// The guide asks for "a Class B address space". Subnets of this configuration have said so themselves already.
fn class_b(facts: &Facts<'_>) -> Vec<Finding> {
    each(facts, |(subnet, body)| {
        if subnet.is_planned {
            return None;
        }
        let blocks = subnet::prefixes(body);
        let message = blocks.iter().find_map(|block| cidr::class_b(block).err())?;
        let remedy =
            "Azure accepts it all the same: name the rule in preflight.ignore if it is meant so";
        let found = Finding::of_subnet(subnet, "is outside of Class B space").advice();
        Some(found.explained(message, remedy))
    })
}

/// The guide: with ExpressRoute, each subnet has a route table that sends 0.0.0.0/0 to the internet.
fn express_route(facts: &Facts<'_>) -> Vec<Finding> {
    if !facts.subject.express_route {
        return Vec::new();
    }
    each(facts, |(subnet, body)| {
        let message = if body["properties"]["routeTable"].is_null() {
            "it has no route table".to_owned()
        } else {
            // A planned table may have no ID yet, and one that cannot be read is told elsewhere.
            let id = route_table_id(body)?;
            let mut tables = facts.network.route_tables.iter();
            let table = tables.find(|table| table.id == id)?;
            match table.is_missing() {
                // Another resource of the same plan may be about to create it.
                true if subnet.is_planned => return None,
                true => format!("its route table {id} does not exist"),
                false => missing_route(id.name(), table.body()?)?,
            }
        };
        let remedy = "link it with a route table that has a route 0.0.0.0/0 with next hop Internet";
        let found = Finding::of_subnet(subnet, "has no default route to the internet");
        Some(found.explained(message, remedy))
    })
}

/// The guide: DNS servers are set up before the environment, which has to be restarted after each change of them.
fn custom_dns(facts: &Facts<'_>) -> Vec<Finding> {
    let found = virtual_network(facts).and_then(|(seen, body)| {
        let servers = body["properties"]["dhcpOptions"]["dnsServers"].as_array()?;
        let servers: Vec<_> = servers.iter().filter_map(Json::as_str).collect();
        if servers.is_empty() {
            return None;
        }
        let message = format!("its DNS servers are {}", servers.join(", "));
        let remedy = "set them up before the environment is deployed, and restart it after each change of them, for which \
                      restart_triggers are";
        let found = Finding::of_network(facts.network, seen, "has DNS servers of its own");
        Some(found.advice().explained(message, remedy))
    });
    found.into_iter().collect()
}

/// What is wrong with the default route of a route table.
fn missing_route(name: &str, body: &Json) -> Option<String> {
    let routes = body["properties"]["routes"].as_array();
    let default = routes
        .into_iter()
        .flatten()
        .map(|route| &route["properties"])
        .find(|route| route["addressPrefix"] == "0.0.0.0/0");
    let Some(default) = default else {
        return Some(format!("its route table {name:?} has no route 0.0.0.0/0"));
    };
    let hop = default["nextHopType"].as_str().unwrap_or("nowhere");
    (!hop.eq_ignore_ascii_case("Internet"))
        .then(|| format!("its route table {name:?} sends 0.0.0.0/0 to {hop}"))
}

fn delegations(body: &Json) -> Vec<&str> {
    let delegations = body["properties"]["delegations"].as_array();
    let services = delegations.into_iter().flatten();
    services
        .filter_map(|delegation| delegation["properties"]["serviceName"].as_str())
        .collect()
}

fn virtual_network<'a>(facts: &Facts<'a>) -> Option<(&'a Seen, &'a Json)> {
    let seen = facts.network.virtual_network.as_ref()?;
    Some((seen, seen.body()?))
}

fn each<'a>(
    facts: &Facts<'a>,
    check: impl FnMut((&'a Subnet, &'a Json)) -> Option<Finding>,
) -> Vec<Finding> {
    facts.network.known().filter_map(check).collect()
}

#[cfg(test)]
mod tests;
