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
        |object: &Object| is_enabled(object) && target_of(object).as_ref() == Some(&claim.id);
    let planned: Vec<_> = planned
        .filter(|(_, planned)| scales(&planned.object))
        .collect();
    let mut is_moved_by_any = planned
        .iter()
        .any(|(_, planned)| moves(&planned.object, &capacity));
    let mut settings: Vec<_> = planned.into_iter().map(|(id, _)| id).collect();
    let is_moved = plan.prior.is_some() && plan.changes("capacity");
    if is_moved && let Some(session) = plan_session(context, plan).await {
        let api = session.of(&AUTOSCALE_SETTINGS);
        let scope = ResourceId::subscription(claim.id.subscription_id().unwrap_or_default());
        // Whoever may not read them gets no warning, and the plan is none the worse.
        let found = api.list(&scope, "providers/Microsoft.Insights/autoscaleSettings");
        let found = found.await.unwrap_or_default();
        let id = |body: &Json| ResourceId::parse(body["id"].as_str()?).ok();
        let moving = found.iter().filter(|body| {
            let object = ARM.object_of(body);
            scales(&object) && moves(&object, &capacity)
        });
        let of_others = moving
            .filter_map(id)
            .filter(|id| !azure.plans.is_decided(id));
        let known = settings.len();
        settings.extend(of_others);
        is_moved_by_any |= settings.len() > known;
    }
    if !settings.is_empty() {
        let named = |id: &ResourceId| (id.name().to_owned(), id.to_string());
        let settings: Vec<_> = settings.iter().map(named).collect();
        let warning = managed_twice(&claim.id, &capacity, &settings, is_moved_by_any);
        plan.diagnostics
            .add(warning.at(Path::attribute("capacity")));
    }
}

/// The environment that a setting scales.
pub(super) fn target_of(setting: &Object) -> Option<ResourceId> {
    ResourceId::parse_as(setting.str("ise_id")?, ENVIRONMENTS.name).ok()
}

/// Whether a setting scales at all.
pub(super) fn is_enabled(setting: &Object) -> bool {
    setting.bool("enabled") == Some(true)
}

/// Whether a setting may make the capacity another than this one.
pub(super) fn moves(setting: &Object, capacity: &Value) -> bool {
    let lets_move = |profile: &Value| {
        profile.as_object().is_none_or(|profile| {
            profile.get("minimum") != capacity || profile.get("maximum") != capacity
        })
    };
    match setting.get("profiles").as_elements() {
        Some(profiles) => profiles.iter().any(lets_move),
        None => setting.get("instance_count") != capacity,
    }
}

/// Two decide about one capacity: in vain where one moves what the other has set.
pub(super) fn managed_twice(
    environment: &ResourceId,
    capacity: &Value,
    settings: &[(String, String)],
    moves: bool,
) -> Diagnostic {
    let settings: Vec<_> = settings
        .iter()
        .map(|(name, id)| format!("autoscale setting {name:?} ({id})"))
        .collect();
    let capacity = capacity
        .as_number()
        .map_or("a number".to_owned(), ToString::to_string);
    let settings = settings.join(" and ");
    let what = match moves {
        true => format!(
            "{settings} changes the capacity too: each apply puts it back to {capacity}, and autoscale then moves it again."
        ),
        false => format!(
            "{settings} keeps it there. They agree, but whoever changes one of the numbers has to change the other as well."
        ),
    };
    let detail = format!(
        "The configuration of the environment says capacity = {capacity}, and {what} Remove capacity from the environment, which then \
         keeps what autoscale makes of it; or disable autoscale."
    );
    let summary = format!(
        "Capacity of environment {:?} is managed twice",
        environment.name()
    );
    Diagnostic::warning(summary, detail)
}
