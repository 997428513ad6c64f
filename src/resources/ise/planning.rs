//! The plan of an environment, beyond the rules of the schema.

use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::sentence;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};

use super::model::Environment;
use super::object::{Ise, is_releasing, provisioning_state, subnet_ids};
use super::pending::{Deletion, Pending, Unfinished, unfinished};
use super::schema::{ARM, SCHEMA};
use super::{checks, messages};
use crate::azure::arm_resource::ArmResource as _;
use crate::azure::{Azure, Planner, find_subscription, plan_session, replaced, tags};
use crate::preflight::{self, Circumstances, Owner};
use crate::resources::ise_autoscale_setting::owners;
use crate::resources::ise_subnet;

/// Refines a plan, and checks what it depends on.
pub(super) async fn modify(context: &Context<Azure>, plan: &mut Plan<'_>) {
    tags::plan(context, &SCHEMA, plan);
    check_sku(plan);
    let replaced = replaced::take::<Owner>(plan.private);
    if plan.is_create() {
        // A replacement plan starts from what was remembered about the old environment.
        Pending::forget(plan.private);
        Deletion::forget(plan.private);
        Ise.derive(plan.planned);
    } else {
        plan_unfinished(plan);
    }
    let prior = plan.prior.and_then(owner);
    if let Some(prior) = &prior {
        replaced::hand_over(plan.private, prior);
    }
    let id_of = |owner: &Option<Owner>| owner.as_ref().map(|owner| owner.id.clone());
    let planner = Planner::of(id_of(&prior), id_of(&replaced));
    if plan.replaces() {
        // The plan of the new environment follows, and looks at the network.
        return ARM.make_way(context, &planner);
    }
    let Some(azure) = context.data_if_known() else {
        return;
    };
    if find_subscription(context, plan).await.is_none() {
        return;
    }
    let is_new = planner == Planner::New;
    let planned_id = ARM.planned_id(azure, plan.planned).ok();
    let claim = ARM.claim(azure, planner, planned_id, plan);
    owners::check_environment(context, claim.as_ref(), plan).await;
    let session = match preflight::looks_anything_up(plan.planned) {
        true => plan_session(context, plan).await,
        false => None,
    };
    let this = claim.as_ref().map(|claim| Owner {
        id: claim.id.clone(),
        subnet_ids: prior.map(|prior| prior.subnet_ids).unwrap_or_default(),
    });
    let circumstances = Circumstances {
        owners: this.into_iter().chain(replaced).collect(),
        plans: &azure.plans,
        planned_subnet: ise_subnet::body_as_planned,
        claim: claim.as_ref(),
        creates: plan.is_create(),
        is_new,
    };
    let findings =
        preflight::at_plan(session.as_ref(), plan.planned, &circumstances, plan.private).await;
    plan.diagnostics.extend(findings);
}

/// Plans what an earlier run left unfinished: to go on waiting, to send it again, or to begin anew.
fn plan_unfinished(plan: &mut Plan<'_>) {
    let Some(prior) = plan.prior else {
        return;
    };
    let name = prior.str_or_empty("name");
    let left = unfinished(plan.private, provisioning_state(prior));
    match left {
        _ if is_releasing(prior) => begin_anew(plan),
        None => {}
        Some(Unfinished::FailedCreation) => begin_anew(plan),
        Some(Unfinished::FailedChange(pending)) => {
            plan.planned.set("provisioning_state", Value::unknown());
            plan.diagnostics
                .add(messages::failed_before(name, &pending));
        }
        Some(Unfinished::Running(pending)) => {
            plan.planned.set("provisioning_state", Value::unknown());
            plan.mark_missing(&SCHEMA);
            plan.diagnostics
                .add(messages::will_wait(name, pending.as_ref()));
        }
    }
}

fn begin_anew(plan: &mut Plan<'_>) {
    plan.planned.set("provisioning_state", Value::unknown());
    plan.requires_replace
        .insert(Path::attribute("provisioning_state"));
}

/// The SKU may be known from its default or from the state only, so the configuration alone does not tell.
fn check_sku(plan: &mut Plan<'_>) {
    let models = plan.planned.model::<Environment>();
    let models = models.and_then(|planned| Ok((planned, plan.config.model::<Environment>()?)));
    let checked = models.map(|(planned, written)| checks::check_capacity(&planned.sku, &written));
    match checked {
        Ok(Ok(())) => {}
        Ok(Err(message)) => {
            let path = Path::attribute("capacity");
            plan.diagnostics
                .add_attribute_error(path, "Invalid capacity", sentence(&message));
        }
        Err(error) => plan.diagnostics.add(error),
    }
}

/// What the environment in a state may hold.
fn owner(object: &Object) -> Option<Owner> {
    Some(Owner {
        id: ARM.stored_id(object).ok()?,
        subnet_ids: subnet_ids(object),
    })
}

#[cfg(test)]
mod tests;
