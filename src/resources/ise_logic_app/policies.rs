//! Policies by name, each a map of claims; the kind is Microsoft Entra ID, the only one there is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Value;

use crate::azure::body::{Overwritten, write_members};

type Claims<'v> = BTreeMap<&'v str, &'v str>;

/// The policies in a body.
pub(super) fn read(json: &Json) -> Value {
    let claims = |policy: &Json| {
        let claims = claims_in(policy).into_iter();
        Value::Map(
            claims
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    };
    let policies = json.as_object().into_iter().flatten();
    Value::Map(
        policies
            .map(|(name, policy)| (name.clone(), claims(policy)))
            .collect(),
    )
}

/// Writes the policies, and in them the claims, in which two values differ.
pub(super) fn write(prior: &Value, planned: &Value, json: &mut Json) -> Vec<Overwritten> {
    let (prior, planned) = (policies(prior), policies(planned));
    let is = |claims: &Claims<'_>, policy: &Json| claims_in(policy) == *claims;
    let nothing = Claims::new();
    write_members(
        json,
        (&prior, &planned),
        PartialEq::eq,
        is,
        |before, claims, policy| {
            if policy["type"].is_null() {
                policy["type"] = json!("AAD");
            }
            write_claims(before.unwrap_or(&nothing), claims, &mut policy["claims"])
        },
    )
}

fn write_claims(prior: &Claims<'_>, planned: &Claims<'_>, json: &mut Json) -> Vec<Overwritten> {
    let mut claims = match json.take() {
        Json::Array(claims) => claims,
        _ => Vec::new(),
    };
    let mut overwritten = Vec::new();
    let names: BTreeSet<_> = prior.keys().chain(planned.keys()).collect();
    for name in names {
        let (was, wanted) = (prior.get(name), planned.get(name));
        if was == wanted {
            continue;
        }
        let is_called = |claim: &Json| {
            let found = claim["name"].as_str();
            found.is_some_and(|found| found.eq_ignore_ascii_case(name))
        };
        let place = claims.iter().position(is_called);
        let found = place.and_then(|place| claims[place]["value"].as_str());
        if found != was.copied() && found != wanted.copied() {
            let path = Path::root().with_key(*name);
            overwritten.push(Overwritten::new(path, json!(found), json!(wanted)));
        }
        match (place, wanted) {
            (Some(place), Some(value)) => claims[place]["value"] = json!(value),
            (None, Some(value)) => claims.push(json!({ "name": name, "value": value })),
            (Some(place), None) => drop(claims.remove(place)),
            (None, None) => {}
        }
    }
    *json = Json::Array(claims);
    overwritten
}

fn policies(value: &Value) -> BTreeMap<&str, Claims<'_>> {
    let policies = value.as_map().into_iter().flatten();
    policies
        .map(|(name, policy)| (name.as_str(), claims_of(policy)))
        .collect()
}

fn claims_of(policy: &Value) -> Claims<'_> {
    let claims = policy.as_map().into_iter().flatten();
    claims
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .collect()
}

fn claims_in(policy: &Json) -> Claims<'_> {
    let claims = policy["claims"].as_array().into_iter().flatten();
    let pairs =
        claims.filter_map(|claim| Some((claim["name"].as_str()?, claim["value"].as_str()?)));
    pairs.collect()
}
