//! Who may do what: roles give, deny assignments take.

use super::action::{Asked, asked};
use super::{ASSIGNMENTS, DENIALS, linked, roles};
use crate::core::call::{Call, Reply};
use crate::core::definition::Table;
use crate::core::directory::Caller;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{Json, at, list, text};
use crate::core::store::Stored;
use crate::core::world::World;

/// How much of an answer a caller may see.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sight {
    All,
    /// Of a list, what this action may be done on.
    Parts(String),
}

/// Whether an action may be done.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Allowed,
    Missing,
    /// By this deny assignment.
    Denied(Json),
}

/// The principal that stands for everyone in deny assignments.
const EVERYONE: &str = "00000000-0000-0000-0000-000000000000";

/// Refuses a request that its caller may not make, or whose links they may not make.
pub(crate) fn check(
    types: &Table,
    world: &World,
    call: &Call,
    caller: &Caller,
) -> Result<Sight, ArmError> {
    let Some(asked) = asked(types, &call.method, &call.target.segments()) else {
        return Ok(Sight::All);
    };
    match verdict(world, caller, &asked.action, &asked.scope) {
        Verdict::Allowed => {}
        Verdict::Missing if asked.is_list && has_roles_below(world, caller, &asked.scope) => {
            return Ok(Sight::Parts(asked.action));
        }
        Verdict::Missing => return Err(missing(caller, &asked)),
        Verdict::Denied(by) => return Err(denied(caller, &asked, &by)),
    }
    let is_write = matches!(call.method.as_str(), "PUT" | "PATCH");
    for (action, scope) in is_write
        .then(|| linked::links(types, &asked, call))
        .into_iter()
        .flatten()
    {
        let subscription = subscription_of(&scope);
        if !caller.is_of(world.directory.tenant_of(subscription)) {
            return Err(errors::linked_authorization_of_tenant(
                action,
                &asked.scope,
                &caller.tenant,
                subscription,
            ));
        }
        if verdict(world, caller, action, &scope) != Verdict::Allowed {
            return Err(unlinked(caller, &asked, action, &scope));
        }
    }
    Ok(Sight::All)
}

/// Takes out of a list what its caller may not see.
pub(crate) fn restrict(world: &World, caller: &Caller, action: &str, reply: &mut Reply) {
    let Some(Json::Array(values)) = reply.body.as_mut().and_then(|body| body.get_mut("value"))
    else {
        return;
    };
    values.retain(|value| {
        let id = text(value, "id").unwrap_or_default();
        // The list of all resources has each by the right to read its type.
        let of_type = text(value, "type").map(|kind| format!("{kind}/read"));
        let action = of_type
            .as_deref()
            .filter(|_| action.ends_with("/resources/read"))
            .unwrap_or(action);
        verdict(world, caller, action, id) == Verdict::Allowed
    });
}

fn verdict(world: &World, caller: &Caller, action: &str, scope: &str) -> Verdict {
    let subscription = subscription_of(scope);
    let resources = &world.resources;
    if !resources.has_authorizations() {
        return Verdict::Allowed;
    }
    let mut assignments = resources
        .authorizations(subscription, ASSIGNMENTS)
        .peekable();
    let is_open = assignments.peek().is_none();
    let is_given = is_open
        || assignments.any(|assignment| {
            is_for(caller, assignment)
                && is_within(scope, scope_of(assignment))
                && role_of(world, subscription, assignment)
                    .is_some_and(|role| roles::cover(&role, action))
        });
    if !is_given {
        return Verdict::Missing;
    }
    let denial = resources
        .authorizations(subscription, DENIALS)
        .find(|denial| denies(denial, caller, action, scope));
    denial.map_or(Verdict::Allowed, |denial| {
        Verdict::Denied(denial.body.to_json())
    })
}

fn denies(denial: &Stored, caller: &Caller, action: &str, scope: &str) -> bool {
    let names = |member: &str| {
        list(&denial.body, &format!("properties/{member}"))
            .iter()
            .filter_map(|principal| text(principal, "id"))
            .any(|id| id == EVERYONE || id.eq_ignore_ascii_case(&caller.object))
    };
    let at_scope = scope_of(denial);
    let reaches = match at(&denial.body, "properties/doNotApplyToChildScopes") {
        Some(Json::Bool(true)) => scope.eq_ignore_ascii_case(at_scope),
        _ => is_within(scope, at_scope),
    };
    reaches
        && names("principals")
        && !names("excludePrincipals")
        && roles::cover(&denial.body, action)
}

fn has_roles_below(world: &World, caller: &Caller, scope: &str) -> bool {
    world
        .resources
        .authorizations(subscription_of(scope), ASSIGNMENTS)
        .any(|assignment| is_for(caller, assignment) && is_within(scope_of(assignment), scope))
}

fn is_for(caller: &Caller, assignment: &Stored) -> bool {
    text(&assignment.body, "properties/principalId")
        .is_some_and(|principal| principal.eq_ignore_ascii_case(&caller.object))
}

fn role_of(world: &World, subscription: &str, assignment: &Stored) -> Option<Json> {
    let id = text(&assignment.body, "properties/roleDefinitionId")?;
    roles::find(world, subscription, id.rsplit('/').next()?)
}

fn scope_of(object: &Stored) -> &str {
    text(&object.body, "properties/scope").unwrap_or_default()
}

/// Whether a scope is another one or lies below it.
fn is_within(scope: &str, outer: &str) -> bool {
    let (Some(start), Some(rest)) = (scope.get(..outer.len()), scope.get(outer.len()..)) else {
        return false;
    };
    start.eq_ignore_ascii_case(outer) && (rest.is_empty() || rest.starts_with('/'))
}

fn subscription_of(scope: &str) -> &str {
    scope.split('/').nth(2).unwrap_or_default()
}

fn missing(caller: &Caller, asked: &Asked) -> ArmError {
    errors::authorization_failed(&caller.client, &caller.object, &asked.action, &asked.scope)
}

fn denied(caller: &Caller, asked: &Asked, by: &Json) -> ArmError {
    errors::deny_assignment_authorization_failed(
        &caller.client,
        &caller.object,
        &asked.action,
        &asked.scope,
        text(by, "properties/denyAssignmentName").unwrap_or_default(),
        text(by, "name").unwrap_or_default(),
        text(by, "properties/scope").unwrap_or_default(),
    )
}

fn unlinked(caller: &Caller, asked: &Asked, action: &str, scope: &str) -> ArmError {
    errors::linked_authorization_failed(
        &caller.client,
        &caller.object,
        &asked.action,
        &asked.scope,
        action,
        scope,
    )
}
