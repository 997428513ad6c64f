mod owners;

use serde_json::json;
use tfplugin_framework::engine::Engine;
use tfplugin_framework::private::Private;
use tfplugin_framework::resource::UpdateRequest;
use tfplugin_framework::testing::assert_model_fits;
use tfplugin_framework::types::json::decode;
use tfplugin_framework::types::value::Value;

use super::*;
use crate::arm::ResourceId;
use crate::arm::test_server::{Reply, TestServer};
use crate::azure::resource::Arm;
use crate::azure::types::{AUTOSCALE_SETTINGS, ENVIRONMENTS};
use crate::azure::unfinished;
use crate::resources::ise::Ise;
use crate::resources::test_plan::{
    self, Kept, Planned, SUBSCRIPTION, applied, call, config, context, get, id, plan, server,
    server_of, subnet, told, write, writes,
};

fn environment() -> ResourceId {
    id(ENVIRONMENTS.name, "e")
}

fn setting_id() -> ResourceId {
    id(AUTOSCALE_SETTINGS.name, "s")
}

/// A configuration of these arguments, besides name, group and environment.
fn setting(arguments: &Json) -> Object {
    let mut all =
        json!({ "name": "s", "resource_group_name": "g", "ise_id": environment().to_string() });
    for (name, value) in arguments.as_object().expect("arguments") {
        all[name] = value.clone();
    }
    match decode(&all.to_string(), &SCHEMA.ty()) {
        Ok(Value::Object(object)) => object,
        other => panic!("{other:?}"),
    }
}

fn profile(name: &str, more: &Json) -> Json {
    let mut profile = json!({ "name": name, "minimum": 0, "maximum": 5, "default": 1 });
    for (name, value) in more.as_object().expect("arguments") {
        profile[name] = value.clone();
    }
    profile
}

fn rule(direction: &str) -> Json {
    json!({
        "metric": "workflow_processor", "operator": "GreaterThan", "threshold": 70,
        "direction": direction, "change_count": 1,
    })
}

/// Severity, path and summary of what the validation of a configuration says.
async fn found(arguments: &Json) -> Vec<String> {
    let config = setting(arguments);
    let engine = Engine::default();
    let found = engine
        .validate_resource(&Arm(IseAutoscaleSetting), &config, test_plan::client())
        .await;
    let line = |it: &tfplugin_framework::diagnostics::Diagnostic| {
        format!("{:?} {}: {}", it.severity, it.path, it.summary)
    };
    found.iter().map(line).collect()
}

#[test]
fn the_model_fits_the_schema() {
    assert_model_fits::<checks::Setting>(&SCHEMA);
}

#[tokio::test]
async fn what_goes_out_has_a_way_in() {
    let warning = "Warning profiles[0].rules: Profile \"p\" of autoscale setting \"s\" scales out and never in";
    for (rules, expected) in [
        (json!([rule("Increase")]), Some(warning)),
        (json!([rule("Increase"), rule("Increase")]), Some(warning)),
        (json!([rule("Increase"), rule("Decrease")]), None),
        (json!([rule("Decrease")]), None),
        (json!([]), None),
        (Json::Null, None),
    ] {
        let profile = profile("p", &json!({ "rules": rules }));
        let found = found(&json!({ "profiles": [profile] })).await;
        assert_eq!(found.first().map(String::as_str), expected, "{rules}");
    }
}

#[tokio::test]
async fn what_recurs_is_ended_by_another_recurrence() {
    let workdays = &["Monday", "Friday"][..];
    let at = |days: &[&str], hour: i64| json!({ "recurrence": { "timezone": "UTC", "days": days, "hour": hour, "minute": 0 } });
    let without_timezone = json!({ "recurrence": { "days": workdays, "hour": 8, "minute": 0 } });
    let all = |profiles: &[(&str, Json)]| -> Json {
        profiles
            .iter()
            .map(|(name, more)| profile(name, more))
            .collect()
    };
    let warning = |index: usize, name: &str| {
        format!(
            "Warning profiles[{index}].recurrence: Nothing ends the recurrence of profile {name:?} of autoscale setting \"s\""
        )
    };
    for (profiles, expected) in [
        (all(&[("rest", json!({}))]), vec![]),
        (
            all(&[("rest", json!({})), ("day", at(workdays, 8))]),
            vec![warning(1, "day")],
        ),
        (
            all(&[("day", at(workdays, 8)), ("night", at(workdays, 18))]),
            vec![],
        ),
        (
            all(&[("one", at(workdays, 8)), ("same", at(workdays, 8))]),
            vec![warning(0, "one"), warning(1, "same")],
        ),
        (
            // UTC is the default.
            all(&[("one", at(workdays, 8)), ("same", without_timezone)]),
            vec![warning(0, "one"), warning(1, "same")],
        ),
        (
            all(&[("week", at(workdays, 8)), ("end", at(&["Saturday"], 8))]),
            vec![],
        ),
        (
            all(&[("often", at(workdays, 8)), ("seldom", at(&["Monday"], 8))]),
            // On Mondays both start, so nothing but the other's Fridays ends the one.
            vec![warning(0, "often")],
        ),
    ] {
        assert_eq!(found(&json!({ "profiles": profiles })).await, expected);
    }
}

