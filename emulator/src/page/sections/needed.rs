//! What a request that was refused would have needed, as far as that can be told from what there is now.

use maud::{Markup, html};

use crate::control::requests::Entry;
use crate::core::authorization::roles_with;
use crate::core::id::ResourceId;
use crate::core::scope::{whole, with_above};
use crate::page::scene::Scene;
use crate::page::words;

/// How many names of what is there instead are told.
const MOST_NAMES: usize = 5;

/// A sentence below the error of a request, if there is more to say than the error does.
pub(super) fn show(
    scene: &Scene<'_>,
    request: &Entry,
    code: &str,
    message: &str,
) -> Option<Markup> {
    let quoted: Vec<&str> = message.split('\'').skip(1).step_by(2).collect();
    let needed = match (code, quoted.as_slice()) {
        ("AuthorizationFailed", [_, object, action, scope, ..])
        | ("LinkedAuthorizationFailed", [_, object, _, _, action, scope, ..]) => {
            role(object, action, scope)
        }
        ("DenyAssignmentAuthorizationFailed", [.., name, _, scope]) => html! {
            "An exclusion of the client from the deny assignment " b { (name) } " at " code { (scope) } ", or its end."
        },
        ("ScopeLocked", [_, locked, ..]) => locks(scene, locked)?,
        _ => match request.status {
            Some(404) => missing(scene, &request.path)?,
            Some(409 | 412 | 429) => now(scene, request)?,
            _ => return None,
        },
    };
    Some(html! { p.needed { b { "What would have been needed: " } (needed) } })
}

fn role(object: &str, action: &str, scope: &str) -> Markup {
    let roles = roles_with(action);
    html! {
        "A role with the action " code { (action) } " at " code { (scope) } " or above it, assigned to the object " code { (object) } "."
        @if !roles.is_empty() { " Built-in ones: " (roles.join(", ")) "." }
    }
}

/// The locks that are there now at scopes.
fn locks(scene: &Scene<'_>, scopes: &str) -> Option<Markup> {
    let scopes = scopes.split(',').filter_map(|scope| {
        let subscription = scope.strip_prefix("/subscriptions/")?;
        ResourceId::parse(scope)
            .or_else(|| (!subscription.contains('/')).then(|| whole(subscription)))
    });
    let locks = scopes.flat_map(|scope| scene.world.resources.authorizations_of(&scope, "locks"));
    let locks: Vec<&ResourceId> = locks.map(|lock| &lock.id).collect();
    Some(match locks.as_slice() {
        [] => html! { "The end of a lock, which is gone by now." },
        locks => html! {
            "The end of "
            @for (number, id) in locks.iter().enumerate() {
                @if number > 0 { ", " }
                a href={ (scene.view.of_resource(id)) "#resource" } { "the lock " (id.name()) }
            }
            "."
        },
    })
}

/// The first thing on the way to a path that is not there, and what is there instead.
fn missing(scene: &Scene<'_>, path: &str) -> Option<Markup> {
    // What lies below a resource without being one is left out.
    let mut id = None;
    for (end, _) in path.match_indices('/').chain([(path.len(), "")]).skip(1) {
        id = ResourceId::parse(&path[..end]).or(id);
    }
    let id = id?;
    let resources = &scene.world.resources;
    let mut way = with_above(&id)
        .into_iter()
        .filter(|id| !id.pairs.is_empty());
    let Some(first) = way.find(|id| !resources.has(id)) else {
        return Some(html! { "Nothing that lasted: " code { (id.name()) } " is there now." });
    };
    let kind = first.pairs.last().map_or("", |(kind, _)| kind.as_str());
    let siblings = resources.starting_with(first.key().rsplit_once('/')?.0.to_owned() + "/");
    let siblings = siblings.filter(|other| other.id.pairs.len() == first.pairs.len());
    let siblings = siblings.filter(|other| other.id.group.is_some() == first.group.is_some());
    let names: Vec<&str> = siblings
        .map(|other| other.id.name())
        .take(MOST_NAMES)
        .collect();
    Some(html! {
        code { (first.name()) } ", which is no name among the " (kind) " there"
        @if names.is_empty() { ": there are none." } @else { ": " (names.join(", ")) "." }
    })
}

/// What stands in the way now: an operation that runs, or another etag.
fn now(scene: &Scene<'_>, request: &Entry) -> Option<Markup> {
    let id = ResourceId::parse(&request.path)?;
    if request.status == Some(412) {
        let stored = scene.world.resources.get(&id)?;
        return Some(html! { "The etag that it has now: " code { (stored.etag) } "." });
    }
    let running = scene.running(&id).or_else(|| scene.running(&id.root()))?;
    let left = words::azure_span(running.ends - scene.world.now);
    Some(
        html! { "The end of " b { (running.kind) } " on " code { (running.target.name()) } ", which comes in " (left) "." },
    )
}
