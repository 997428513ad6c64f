//! From a path to what serves it. ARM's paths have no case, so they are read here and not by a router.

use super::asynchronous;
use super::authorization;
use super::call::{Call, Reply};
use super::definition::{Style, TypeDefinition};
use super::delegations;
use super::directory::guid;
use super::error::ArmError;
use super::export;
use super::generic;
use super::id::{GROUP, ResourceId};
use super::insights;
use super::json::{Json, json};
use super::locks::{self, Intent};
use super::moving;
use super::paging;
use super::providers;
use super::regions;
use super::resource::{self, Scope, Subject};
use super::scope::Scoped;
use super::versions;
use super::world::World;

/// Answers a request to ARM.
pub(crate) fn serve(world: &mut World, call: &Call) -> Reply {
    let segments = segments(call);
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    route(world, call, &segments).unwrap_or_else(|error| Reply::error(&error, &world.clock))
}

/// The segments of a path, decoded.
pub(crate) fn segments(call: &Call) -> Vec<String> {
    call.path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(decode)
        .collect()
}

fn route(world: &mut World, call: &Call, segments: &[&str]) -> Result<Reply, ArmError> {
    call.api_version()?;
    let [first, rest @ ..] = segments else {
        return Err(ArmError::no_route(&call.path));
    };
    if !first.eq_ignore_ascii_case("subscriptions") {
        return tenant_level(world, call, segments);
    }
    let [subscription, rest @ ..] = rest else {
        return subscriptions(world, call);
    };
    if guid(subscription).is_none() {
        let message = format!(
            "The provided subscription identifier '{subscription}' is malformed or invalid."
        );
        return Err(ArmError::gateway(400, "InvalidSubscriptionId", message));
    }
    if let Some(scoped) = Scoped::read(rest) {
        if scoped.kind.eq_ignore_ascii_case("locks") {
            return locks::serve(world, call, subscription, scoped.scope, scoped.name);
        }
        return authorization::serve(world, call, subscription, &scoped);
    }
    if let Some(scope) = insights::split(rest) {
        return insights::metrics(world, call, subscription, scope);
    }
    match lower(rest).as_slice() {
        [] => own(call).map(|()| Reply::json(200, subscription_body(world, subscription))),
        ["resourcegroups", ..] => groups(world, call, subscription, &rest[1..]),
        ["operationresults", _] => asynchronous::location(world, call, rest[1], Style::Group, 200),
        ["resources"] => generic::list(world, call, Scope::Subscription(subscription)),
        [
            "providers",
            "microsoft.network",
            "locations",
            _,
            "operations",
            _,
        ] => asynchronous::network_status(world, rest[5]),
        [
            "providers",
            "microsoft.network",
            "locations",
            _,
            "operationresults",
            _,
        ] => asynchronous::location(world, call, rest[5], Style::Network, 204),
        ["providers"] => providers::list(world, call, subscription),
        ["locations"] => own(call).and_then(|()| regions::list(call, subscription)),
        ["providers", _, "resourcetypes"] => providers::types(world, call, rest[1]),
        [
            "providers",
            "microsoft.network",
            "locations",
            _,
            "availabledelegations",
        ] => {
            versions::check_network(call.api_version()?)?;
            delegations::list(call, &format!("/subscriptions/{subscription}"))
        }
        ["providers", _] => providers::get(world, call, subscription, rest[1]),
        ["providers", _, word @ ("register" | "unregister")] if call.method == "POST" => {
            let wanted = *word == "register";
            providers::register(world, call, subscription, rest[1], wanted)
        }
        ["providers", _, _] => {
            let definition = top_level(world, rest[1], rest[2])?;
            resource::collection(world, call, definition, Scope::Subscription(subscription))
        }
        _ => Err(ArmError::no_route(&call.path)),
    }
}

/// What belongs to no subscription.
fn tenant_level(world: &World, call: &Call, segments: &[&str]) -> Result<Reply, ArmError> {
    if call.method != "GET" {
        return Err(ArmError::no_route(&call.path));
    }
    if let [word] = segments
        && word.eq_ignore_ascii_case("tenants")
    {
        return tenants(world, call);
    }
    match Scoped::read(segments) {
        Some(Scoped {
            scope: [],
            kind,
            name,
        }) if kind.eq_ignore_ascii_case("roleDefinitions") => authorization::built_in(call, name),
        _ => Err(ArmError::no_route(&call.path)),
    }
}

