//! Runs of a workflow and the histories of its triggers. Nothing is executed here: a run has no actions and succeeds after
//! a while, unless it is cancelled.

use jiff::{SignedDuration, Timestamp};

use super::definition::trigger;
use super::next_version;
use crate::core::call::{Call, Outcome, Reply};
use crate::core::clock::{plus, timestamp};
use crate::core::definition::Request;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::filter::Filter;
use crate::core::json::{Json, json, text};
use crate::core::paging;
use crate::core::store::Stored;
use crate::core::world::World;

/// How long a run takes (an assumption).
const LASTS: SignedDuration = SignedDuration::from_mins(1);
/// How many runs of a workflow are kept.
const MOST: usize = 1000;

const RUNS: &str = "runs";

/// One run.
pub(super) fn one(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    let run = find(request.world, workflow, at[0])?;
    Ok(Reply::json(200, show(request.world, workflow, run)))
}

/// The actions of a run: there are none.
pub(super) fn actions(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    find(request.world, workflow, at[0])?;
    paging::page(request.call, Vec::new())
}

/// So one of them, or what lies below it, is not there.
pub(super) fn action(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    find(request.world, workflow, at[0])?;
    Err(errors::workflow_run_action_not_found(at[1]))
}

/// Nor has a run operations.
pub(super) fn operation(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    find(request.world, workflow, at[0])?;
    Err(errors::workflow_run_operation_not_found(at[1]))
}

/// The histories of a trigger: each time it fired, a run has the same name.
pub(super) fn histories(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    let (trigger, _) = trigger(workflow, at[0])?;
    let runs = of_trigger(request.world, workflow, trigger);
    let shown = runs.map(|run| show_history(workflow, run));
    paging::page(request.call, filtered(request.call, shown.collect())?)
}

/// One of them.
pub(super) fn history(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    let (_, run) = find_history(request.world, workflow, at)?;
    Ok(Reply::json(200, show_history(workflow, run)))
}

/// Lets a trigger fire as it did before.
pub(super) fn resubmit(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    let (trigger, _) = find_history(request.world, workflow, at)?;
    start(request.world, workflow, trigger)
}

fn find_history<'a, 'b>(
    world: &'a World,
    workflow: &'b Stored,
    at: &[&str],
) -> Result<(&'b str, &'a Stored), ArmError> {
    let ((trigger, _), name) = (trigger(workflow, at[0])?, at[1]);
    let mut runs = of_trigger(world, workflow, trigger);
    let run = runs.find(|run| run.id.name().eq_ignore_ascii_case(name));
    run.map(|run| (trigger, run)).ok_or_else(|| {
        errors::workflow_trigger_history_not_found(workflow.id.name(), trigger, name)
    })
}

/// Fires a trigger. What Azure says of a disabled workflow is an assumption.
pub(super) fn start(world: &mut World, workflow: &Stored, trigger: &str) -> Outcome {
    let state = text(&workflow.body, "properties/state").unwrap_or_default();
    if state != "Enabled" {
        return Err(errors::workflow_trigger_is_not_enabled(
            workflow.id.name(),
            trigger,
            state,
        ));
    }
    // Like the numbers of versions these go down, so that the newest run comes first.
    let name = format!(
        "{}{:09}CU{:02}",
        next_version(world.now, None),
        world.random.below(1_000_000_000),
        world.random.below(64)
    );
    let id = workflow.id.child(RUNS, &name);
    world.resources.insert(Stored {
        id,
        etag: String::new(),
        body: json!({"trigger": trigger, "version": workflow.body["properties"]["version"]}).into(),
        created: world.now,
        changed: world.now,
        hidden: Json::Null.into(),
    });
    let old: Vec<_> = world
        .resources
        .children(&workflow.id, RUNS)
        .skip(MOST)
        .map(|run| run.id.clone())
        .collect();
    for id in old {
        world.resources.remove(&id);
    }
    Ok(Reply::empty(202).header("x-ms-workflow-run-id", name))
}

/// When a trigger fired last.
pub(super) fn last_fired(world: &World, workflow: &Stored, trigger: &str) -> Option<Timestamp> {
    of_trigger(world, workflow, trigger)
        .map(|run| run.created)
        .max()
}

