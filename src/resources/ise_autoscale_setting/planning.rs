//! What the plan of a setting says about its environment.

use tfplugin_framework::context::Context;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::types::path::Path;

use super::owners::{is_enabled, managed_twice, moves, target_of};
use crate::arm::ResourceId;
use crate::azure::Azure;
use crate::azure::claims::Claim;
use crate::resources::ise::environment;

/// Warns of an environment that the setting cannot scale, or whose configuration gives its capacity.
pub(super) async fn check(context: &Context<Azure>, claim: Option<&Claim>, plan: &mut Plan<'_>) {
    let name = plan.planned.str("name").unwrap_or_default().to_owned();
    let Some(target) = target_of(plan.planned) else {
        return;
    };
    if is_developer(context, &target, plan).await {
        let detail = format!(
            "Environment {:?} is of SKU Developer, which has no additional units: there is nothing to scale. Scale an environment of SKU \
             Premium.",
            target.name()
        );
        let summary = format!("Autoscale setting {name:?} targets a Developer environment");
        let path = Path::attribute("ise_id");
        plan.diagnostics
            .add_attribute_warning(path, summary, detail);
    }
    let (Some(azure), Some(claim)) = (context.data_if_known(), claim) else {
        return;
    };
    let before = azure.plans.before(claim.order, |id| *id == target);
    if is_enabled(plan.planned)
        && let Some((_, environment)) = before.first()
        && azure.plans.gives(&target, "capacity")
    {
        let capacity = environment.object.get("capacity");
        let setting = (name, claim.id.to_string());
        let moves = moves(plan.planned, capacity);
        let warning = managed_twice(&target, capacity, &[setting], moves);
        plan.diagnostics.add(warning.at(Path::attribute("ise_id")));
    }
}

/// Whether the environment has no units to add, as plans or ARM tell; ARM is asked about a new setting only.
async fn is_developer(context: &Context<Azure>, target: &ResourceId, plan: &mut Plan<'_>) -> bool {
    let planned = context
        .data_if_known()
        .and_then(|azure| azure.plans.object(target));
    let environment = match planned {
        None if plan.is_create() => environment::expected(context, plan).await,
        planned => planned,
    };
    let sku = environment.as_ref().and_then(|it| it.str("sku"));
    sku.is_some_and(|sku| sku.eq_ignore_ascii_case("Developer"))
}