fn groups(
    world: &mut World,
    call: &Call,
    subscription: &str,
    rest: &[&str],
) -> Result<Reply, ArmError> {
    let definition = world
        .types
        .find(GROUP)
        .ok_or_else(|| ArmError::no_route(&call.path))?;
    let [name, rest @ ..] = rest else {
        return resource::collection(world, call, definition, Scope::Subscription(subscription));
    };
    let group = ResourceId::of_group(subscription, name);
    match rest {
        [] => resource::serve(
            world,
            call,
            Subject {
                definition,
                id: &group,
            },
        ),
        [resources_word] if resources_word.eq_ignore_ascii_case("resources") => {
            resource::existing(world, &group)?;
            generic::list(world, call, Scope::Below(&group))
        }
        [action] if call.method == "POST" => {
            own(call)?;
            match action.to_lowercase().as_str() {
                "exporttemplate" => export::template(world, call, &group),
                "moveresources" => moving::start(world, call, &group, true),
                "validatemoveresources" => moving::start(world, call, &group, false),
                _ => Err(ArmError::no_route(&call.path)),
            }
        }
        [providers, namespace, rest @ ..]
            if providers.eq_ignore_ascii_case("providers") && !rest.is_empty() =>
        {
            provider(world, call, &group, namespace, rest)
        }
        _ => Err(ArmError::no_route(&call.path)),
    }
}

/// Finds the deepest type that is served on the way; what is left of the path is the type's own affair.
fn provider(
    world: &mut World,
    call: &Call,
    group: &ResourceId,
    namespace: &str,
    rest: &[&str],
) -> Result<Reply, ArmError> {
    for depth in (1..=rest.len().div_ceil(2)).rev() {
        let kinds: Vec<&str> = rest.iter().step_by(2).take(depth).copied().collect();
        let Some(definition) = world
            .types
            .find(&format!("{namespace}/{}", kinds.join("/")))
        else {
            continue;
        };
        let pairs: Vec<(String, String)> = rest[..rest.len().min(2 * depth)]
            .chunks_exact(2)
            .map(|pair| (pair[0].to_owned(), pair[1].to_owned()))
            .collect();
        let id = ResourceId {
            subscription: group.subscription.clone(),
            group: Some(group.name().to_owned()),
            namespace: namespace.to_owned(),
            pairs,
        };
        return match rest.get(2 * depth..) {
            None => children(world, call, group, definition, &id),
            Some([]) => resource::serve(
                world,
                call,
                Subject {
                    definition,
                    id: &id,
                },
            ),
            Some(tail) => below(world, call, definition, &id, tail),
        };
    }
    if let [locations, _, kind] = rest
        && namespace.eq_ignore_ascii_case("Microsoft.Network")
        && locations.eq_ignore_ascii_case("locations")
        && kind.eq_ignore_ascii_case("availableDelegations")
    {
        versions::check_network(call.api_version()?)?;
        let group = resource::existing(world, group)?;
        return delegations::list(call, &group.id.to_string());
    }
    if let [locations, location, kind, tail @ ..] = rest
        && locations.eq_ignore_ascii_case("locations")
        && let Some(definition) = world.types.find(&format!("{namespace}/{kind}"))
    {
        versions::check(definition, call.api_version()?, location)?;
        resource::existing(world, group)?;
        return definition
            .behaviour
            .at_location(world, call, location, tail);
    }
    Err(unknown_type(world, call, namespace, rest))
}

fn children(
    world: &World,
    call: &Call,
    group: &ResourceId,
    definition: &'static TypeDefinition,
    parent: &ResourceId,
) -> Result<Reply, ArmError> {
    if !world.resources.has(group) {
        return Err(ArmError::group_not_found(group.name()));
    }
    if parent.pairs.is_empty() {
        return resource::collection(world, call, definition, Scope::Below(group));
    }
    resource::existing(world, parent)?;
    resource::collection(world, call, definition, Scope::Below(parent))
}

