//! Changes of an environment: by PATCH what ARM takes that way, by read–modify–write PUT all else.

use serde_json::{Map, Value as Json, json};

use super::{ARM, SCHEMA};
use crate::arm::{self, Intent, PutOptions, ResourceId, Session};
use crate::resources::shared::tags;
use crate::sdk::plan::sent_changes;
use crate::sdk::resource::Update;
use crate::sdk::value::Object;

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
pub(super) fn steps(update: Update<'_>, again: &[String]) -> Vec<(Vec<&'static str>, Step)> {
    let sent = sent_changes(&SCHEMA, update.prior, update.planned);
    let changes = |name: &&str| sent.contains(name) || again.iter().any(|it| it == name);
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
    if changes(&"restart_triggers") {
        steps.push((vec!["restart_triggers"], Step::Restart));
    }
    steps
}

/// Sends one of them; nothing if it turns out not to be needed.
pub(super) async fn send(
    step: Step,
    session: &Session,
    id: &ResourceId,
    planned: &Object,
) -> Result<Option<arm::Accepted>, arm::Error> {
    if step == Step::Restart {
        let mut restarted = session.post(id, "restart", ARM.api_version, None).await?;
        // As after any other step, it is the environment that is waited for, and not the answer of an action.
        if let Some(operation) = &mut restarted.operation {
            operation.intent = Intent::Write;
        }
        return Ok(Some(restarted));
    }
    let current = session.get(id, ARM.api_version).await?;
    let accepted = match step {
        Step::Patch => {
            let body = patch_body(&current, planned);
            session.patch(id, ARM.api_version, &body).await?
        }
        Step::PutAwayTags if !outlives(&current, planned) => return Ok(None),
        _ => {
            let body = written(&current, planned);
            session
                .put(id, ARM.api_version, &body, PutOptions::default())
                .await?
        }
    };
    Ok(Some(accepted))
}

/// Whether ARM has what an update can change: writing it would make no difference.
pub(super) fn is_made(current: &Json, planned: &Object) -> bool {
    let wanted = written(current, planned);
    let is_same = |member: &str| wanted[member] == current[member];
    is_same("sku") && is_same("identity") && members(&wanted) == members(current)
}

fn written(current: &Json, planned: &Object) -> Json {
    let mut wanted = current.clone();
    ARM.write(planned, &mut wanted);
    wanted
}

/// Whether a tag is still there that is not planned.
fn outlives(current: &Json, planned: &Object) -> bool {
    !tags::missing(current, &written(current, planned)).is_empty()
}

/// The body that changes capacity and tags; a removed tag is null in it.
fn patch_body(current: &Json, planned: &Object) -> Json {
    let wanted = written(current, planned);
    let mut tags = members(&wanted);
    for key in tags::missing(current, &wanted) {
        tags.insert(key, Json::Null);
    }
    json!({ "sku": wanted["sku"], "tags": tags })
}

fn members(body: &Json) -> Map<String, Json> {
    body["tags"].as_object().cloned().unwrap_or_default()
}
