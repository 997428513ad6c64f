//! The plan of an environment, beyond the rules of the schema.

use super::deployment::{self, Pending, Phase};
use super::{DEPLOYED, fill_derived, is_releasing};
use crate::arm;
use crate::azure::Azure;
use crate::resources::shared::tags;
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostic;
use crate::sdk::duration;
use crate::sdk::path::Path;
use crate::sdk::plan::Plan;
use crate::sdk::value::Value;

/// Refines a plan.
pub(super) fn modify(context: &Context<Azure>, plan: &mut Plan) {
    tags::plan(context, plan);
    if plan.is_create() {
        // A replacement plan starts from what was remembered about the old environment.
        Pending::forget(&mut plan.private);
        return fill_derived(&mut plan.planned);
    }
    plan_unfinished(plan);
}

/// Plans what an earlier run left unfinished: to go on waiting, or to begin anew.
fn plan_unfinished(plan: &mut Plan) {
    let Some(prior) = plan.prior.clone() else {
        return;
    };
    let provisioning_state = prior.str("provisioning_state").unwrap_or_default();
    let pending = Pending::recall(&plan.private);
    let creation_failed = pending
        .as_ref()
        .is_some_and(|pending| pending.phase == Phase::Creating)
        && arm::is_failure(provisioning_state);
    let name = prior.text("name");
    if is_releasing(&prior) || creation_failed {
        plan.planned.set("provisioning_state", Value::unknown());
        plan.requires_replace
            .insert(Path::attribute("provisioning_state"));
    } else if pending.is_some() || !deployment::is_terminal(provisioning_state) {
        plan.planned.set("provisioning_state", Value::unknown());
        for name in DEPLOYED {
            if prior.get(name).is_null() {
                plan.planned.set(name, Value::unknown());
            }
        }
        let begun = pending
            .map(|pending| format!(" for {}", duration::format(pending.age())))
            .unwrap_or_default();
        let detail = format!(
            "An operation on it has been going on{begun}. The apply goes on waiting for it; nothing is created again and nothing is replaced."
        );
        plan.diagnostics.push(Diagnostic::warning(
            format!("Environment {name:?} is still deploying"),
            detail,
        ));
    }
}