fn below(
    world: &mut World,
    call: &Call,
    definition: &'static TypeDefinition,
    id: &ResourceId,
    tail: &[&str],
) -> Result<Reply, ArmError> {
    versions::check(definition, call.api_version()?, "")?;
    // A status outlives what it is about: clients ask for it after a deletion.
    if let [word, name] = tail
        && word.eq_ignore_ascii_case("operationStatuses")
        && call.method == "GET"
    {
        return asynchronous::common_status(world, call, name);
    }
    let stored = resource::existing(world, id)?.clone();
    if call.method == "POST" {
        locks::check(world, id, Intent::Write)?;
        // Also the body of an action that looks at none of it.
        call.check_body()?;
    }
    definition.behaviour.below(world, call, &stored, tail)
}

/// The tenant that the caller belongs to.
fn tenants(world: &World, call: &Call) -> Result<Reply, ArmError> {
    own(call)?;
    let home = &world.directory.tenant;
    let shown = match world.caller.as_ref().map(|caller| &caller.tenant) {
        Some(tenant) if *tenant != home.id => {
            json!({"id": format!("/tenants/{tenant}"), "tenantId": tenant, "tenantCategory": "Home"})
        }
        _ => home.show(),
    };
    paging::page(call, vec![shown])
}

/// Every well-formed subscription exists; those that hold something are listed for callers of their tenant.
fn subscriptions(world: &World, call: &Call) -> Result<Reply, ArmError> {
    own(call)?;
    let home = &world.directory.tenant.id;
    let is_guest = world
        .caller
        .as_ref()
        .is_some_and(|caller| caller.tenant != *home);
    let mut known: Vec<&str> = world
        .resources
        .all()
        .filter(|_| !is_guest)
        .map(|stored| stored.id.subscription.as_str())
        .collect();
    known.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    paging::page_of(call, known, |id| subscription_body(world, id))
}

fn subscription_body(world: &World, id: &str) -> Json {
    json!({
        "id": format!("/subscriptions/{id}"),
        "subscriptionId": id,
        "tenantId": world.directory.tenant.id,
        "displayName": "Emulated",
        "state": "Enabled",
        "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"},
        "authorizationSource": "RoleBased"
    })
}

fn own(call: &Call) -> Result<(), ArmError> {
    versions::check_own(call.api_version()?)
}

fn top_level(
    world: &World,
    namespace: &str,
    kind: &str,
) -> Result<&'static TypeDefinition, ArmError> {
    world
        .types
        .find(&format!("{namespace}/{kind}"))
        .ok_or_else(|| not_served(world, namespace, kind, ""))
}

fn unknown_type(world: &World, call: &Call, namespace: &str, rest: &[&str]) -> ArmError {
    let kind = rest
        .iter()
        .step_by(2)
        .copied()
        .collect::<Vec<_>>()
        .join("/");
    not_served(
        world,
        namespace,
        &kind,
        call.query("api-version").unwrap_or_default(),
    )
}

fn not_served(world: &World, namespace: &str, kind: &str, version: &str) -> ArmError {
    if world.types.namespace(namespace).is_none() {
        return ArmError::unknown_namespace(namespace);
    }
    ArmError::unknown_type(namespace, kind, version)
}

fn lower<'a>(segments: &[&'a str]) -> Vec<&'a str> {
    // The words that are compared are known; anything else keeps its case.
    const WORDS: [&str; 11] = [
        "availabledelegations",
        "resourcegroups",
        "providers",
        "resources",
        "resourcetypes",
        "operationresults",
        "microsoft.network",
        "locations",
        "operations",
        "register",
        "unregister",
    ];
    segments
        .iter()
        .map(|segment| {
            WORDS
                .iter()
                .find(|word| word.eq_ignore_ascii_case(segment))
                .copied()
                .unwrap_or(segment)
        })
        .collect()
}

/// Undoes percent-encoding; a `%` that starts no escape stays as it is.
fn decode(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escape.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn escapes_are_undone() {
        for (from, to) in [
            ("a%20b", "a b"),
            ("100%", "100%"),
            ("%zz", "%zz"),
            ("%28x%29", "(x)"),
            ("%", "%"),
        ] {
            assert_eq!(decode(from), to);
        }
    }
}
