//! `{scope}/providers/Microsoft.Resources/tags/default`: the tags of a subscription, a group or a resource by themselves.

use crate::core::call::{Call, Outcome, Reply};
use crate::core::definition::Request;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, text};
use crate::core::locks::{self, Intent};
use crate::core::presence;
use crate::core::resource;
use crate::core::scope;
use crate::core::store::Stored;
use crate::core::versions;

/// Answers a request for the tags of a scope.
pub(super) fn serve(request: &mut Request<'_>, _: &[&str]) -> Outcome {
    let call = request.call;
    versions::check_own(call.api_version()?)?;
    let scope = scope::asked(request, 4)?;
    let old = read(request, &scope)?;
    let new = match call.method.as_str() {
        "GET" => return Ok(show(&scope, old)),
        "DELETE" => json!({}),
        "PUT" => given(&call.json()?),
        _ => change(old.clone(), &call.json()?)?,
    };
    if scope.pairs.is_empty() {
        locks::check(request.world, &scope, Intent::Write)?;
        resource::check_tags(&json!({"tags": new}))?;
        keep(request, &scope, &new);
    } else {
        write(request, &scope, &old, new)?;
    }
    let tags = read(request, &scope)?;
    Ok(match call.method.as_str() {
        "DELETE" => Reply::empty(200),
        _ => show(&scope, tags),
    })
}

fn show(scope: &ResourceId, tags: Json) -> Reply {
    Reply::json(
        200,
        json!({
            "id": format!("{scope}/providers/Microsoft.Resources/tags/default"),
            "name": "default",
            "type": "Microsoft.Resources/tags",
            "properties": {"tags": tags}
        }),
    )
}

/// The tags of a request's body.
fn given(body: &Json) -> Json {
    let tags = body["properties"].get("tags");
    tags.cloned().unwrap_or_else(|| json!({}))
}

/// Tags with what a PATCH asks for: others beside them, others in their place, or some of them gone.
fn change(mut tags: Json, body: &Json) -> Result<Json, ArmError> {
    let given = given(body);
    let asked = text(body, "operation").unwrap_or_default();
    let is = |word: &str| asked.eq_ignore_ascii_case(word);
    if is("Replace") {
        return Ok(given);
    }
    let (Json::Object(members), Json::Object(given)) = (&mut tags, given) else {
        return Ok(tags);
    };
    let names = |members: &serde_json::Map<String, Json>, name: &str| {
        let mut known = members.keys();
        known
            .find(|known| known.eq_ignore_ascii_case(name))
            .cloned()
    };
    for (name, value) in given {
        let known = names(members, &name);
        if is("Merge") {
            members.insert(known.unwrap_or(name), value);
        } else if is("Delete") {
            // By its name alone, or by name and value.
            let by_name = value.as_str().is_none_or(str::is_empty);
            if let Some(known) = known.filter(|known| by_name || members[known.as_str()] == value) {
                members.shift_remove(&known);
            }
        } else {
            let why =
                format!("'{asked}' is not one of the operations 'Replace', 'Merge' and 'Delete'.");
            return Err(errors::invalid_content(why));
        }
    }
    Ok(tags)
}

/// The tags of a scope.
fn read(request: &Request<'_>, scope: &ResourceId) -> Result<Json, ArmError> {
    let stored = if scope.pairs.is_empty() {
        request.world.resources.get(&record(scope))
    } else {
        Some(presence::existing(request.types, request.world, scope)?)
    };
    let tags = stored.and_then(|stored| stored.body.get("tags"));
    Ok(tags.cloned().unwrap_or_else(|| json!({})))
}

/// Where the tags of a subscription are kept.
fn record(subscription: &ResourceId) -> ResourceId {
    subscription
        .child("providers", "Microsoft.Resources")
        .child("tags", "default")
}

fn keep(request: &mut Request<'_>, scope: &ResourceId, tags: &Json) {
    let world = &mut *request.world;
    world.resources.insert(Stored {
        id: record(scope),
        etag: String::new(),
        body: json!({"tags": tags}).into(),
        created: world.now,
        changed: world.now,
        hidden: Json::Null.into(),
    });
}

/// Gives a resource its tags as a client would: by a PATCH, in which those that go are null.
fn write(
    request: &mut Request<'_>,
    scope: &ResourceId,
    old: &Json,
    mut new: Json,
) -> Result<(), ArmError> {
    let definition = request.types.find(&scope.type_name());
    let definition = definition.filter(|definition| definition.located);
    let definition = definition.ok_or_else(|| errors::tags_not_supported(scope.type_name()))?;
    for name in old.as_object().into_iter().flat_map(|old| old.keys()) {
        if new.get(name).is_none() {
            new[name] = Json::Null;
        }
    }
    let version = definition.newest_version();
    let call = Call {
        base: request.call.base.clone(),
        ..Call::own("PATCH", &scope.to_string(), version, &json!({"tags": new}))
    };
    let mut patch = Request {
        types: request.types,
        world: request.world,
        call: &call,
        caller: request.caller,
        doom: request.doom.take(),
    };
    resource::serve(&mut patch, definition, scope).map(|_| ())
}
