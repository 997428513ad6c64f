//! Wrong bodies of every type, made from the tables.

use serde_json::{Value, json};

use super::table::{Spot, Step, Tables, kind};
use super::{accepted, is_refused, with_parents};
use crate::client::{Client, SUBSCRIPTION};

/// What ARM takes against its own document, by the end of the place: nothing there is refused.
const TAKEN: &[&str] = &[
    "properties.parameters{}.value",
    "properties.provisioningState",
    "properties.state",
    "properties.integrationServiceEnvironmentId",
    "properties.endpointsConfiguration",
    "properties.createdTime",
    "properties.changedTime",
];

#[tokio::test]
async fn every_type_that_is_served_is_tried() {
    let client = Client::new().await;
    let mut tried: Vec<String> = accepted().iter().map(|(path, ..)| type_of(path)).collect();
    tried.sort();
    let providers = client
        .get(&format!("{SUBSCRIPTION}/providers"), "2022-09-01")
        .await
        .body;
    let mut served = vec!["microsoft.authorization/locks".to_owned()];
    for provider in providers["value"].as_array().expect("providers") {
        let namespace = provider["namespace"].as_str().expect("a namespace");
        for kind in provider["resourceTypes"].as_array().expect("types") {
            let kind = kind["resourceType"].as_str().expect("a type");
            served.push(format!("{namespace}/{kind}").to_lowercase());
        }
    }
    served.sort();
    served.dedup();
    assert_eq!(tried, served);
}

fn type_of(path: &str) -> String {
    let path = path.to_lowercase();
    match path.rsplit_once("/providers/") {
        Some((_, rest)) => {
            let mut segments = rest.split('/');
            let namespace = segments.next().unwrap_or_default();
            let kinds: Vec<&str> = segments.step_by(2).collect();
            format!("{namespace}/{}", kinds.join("/"))
        }
        None => "microsoft.resources/resourcegroups".to_owned(),
    }
}

#[tokio::test]
async fn wrong_bodies_of_every_type_are_refused() {
    let client = with_parents().await;
    let tables = Tables::read();
    let (mut tried, mut accepted_all) = (0, Vec::new());
    for (path, ..) in accepted() {
        let mut known = Vec::new();
        for (version, schema) in tables.creations(&path) {
            for spot in tables.spots(schema) {
                let place = place(&spot.steps);
                // What another version says as well was tried with it.
                let is_known = known.contains(&(place.clone(), spot.schema));
                if is_known || spot.is_own || is_taken(&path, &place) {
                    continue;
                }
                // The place itself does no harm.
                let fine = tables.body(schema, &spot.steps, tables.sample(spot.schema));
                let answer = client.put(&path, version, fine.clone()).await;
                assert!(!is_refused(&answer), "{path} {fine}: {answer:?}");
                for (what, value) in wrongs(&tables, &spot) {
                    tried += 1;
                    let body = tables.body(schema, &spot.steps, value);
                    let answer = client.put(&path, version, body.clone()).await;
                    // Who has no location at all is told so in ARM's own words.
                    let is_told =
                        is_refused(&answer) || answer.error() == (400, "LocationRequired");
                    if !is_told {
                        let status = answer.status;
                        accepted_all.push(format!("{path} {what} at '{place}': {status} {body}"));
                    }
                }
                known.push((place, spot.schema));
            }
        }
    }
    assert!(tried > 3_000, "only {tried}");
    assert!(
        accepted_all.is_empty(),
        "{} of {tried}\n{}",
        accepted_all.len(),
        accepted_all.join("\n")
    );
}

/// Whether anything is taken at a place, or dropped.
fn is_taken(path: &str, place: &str) -> bool {
    let is_environment = path.contains("integrationServiceEnvironments/new");
    let is_artifact = path.contains("assemblies") || path.contains("batchConfigurations");
    let is_listed = TAKEN.iter().any(|taken| place.starts_with(taken));
    is_listed && (is_environment || is_artifact || place.ends_with("}.value"))
}

fn place(steps: &[Step]) -> String {
    let mut place = String::new();
    for step in steps {
        match step {
            Step::Member(name) if place.is_empty() => place.clone_from(name),
            Step::Member(name) => place = format!("{place}.{name}"),
            Step::Entry => place += "{}",
            Step::Element => place += "[]",
        }
    }
    place
}

