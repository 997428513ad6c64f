//! `ise_autoscale_setting`: what changes the capacity of an environment by times and metrics.
//!
//! ARM type `Microsoft.Insights/autoscaleSettings`. ARM answers at once. What is special: `instance_count` is a form of
//! `profiles` ([`fixed_count`]), a rule counts in one of three ways ([`counts`]), and ARM wants members that follow from others.

mod checks;
mod counts;
mod fixed_count;
mod metrics;
pub(crate) mod owners;
mod planning;
mod schema;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostics, Report as _, Reported};
use tfplugin_framework::resource::CreateRequest;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};

use super::ise::environment;
use crate::azure::Azure;
use crate::azure::arm_resource::ArmResource;
use crate::azure::arm_type::ArmType;
use crate::azure::body::{self, Change, Overwritten};
use crate::azure::claims::Claim;
use crate::azure::work::Work;
pub(crate) use schema::ARM;
use schema::{SCHEMA, tells_nobody};

/// The resource.
#[derive(Debug)]
pub(crate) struct IseAutoscaleSetting;

#[async_trait]
impl ArmResource for IseAutoscaleSetting {
    fn arm(&self) -> &'static ArmType {
        &ARM
    }

    fn check_config(&self, config: &Object, diagnostics: &mut Diagnostics) {
        checks::check(config, diagnostics);
    }

    async fn check_plan(
        &self,
        context: &Context<Azure>,
        claim: Option<&Claim>,
        plan: &mut Plan<'_>,
    ) {
        planning::check(context, claim, plan).await;
    }

    fn read_body(&self, context: &Context<Azure>, body: &Json, object: &Object) -> Object {
        let mut found = ARM.read(context, body, object);
        fixed_count::settle(body, object, &mut found);
        found
    }

    fn write(&self, _config: &Object, change: Change<'_>, body: &mut Json) -> Vec<Overwritten> {
        let overwritten = write_profiles(change, body);
        complete(change, body);
        overwritten
    }

    async fn prepare_create(
        &self,
        work: Work<'_>,
        request: CreateRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Json, Reported> {
        // Told before the environment is waited for; what counts is the look right before it is sent.
        let existing = ARM
            .refuse_existing(work.context, work.session, work.id)
            .await;
        existing.report(diagnostics)?;
        let ise_id = request.plan.str_or_empty("ise_id");
        let environment = environment::ready(work.session, ise_id).await;
        let environment = environment.report(diagnostics)?;
        Ok(json!({ "location": environment["location"] }))
    }
}

/// Writes all that changes, and the profiles in either of their forms.
fn write_profiles(change: Change<'_>, body: &mut Json) -> Vec<Overwritten> {
    let count = change.planned.get("instance_count");
    let before = change.prior.map(|prior| prior.get("instance_count"));
    if before.is_some_and(|before| before == count) || (before.is_none() && count.is_null()) {
        return ARM.write(change, body);
    }
    let is_as_before = change
        .prior
        .is_none_or(|prior| has_profiles_of(prior, body));
    if count.is_null() {
        make_way(change.planned, body);
        let mut overwritten = ARM.write(change, body);
        if !is_as_before {
            overwritten.push(Overwritten::untold(Path::attribute("profiles")));
        }
        return overwritten;
    }
    let without_profiles = |object: &Object| {
        let mut object = object.clone();
        object.set("profiles", Value::Null);
        object
    };
    let (prior, planned) = (
        change.prior.map(without_profiles),
        without_profiles(change.planned),
    );
    let all_else = Change {
        prior: prior.as_ref(),
        planned: &planned,
        ..change
    };
    let mut overwritten = ARM.write(all_else, body);
    overwritten.extend(fixed_count::write(is_as_before, count, body));
    overwritten
}

/// Whether ARM has the profiles that a state has.
fn has_profiles_of(state: &Object, body: &Json) -> bool {
    let mut found = body::read(&SCHEMA, body, state);
    fixed_count::settle(body, state, &mut found);
    let is_same = |name: &str| found.get(name) == state.get(name);
    ["profiles", "instance_count"].into_iter().all(is_same)
}

/// Takes away the profile that stands for a number, and whatever others have put in its place.
fn make_way(planned: &Object, body: &mut Json) {
    let is_number = !fixed_count::read(body).is_null();
    let planned = planned.get("profiles").as_elements().unwrap_or_default();
    let names: Vec<_> = planned
        .iter()
        .filter_map(|profile| profile.as_object()?.str("name"))
        .collect();
    if let Some(profiles) = body["properties"]["profiles"].as_array_mut() {
        profiles.retain(|profile| {
            let name = profile["name"].as_str();
            !is_number && name.is_some_and(|name| names.contains(&name))
        });
    }
}

/// Adds what ARM wants to be there, and what follows from other attributes.
fn complete(change: Change<'_>, body: &mut Json) {
    let planned = change.planned;
    let target = planned.str_or_empty("ise_id");
    let name = planned.str_or_empty("name");
    let properties = &mut body["properties"];
    set_default(&mut properties["name"], name);
    for profile in elements(&mut properties["profiles"]) {
        set_default(&mut profile["rules"], json!([]));
        for rule in elements(&mut profile["rules"]) {
            set_default(&mut rule["metricTrigger"]["metricResourceUri"], target);
        }
        if !profile["recurrence"].is_null() {
            set_default(&mut profile["recurrence"]["frequency"], "Week");
        }
    }
    let told_somebody = change
        .prior
        .is_some_and(|prior| !tells_nobody(prior.get("notifications")));
    let found = body::read(&SCHEMA, body, &SCHEMA.null_object());
    let notifications = &mut body["properties"]["notifications"];
    if told_somebody
        && tells_nobody(planned.get("notifications"))
        && tells_nobody(found.get("notifications"))
        && let Some(all) = notifications.as_array_mut()
    {
        all.drain(..all.len().min(1));
    }
    for notification in elements(notifications) {
        set_default(&mut notification["operation"], "Scale");
    }
    if notifications.is_null() {
        let properties = body["properties"].as_object_mut();
        properties.map(|it| it.shift_remove("notifications"));
    }
}

fn elements(json: &mut Json) -> impl Iterator<Item = &mut Json> {
    json.as_array_mut().into_iter().flatten()
}

fn set_default(json: &mut Json, value: impl Into<Json>) {
    if json.is_null() {
        *json = value.into();
    }
}

#[cfg(test)]
mod tests;
