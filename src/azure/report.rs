//! ARM's errors as messages to the user.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, capitalised};
use tfplugin_framework::schema::{Attribute, Kind, Schema};
use tfplugin_framework::types::path::Path;

use crate::arm;
use crate::azure::body::Overwritten;
use crate::azure::row::ArmAttribute as _;

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

/// What ended the wait for something that has to be known before anything is done, by a stop or by the timeout of the operation:
/// `doing` it ("signing in to Azure"), and what to tell as `summary` and reason where it was not stopped.
pub(crate) fn cut_short(
    doing: &str,
    (summary, why): (&str, &str),
    error: &arm::Error,
) -> Diagnostic {
    if error.is_cancelled() {
        let detail = "Stopped on request, before Azure was asked for anything else.";
        return Diagnostic::error(format!("Stopped while {doing}"), detail);
    }
    let why = capitalised(why);
    let detail = match error.is_timeout() {
        true => format!("{why}. The `timeouts` of this operation say how long it may take."),
        false => why,
    };
    Diagnostic::error(summary, detail)
}

/// What to tell of what others had changed between plan and apply, and the apply overwrote.
pub(crate) fn overwritten(what: &str, overwritten: &[Overwritten]) -> Diagnostics {
    let mut told = BTreeSet::new();
    let mut warnings = Diagnostics::new();
    for Overwritten { path, values } in overwritten {
        if !told.insert(path.to_string()) {
            continue;
        }
        let values = values
            .as_ref()
            .and_then(|(had, has)| shown(had).zip(shown(has)));
        let values = values.map_or_else(
            || {
                "Azure had another value, and the apply has overwritten it with the planned one"
                    .to_owned()
            },
            |(had, has)| format!("Azure had {had}, and the apply has overwritten that with {has}"),
        );
        let detail = format!(
            "Between plan and apply, somebody else changed it too: {values}. Whatever else others changed was left as it was."
        );
        let summary = format!("A change of {path} of {what} by others was overwritten");
        warnings.add_attribute_warning(path.clone(), summary, detail);
    }
    warnings
}

/// A value in a sentence. Whole documents are left out: they are long, and may hold what is nobody's business.
fn shown(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some("none".to_owned()),
        Json::String(text) if text.starts_with(['{', '[']) => None,
        value => Some(value.to_string()).filter(|text| text.len() <= 200),
    }
}

/// ARM's words, and what they mean where they do not say it.
pub(crate) fn explanation(error: &arm::Error) -> String {
    let registration = registration(error);
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
        _ => registration.as_deref(),
    };
    let mut text = capitalised(&error.explanation());
    if let Some(advice) = advice {
        text.push_str("\n\n");
        text.push_str(advice);
    }
    text
}

/// The line that registers what the subscription has not registered yet.
fn registration(error: &arm::Error) -> Option<String> {
    if error.code() != Some("MissingSubscriptionRegistration") {
        return None;
    }
    let body = error.body()?;
    let named = |text: &str| text.starts_with("Microsoft.").then(|| text.to_owned());
    // ARM names it in the detail's target, and between quotes in its message.
    let mut targets = body
        .details
        .iter()
        .filter_map(|detail| detail.target.as_deref());
    let quoted = || body.message.split('\'').rev().find_map(named);
    let namespace = targets.find_map(named).or_else(quoted);
    Some(format!(
        "Register the resource provider once for the subscription, then apply again:\n\n    az provider register --namespace {} --wait",
        namespace.as_deref().unwrap_or("NAMESPACE")
    ))
}