#[tokio::test]
async fn limits_and_times_are_in_order() {
    let date = |start: &str, end: &str| json!({ "fixed_date": { "timezone": "UTC", "start": start, "end": end } });
    for (more, expected) in [
        (json!({}), None),
        (
            json!({ "minimum": 6 }),
            Some("Error profiles[0].minimum: Invalid profiles[0].minimum"),
        ),
        (
            json!({ "default": 6 }),
            Some("Error profiles[0].default: Invalid profiles[0].default"),
        ),
        (
            json!({ "minimum": 2 }),
            Some("Error profiles[0].default: Invalid profiles[0].default"),
        ),
        (date("2030-01-01T00:00:00", "2030-01-01T00:00:01"), None),
        (
            date("2030-01-01T00:00:00", "2030-01-01T00:00:00Z"),
            Some("Error profiles[0].fixed_date.end: Invalid profiles[0].fixed_date.end"),
        ),
        // Which one comes first the zone tells.
        (
            date("2030-01-02T00:00:00", "2030-01-01T00:00:00+05:00"),
            None,
        ),
    ] {
        let profile = profile("p", &more);
        let found = found(&json!({ "profiles": [profile] })).await;
        assert_eq!(found.first().map(String::as_str), expected, "{more}");
    }
    let twice = json!([
        profile("p", &json!({})),
        profile("q", &json!({})),
        profile("p", &json!({}))
    ]);
    assert_eq!(
        found(&json!({ "profiles": twice })).await,
        ["Error profiles[2].name: Invalid profiles[2].name"]
    );
}

fn environment_body(sku: &str, capacity: i64) -> Json {
    json!({
        "id": environment().to_string(),
        "name": "e",
        "location": "West Europe",
        "sku": { "name": sku, "capacity": capacity },
        "properties": { "provisioningState": "Succeeded" },
    })
}

/// What a creation of these arguments sends.
async fn created(arguments: &Json) -> Json {
    let id = setting_id();
    let shown = Reply::Kept(|body| body["id"] = setting_id().to_string().into());
    let server = TestServer::start(&[
        (
            &get(&environment()),
            vec![Reply::json(200, &environment_body("Premium", 0))],
        ),
        (&get(&id), vec![Reply::error(404, "ResourceNotFound")]),
        (&write("PUT", &id, ""), vec![shown]),
    ])
    .await;
    let context = context(&server);
    let config = setting(arguments);
    let planned = plan(
        &Arm(IseAutoscaleSetting),
        &context,
        &config,
        None,
        Private::default(),
    );
    let planned = planned.await.planned;
    let create = CreateRequest::new(&config, &planned);
    let mut state = Kept::new(None, Private::default());
    let created = call::create(&Arm(IseAutoscaleSetting), &context, create, &mut state).await;
    created.expect("well");
    let state = state.object().expect("a state");
    assert_eq!(state.str("location"), Some("West Europe"));
    for name in ["instance_count", "profiles", "notifications"] {
        assert_eq!(state.get(name), planned.get(name), "{name}");
    }
    let mut sent = writes(&server);
    assert_eq!(sent.len(), 1);
    sent.remove(0).1
}

