//! What a rule could judge: where nothing was missing of all that it looks at.

use serde_json::Value as Json;

use super::facts::Facts;
use super::network::{Found, Reads, Seen, Subnet};
use super::rule_name::RuleName;
use super::rules::Rule;
use crate::arm::ResourceId;
use crate::azure::subnet::{holders, prefixes, route_table_id, security_group_id};
use crate::validate::network::routes::ServiceEndpoints;

/// The places of the subnets of which a rule has said all that there is to say. One about the network as a whole has said it
/// anywhere.
pub(super) fn judged(rule: &Rule, facts: &Facts<'_>) -> Vec<usize> {
    if !is_known_around(rule, facts) {
        return Vec::new();
    }
    let network = facts.network;
    if rule.name.is_about_the_network() {
        return vec![network.first_index()];
    }
    let subnets = network.subnets.iter();
    let known = subnets.filter(|subnet| match &subnet.seen.found {
        Found::Unreadable(_) => false,
        Found::Missing => true,
        Found::Known(body) => is_known(rule, subnet, body, facts),
    });
    known.map(|subnet| subnet.index).collect()
}

/// Whether all is known that is not about one subnet.
fn is_known_around(rule: &Rule, facts: &Facts<'_>) -> bool {
    let network = facts.network;
    let is_network_known = network.virtual_network.as_ref().is_some_and(is_settled);
    if rule.reads().any(|it| it == Reads::VirtualNetwork) && !is_network_known {
        return false;
    }
    let is_located = facts.subject.location.is_some();
    match rule.name {
        RuleName::SubnetRegion => is_located,
        // They judge all subnets together: a second delegation is one because of the first.
        RuleName::SubnetDelegated => {
            let mut subnets = network.subnets.iter();
            let all = subnets.all(|subnet| match &subnet.seen.found {
                Found::Unreadable(_) => false,
                Found::Missing => true,
                Found::Known(body) => has_named_delegations(body),
            });
            facts.subject.is_complete && all
        }
        RuleName::NetworkPorts | RuleName::NetworkRoutes => {
            let has_endpoint =
                rule.name == RuleName::NetworkRoutes || facts.subject.access_endpoint.is_some();
            let mut subnets = network.subnets.iter();
            let all = subnets.all(|subnet| subnet.seen.body().is_some_and(has_range));
            is_located && has_endpoint && facts.subject.is_complete && all
        }
        _ => true,
    }
}

/// Whether all is known of a subnet, and of what it uses.
fn is_known(rule: &Rule, subnet: &Subnet, body: &Json, facts: &Facts<'_>) -> bool {
    let network = facts.network;
    let uses_known = |reads: Reads, member: &str, id: Option<ResourceId>, all: &[Seen]| {
        let mut all = all.iter();
        !rule.reads().any(|it| it == reads)
            || body["properties"][member].is_null()
            || all.any(|seen| Some(&seen.id) == id.as_ref() && seen.body().is_some())
    };
    let group = security_group_id(body);
    let table = route_table_id(body);
    has_range(body)
        && uses_known(
            Reads::Groups,
            "networkSecurityGroup",
            group,
            &network.security_groups,
        )
        && uses_known(Reads::Routes, "routeTable", table, &network.route_tables)
        && match rule.name {
            RuleName::SubnetClassB => !subnet.is_planned,
            RuleName::SubnetInUse => network.is_known_of(&holders(body)),
            RuleName::NetworkRoutes => !ServiceEndpoints::read(body).may_be_more,
            _ => true,
        }
}

fn has_named_delegations(body: &Json) -> bool {
    let delegations = body["properties"]["delegations"].as_array();
    let mut delegations = delegations.into_iter().flatten();
    delegations.all(|it| it["properties"]["serviceName"].is_string())
}

fn has_range(body: &Json) -> bool {
    !prefixes(body).is_empty()
}

/// Whether it is known to be there, or not to be.
fn is_settled(seen: &Seen) -> bool {
    !matches!(seen.found, Found::Unreadable(_))
}
