//! Metrics as tests and people set them: nothing here measures any.

use super::invalid;
use crate::core::call::{Outcome, Reply};
use crate::core::clock::timestamp;
use crate::core::ending;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, text};
use crate::core::world::World;
use crate::types::TABLE;

/// Lets a metric of a resource have a value from now on, or none when it is null.
pub(super) fn set(world: &mut World, asked: &Json) -> Outcome {
    let known = ["resource", "metric", "value"];
    if let Some(name) = asked
        .as_object()
        .and_then(|members| members.keys().find(|name| !known.contains(&name.as_str())))
    {
        return Err(invalid(&format!("'{name}' is unknown")));
    }
    let id = text(asked, "resource").and_then(ResourceId::parse);
    let id = id.ok_or_else(|| invalid("'resource' is the id of a resource"))?;
    if TABLE.find(&id.type_name()).is_some() && !world.resources.has(&id) {
        return Err(errors::not_found(&id));
    }
    let name = text(asked, "metric").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| invalid("'metric' is the name of a metric"))?;
    let value = match asked.get("value") {
        Some(Json::Null) => None,
        Some(Json::Number(number)) => number.as_f64().filter(|value| value.is_finite()),
        _ => return Err(invalid("'value' is a number, or null for no data")),
    };
    world.metrics.set(&id, name, value, world.now);
    ending::notice(&TABLE, world, None);
    Ok(Reply::json(200, list(world)))
}

/// The metrics that were set, with the value that each has now.
pub(super) fn list(world: &World) -> Json {
    let shown = world.metrics.all().map(|series| {
        json!({
            "resource": series.resource.to_string(),
            "metric": series.name,
            "value": series.value(world.now),
            "since": series.changed().map(timestamp)
        })
    });
    json!({ "value": shown.collect::<Vec<_>>() })
}

/// Forgets them.
pub(super) fn clear(world: &mut World) {
    world.metrics.clear();
    ending::notice(&TABLE, world, None);
}