#[tokio::test]
async fn a_creation_says_all_that_azure_wants_to_hear() {
    let body = created(&json!({ "instance_count": 3 })).await;
    assert_eq!(
        body,
        json!({
            "location": "West Europe",
            "name": "s",
            "properties": {
                "targetResourceUri": environment().to_string(),
                "enabled": true,
                "profiles": [{
                    "name": "Default",
                    "capacity": { "minimum": "3", "maximum": "3", "default": "3" },
                    "rules": [],
                }],
                "name": "s",
            },
        })
    );
    let recurrence = json!({ "timezone": "UTC", "days": ["Monday"], "hour": 8, "minute": 30 });
    let body = created(&json!({
        "profiles": [profile("p", &json!({ "rules": [rule("Increase")], "recurrence": recurrence }))],
        "notifications": { "custom_emails": ["a@example.com"] },
    }))
    .await;
    assert_eq!(
        body["properties"]["profiles"],
        json!([{
            "name": "p",
            "capacity": { "minimum": "0", "maximum": "5", "default": "1" },
            "rules": [{
                "metricTrigger": {
                    "metricName": "IntegrationServiceEnvironmentWorkflowProcessorUsage",
                    "operator": "GreaterThan",
                    "threshold": 70,
                    "statistic": "Average",
                    "timeGrain": "PT1M",
                    "timeWindow": "PT10M",
                    "timeAggregation": "Average",
                    "metricResourceUri": environment().to_string(),
                },
                "scaleAction": { "direction": "Increase", "type": "ChangeCount", "value": "1", "cooldown": "PT5M" },
            }],
            "recurrence": {
                "schedule": { "timeZone": "UTC", "days": ["Monday"], "hours": [8], "minutes": [30] },
                "frequency": "Week",
            },
        }])
    );
    assert_eq!(
        body["properties"]["notifications"],
        json!([{
            "email": {
                "sendToSubscriptionAdministrator": false,
                "sendToSubscriptionCoAdministrators": false,
                "customEmails": ["a@example.com"],
            },
            "operation": "Scale",
        }])
    );
}

/// A setting in ARM that scales to a number, or by a profile with a rule.
fn setting_body(profiles: &Json) -> Json {
    json!({
        "id": setting_id().to_string(),
        "name": "s",
        "location": "westeurope",
        "properties": {
            "name": "s",
            "enabled": true,
            "targetResourceUri": environment().to_string(),
            "profiles": profiles,
            "notifications": null,
        },
    })
}

fn fixed(name: &str, count: i64) -> Json {
    let count = count.to_string();
    let capacity = json!({ "minimum": count, "maximum": count, "default": count });
    json!([{ "name": name, "capacity": capacity, "rules": [], "ofTheFuture": 1 }])
}

/// What ARM has after an update from these arguments to others, and of what a warning tells.
async fn updated(before: (&Json, &Json), after: &Json, meanwhile: &Json) -> (Json, Vec<String>) {
    let (id, (arguments, body)) = (setting_id(), before);
    let get = get(&id);
    let put = write("PUT", &id, "");
    let importing = context(&server(&[(id.clone(), setting_body(body))]).await);
    let config = setting(arguments);
    let fresh = plan(
        &Arm(IseAutoscaleSetting),
        &importing,
        &config,
        None,
        Private::default(),
    );
    let mut state = applied(&fresh.await, &[("id", id.to_string().into())]);
    state.set("location", "westeurope");
    state = IseAutoscaleSetting.read_body(&importing, &setting_body(body), &state);

    let meanwhile = Reply::json(200, &setting_body(meanwhile));
    let server = TestServer::start(&[
        (&get, vec![meanwhile, Reply::kept()]),
        (&put, vec![Reply::kept()]),
    ])
    .await;
    let context = context(&server);
    let config = setting(after);
    let planned = plan(
        &Arm(IseAutoscaleSetting),
        &context,
        &config,
        Some(&state),
        Private::default(),
    );
    let planned = planned.await.planned;
    let update = UpdateRequest::new(&config, &state, &planned);
    let mut kept = Kept::new(Some(state.clone()), Private::default());
    let done = call::update(&Arm(IseAutoscaleSetting), &context, update, &mut kept).await;
    done.expect("well");
    let mut sent = writes(&server);
    let body = sent.pop().expect("something was sent").1;
    let told = kept.warnings.iter().map(|it| it.path.to_string()).collect();
    (body["properties"]["profiles"].clone(), told)
}

