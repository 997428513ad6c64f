//! The plan of a subnet against the virtual network in which it is to lie, and against the other subnets there.

use std::time::Duration;

use serde_json::Value as Json;

use super::{ARM, ISE_SERVICE, holders, planned_id, prefixes};
use crate::arm::{self, ResourceId, Session};
use crate::azure::{Azure, Planned, session};
use crate::resources::shared::replaced;
use crate::resources::shared::report;
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostic;
use crate::sdk::path::Path;
use crate::sdk::plan::Plan;
use crate::validate::cidr::Cidr;

/// How long the plan of another subnet is waited for. Terraform plans the subnets of a network side by side, so what
/// becomes of one that is in the way may be known a moment later.
const MOMENT: Duration = Duration::from_secs(2);

/// How often that is looked up.
const LOOK: Duration = Duration::from_millis(50);

/// A range that a subnet of the network has, or will have.
#[derive(Clone, Debug, PartialEq)]
struct Occupied {
    id: ResourceId,
    range: Cidr,
}

/// Records what becomes of the subnet, and checks that it can.
///
/// Says nothing as long as the provider's configuration, or the subnet's place, is unknown: Terraform plans again when it is not.
pub(super) async fn check(context: &Context<Azure>, plan: &mut Plan) {
    let old = replaced::take::<ResourceId>(&mut plan.private);
    let (Some(azure), Ok(session)) = (context.client_if_known(), session(context)) else {
        return;
    };
    let is_replaced = plan.replaces();
    let prior = plan
        .prior
        .as_ref()
        .and_then(|prior| ARM.stored_id(prior).ok());
    if let Some(prior) = prior.filter(|_| is_replaced) {
        azure.planned.leaves(prior.clone());
        replaced::hand_over(&mut plan.private, &prior);
        if plan.changes("address_prefix") {
            check_unused(&session, &prior, plan).await;
        }
    }
    let is_placed =
        ["virtual_network_id", "name"].map(|name| plan.planned.str(name).is_some()) == [true, true];
    let Some(id) = planned_id(&plan.planned).ok().filter(|_| is_placed) else {
        return;
    };
    azure.planned.becomes(id.clone(), plan.planned.clone());
    if plan.is_create() {
        check_place(&session, &azure.planned, &id, old.as_ref(), plan).await;
    }
}

/// The addresses of a subnet cannot be changed while an environment uses it.
async fn check_unused(session: &Session, id: &ResourceId, plan: &mut Plan) {
    let body = match ARM.find(session, id).await {
        Ok(body) => body.unwrap_or_default(),
        Err(error) => return plan.diagnostics.push(unchecked(id, "subnet", &error)),
    };
    let environment = holders(&body).into_iter().find_map(|holder| {
        let id = ResourceId::parse(&holder).ok()?;
        id.is_type(ISE_SERVICE).then_some(id)
    });
    let Some(environment) = environment else {
        return;
    };
    let before = plan
        .prior
        .as_ref()
        .map_or("", |prior| prior.text("address_prefix"));
    let detail = format!(
        "The addresses of a subnet cannot be changed while an environment uses it, here {environment}. Keep {before}, or destroy \
         the environment in an apply of its own first; Azure releases its subnets an hour or more later."
    );
    let summary = format!(
        "Subnet {:?} is used by environment {:?}",
        id.name(),
        environment.name()
    );
    plan.diagnostics
        .error_at(Path::attribute("address_prefix"), summary, detail);
}

