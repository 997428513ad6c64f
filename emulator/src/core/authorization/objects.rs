//! Role assignments, role definitions and deny assignments, as clients read and write them.

use super::{ASSIGNMENTS, DENIALS, roles};
use crate::core::call::{Outcome, Reply};
use crate::core::clock::timestamp;
use crate::core::definition::Request;
use crate::core::directory::guid;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::filter::Filter;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, list, set, text};
use crate::core::paging;
use crate::core::random::stable_guid;
use crate::core::scope::{self, NAMESPACE};
use crate::core::versions;
use crate::core::world::World;

/// Answers a request for an object of a scope.
pub(crate) fn one(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let (subscription, kind, name) = (at[0], kind(request, at[1])?, at[2]);
    let scope = scope::asked(request, 4)?;
    let id = scope::object(&scope, kind, name);
    match request.call.method.as_str() {
        "GET" => get(request.world, subscription, &id, kind).map(|body| Reply::json(200, body)),
        // Clients only read deny assignments; fixtures come from nobody.
        "PUT" if kind != DENIALS || request.caller.is_none() => {
            let name = guid(name).ok_or_else(|| invalid_name(kind, name))?;
            let id = scope::object(&scope, kind, &name);
            match kind {
                ASSIGNMENTS => assign(request, &scope, id),
                roles::KIND => define(request, &scope, id),
                _ => deny(request, &scope, id),
            }
        }
        "DELETE" if kind != DENIALS => delete(request.world, &id),
        method if kind == DENIALS => Err(errors::method(method, "GET")),
        method => Err(errors::method(method, "GET, PUT, DELETE")),
    }
}

/// The built-in roles, which belong to no subscription, or the one of that name.
pub(crate) fn built_in(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let call = request.call;
    versions::check_authorization(call.api_version()?)?;
    let Some(name) = at.first() else {
        let filter = Filter::of(call, &FIELDS)?;
        let roles = roles::built_in("").filter(|role| fits(filter.as_ref(), role, true));
        return paging::page(call, roles.collect());
    };
    let role = roles::built_in("").find(|role| text(role, "name") == Some(name));
    role.map(|role| Reply::json(200, role))
        .ok_or_else(|| not_found(roles::KIND, name))
}

