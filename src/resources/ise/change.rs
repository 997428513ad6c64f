//! Changes of an environment: by PATCH what ARM takes that way, by read–modify–write PUT all else.

use serde_json::{Map, Value as Json, json};

use super::ARM;
use crate::arm::{self, PutOptions, ResourceId, Session};
use crate::resources::shared::tags;
use crate::sdk::resource::Update;
use crate::sdk::value::Object;

/// Sends everything, as ARM gave it but for what changes.
pub(super) async fn put(
    session: &Session,
    id: &ResourceId,
    planned: &Object,
) -> Result<arm::Accepted, arm::Error> {
    let mut body = session.get(id, ARM.api_version).await?;
    ARM.write(planned, &mut body);
    session
        .put(id, ARM.api_version, &body, PutOptions::default())
        .await
}

/// Sends capacity and tags only.
pub(super) async fn patch(
    session: &Session,
    id: &ResourceId,
    planned: &Object,
) -> Result<arm::Accepted, arm::Error> {
    let body = session.get(id, ARM.api_version).await?;
    session
        .patch(id, ARM.api_version, &patch_body(&body, planned))
        .await
}

/// Whether the environment is to be restarted: for other triggers, not for the first ones.
pub(super) fn restarts(update: Update<'_>) -> bool {
    let before = update.prior.get("restart_triggers");
    update.changes("restart_triggers") && before.as_map().is_some_and(|before| !before.is_empty())
}

/// The body to PUT if tags outlived the PATCH that was to remove them.
pub(super) async fn without_removed_tags(
    session: &Session,
    id: &ResourceId,
    planned: &Object,
) -> Result<Option<Json>, arm::Error> {
    let body = session.get(id, ARM.api_version).await?;
    let mut wanted = body.clone();
    ARM.write(planned, &mut wanted);
    let outlived = !tags::missing(&body, &wanted).is_empty();
    Ok(outlived.then_some(wanted))
}

/// The body that changes capacity and tags; a removed tag is null in it.
fn patch_body(current: &Json, planned: &Object) -> Json {
    let mut wanted = current.clone();
    ARM.write(planned, &mut wanted);
    let kept = wanted["tags"].as_object().into_iter().flatten();
    let removed = tags::missing(current, &wanted);
    let removed = removed.into_iter().map(|key| (key, Json::Null));
    let tags: Map<String, Json> = kept
        .map(|(key, value)| (key.clone(), value.clone()))
        .chain(removed)
        .collect();
    json!({ "sku": wanted["sku"], "tags": tags })
}
