//! From a path to what serves it.

use super::authorization;
use super::call::{Call, Outcome, Reply};
use super::definition::{Handler, Request, Table, TypeDefinition};
use super::directory::guid;
use super::error::ArmError;
use super::errors;
use super::export;
use super::generic;
use super::id::{GROUP, ResourceId};
use super::json::{Json, json};
use super::locks::{self, Intent};
use super::moving;
use super::paging;
use super::presence;
use super::providers;
use super::regions;
use super::resource::{self, Scope};
use super::route::{Route, Routed, find, route};
use super::scope;
use super::versions;
use super::world::World;

/// What ARM itself serves. What comes with a namespace stands before it, and the types of the namespaces are below the last
/// rows.
static ROUTES: &[Route<Handler>] = &[
    route("GET", "tenants", tenants),
    route("GET", "subscriptions", subscriptions),
    route("GET", "subscriptions/*", subscription),
    route("GET", "subscriptions/*/locations", regions::list),
    route("GET", "subscriptions/*/resources", generic::list),
    route("GET", "subscriptions/*/providers", providers::list),
    route("GET", "subscriptions/*/providers/*", providers::get),
    route(
        "GET",
        "subscriptions/*/providers/*/resourceTypes",
        providers::types,
    ),
    route(
        "POST",
        "subscriptions/*/providers/*/register",
        |request, at| providers::register(request, at, true),
    ),
    route(
        "POST",
        "subscriptions/*/providers/*/unregister",
        |request, at| providers::register(request, at, false),
    ),
    route("GET", "subscriptions/*/resourceGroups", groups),
    route("*", "subscriptions/*/resourceGroups/*", group),
    route(
        "GET",
        "subscriptions/*/resourceGroups/*/resources",
        generic::list,
    ),
    route(
        "POST",
        "subscriptions/*/resourceGroups/*/exportTemplate",
        export::template,
    ),
    route(
        "POST",
        "subscriptions/*/resourceGroups/*/moveResources",
        |request, at| moving::start(request, at, true),
    ),
    route(
        "POST",
        "subscriptions/*/resourceGroups/*/validateMoveResources",
        |request, at| moving::start(request, at, false),
    ),
    route(
        "GET PUT DELETE",
        "subscriptions/*/**/providers/Microsoft.Authorization/locks/*",
        locks::one,
    ),
    route(
        "GET",
        "subscriptions/*/**/providers/Microsoft.Authorization/locks",
        locks::list,
    ),
    route(
        "GET",
        "providers/Microsoft.Authorization/roleDefinitions",
        authorization::built_in,
    ),
    route(
        "GET",
        "providers/Microsoft.Authorization/roleDefinitions/*",
        authorization::built_in,
    ),
    route(
        "*",
        "subscriptions/*/**/providers/Microsoft.Authorization/*/*",
        authorization::one,
    ),
    route(
        "*",
        "subscriptions/*/**/providers/Microsoft.Authorization/*",
        authorization::all,
    ),
    route("*", "subscriptions/*/providers/*/*/**", of_subscription),
    route(
        "*",
        "subscriptions/*/resourceGroups/*/providers/*/*/**",
        of_group,
    ),
];

/// What is served besides the types' own: patterns and verbs.
#[cfg(test)]
pub(crate) fn served(types: &Table) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    let own = types.0.iter();
    let all = ROUTES
        .iter()
        .chain(own.flat_map(|provider| provider.routes));
    all.map(|route| (route.pattern, route.verbs))
}

/// Answers a request to ARM.
pub(crate) fn serve(request: &mut Request<'_>) -> Reply {
    let reply = dispatch(request);
    reply.unwrap_or_else(|error| Reply::error(&error, &request.world.clock))
}

fn dispatch(request: &mut Request<'_>) -> Outcome {
    let call = request.call;
    call.api_version()?;
    if let Some(subscription) = call.target.subscription().filter(|id| guid(id).is_none()) {
        return Err(errors::invalid_subscription_id(subscription));
    }
    call.check_media_type()?;
    let providers = request.types.0.iter();
    let tables = providers.flat_map(|provider| provider.routes).chain(ROUTES);
    let segments = call.target.segments();
    match find(tables, &call.method, &segments) {
        Routed::Found(handler, captured) => handler(request, &captured),
        Routed::WrongVerb(allow) => Err(errors::method(&call.method, &allow)),
        Routed::Nowhere => Err(errors::no_route(call.target.path())),
    }
}

fn groups(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let definition = definition_of_groups(request)?;
    resource::collection(request, definition, Scope::Subscription(at[0]))
}

fn group(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let definition = definition_of_groups(request)?;
    resource::serve(request, definition, &ResourceId::of_group(at[0], at[1]))
}

