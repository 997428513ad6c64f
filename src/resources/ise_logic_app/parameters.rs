//! Values of a workflow's parameters: what is written of them, and the secure ones that ARM never gives back.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tfplugin_framework::diagnostics::{Diagnostics, Report as _, Reported, sentence};
use tfplugin_framework::resource::UpdateRequest;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use super::model::LogicApp;
use super::schema::{ARM, SCHEMA};
use crate::azure::body::{Change, Overwritten};
use crate::azure::row::sent_changes;
use crate::validate::workflow::{Place, secure_kind};

pub(super) const SECURE: &str = "secure_parameters_wo";
const VERSION: &str = "secure_parameters_version";

/// Writes what changes, and the secure parameters, whose values are in the configuration only.
///
/// What else ARM tells of a parameter stays as long as it is declared as it was.
pub(super) fn write(config: &Object, change: Change<'_>, body: &mut Json) -> Vec<Overwritten> {
    let before = declared(body);
    let overwritten = ARM.write(change, body);
    let after = declared(body);
    let properties = &mut body["properties"];
    let mut parameters = properties["parameters"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let is_gone = |name: &str| before.contains_key(name) && !after.contains_key(name);
    let is_other = |name: &str, kind: Option<&str>| {
        let kinds = after.get(name).zip(kind);
        kinds.is_some_and(|(now, kind)| !now.eq_ignore_ascii_case(kind))
    };
    let is_declared_anew = |name: &str, parameter: &Json| {
        is_other(name, before.get(name).map(String::as_str))
            || is_other(name, parameter["type"].as_str())
    };
    parameters.retain(|name, parameter| {
        if is_declared_anew(name, parameter) {
            let value = parameter.get("value").cloned();
            *parameter = value.map_or(Json::Null, |value| json!({ "value": value }));
        }
        !is_gone(name) && !parameter.is_null()
    });
    let secure = config
        .model()
        .ok()
        .and_then(|app: LogicApp| app.secure_values());
    for (name, value) in secure.unwrap_or_default() {
        parameters.entry(name).or_insert_with(|| json!({}))["value"] = value;
    }
    if !parameters.is_empty() || !properties["parameters"].is_null() {
        properties["parameters"] = Json::Object(parameters);
    }
    overwritten
}

/// The declared parameters of a workflow, with their types.
fn declared(body: &Json) -> BTreeMap<String, String> {
    let declared = body["properties"]["definition"]["parameters"].as_object();
    let kinds = declared.into_iter().flatten().map(|(name, declaration)| {
        let kind = declaration["type"].as_str().unwrap_or_default();
        (name.clone(), kind.to_owned())
    });
    kinds.collect()
}

/// Finds the secrets that a body which is about to be sent would lose: ARM has them, and the configuration has not.
///
/// Who plans another version of the secrets says with it that those without a value fall back to their defaults.
pub(super) fn check_body(
    body: &Json,
    update: UpdateRequest<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let is_version_planned = sent_changes(&SCHEMA, update.prior, update.plan).contains(VERSION);
    let properties = &body["properties"];
    let declared = properties["definition"]["parameters"].as_object();
    let mut result = Ok(());
    for (name, declaration) in declared.into_iter().flatten() {
        let Some(kind) = secure_kind(declaration) else {
            continue;
        };
        let parameter = properties["parameters"].get(name);
        let has_value = parameter.is_some_and(|parameter| parameter.get("value").is_some());
        let has_default = declaration.get("defaultValue").is_some();
        let message = match (has_value, has_default, parameter) {
            (true, ..) | (_, true, None) => continue,
            (_, true, Some(_)) if is_version_planned => continue,
            (_, true, Some(_)) => format!(
                "Azure has a value of the parameter \"{name}\" ({kind}), which it never gives back, and this update would put \
                 the default in its place: give the value in {SECURE}, or let the default stand by changing {VERSION}"
            ),
            (_, false, _) => format!(
                "the definition that Azure has declares the parameter \"{name}\" ({kind}) without a default, and wants its value, \
                 which it never gives back, with every update: give it in {SECURE}"
            ),
        };
        result = Err(missing(&message, diagnostics));
    }
    result
}

fn missing(message: &str, diagnostics: &mut Diagnostics) -> Reported {
    let summary = format!("Invalid {SECURE}");
    diagnostics.add_attribute_error(Path::attribute(SECURE), summary, sentence(message))
}

/// Checks the parameters' values against their declarations, as far as both are known.
pub(super) fn check_values(app: &LogicApp, diagnostics: &mut Diagnostics) {
    let Some(definition) = app.definition() else {
        return;
    };
    let (plain, secure) = (app.plain_values(), app.secure_values());
    for finding in definition.check_parameters(plain.as_ref(), secure.as_ref()) {
        let name = match finding.place {
            Place::Parameters => "parameters",
            Place::SecureParameters => SECURE,
        };
        let summary = format!("Invalid {name}");
        diagnostics.add_attribute_error(Path::attribute(name), summary, sentence(&finding.message));
    }
}

/// Finds the secure parameters that a PUT would lose, as far as they are known.
///
/// As long as nothing is sent, ARM keeps them: an imported logic app is in order without.
pub(super) fn check_secure(config: &Object, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let app: LogicApp = config.model().report(diagnostics)?;
    let known = app.definition().zip(app.secure_values());
    let messages = known.map(|(definition, secure)| definition.missing_secure(&secure));
    let mut result = Ok(());
    for message in messages.into_iter().flatten() {
        result = Err(missing(&message, diagnostics));
    }
    result
}
