//! The addresses at which Request triggers are called.

use super::definition::{trigger, trigger_of};
use super::{KEYS, key_type, versions};
use crate::core::call::{Outcome, Reply};
use crate::core::definition::Request;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{self, Json, json, text};
use crate::core::random::Random;
use crate::core::store::Stored;

const VERSION: &str = "2016-10-01";

/// The address of the workflow's own Request trigger, for as long and with the key that the request says.
pub(super) fn of_workflow(request: &mut Request<'_>, stored: &Stored, _: &[&str]) -> Outcome {
    let asked = request.call.optional_json()?;
    let triggers =
        json::at(&stored.body, "properties/definition/triggers").and_then(Json::as_object);
    let trigger = triggers
        .into_iter()
        .flatten()
        .find(|(_, trigger)| is_request(trigger));
    let Some((name, trigger)) = trigger else {
        return Err(errors::no_callable_trigger(stored.id.name()));
    };
    Ok(url(
        stored,
        &Address::of(stored, name),
        trigger,
        key_type(&asked),
        text(&asked, "notAfter"),
    ))
}

/// The address of one trigger, which must be a Request trigger. The code of the refusal is ours.
///
/// The published document shows no body here, but Microsoft's guide sends the one of the workflow to have a URL that ends,
/// or one with the other key.
pub(super) fn of_trigger(request: &mut Request<'_>, stored: &Stored, at: &[&str]) -> Outcome {
    let (name, trigger) = trigger(stored, at[0])?;
    check_callable(stored, name, trigger)?;
    let asked = request.call.optional_json()?;
    let address = Address::of(stored, name);
    let until = text(&asked, "notAfter");
    Ok(url(stored, &address, trigger, key_type(&asked), until))
}

/// The address of a trigger of an earlier version.
pub(super) fn of_version(request: &mut Request<'_>, stored: &Stored, at: &[&str]) -> Outcome {
    let version = versions::find(request.world, stored, at[0])?;
    let (name, trigger) = trigger_of(stored, &version["properties"], at[1])?;
    check_callable(stored, name, trigger)?;
    let asked = request.call.optional_json()?;
    let address = Address {
        path: format!("/versions/{}/triggers/{name}", at[0]),
        ..Address::of(stored, name)
    };
    let until = text(&asked, "notAfter");
    Ok(url(stored, &address, trigger, key_type(&asked), until))
}

/// Whether a trigger can be called.
pub(super) fn is_request(trigger: &Json) -> bool {
    text(trigger, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("Request"))
}

/// Refuses triggers that cannot be called.
pub(super) fn check_callable(stored: &Stored, name: &str, trigger: &Json) -> Result<(), ArmError> {
    if is_request(trigger) {
        return Ok(());
    }
    Err(errors::workflow_trigger_type_not_supported(
        name,
        stored.id.name(),
    ))
}

/// Where a trigger is called: the workflow's endpoint and the path of the trigger below it.
struct Address<'a> {
    endpoint: &'a str,
    path: String,
}

impl<'a> Address<'a> {
    fn of(stored: &'a Stored, name: &str) -> Self {
        Self {
            endpoint: text(&stored.body, "properties/accessEndpoint").unwrap_or_default(),
            path: format!("/triggers/{name}"),
        }
    }
}

fn url(
    stored: &Stored,
    address: &Address<'_>,
    trigger: &Json,
    key: &str,
    until: Option<&str>,
) -> Reply {
    let base = format!("{}{}/paths/invoke", address.endpoint, address.path);
    let permission = format!("{}/run", address.path);
    let secret = text(&stored.hidden[KEYS], key).unwrap_or_default();
    let mut queries = json!({"api-version": VERSION, "sp": permission, "sv": "1.0", "sig": sign(secret, &base, until)});
    if let Some(until) = until {
        queries["se"] = json!(until);
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for member in ["api-version", "se", "sp", "sv", "sig"] {
        if let Some(value) = text(&queries, member) {
            query.append_pair(member, value);
        }
    }
    let method = text(trigger, "inputs/method").unwrap_or("POST");
    let relative = text(trigger, "inputs/relativePath");
    let address = match relative {
        Some(path) => format!("{base}/{}?{}", path.trim_start_matches('/'), query.finish()),
        None => format!("{base}?{}", query.finish()),
    };
    let mut body =
        json!({"value": address, "method": method, "basePath": base, "queries": queries});
    if let Some(path) = relative {
        body["relativePath"] = json!(path);
        let names = path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name));
        body["relativePathParameters"] = names.collect();
    }
    Reply::json(200, body)
}

/// A signature of the right shape that changes with the key: nothing here checks it.
fn sign(secret: &str, address: &str, until: Option<&str>) -> String {
    let text = format!("{secret}{address}{}", until.unwrap_or_default());
    Random::of(&text).signature()
}