#[tokio::test]
async fn a_number_becomes_another_and_profiles_and_a_number_again() {
    let number = |count: i64| json!({ "instance_count": count });
    let profiles =
        json!({ "profiles": [{ "name": "p", "minimum": 1, "maximum": 1, "default": 1 }] });
    let dated = json!({ "profiles": [profile("p", &json!({ "rules": [rule("Decrease")] }))] });
    // The profile keeps its name, and what nobody models.
    let (body, told) = updated((&number(3), &fixed("x", 3)), &number(4), &fixed("x", 3)).await;
    assert_eq!((body, told), (fixed("x", 4), vec![]));
    // Others have set it to another number meanwhile.
    let (body, told) = updated((&number(3), &fixed("x", 3)), &number(4), &fixed("x", 7)).await;
    assert_eq!(
        (body, told),
        (fixed("x", 4), vec!["instance_count".to_owned()])
    );
    let (body, told) = updated((&number(3), &fixed("x", 3)), &dated, &fixed("x", 3)).await;
    assert_eq!(
        (body[0]["name"].clone(), body[1].is_null()),
        (json!("p"), true)
    );
    assert_eq!(told, [""; 0]);
    let (body, told) = updated((&number(3), &fixed("x", 3)), &dated, &fixed("x", 8)).await;
    assert_eq!(
        (body[0]["name"].clone(), body[1].is_null()),
        (json!("p"), true)
    );
    assert_eq!(told, ["profiles"]);
    let (body, told) = updated((&profiles, &fixed("p", 1)), &number(2), &fixed("p", 1)).await;
    assert_eq!((body, told), (fixed("p", 2), vec![]));
}

/// A profile of a fixed number stays a profile where it was written as one, and is a number otherwise.
#[tokio::test]
async fn an_import_reads_a_fixed_profile_as_a_number() {
    let server = server(&[(setting_id(), setting_body(&fixed("x", 3)))]).await;
    let context = context(&server);
    let imported = Engine::default();
    let imported = imported
        .import(
            &Arm(IseAutoscaleSetting),
            &context,
            &setting_id().to_string(),
        )
        .await;
    let mut state = Kept::new(imported.object, Private::default());
    call::read(&Arm(IseAutoscaleSetting), &context, &mut state)
        .await
        .expect("a read");
    let read = state.object().expect("a state");
    assert_eq!(read.get("instance_count"), &3_i64.into());
    assert!(read.get("profiles").is_null());
}

/// Azure tells no state of a setting: once it shows the setting, all is well.
#[tokio::test]
async fn a_creation_without_an_answer_goes_on_also_without_a_refresh() {
    let body = setting_body(&fixed("Default", 3));
    let server = server(&[(setting_id(), body)]).await;
    let context = context(&server);
    let config = setting(&json!({ "instance_count": 3 }));
    let fresh = plan(
        &Arm(IseAutoscaleSetting),
        &context,
        &config,
        None,
        Private::default(),
    );
    let prior = applied(&fresh.await, &[("id", setting_id().to_string().into())]);
    let mut private = Private::default();
    unfinished::remember(&mut private);
    let again = test_plan::context(&server);
    let planned = plan(
        &Arm(IseAutoscaleSetting),
        &again,
        &config,
        Some(&prior),
        private,
    )
    .await;
    assert!(planned.planned.get("location").is_unknown());
    assert!(planned.requires_replace.is_empty());
    let update = UpdateRequest::new(&config, &prior, &planned.planned);
    let mut state = Kept::new(Some(prior.clone()), planned.private.clone());
    let updated = call::update(&Arm(IseAutoscaleSetting), &again, update, &mut state).await;
    updated.expect("well");
    let state_after = state.object().expect("a state");
    assert_eq!(state_after.str("location"), Some("westeurope"));
    assert!(!unfinished::is_left(&state.private, state_after));
    assert_eq!(writes(&server), []);
}

#[tokio::test]
async fn an_environment_that_is_not_there_is_told_before_anything_is_sent() {
    let gone = || Reply::error(404, "ResourceNotFound");
    let server = server_of(&[(environment(), gone()), (setting_id(), gone())]).await;
    let context = context(&server);
    let config = setting(&json!({ "instance_count": 3 }));
    let create = CreateRequest::new(&config, &config);
    let mut state = Kept::new(None, Private::default());
    let errors = call::create(&Arm(IseAutoscaleSetting), &context, create, &mut state).await;
    let errors = errors.expect_err("no environment");
    let error = errors.iter().next().expect("told");
    assert_eq!(error.summary, "The environment \"e\" does not exist");
    assert_eq!(writes(&server), []);
}
