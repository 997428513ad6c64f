//! ARM's errors as messages to the user.

use crate::arm;
use crate::sdk::diagnostics::Diagnostic;
use crate::sdk::path::Path;
use crate::sdk::schema::{Attribute, Kind, Schema};
use crate::sdk::validation::capitalised;

/// What went wrong while `doing` something ("creating") to `what` (`subnet "a"`), at the attribute that ARM blames.
pub(crate) fn error(schema: &Schema, doing: &str, what: &str, error: &arm::Error) -> Diagnostic {
    let path = error
        .body()
        .and_then(|body| body.target.as_deref())
        .and_then(|target| blamed(&schema.attributes, target, &Path::root()))
        .unwrap_or_default();
    let summary = format!("Error {doing} {what}");
    Diagnostic::error(summary, explanation(error)).at(path)
}

/// ARM's words, and what they mean where they do not say it.
pub(crate) fn explanation(error: &arm::Error) -> String {
    let advice = match error.code() {
        Some("IntegrationServiceEnvironmentCreationNotAllowed") => Some(
            "Azure has refused new integration service environments since 2022-11-01 and retired the service on 2024-08-31. \
             Existing environments can still be imported and deleted; new ones can be tried out against the ARM emulator.",
        ),
        Some("SubnetInUse") => Some(
            "Azure holds the subnets of an environment until an hour or more after its deletion. Apply again later, or take other subnets.",
        ),
        Some("ScopeLocked") => {
            Some("Remove the management lock, or apply where it does not reach.")
        }
        Some("MissingSubscriptionRegistration") => Some(
            "Register the resource provider with `az provider register --namespace NAMESPACE`, then apply again.",
        ),
        _ => None,
    };
    let mut text = capitalised(&error.explanation());
    if let Some(advice) = advice {
        text.push_str("\n\n");
        text.push_str(advice);
    }
    text
}

/// The attribute whose place in the body is the longest beginning of `target`.
fn blamed(attributes: &[Attribute], target: &str, parent: &Path) -> Option<Path> {
    let matching = |attribute: &&Attribute| {
        attribute
            .remote
            .is_some_and(|remote| rest(target, remote.path).is_some())
    };
    let attribute = attributes
        .iter()
        .filter(matching)
        .max_by_key(|attribute| attribute.remote.map(|remote| remote.path.len()))?;
    let path = parent.with_attribute(attribute.name);
    let rest = rest(target, attribute.remote?.path)?;
    match &attribute.kind {
        Kind::Nested(_, attributes) => Some(blamed(attributes, rest, &path).unwrap_or(path)),
        Kind::Plain(_) => Some(path),
    }
}

/// What follows `place` in `target`, if the target is that place or below it.
fn rest<'t>(target: &'t str, place: &str) -> Option<&'t str> {
    let place = place.split("[]").next().unwrap_or(place);
    let start = target.get(..place.len())?;
    let rest = &target[place.len()..];
    let ends = rest.is_empty() || rest.starts_with(['.', '[', '/']);
    (start.eq_ignore_ascii_case(place) && ends).then(|| rest.trim_start_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::schema::Nesting;
    use crate::sdk::types::Type;

    #[test]
    fn the_blamed_attribute_is_the_one_nearest_to_the_target() {
        let attributes = [
            Attribute::string("location").remote("location"),
            Attribute::plain("subnet_ids", Type::list(Type::String))
                .remote("properties.networkConfiguration.subnets[].id"),
            Attribute::nested(
                "identity",
                Nesting::Single,
                vec![Attribute::string("type").remote("type")],
            )
            .remote("identity"),
        ];
        for (target, expect) in [
            ("location", Some("location")),
            ("locations", None),
            (
                "properties.networkConfiguration.subnets[2].id",
                Some("subnet_ids"),
            ),
            ("Identity.Type", Some("identity.type")),
            ("identity.userAssignedIdentities", Some("identity")),
            ("properties", None),
        ] {
            let path = blamed(&attributes, target, &Path::root()).map(|path| path.to_string());
            assert_eq!(path.as_deref(), expect, "{target}");
        }
    }
}
