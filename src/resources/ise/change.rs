//! Changes of an environment: by PATCH what ARM takes that way, by read–modify–write PUT all else.

use serde_json::{Value as Json, json};

use super::ARM;
use crate::arm::{self, PutOptions, ResourceId, Session};
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

/// The body to PUT if tags outlived the PATCH that was to remove them.
pub(super) async fn without_removed_tags(
    session: &Session,
    id: &ResourceId,
    planned: &Object,
) -> Result<Option<Json>, arm::Error> {
    let body = session.get(id, ARM.api_version).await?;
    let mut wanted = body.clone();
    ARM.write(planned, &mut wanted);
    let members = |body: &Json| body["tags"].as_object().cloned().unwrap_or_default();
    let wanted_tags = members(&wanted);
    let mut tags = members(&body).into_iter();
    let outlived = tags.any(|(key, value)| !value.is_null() && !wanted_tags.contains_key(&key));
    Ok(outlived.then_some(wanted))
}

/// The body that changes capacity and tags; a removed tag is null in it.
fn patch_body(current: &Json, planned: &Object) -> Json {
    let mut wanted = current.clone();
    ARM.write(planned, &mut wanted);
    let members = |body: &Json| body["tags"].as_object().cloned().unwrap_or_default();
    let mut tags = members(&wanted);
    for (key, _) in members(current) {
        tags.entry(key).or_insert(Json::Null);
    }
    json!({ "sku": wanted["sku"], "tags": tags })
}