/// The runs.
pub(super) fn list(request: &mut Request<'_>, workflow: &Stored, _: &[&str]) -> Outcome {
    let (world, call) = (&*request.world, request.call);
    let runs = world.resources.children(&workflow.id, RUNS);
    let shown = runs.map(|run| show(world, workflow, run));
    let shown = filtered(call, shown.collect())?;
    paging::page(call, shown)
}

/// Those that the filter of a request accepts.
fn filtered(call: &Call, mut shown: Vec<Json>) -> Result<Vec<Json>, ArmError> {
    if let Some(filter) = Filter::of(call, &["status", "clientTrackingId"])? {
        shown.retain(|one| {
            filter.accepts(|field| {
                let place = match field {
                    "status" => "properties/status",
                    _ => "properties/correlation/clientTrackingId",
                };
                text(one, place).into_iter().collect()
            })
        });
    }
    Ok(shown)
}

fn find<'a>(world: &'a World, workflow: &Stored, name: &str) -> Result<&'a Stored, ArmError> {
    let run = world.resources.get(&workflow.id.child(RUNS, name));
    run.ok_or_else(|| errors::workflow_run_not_found(workflow.id.name(), name))
}

fn of_trigger<'a>(
    world: &'a World,
    workflow: &Stored,
    trigger: &str,
) -> impl Iterator<Item = &'a Stored> + use<'a> {
    let trigger = trigger.to_lowercase();
    let runs = world.resources.children(&workflow.id, RUNS);
    runs.filter(move |run| {
        text(&run.body, "trigger").is_some_and(|name| name.to_lowercase() == trigger)
    })
}

/// Cancels what still runs. The code of the refusal is ours.
pub(super) fn cancel(request: &mut Request<'_>, workflow: &Stored, at: &[&str]) -> Outcome {
    let world = &mut *request.world;
    let run = find(world, workflow, at[0])?.clone();
    let (status, _) = state(world, &run);
    if status != "Running" {
        return Err(errors::workflow_run_cannot_be_cancelled(
            workflow.id.name(),
            run.id.name(),
            status,
        ));
    }
    let now = timestamp(world.now);
    if let Some(run) = world.resources.get_mut(&run.id) {
        run.body["cancelled"] = json!(now);
    }
    Ok(Reply::empty(200))
}

/// The status of a run, and when it ended.
fn state(world: &World, run: &Stored) -> (&'static str, Option<String>) {
    let ends = plus(run.created, LASTS);
    match text(&run.body, "cancelled") {
        Some(at) => ("Cancelled", Some(at.to_owned())),
        None if ends > world.now => ("Running", None),
        None => ("Succeeded", Some(timestamp(ends))),
    }
}

fn show(world: &World, workflow: &Stored, run: &Stored) -> Json {
    let started = timestamp(run.created);
    let (status, ended) = state(world, run);
    let version = text(&run.body, "version").unwrap_or_default();
    let correlation = json!({"clientTrackingId": run.id.name()});
    let mut properties = json!({
        "startTime": started,
        "status": status,
        "correlation": correlation,
        "workflow": {
            "id": format!("{}/versions/{version}", workflow.id),
            "name": version,
            "type": "Microsoft.Logic/workflows/versions"
        },
        "trigger": {
            "name": run.body["trigger"], "startTime": started, "endTime": started,
            "correlation": correlation, "code": "OK", "status": "Succeeded"
        },
        "outputs": {}
    });
    if let Some(ended) = ended {
        properties["endTime"] = json!(ended);
    }
    json!({
        "properties": properties,
        "id": run.id.to_string(),
        "name": run.id.name(),
        "type": "Microsoft.Logic/workflows/runs"
    })
}

fn show_history(workflow: &Stored, run: &Stored) -> Json {
    let (name, started) = (run.id.name(), timestamp(run.created));
    let trigger = text(&run.body, "trigger").unwrap_or_default();
    json!({
        "properties": {
            "startTime": started,
            "endTime": started,
            "status": "Succeeded",
            "code": "OK",
            "correlation": {"clientTrackingId": name},
            "fired": true,
            "run": {"name": name, "id": run.id.to_string(), "type": "Microsoft.Logic/workflows/runs"}
        },
        "id": format!("{}/triggers/{trigger}/histories/{name}", workflow.id),
        "name": name,
        "type": "Microsoft.Logic/workflows/triggers/histories"
    })
}
