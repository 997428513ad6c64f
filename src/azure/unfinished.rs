//! A creation that an earlier run left before Azure had ended it: by a stop, a timeout, or without an answer.

use tfplugin_framework::diagnostics::capitalised;
use tfplugin_framework::private::Private;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};

use super::arm_type::ArmType;
use crate::arm;

/// The name under which it is remembered.
const KEY: &str = "creation";

/// Remembers that the creation goes on.
pub(crate) fn remember(private: &mut Private) {
    private.set(KEY, &"unfinished");
}

/// Forgets it once Azure shows the object to be well; of some types it tells no state.
pub(super) fn settle(private: &mut Private, found: &Object) {
    if provisioning_state(found).is_none_or(arm::is_success) {
        private.remove(KEY);
    }
}

/// Whether it goes on, or has failed, as far as the state before an update tells.
pub(crate) fn is_left(private: &Private, prior: &Object) -> bool {
    let is_remembered = private.get::<String>(KEY).is_some();
    is_remembered && !provisioning_state(prior).is_some_and(arm::is_success)
}

/// Plans to go on waiting, or to begin anew where the creation has failed.
///
/// What others write in a network shows in the state of its subnets too, and is no reason to do anything.
pub(super) fn plan(arm: &ArmType, plan: &mut Plan<'_>) {
    let Some(prior) = plan.prior else {
        // A replacement begins with what was remembered of the old object.
        return plan.private.remove(KEY);
    };
    if !is_left(plan.private, prior) {
        return;
    }
    // Of some types Azure tells no state.
    if arm.schema.attribute("provisioning_state").is_some() {
        plan.planned.set("provisioning_state", Value::unknown());
    }
    if provisioning_state(prior).is_some_and(arm::is_failure) {
        let path = Path::attribute("provisioning_state");
        plan.requires_replace.insert(path);
        return;
    }
    plan.mark_missing(arm.schema);
    let summary = format!(
        "{} {:?} was still being created at plan",
        capitalised(arm.noun),
        prior.str_or_empty("name")
    );
    let detail = "Azure had accepted it before and had not finished. The apply goes on waiting, and only then does whatever else is planned \
                  for it; nothing is created again and nothing is replaced.";
    plan.diagnostics.add_warning(summary, detail);
}

fn provisioning_state(object: &Object) -> Option<&str> {
    object.find("provisioning_state")?.as_str()
}