fn definition_of_groups(request: &Request<'_>) -> Result<&'static TypeDefinition, ArmError> {
    let found = request.types.find(GROUP);
    found.ok_or_else(|| errors::no_route(&request.call.path))
}

/// The resources of a type in a whole subscription, which is all of a type that is served there.
fn of_subscription(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let (namespace, segments) = (at[1], request.call.target.segments());
    let found = request.types.find(&format!("{namespace}/{}", at[2]));
    match (found, &segments[5..]) {
        (Some(definition), []) => {
            resource::collection(request, definition, Scope::Subscription(at[0]))
        }
        (_, below) => {
            let kind = type_name(at[2], below.get(1..).unwrap_or_default(), below.len());
            let version = request.call.api_version()?;
            Err(not_served(request.types, namespace, &kind, version))
        }
    }
}

/// What lies in a group: the deepest type that is served on the way; what is left of the path is the type's own affair.
fn of_group(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let call = request.call;
    let (group, namespace) = (ResourceId::of_group(at[0], at[1]), at[2]);
    let segments = call.target.segments();
    let rest = &segments[6..];
    for depth in (1..=rest.len().div_ceil(2)).rev() {
        let Some(definition) = request.types.find(&type_name(namespace, rest, depth)) else {
            continue;
        };
        let pairs = rest.get(..2 * depth).unwrap_or(rest);
        let id = group.resource(namespace, pairs);
        return match rest.get(2 * depth..) {
            None => children(request, definition, &group, &id),
            Some([]) => resource::serve(request, definition, &id),
            Some(tail) => below(request, definition, &id, tail),
        };
    }
    let kind = type_name("", rest, rest.len());
    let version = call.api_version()?;
    Err(not_served(
        request.types,
        namespace,
        kind.trim_start_matches('/'),
        version,
    ))
}

fn type_name(namespace: &str, pairs: &[&str], depth: usize) -> String {
    let kinds = pairs.iter().step_by(2).take(depth);
    kinds.fold(namespace.to_owned(), |name, kind| format!("{name}/{kind}"))
}

fn children(
    request: &mut Request<'_>,
    definition: &'static TypeDefinition,
    group: &ResourceId,
    parent: &ResourceId,
) -> Outcome {
    presence::existing_group(request.world, group)?;
    if parent.pairs.is_empty() {
        return resource::collection(request, definition, Scope::Below(group));
    }
    presence::existing(request.types, request.world, parent)?;
    resource::collection(request, definition, Scope::Below(parent))
}

fn below(
    request: &mut Request<'_>,
    definition: &'static TypeDefinition,
    id: &ResourceId,
    tail: &[&str],
) -> Outcome {
    let method = request.call.method.as_str();
    definition.check_version(request.call.api_version()?, "")?;
    let routed = find(definition.below, method, tail);
    if let Routed::WrongVerb(allow) = &routed {
        return Err(errors::method(method, allow));
    }
    let stored = presence::existing(request.types, request.world, id)?.clone();
    let Routed::Found(handler, captured) = routed else {
        let (namespace, name) = (&stored.id.namespace, tail[0]);
        return Err(errors::unknown_below(namespace, name));
    };
    if method == "POST" {
        locks::check(request.world, id, Intent::Write)?;
        // Also the body of an action that looks at none of it.
        request.call.check_body()?;
    }
    handler(request, &stored, &captured)
}

/// The tenant that the caller belongs to.
fn tenants(request: &mut Request<'_>, _: &[&str]) -> Outcome {
    own(request.call)?;
    let home = &request.world.directory.tenant;
    let shown = match request.caller.map(|caller| &caller.tenant) {
        Some(tenant) if *tenant != home.id => {
            json!({"id": format!("/tenants/{tenant}"), "tenantId": tenant, "tenantCategory": "Home"})
        }
        _ => home.show(),
    };
    paging::page(request.call, vec![shown])
}

/// Every well-formed subscription exists; those that hold something are listed for callers of their tenant.
fn subscriptions(request: &mut Request<'_>, _: &[&str]) -> Outcome {
    own(request.call)?;
    let world = &*request.world;
    let directory = &world.directory;
    let own = request
        .caller
        .map_or(&*directory.tenant.id, |caller| &caller.tenant);
    let mut known: Vec<&str> = world
        .resources
        .all()
        .map(|stored| stored.id.subscription.as_str())
        .filter(|subscription| directory.tenant_of(subscription) == own)
        .collect();
    known.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    paging::page_of(request.call, known, |id| show_subscription(world, id))
}

fn subscription(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    own(request.call)?;
    Ok(Reply::json(200, show_subscription(request.world, at[0])))
}

fn show_subscription(world: &World, id: &str) -> Json {
    json!({
        "id": format!("/subscriptions/{id}"),
        "subscriptionId": id,
        "tenantId": world.directory.tenant_of(id),
        "displayName": "Emulated",
        "state": "Enabled",
        "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"},
        "authorizationSource": "RoleBased"
    })
}

fn own(call: &Call) -> Result<(), ArmError> {
    versions::check_own(call.api_version()?)
}

fn not_served(types: &Table, namespace: &str, kind: &str, version: &str) -> ArmError {
    let is_known = types.provider(namespace).is_some();
    if is_known || namespace.eq_ignore_ascii_case(scope::NAMESPACE) {
        return errors::invalid_resource_type(namespace, kind, version);
    }
    errors::invalid_resource_namespace(namespace)
}