/// What must not stand at a place, and why.
fn wrongs(tables: &Tables, spot: &Spot<'_>) -> Vec<(&'static str, Value)> {
    let schema = spot.schema;
    let mut wrongs = Vec::new();
    let all = [
        json!(5),
        json!(true),
        json!("text"),
        json!([1]),
        json!({"a": 1}),
    ];
    let right: &[usize] = match kind(schema) {
        "string" => &[2],
        "integer" | "number" => &[0],
        "boolean" => &[1],
        "array" => &[3],
        "object" => &[4],
        _ => return wrongs,
    };
    // The body as a whole is read before any document: what is no object is refused there.
    if !spot.steps.is_empty() {
        let others = all.into_iter().enumerate();
        let others = others.filter(|(number, _)| [0, 2, 4].contains(number));
        wrongs.extend(
            others
                .filter(|(number, _)| !right.contains(number))
                .map(|(_, value)| ("another kind", value)),
        );
    }
    if schema["enum"].is_array() {
        wrongs.push(("an unknown value", json!("Nonsense")));
    }
    if schema["format"] == "date-time" {
        wrongs.push(("no time", json!("tomorrow")));
    }
    if kind(schema) == "integer" {
        wrongs.push(("a fraction", json!(1.5)));
        wrongs.push(("more than fits", json!("99999999999999999999")));
    }
    if let Some(most) = schema["maxLength"].as_u64() {
        let most = usize::try_from(most).expect("a length");
        wrongs.push(("too long", json!("x".repeat(most + 1))));
    }
    if let Some(least) = schema["minLength"].as_u64().filter(|least| *least > 0) {
        let least = usize::try_from(least).expect("a length");
        wrongs.push(("too short", json!("x".repeat(least - 1))));
    }
    if schema["pattern"].is_string() {
        wrongs.push(("against the pattern", json!("\u{1}<>")));
    }
    if let Some(most) = schema["maxItems"].as_u64() {
        let one = tables.sample(&schema["items"]);
        let most = usize::try_from(most).expect("a length");
        wrongs.push(("too many", vec![one; most + 1].into()));
    }
    for (bound, by) in [("minimum", -1.0), ("maximum", 1.0)] {
        if let Some(bound) = schema[bound].as_f64() {
            wrongs.push(("out of range", json!(bound + by)));
        }
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let mut body = tables.sample(schema);
        let members = body.as_object_mut().expect("an object");
        members.remove(name.as_str().expect("a name"));
        wrongs.push(("something missing", body));
    }
    if schema["closed"] == true {
        let mut body = tables.sample(schema);
        body["unheardOf"] = json!(1);
        wrongs.push(("an unknown member", body));
    }
    wrongs
}

#[tokio::test]
async fn what_only_the_service_sets_is_dropped_from_every_type() {
    const MINE: &str = "set by nobody but me";
    let client = with_parents().await;
    let tables = Tables::read();
    let (mut tried, mut taken, mut kept) = (0, 0, Vec::new());
    for (path, version, body) in accepted() {
        let schema = tables.creation(&path, version);
        for spot in tables.spots(schema).into_iter().filter(|spot| spot.is_own) {
            let place = place(&spot.steps);
            // The published example of a large map sends the link to its content.
            if place == "properties.contentLink" {
                continue;
            }
            tried += 1;
            let mut wanted = body.clone();
            if !plant(&mut wanted, &spot.steps, &json!(MINE)) {
                wanted = merged(body.clone(), tables.body(schema, &spot.steps, json!(MINE)));
            }
            let answer = client.put(&path, version, wanted.clone()).await;
            assert!(!is_refused(&answer), "{path} {wanted}: {answer:?}");
            if answer.status < 300 {
                taken += 1;
                client.advance("3h").await;
                let shown = client.get(&path, version).await;
                let all = format!("{}{}", answer.body, shown.body);
                if all.contains(MINE) {
                    kept.push(format!("{path} {place}"));
                }
            }
        }
    }
    assert!(tried > 200 && taken > 100, "{taken} of {tried}");
    assert!(kept.is_empty(), "{}", kept.join("\n"));
}

/// Puts a value at a place of a body, if the body has what is around it.
fn plant(body: &mut Value, steps: &[Step], value: &Value) -> bool {
    match steps {
        [Step::Member(name)] if body.is_object() => {
            body[name] = value.clone();
            true
        }
        [Step::Member(name), rest @ ..] => body
            .get_mut(name)
            .is_some_and(|inner| plant(inner, rest, value)),
        [Step::Element, rest @ ..] => body
            .get_mut(0)
            .is_some_and(|inner| plant(inner, rest, value)),
        _ => false,
    }
}

/// A body with what another one has beside.
fn merged(mut body: Value, other: Value) -> Value {
    match (&mut body, other) {
        (Value::Object(members), Value::Object(others)) => {
            for (name, value) in others {
                let known = members.remove(&name);
                let value = known.map_or(value.clone(), |known| merged(known, value));
                members.insert(name, value);
            }
            body
        }
        (Value::String(_) | Value::Number(_) | Value::Bool(_), Value::String(_)) => body,
        (_, other) => other,
    }
}
