//! Changes of an environment: by PATCH what ARM takes that way, by read–modify–write PUT all else.

use serde_json::{Map, Value as Json, json};
use tfplugin_framework::resource::UpdateRequest;

use super::schema::{ARM, SCHEMA};
use crate::arm::{self, Intent, ResourceId, Sending, Session};
use crate::azure::body::{Change, Overwritten};
use crate::azure::row::sent_changes;
use crate::azure::tags;
use crate::azure::types::ENVIRONMENTS;

/// The attribute whose change restarts the environment.
pub(super) const RESTART_TRIGGERS: &str = "restart_triggers";

/// One request of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Everything, as ARM gave it but for what changes.
    Put,
    /// Capacity and tags only.
    Patch,
    /// A PUT if tags outlived the PATCH that was to remove them.
    PutAwayTags,
    /// A restart, which changes nothing but what is cached.
    Restart,
}

/// The requests that an update takes, each with the attributes that it changes.
///
/// Those that a failed update was to change are sent `again`.
pub(super) fn steps(update: UpdateRequest<'_>, again: &[String]) -> Vec<(Vec<&'static str>, Step)> {
    let sent = sent_changes(&SCHEMA, update.prior, update.plan);
    let is_known = |name: &str| !update.plan.get(name).is_unknown();
    let changes =
        |name: &&str| sent.contains(name) && is_known(name) || again.iter().any(|it| it == name);
    let changed = |names: &[&'static str]| -> Vec<&'static str> {
        names.iter().copied().filter(changes).collect()
    };
    let mut steps = Vec::new();
    let scaled = changed(&["capacity", "tags_all"]);
    if changes(&"identity") {
        steps.push((changed(&["identity", "capacity", "tags_all"]), Step::Put));
    } else if !scaled.is_empty() {
        steps.push((scaled, Step::Patch));
    }
    if changes(&"tags_all") {
        steps.push((vec!["tags_all"], Step::PutAwayTags));
    }
    if changes(&RESTART_TRIGGERS) {
        steps.push((vec![RESTART_TRIGGERS], Step::Restart));
    }
    steps
}

/// What an update changes, and what an earlier one failed to change.
pub(super) fn of<'a>(update: UpdateRequest<'a>, again: &'a [String]) -> Change<'a> {
    Change::between(update.prior, update.plan).and_again(again)
}

/// Sends one of them; nothing if it turns out not to be needed. Tells what of others it overwrote.
pub(super) async fn send(
    (changes, step): (&[&str], Step),
    session: &Session,
    id: &ResourceId,
    change: Change<'_>,
) -> Result<(Option<arm::Accepted>, Vec<Overwritten>), arm::Error> {
    if step == Step::Restart {
        let mut restarted = session.of(&ENVIRONMENTS).post(id, "restart", None).await?;
        // As after any other step, it is the environment that is waited for, and not the answer of an action.
        if let Some(operation) = &mut restarted.operation {
            operation.intent = Intent::Write;
        }
        return Ok((Some(restarted), Vec::new()));
    }
    let write = |current: Json| {
        let (wanted, overwritten) = written(&current, change);
        let sending = match step {
            Step::Patch => Sending::Patch(patch_body(changes, &current, &wanted)),
            Step::PutAwayTags if tags::missing(&current, &wanted).is_empty() => Sending::Nothing,
            Step::PutAwayTags => {
                // All else was changed before, and may be another by now.
                let mut body = unchanged(&current, change);
                body["tags"] = wanted["tags"].clone();
                Sending::Put(body)
            }
            Step::Put | Step::Restart => Sending::Put(wanted),
        };
        let overwritten = match step {
            Step::PutAwayTags => Vec::new(),
            _ => overwritten,
        };
        Ok::<_, arm::Error>((sending, overwritten))
    };
    let modified = session.of(&ENVIRONMENTS).modify(id, None, write).await?;
    Ok((modified.accepted, modified.findings))
}

/// Whether ARM has what is to change: writing it would make no difference.
pub(super) fn is_made(current: &Json, change: Change<'_>) -> bool {
    let (wanted, _) = written(current, change);
    ARM.same_bodies(&wanted, &unchanged(current, change))
}

fn written(current: &Json, change: Change<'_>) -> (Json, Vec<Overwritten>) {
    let mut wanted = current.clone();
    let overwritten = ARM.write(change, &mut wanted);
    (wanted, overwritten)
}

/// All that a PUT has to say where nothing changes.
fn unchanged(current: &Json, change: Change<'_>) -> Json {
    written(current, Change::between(change.planned, change.planned)).0
}

/// The body that changes capacity and tags, as far as they change: the other is not spoken of, for it may have become
/// another since it was read. A removed tag is null in it, and a SKU has its name.
fn patch_body(changes: &[&str], current: &Json, wanted: &Json) -> Json {
    let mut body = json!({});
    if changes.contains(&"capacity") {
        body["sku"] = wanted["sku"].clone();
    }
    if changes.contains(&"tags_all") {
        let mut tags = members(wanted);
        for key in tags::missing(current, wanted) {
            tags.insert(key, Json::Null);
        }
        body["tags"] = Json::Object(tags);
    }
    body
}

fn members(body: &Json) -> Map<String, Json> {
    body["tags"].as_object().cloned().unwrap_or_default()
}
