//! The earlier versions of a workflow. Each is a row of its own, and a text: as trees they would take twenty times the room.

use crate::core::call::Outcome;
use crate::core::definition::Request;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, text};
use crate::core::paging;
use crate::core::store::Stored;
use crate::core::world::World;

const KIND: &str = "versions";

/// How many versions are kept.
const KEPT: usize = 50;

/// Remembers the properties of a workflow as they were written, and forgets what is too old.
pub(super) fn remember(world: &mut World, workflow: &ResourceId, properties: &Json) {
    let name = text(properties, "version").unwrap_or_default();
    world.resources.insert(Stored {
        id: workflow.child(KIND, name),
        etag: String::new(),
        body: Json::String(properties.to_string()).into(),
        created: world.now,
        changed: world.now,
        hidden: Json::Null.into(),
    });
    // Their numbers go down: the newest comes first.
    let old = world.resources.children(workflow, KIND).skip(KEPT);
    let old: Vec<ResourceId> = old.map(|version| version.id.clone()).collect();
    for id in old {
        world.resources.remove(&id);
    }
}

/// The list of them.
pub(super) fn list(request: &mut Request<'_>, workflow: &Stored, _: &[&str]) -> Outcome {
    let versions = request.world.resources.children(&workflow.id, KIND);
    paging::page_of(request.call, versions, |version| show(workflow, version))
}

/// One of them.
pub(super) fn find(world: &World, workflow: &Stored, name: &str) -> Result<Json, ArmError> {
    let found = world.resources.get(&workflow.id.child(KIND, name));
    found.map(|version| show(workflow, version)).ok_or_else(|| {
        let workflow = workflow.id.name();
        errors::workflow_version_not_found(workflow, name)
    })
}

fn show(workflow: &Stored, version: &Stored) -> Json {
    let properties = version.body.as_str().unwrap_or_default();
    let properties: Json = serde_json::from_str(properties).unwrap_or_default();
    json!({
        "properties": properties,
        "id": version.id.to_string(),
        "name": version.id.name(),
        "type": "Microsoft.Logic/workflows/versions",
        "location": workflow.body["location"]
    })
}
