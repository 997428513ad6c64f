//! Managed resources.

mod customtype;
mod deferred_action;
mod dynamic_computed_type_change;
mod identity;
mod move_state;
mod plain;
mod precision;
pub mod schema;
mod set_semantic_equality;
mod tfsdk_reflection;
mod user;
mod writeonce;
mod writeonly;
mod writeonly_import;
mod writeonly_move;
mod writeonly_upgrade;
mod writeonly_validations;

use std::sync::Arc;

use tfplugin_framework::resource::Resource;

use crate::echo::{Echo, Echoing};
use crate::types::Float;

/// All of them.
pub fn all() -> Vec<Arc<dyn Resource<()>>> {
    let mut all = vec![
        of(customtype::CustomType),
        of(dynamic_computed_type_change::DynamicComputedTypeChange),
        of(precision::Precision::new(
            "framework_float32_precision",
            "float32_attribute",
            Float::Single,
        )),
        of(precision::Precision::new(
            "framework_float64_precision",
            "float64_attribute",
            Float::Double,
        )),
        of(identity::IdentityResource),
        of(move_state::MovedRandomString),
        of(set_semantic_equality::SetSemanticEquality),
        of(tfsdk_reflection::Reflection),
        of(user::User),
        of(writeonce::WriteOnce),
        of(writeonly::WriteOnly),
        of(writeonly_import::WriteOnlyImport),
        of(writeonly_move::WriteOnlyMove),
        of(writeonly_upgrade::WriteOnlyUpgrade::of_this_executable()),
        of(writeonly_validations::WriteOnlyValidations),
    ];
    all.extend(deferred_action::all().into_iter().map(of));
    all.extend(plain::all().into_iter().map(of));
    all
}

fn of(echo: impl Echo) -> Arc<dyn Resource<()>> {
    Arc::new(Echoing(echo))
}