/// The subnet lies in its network, where no other subnet is.
async fn check_place(
    session: &Session,
    planned: &Planned,
    id: &ResourceId,
    old: Option<&ResourceId>,
    plan: &mut Plan,
) {
    let range = plan.planned.str("address_prefix");
    let range = range.and_then(|text| Cidr::parse(text).ok());
    let (Some(range), Some(network)) = (range, id.parent()) else {
        return;
    };
    let body = match session.get_optional(&network, ARM.api_version).await {
        Ok(body) => body.unwrap_or_default(),
        Err(error) => {
            let warning = unchecked(&network, "virtual network", &error);
            plan.diagnostics.push(warning);
            Json::Null
        }
    };
    let path = || Path::attribute("address_prefix");
    if let Some(error) = outside(&network, &body, &range) {
        plan.diagnostics.push(error.at(path()));
    }
    let is_other = |other: &ResourceId| other != id && Some(other) != old;
    let there: Vec<_> = live_subnets(&network, &body)
        .into_iter()
        .filter(|other| is_other(&other.id) && other.range.overlaps(&range))
        .collect();
    wait_for_plans(session, planned, &there).await;
    // Whatever a plan of this run decides about a subnet counts, and not where it is now.
    let mut in_the_way = there;
    in_the_way.retain(|other| planned.fate(&other.id).is_none());
    in_the_way.extend(
        planned_subnets(planned, &network)
            .into_iter()
            .filter(|other| is_other(&other.id) && other.range.overlaps(&range)),
    );
    if !in_the_way.is_empty() {
        let error = overlap(&network, &range, &in_the_way);
        plan.diagnostics.push(error.at(path()));
    }
}

/// An error if the range is not in the network's address space.
fn outside(network: &ResourceId, body: &Json, range: &Cidr) -> Option<Diagnostic> {
    let space = body["properties"]["addressSpace"]["addressPrefixes"].as_array()?;
    let space: Vec<_> = space
        .iter()
        .filter_map(|prefix| Cidr::parse(prefix.as_str()?).ok())
        .collect();
    if space.is_empty() || space.iter().any(|block| block.contains(range)) {
        return None;
    }
    let space: Vec<_> = space.iter().map(Cidr::to_string).collect();
    let detail = format!(
        "The virtual network has {}. Choose a range in it; if this plan extends the network, apply that first.",
        space.join(", ")
    );
    let summary = format!(
        "Address range {range} is outside of virtual network {:?}",
        network.name()
    );
    Some(Diagnostic::error(summary, detail))
}

fn overlap(network: &ResourceId, range: &Cidr, others: &[Occupied]) -> Diagnostic {
    let named = |other: &Occupied| format!("{:?} ({})", other.id.name(), other.range);
    let names: Vec<_> = others.iter().map(named).collect();
    let noun = match others {
        [_] => "subnet",
        _ => "subnets",
    };
    let detail = format!(
        "Subnets of a virtual network, here {:?}, have no address in common. Choose a range that is free.",
        network.name(),
    );
    let summary = format!("Address range {range} overlaps {noun} {}", names.join(", "));
    Diagnostic::error(summary, detail)
}

/// Waits a moment for the plans of subnets that are in the way.
async fn wait_for_plans(session: &Session, planned: &Planned, others: &[Occupied]) {
    let is_planned = |other: &Occupied| planned.fate(&other.id).is_some();
    let mut waited = Duration::ZERO;
    while !others.iter().all(is_planned) && waited < MOMENT {
        if session.sleep(LOOK).await.is_err() {
            return;
        }
        waited += LOOK;
    }
}

/// The subnets that the network has now.
fn live_subnets(network: &ResourceId, body: &Json) -> Vec<Occupied> {
    let subnets = body["properties"]["subnets"].as_array();
    let subnets = subnets.into_iter().flatten();
    subnets
        .filter_map(|subnet| Some((network.child("subnets", subnet["name"].as_str()?), subnet)))
        .flat_map(|(id, subnet)| {
            let ranges = prefixes(subnet).into_iter();
            ranges.map(move |range| Occupied {
                id: id.clone(),
                range,
            })
        })
        .collect()
}

/// The subnets that plans of this run put there, or leave there.
fn planned_subnets(planned: &Planned, network: &ResourceId) -> Vec<Occupied> {
    let children = planned.children(network).into_iter();
    let mut subnets: Vec<_> = children
        .filter_map(|(id, object)| {
            let range = Cidr::parse(object.str("address_prefix")?).ok()?;
            Some(Occupied { id, range })
        })
        .collect();
    subnets.sort_by_key(|subnet| subnet.id.to_string());
    subnets
}

fn unchecked(id: &ResourceId, noun: &str, error: &arm::Error) -> Diagnostic {
    let detail = format!(
        "Whether the address range can be used was therefore not checked. Azure checks it when the subnet is written.\n\n{}",
        report::explanation(error)
    );
    let summary = format!("The {noun} {:?} could not be read", id.name());
    Diagnostic::warning(summary, detail).at(Path::attribute("address_prefix"))
}

#[cfg(test)]
mod tests;