/// The kind of objects that a path names.
fn kind(request: &Request<'_>, named: &str) -> Result<&'static str, ArmError> {
    let version = request.call.api_version()?;
    let mut known = [ASSIGNMENTS, roles::KIND, DENIALS].into_iter();
    let kind = known.find(|known| known.eq_ignore_ascii_case(named));
    let kind = kind.ok_or_else(|| errors::invalid_resource_type(NAMESPACE, named, version))?;
    versions::check_authorization(version).map(|()| kind)
}

fn get(world: &World, subscription: &str, id: &ResourceId, kind: &str) -> Result<Json, ArmError> {
    let stored = world.resources.get(id).map(|stored| stored.body.to_json());
    let found = stored.or_else(|| {
        let is_role = kind == roles::KIND;
        is_role
            .then(|| roles::find(world, subscription, id.name()))
            .flatten()
    });
    found.ok_or_else(|| not_found(kind, id.name()))
}

fn delete(world: &mut World, id: &ResourceId) -> Outcome {
    let role = id.to_string();
    let is_in_use = world
        .resources
        .authorizations(&id.subscription, ASSIGNMENTS)
        .filter_map(|assignment| text(&assignment.body, "properties/roleDefinitionId"))
        .any(|assigned| assigned.eq_ignore_ascii_case(&role));
    if is_in_use {
        return Err(errors::role_definition_has_assignments());
    }
    Ok(match world.resources.remove(id) {
        Some(stored) => Reply::json(200, stored.body.to_json()),
        None => Reply::empty(204),
    })
}

/// What lists can be asked for, all kinds together.
const FIELDS: [&str; 8] = [
    "atScope",
    "atScopeAndBelow",
    "assignedTo",
    "principalId",
    "roleDefinitionId",
    "roleName",
    "denyAssignmentName",
    "type",
];

/// Whether an object fits a filter; `above` says whether it is at the scope that is asked or above it.
fn fits(filter: Option<&Filter>, body: &Json, above: bool) -> bool {
    let yes = |holds: bool| holds.then_some("true").into_iter().collect();
    filter.is_none_or(|filter| {
        filter.accepts(|field| match field {
            "atScope" => yes(above),
            "atScopeAndBelow" => yes(true),
            "assignedTo" | "principalId" => principals(body),
            field => text(&body["properties"], field).into_iter().collect(),
        })
    })
}

/// Whom an object is about.
fn principals(body: &Json) -> Vec<&str> {
    let one = text(body, "properties/principalId");
    let many = list(body, "properties/principals").iter();
    one.into_iter()
        .chain(many.filter_map(|principal| text(principal, "id")))
        .collect()
}

/// The objects at a scope, above it and, unless only those at it are asked for, below it.
pub(crate) fn all(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    let (kind, call) = (kind(request, at[1])?, request.call);
    if call.method != "GET" {
        return Err(errors::method(&call.method, "GET"));
    }
    let (scope, world) = (&scope::asked(request, 3)?, &*request.world);
    let filter = Filter::of(call, &FIELDS)?;
    let above: Vec<String> = scope::with_above(scope)
        .iter()
        .map(ResourceId::key)
        .collect();
    let below = format!("{}/", scope.key());
    let own = world.resources.authorizations(&scope.subscription, kind);
    let own = own.filter(|stored| {
        let at = scope::scope_of(&stored.id).to_lowercase();
        let is_above = above.contains(&at);
        (is_above || at.starts_with(&below)) && fits(filter.as_ref(), &stored.body, is_above)
    });
    let mut bodies: Vec<Json> = own.map(|stored| stored.body.to_json()).collect();
    if kind == roles::KIND {
        let subscription = scope::whole(&scope.subscription).to_string();
        let built_in = roles::built_in(&subscription);
        bodies.extend(built_in.filter(|role| fits(filter.as_ref(), role, true)));
    }
    paging::page(call, bodies)
}

fn assign(request: &mut Request<'_>, scope: &ResourceId, id: ResourceId) -> Outcome {
    let body = request.call.json()?;
    // The document requires them.
    let given = |member| text(&body["properties"], member).unwrap_or_default();
    let (role, principal) = (given("roleDefinitionId"), given("principalId"));
    let principal =
        guid(principal).ok_or_else(|| errors::invalid_content("The 'principalId' is no GUID."))?;
    let name = role.rsplit('/').next().unwrap_or_default();
    let world = &*request.world;
    let Some(definition) = roles::find(world, &scope.subscription, name) else {
        return Err(errors::role_definition_does_not_exist(name));
    };
    let role = text(&definition, "id").unwrap_or_default().to_owned();
    let same = |known: &Json| {
        text(known, "properties/roleDefinitionId") == Some(&*role)
            && text(known, "properties/principalId") == Some(&*principal)
    };
    let old = world.resources.get(&id).map(|old| &old.body);
    if old.is_some_and(|old| !same(old)) {
        return Err(errors::role_assignment_update_not_permitted());
    }
    let status = if old.is_some() { 200 } else { 201 };
    let is_there = scope::of(world, scope, ASSIGNMENTS).any(|known| same(&known.body));
    if is_there && status == 201 {
        return Err(errors::role_assignment_exists());
    }
    keep_caller(request, &scope.subscription);
    let kind = text(&body, "properties/principalType").unwrap_or("ServicePrincipal");
    let properties = json!({
        "roleDefinitionId": role, "principalId": principal, "principalType": kind, "scope": scope.to_string(),
        "description": body["properties"]["description"], "condition": body["properties"]["condition"],
        "conditionVersion": body["properties"]["conditionVersion"],
        "delegatedManagedIdentityResourceId": body["properties"]["delegatedManagedIdentityResourceId"]
    });
    Ok(Reply::json(
        status,
        store(request, id, ASSIGNMENTS, properties),
    ))
}

/// Whoever makes the first role assignment of a subscription owns it, as whoever made the subscription does in Azure:
/// otherwise they would lock themselves out.
fn keep_caller(request: &mut Request<'_>, subscription: &str) {
    let is_first = request
        .world
        .resources
        .authorizations(subscription, ASSIGNMENTS)
        .next()
        .is_none();
    let Some(caller) = request.caller.filter(|_| is_first) else {
        return;
    };
    let scope = scope::whole(subscription);
    let name = stable_guid(&format!("owner {} of {}", caller.object, scope.key()));
    let properties = json!({
        "roleDefinitionId": format!("{scope}/providers/{NAMESPACE}/{}/{}", roles::KIND, roles::OWNER),
        "principalId": caller.object, "principalType": "ServicePrincipal", "scope": scope.to_string(),
        "description": null, "condition": null
    });
    store(
        request,
        scope::object(&scope, ASSIGNMENTS, &name),
        ASSIGNMENTS,
        properties,
    );
}

fn define(request: &mut Request<'_>, scope: &ResourceId, id: ResourceId) -> Outcome {
    let body = request.call.json()?;
    let Some(name) = text(&body, "properties/roleName").filter(|name| !name.is_empty()) else {
        return Err(errors::invalid_content(
            "The role definition needs 'roleName'.",
        ));
    };
    let permissions = permissions(&body)?;
    let scopes = list(&body, "properties/assignableScopes");
    let scopes = if scopes.is_empty() {
        vec![json!(scope.to_string())]
    } else {
        scopes.to_vec()
    };
    let properties = json!({
        "roleName": name, "type": "CustomRole", "description": body["properties"]["description"],
        "assignableScopes": scopes, "permissions": permissions
    });
    Ok(Reply::json(
        201,
        store(request, id, roles::KIND, properties),
    ))
}

fn deny(request: &mut Request<'_>, scope: &ResourceId, id: ResourceId) -> Outcome {
    let body = request.call.json()?;
    let given = &body["properties"];
    if list(given, "principals").is_empty() {
        return Err(errors::invalid_content(
            "The deny assignment needs 'principals'.",
        ));
    }
    let properties = json!({
        "denyAssignmentName": text(given, "denyAssignmentName").unwrap_or(id.name()),
        "description": given["description"], "permissions": permissions(&body)?, "scope": scope.to_string(),
        "doNotApplyToChildScopes": given["doNotApplyToChildScopes"].as_bool().unwrap_or_default(),
        "principals": given["principals"], "excludePrincipals": list(given, "excludePrincipals"),
        "isSystemProtected": true
    });
    Ok(Reply::json(201, store(request, id, DENIALS, properties)))
}

fn permissions(body: &Json) -> Result<Vec<Json>, ArmError> {
    let given = list(body, "properties/permissions");
    if given.is_empty() {
        return Err(errors::invalid_content("'permissions' are needed."));
    }
    let members = ["actions", "notActions", "dataActions", "notDataActions"];
    Ok(given
        .iter()
        .map(|permission| {
            let member = |name: &&str| ((*name).to_owned(), json!(list(permission, name)));
            Json::Object(members.iter().map(member).collect())
        })
        .collect())
}

/// Stores an object with the members that tell who wrote it when.
fn store(request: &mut Request<'_>, id: ResourceId, kind: &str, mut properties: Json) -> Json {
    let now = timestamp(request.world.now);
    let by = request.caller.map(|caller| caller.object.clone());
    let old = request
        .world
        .resources
        .get(&id)
        .map(|old| old.body["properties"].clone());
    let kept = |member: &str, new: Json| {
        old.as_ref()
            .and_then(|old| old.get(member))
            .cloned()
            .unwrap_or(new)
    };
    let (created_on, created_by) = (kept("createdOn", json!(now)), kept("createdBy", json!(by)));
    set(&mut properties, "createdOn", created_on);
    set(&mut properties, "updatedOn", json!(now));
    set(&mut properties, "createdBy", created_by);
    set(&mut properties, "updatedBy", json!(by));
    scope::store(request.world, id, kind, properties)
}

fn not_found(kind: &str, name: &str) -> ArmError {
    match kind {
        ASSIGNMENTS => errors::role_assignment_not_found(name),
        roles::KIND => errors::role_definition_not_found(name),
        _ => errors::deny_assignment_not_found(name),
    }
}

fn invalid_name(kind: &str, name: &str) -> ArmError {
    match kind {
        ASSIGNMENTS => errors::invalid_role_assignment_id(name),
        roles::KIND => errors::invalid_role_definition_id(name),
        _ => errors::invalid_deny_assignment_id(name),
    }
}
