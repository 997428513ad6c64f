//! Replacements: Terraform asks twice for the plan, first for the old object, then, without telling of it, for a new one.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tfplugin_framework::private::Private;
use tfplugin_framework::resource::plan::Plan;

use super::arm_type::ArmType;
use crate::arm::ResourceId;
use crate::azure::Planner;

/// The name under which the first plan tells the second about the old object.
const KEY: &str = "replaces";

/// Tells a second plan about the old object. Every plan of an object that lives does: users may ask for a replacement
/// without any change.
pub(crate) fn hand_over<T: Serialize>(private: &mut Private, old: &T) {
    private.note(KEY, old);
}

/// What the first plan told about the object that this one replaces.
pub(crate) fn take<T: DeserializeOwned>(private: &mut Private) -> Option<T> {
    private.take_note(KEY)
}

/// What a plan is about, where the second one has to know no more than that.
pub(crate) fn planner(arm: &ArmType, plan: &mut Plan<'_>) -> Planner {
    let replaced = take::<ResourceId>(plan.private);
    let prior = plan.prior;
    let prior = prior.and_then(|prior| arm.stored_id(prior).ok());
    if let Some(prior) = &prior {
        hand_over(plan.private, prior);
    }
    Planner::of(prior, replaced)
}