/// The attribute whose place in the body is the longest beginning of `target`.
fn blamed(attributes: &[Attribute], target: &str, parent: &Path) -> Option<Path> {
    let matching = |attribute: &&Attribute| {
        attribute
            .remote()
            .is_some_and(|remote| rest(target, remote.path).is_some())
    };
    let attribute = attributes
        .iter()
        .filter(matching)
        .max_by_key(|attribute| attribute.remote().map(|remote| remote.path.len()))?;
    let path = parent.with_attribute(&*attribute.name);
    let rest = rest(target, attribute.remote()?.path)?;
    match &attribute.kind {
        Kind::Nested(_, attributes) => Some(blamed(attributes, rest, &path).unwrap_or(path)),
        Kind::Value(_) => Some(path),
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
    use serde_json::json;

    use crate::arm::test_server::{Reply, TestServer};
    use crate::arm::{ResourceId, ResourceType};
    use tfplugin_framework::schema::Nesting;
    use tfplugin_framework::types::ty::Type;

    use super::*;
    use crate::azure::row::Remote;

    #[test]
    fn the_blamed_attribute_is_the_one_nearest_to_the_target() {
        let attributes = [
            Attribute::string("location").with(Remote::at("location")),
            Attribute::list("subnet_ids", Type::String)
                .with(Remote::at("properties.networkConfiguration.subnets[].id")),
            Attribute::nested(
                "identity",
                Nesting::Single,
                vec![Attribute::string("type").with(Remote::at("type"))],
            )
            .with(Remote::at("identity")),
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

    #[test]
    fn what_was_overwritten_is_told_once_and_without_documents() {
        let place = |name: &str| Path::attribute("tags").with_key(name);
        let found = [
            Overwritten::new(Path::attribute("capacity"), json!(7), json!(2)),
            Overwritten::new(place("a"), Json::Null, json!("b")),
            Overwritten::new(place("a"), Json::Null, json!("b")),
            Overwritten::new(Path::attribute("definition"), json!("{}"), json!("{}")),
            Overwritten::new(place("long"), json!("x".repeat(300)), json!("y")),
            Overwritten::untold(Path::attribute("parameters").with_key("p")),
        ];
        let warnings = overwritten("environment \"e\"", &found);
        let told: Vec<_> = warnings
            .iter()
            .map(|it| (&*it.summary, &*it.detail))
            .collect();
        let another =
            "Azure had another value, and the apply has overwritten it with the planned one.";
        for (index, (path, values)) in [
            (
                "capacity",
                "Azure had 7, and the apply has overwritten that with 2.",
            ),
            (
                "tags[\"a\"]",
                "Azure had none, and the apply has overwritten that with \"b\".",
            ),
            ("definition", another),
            ("tags[\"long\"]", another),
            ("parameters[\"p\"]", another),
        ]
        .into_iter()
        .enumerate()
        {
            let summary =
                format!("A change of {path} of environment \"e\" by others was overwritten");
            assert_eq!(told[index].0, summary);
            assert!(told[index].1.contains(values), "{}", told[index].1);
        }
        assert_eq!(told.len(), 5);
    }

    #[tokio::test]
    async fn what_is_not_registered_is_told_with_the_line_that_registers_it() {
        let message = "The subscription is not registered to use namespace 'Microsoft.Logic'. See https://aka.ms/rps-not-found for how to register subscriptions.";
        let detail = json!({ "code": "MissingSubscriptionRegistration", "target": "Microsoft.Network", "message": message });
        for (details, namespace) in [
            (json!([]), "Microsoft.Logic"),
            (json!([detail]), "Microsoft.Network"),
        ] {
            let error = json!({ "error": { "code": "MissingSubscriptionRegistration", "message": message, "details": details } });
            let id = ResourceId::in_group("s", "g", "Microsoft.Logic/workflows", "w");
            let path = format!("GET {id}?api-version=1");
            let server = TestServer::start(&[(&path, vec![Reply::json(409, &error)])]).await;
            let workflows = ResourceType {
                name: "Microsoft.Logic/workflows",
                api_version: "1",
            };
            let error = server.session().of(&workflows).get(&id).await;
            let told = explanation(&error.expect_err("not registered"));
            let line = format!("\n    az provider register --namespace {namespace} --wait");
            assert!(told.ends_with(&line), "{told}");
        }
    }
}
