//! The plan of a subnet against the virtual network in which it is to lie, and against the other subnets there.

use serde_json::Value as Json;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::types::path::Path;

use super::model::Subnet;
use crate::arm::{self, ResourceId, Session};
use crate::azure::claims::Claim;
use crate::azure::types::{ENVIRONMENTS, SUBNETS, VIRTUAL_NETWORKS};
use crate::azure::{Azure, PlanRegistry, plan_session, report, subnet};
use crate::validate::cidr::Cidr;

/// A range that a subnet of the network has, or will have.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Occupied {
    pub(super) id: ResourceId,
    pub(super) range: Cidr,
}

/// Checks that the subnet can be where it is planned.
///
/// Says nothing as long as its place is unknown: Terraform plans again when it is not.
pub(super) async fn check(context: &Context<Azure>, claim: Option<&Claim>, plan: &mut Plan<'_>) {
    let (Some(azure), Some(claim)) = (context.data_if_known(), claim) else {
        return;
    };
    check_others(&azure.plans, claim, plan);
    if plan.is_create()
        && let Some(session) = plan_session(context, plan).await
    {
        check_place(&session, &azure.plans, &claim.id, plan).await;
    }
}

/// The addresses of a subnet cannot be changed while an environment uses it.
pub(super) async fn check_unused(session: &Session, id: &ResourceId, plan: &mut Plan<'_>) {
    let body = match session.of(&SUBNETS).get_optional(id).await {
        Ok(body) => body.unwrap_or_default(),
        Err(error) => return plan.diagnostics.add(unchecked(id, "subnet", &error)),
    };
    let environment = subnet::holders(&body).into_iter().find_map(|holder| {
        let id = ResourceId::parse(&holder).ok()?;
        id.is_type(ENVIRONMENTS.name).then_some(id)
    });
    let Some(environment) = environment else {
        return;
    };
    let before = plan
        .prior
        .map_or("", |prior| prior.str_or_empty("address_prefix"));
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
        .add_attribute_error(Path::attribute("address_prefix"), summary, detail);
}

/// No plan before this one leaves or puts a subnet where this one is to be.
fn check_others(plans: &PlanRegistry, claim: &Claim, plan: &mut Plan<'_>) {
    let (Some(range), Some(network)) = (Subnet::of(plan.planned).range(), claim.id.parent()) else {
        return;
    };
    let neighbours = plans.before(claim.order, |id| {
        *id != claim.id && id.parent().as_ref() == Some(&network)
    });
    let neighbours = neighbours.into_iter().filter_map(|(id, planned)| {
        let range = Subnet::of(&planned.object).range()?;
        Some(Occupied { id, range })
    });
    let in_the_way: Vec<_> = neighbours
        .filter(|other| other.range.overlaps(&range))
        .collect();
    if !in_the_way.is_empty() {
        let detail = format!(
            "This plan leaves them there or puts them there, and subnets of a virtual network, here {:?}, have no address in common. \
             Choose a range that is free.",
            network.name(),
        );
        let error = Diagnostic::error(overlap(&range, &in_the_way), detail);
        plan.diagnostics
            .add(error.at(Path::attribute("address_prefix")));
    }
}

/// The subnet lies in its network, where no other subnet is of which nothing else is planned.
async fn check_place(
    session: &Session,
    plans: &PlanRegistry,
    id: &ResourceId,
    plan: &mut Plan<'_>,
) {
    let (Some(range), Some(network)) = (Subnet::of(plan.planned).range(), id.parent()) else {
        return;
    };
    let body = match session.of(&VIRTUAL_NETWORKS).get_optional(&network).await {
        Ok(body) => body.unwrap_or_default(),
        Err(error) => {
            let warning = unchecked(&network, "virtual network", &error);
            plan.diagnostics.add(warning);
            Json::Null
        }
    };
    let path = || Path::attribute("address_prefix");
    if let Some(error) = outside(&network, &body, &range) {
        plan.diagnostics.add(error.at(path()));
    }
    // Whatever a plan of this run decides about a subnet counts, and not where it is now. One that stays may have more
    // ranges than the plan knows.
    let is_told = |other: &Occupied| {
        let planned = plans.object(&other.id);
        let planned = planned.and_then(|object| Subnet::of(&object).range());
        planned.is_some_and(|planned| planned.overlaps(&range))
    };
    let mut in_the_way = overlapping(id, &body, &range);
    in_the_way.retain(|other| match plans.is_decided(&other.id) {
        true => plans.keeps(&other.id) && !is_told(other),
        false => true,
    });
    if !in_the_way.is_empty() {
        plan.diagnostics
            .add(overlapped(id, &range, &in_the_way).at(path()));
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

/// That a range overlaps those of others.
pub(super) fn overlap(range: &Cidr, others: &[Occupied]) -> String {
    format!("Address range {range} overlaps {}", named(others))
}

fn named(others: &[Occupied]) -> String {
    let named = |other: &Occupied| format!("{:?} ({})", other.id.name(), other.range);
    let names: Vec<_> = others.iter().map(named).collect();
    let noun = match others {
        [_] => "subnet",
        _ => "subnets",
    };
    format!("{noun} {}", names.join(", "))
}

/// A warning about subnets that are in the way now, and of which no plan has been made. Terraform shows it again after
/// the apply, when it has to be true still.
fn overlapped(id: &ResourceId, range: &Cidr, others: &[Occupied]) -> Diagnostic {
    let summary = format!(
        "Address range {range} of subnet {:?} overlapped {} at plan",
        id.name(),
        named(others)
    );
    let detail = "What becomes of what was in the way was not known when this was planned. Where the same apply moves or deletes it, the \
                  addresses are waited for. Where it stays, the apply fails before anything is sent for this subnet: choose a range that \
                  is free.";
    Diagnostic::warning(summary, detail)
}

/// The subnets of a network, other than this one, that have addresses of the range.
pub(super) fn overlapping(id: &ResourceId, network: &Json, range: &Cidr) -> Vec<Occupied> {
    let subnets = network["properties"]["subnets"].as_array();
    let subnets = subnets.into_iter().flatten();
    subnets
        .filter_map(|body| Some((id.parent()?.child("subnets", body["name"].as_str()?), body)))
        .filter(|(other, _)| other != id)
        .flat_map(|(id, body)| {
            let ranges = subnet::prefixes(body).into_iter();
            ranges.map(move |range| Occupied {
                id: id.clone(),
                range,
            })
        })
        .filter(|other| other.range.overlaps(range))
        .collect()
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
