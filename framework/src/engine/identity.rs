//! The rules of identities: there is one, it is known, and it does not change.

use super::panic::{catch, reported};
use super::{Engine, bug, consistency};
use crate::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported};
use crate::resource::{Identity, Resource, UpgradeIdentityRequest, UpgradeIdentityResponse};
use crate::types::json::{self, RawState};
use crate::types::value::{Object, Value};

/// An identity, before and after something happened to the object.
pub(super) struct IdentityChange<'a> {
    /// What happened: one word.
    pub(super) operation: &'static str,
    pub(super) before: Option<&'a Object>,
    pub(super) after: Option<&'a Object>,
    /// Whether it may become another one.
    pub(super) may_change: bool,
}

/// The identity that an operation has set; where it has set none, that of the state, if all of its attributes are there under
/// the same names, and known.
pub(super) fn set_or_of_state(
    ability: Option<&dyn Identity>,
    set: Option<Object>,
    state: Option<&Object>,
) -> Option<Object> {
    if set.as_ref().is_some_and(|it| !is_null(it)) {
        return set;
    }
    let of_state = || {
        let (ability, state) = (ability?, state?);
        let attributes = ability.identity_schema().attributes.iter();
        let values = attributes.map(|it| {
            let value = state.find(&it.name)?;
            let is_known = !value.is_null() && value.is_wholly_known() && value.is_of(&it.ty);
            is_known.then(|| (it.name.to_string(), value.clone()))
        });
        values.collect::<Option<Object>>()
    };
    of_state().or(set)
}

/// Whether the identity that is stored next is one that Terraform may store.
pub(super) fn check(
    ability: Option<&dyn Identity>,
    change: &IdentityChange<'_>,
    diagnostics: &mut Diagnostics,
) {
    if diagnostics.has_error() {
        return;
    }
    let operation = change.operation;
    let Some(ability) = ability else {
        if change.after.is_some() {
            let finding = format!("{operation} set an identity, and the resource type has none");
            diagnostics.fail(bug(&finding));
        }
        return;
    };
    let after = change.after.filter(|it| !is_null(it));
    let Some(after) = after else {
        diagnostics.fail(missing(operation));
        return;
    };
    if let Some((name, _)) = after.iter().find(|(_, value)| !value.is_wholly_known()) {
        let finding = format!("{operation} left {name} of the identity unknown");
        diagnostics.fail(bug(&finding));
        return;
    }
    check_same(ability, change, diagnostics);
}

/// Whether the identity is still the one before, as far as that was known.
pub(super) fn check_same(
    ability: &dyn Identity,
    change: &IdentityChange<'_>,
    diagnostics: &mut Diagnostics,
) {
    let before = change.before.filter(|it| !is_null(it));
    let (Some(before), Some(after)) = (before, change.after) else {
        return;
    };
    let may_change = change.may_change || ability.is_mutable();
    if !may_change && !consistency::check_apply(before, after).is_empty() {
        diagnostics.fail(changed(change.operation));
    }
}

fn is_null(identity: &Object) -> bool {
    identity.iter().all(|(_, value)| value.is_null())
}

fn missing(operation: &str) -> Diagnostic {
    let detail = format!(
        "The resource type has an identity, but the {operation} set none. This is a bug in the provider. Please report it."
    );
    Diagnostic::error("Missing Resource Identity", detail)
}

fn changed(operation: &str) -> Diagnostic {
    let detail = format!(
        "During the {operation}, the provider returned another identity than the one stored before. This is a bug in the provider. \
         Please report it."
    );
    Diagnostic::error("Unexpected Identity Change", detail)
}

impl Engine {
    /// Reads the JSON of an identity that was written with `version` of its schema. None if that fails.
    pub async fn upgrade_identity<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        version: i64,
        json: &[u8],
    ) -> (Option<Object>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let upgraded = match resource.identity() {
            Some(ability) => upgrade(ability, version, json, &mut diagnostics).await,
            None => {
                let name = resource.type_name();
                let detail = format!("Objects of type {name} have no identity.");
                Err(diagnostics.add_error("No identity", detail))
            }
        };
        (upgraded.ok(), diagnostics)
    }
}

async fn upgrade(
    ability: &dyn Identity,
    version: i64,
    json: &[u8],
    diagnostics: &mut Diagnostics,
) -> Result<Object, Reported> {
    let schema = ability.identity_schema();
    // The client has nothing to send of a state that is older than identities.
    let text = if json.is_empty() { &b"{}"[..] } else { json };
    let parsed = serde_json::from_slice(text).map_err(unreadable);
    let mut identity: RawState = parsed.report(diagnostics)?;
    if version > schema.version {
        return Err(diagnostics.fail(unknown_version(version, schema.version)));
    }
    if version < schema.version {
        let Some(upgrade) = ability.upgrade_identity() else {
            return Err(diagnostics.fail(unknown_version(version, schema.version)));
        };
        let mut response = UpgradeIdentityResponse {
            identity: identity.clone(),
            diagnostics: Diagnostics::new(),
        };
        let request = UpgradeIdentityRequest {
            version,
            identity: &identity,
        };
        let upgraded = catch(async { upgrade.upgrade(request, &mut response) }).await;
        diagnostics.extend(response.diagnostics);
        reported(upgraded, diagnostics)?;
        identity = response.identity;
    }
    let decoded = json::decode_raw(&identity, &schema.ty()).map_err(unreadable);
    match decoded.report(diagnostics)? {
        Value::Object(object) => Ok(object),
        _ => Err(diagnostics.fail(unreadable("it is no object"))),
    }
}

fn unreadable(error: impl std::fmt::Display) -> Diagnostic {
    let detail = format!("The stored identity cannot be read: {error}.");
    Diagnostic::error("Unreadable identity", detail)
}

fn unknown_version(version: i64, known: i64) -> Diagnostic {
    let detail = format!(
        "The identity was written with version {version} of its schema, from which this release of the provider knows no way to version \
         {known}. Use the release that wrote it."
    );
    Diagnostic::error("Unknown identity version", detail)
}
