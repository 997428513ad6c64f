//! Who decides about the capacity of an environment: its own configuration, an autoscale setting, or both, and then in vain.

use serde_json::Value as Json;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};

use super::schema::ARM;
use crate::arm::ResourceId;
use crate::azure::claims::Claim;
use crate::azure::types::{AUTOSCALE_SETTINGS, ENVIRONMENTS};
use crate::azure::{Azure, plan_session};

/// Warns of autoscale settings that change the capacity of an environment whose configuration gives it.
///
/// Azure is asked where the capacity has become another one: then somebody else changes it.
pub(crate) async fn check_environment(
    context: &Context<Azure>,
    claim: Option<&Claim>,
    plan: &mut Plan<'_>,
) {
    let (Some(azure), Some(claim)) = (context.data_if_known(), claim) else {
        return;
    };
    if plan.config.get("capacity").is_null() {
        return;
    }
    let is_setting = |id: &ResourceId| id.is_type(AUTOSCALE_SETTINGS.name);
    let planned = azure.plans.before(claim.order, is_setting).into_iter();
    let capacity = plan.planned.get("capacity").clone();
    let scales =
        |object: &Object| moves(object, &capacity) && target_of(object).as_ref() == Some(&claim.id);
    let mut settings: Vec<_> = planned
        .filter(|(_, planned)| scales(&planned.object))
        .map(|(id, _)| id)
        .collect();
    let is_moved = plan.prior.is_some() && plan.changes("capacity");
    if is_moved && let Some(session) = plan_session(context, plan).await {
        let api = session.of(&AUTOSCALE_SETTINGS);
        let scope = ResourceId::subscription(claim.id.subscription_id().unwrap_or_default());
        // Whoever may not read them gets no warning, and the plan is none the worse.
        let found = api.list(&scope, "providers/Microsoft.Insights/autoscaleSettings");
        let found = found.await.unwrap_or_default();
        let id = |body: &Json| ResourceId::parse(body["id"].as_str()?).ok();
        let of_others = found
            .iter()
            .filter(|body| scales(&ARM.object_of(body)))
            .filter_map(id);
        settings.extend(of_others.filter(|id| !azure.plans.is_decided(id)));
    }
    if !settings.is_empty() {
        let named = |id: &ResourceId| (id.name().to_owned(), id.to_string());
        let settings: Vec<_> = settings.iter().map(named).collect();
        let warning = managed_twice(&claim.id, &capacity, &settings);
        plan.diagnostics
            .add(warning.at(Path::attribute("capacity")));
    }
}

/// The environment that a setting scales.
pub(super) fn target_of(setting: &Object) -> Option<ResourceId> {
    ResourceId::parse_as(setting.str("ise_id")?, ENVIRONMENTS.name).ok()
}

/// Whether a setting may make the capacity another than this one.
pub(super) fn moves(setting: &Object, capacity: &Value) -> bool {
    let limits = match setting.get("profiles").as_elements() {
        Some(profiles) => profiles
            .iter()
            .filter_map(Value::as_object)
            .flat_map(|profile| [profile.get("minimum"), profile.get("maximum")])
            .collect(),
        None => vec![setting.get("instance_count")],
    };
    setting.bool("enabled") == Some(true) && limits.iter().any(|limit| *limit != capacity)
}

/// Two decide about one capacity.
pub(super) fn managed_twice(
    environment: &ResourceId,
    capacity: &Value,
    settings: &[(String, String)],
) -> Diagnostic {
    let settings: Vec<_> = settings
        .iter()
        .map(|(name, id)| format!("autoscale setting {name:?} ({id})"))
        .collect();
    let capacity = capacity
        .as_number()
        .map_or("a number".to_owned(), ToString::to_string);
    let detail = format!(
        "The configuration of the environment says capacity = {capacity}, and {} changes the capacity too: each apply puts it back to \
         {capacity}, and autoscale then moves it again. Remove capacity from the environment, which then keeps what autoscale makes of it; \
         or disable autoscale.",
        settings.join(" and ")
    );
    let summary = format!(
        "Capacity of environment {:?} is managed twice",
        environment.name()
    );
    Diagnostic::warning(summary, detail)
}
