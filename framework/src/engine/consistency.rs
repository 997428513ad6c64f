//! Terraform's own checks of a provider's answers, run on ours before they leave the process.
//!
//! They run in debug builds, so in all tests: a finding there is one that a user would have seen as
//! "Provider produced …" in a release.

use crate::schema::{Attribute, Kind, Mode, Nesting, Schema, TIMEOUTS, for_each_nested};
use crate::types::path::Path;
use crate::types::value::{Object, Value};

/// What Terraform would call an invalid plan.
pub fn check_plan(
    schema: &Schema,
    config: &Object,
    prior: Option<&Object>,
    planned: &Object,
) -> Vec<String> {
    let mut findings = Vec::new();
    plan_attributes(
        &schema.attributes,
        config,
        prior,
        planned,
        &Path::root(),
        &mut findings,
    );
    if schema.timeouts.is_some() && planned.get(TIMEOUTS) != config.get(TIMEOUTS) {
        findings.push(format!(
            "{TIMEOUTS}: planned differently from the configuration"
        ));
    }
    findings
}

/// What Terraform would call an inconsistent result after apply.
pub fn check_apply(planned: &Object, result: &Object) -> Vec<String> {
    let mut findings = Vec::new();
    completion_of_object(planned, result, &Path::root(), &mut findings);
    findings
}

/// What Terraform would refuse in any stored state: unknown or write-only values.
pub fn check_state(schema: &Schema, state: &Object) -> Vec<String> {
    let unknown = state
        .iter()
        .filter(|(_, value)| !value.is_wholly_known())
        .map(|(name, _)| format!("{name}: unknown in a state"));
    let mut findings: Vec<_> = unknown.collect();
    stored_write_only(&schema.attributes, state, &Path::root(), &mut findings);
    findings
}

fn stored_write_only(
    attributes: &[Attribute],
    state: &Object,
    parent: &Path,
    findings: &mut Vec<String>,
) {
    for attribute in attributes {
        let (value, path) = (
            state.get(attribute.name),
            parent.with_attribute(attribute.name),
        );
        if attribute.write_only && !value.is_null() {
            findings.push(format!("{path}: write-only, yet in a state"));
        }
        if let Kind::Nested(nesting, attributes) = &attribute.kind {
            for_each_nested(*nesting, value, &path, &mut |path, object| {
                stored_write_only(attributes, object, &path, findings);
            });
        }
    }
}

fn plan_attributes(
    attributes: &[Attribute],
    config: &Object,
    prior: Option<&Object>,
    planned: &Object,
    parent: &Path,
    findings: &mut Vec<String>,
) {
    for attribute in attributes {
        let prior = prior.map_or(&Value::Null, |prior| prior.get(attribute.name));
        let (config, planned) = (config.get(attribute.name), planned.get(attribute.name));
        plan_attribute(
            attribute,
            config,
            prior,
            planned,
            &parent.with_attribute(attribute.name),
            findings,
        );
    }
}

fn plan_attribute(
    attribute: &Attribute,
    config: &Value,
    prior: &Value,
    planned: &Value,
    path: &Path,
    findings: &mut Vec<String>,
) {
    if attribute.write_only {
        if !planned.is_null() {
            findings.push(format!("{path}: write-only, yet planned"));
        }
        return;
    }
    if planned == config || (planned == prior && !prior.is_null() && !config.is_null()) {
        return;
    }
    match (attribute.mode, config.is_null()) {
        (Mode::Computed, _) | (Mode::OptionalComputed, true) => return,
        (_, true) => {
            return findings.push(format!(
                "{path}: planned although the configuration has none"
            ));
        }
        (_, false) => {}
    }
    let Kind::Nested(nesting, attributes) = &attribute.kind else {
        return findings.push(format!(
            "{path}: planned neither as configured nor as it was"
        ));
    };
    if config.is_null() != planned.is_null() || config.is_unknown() != planned.is_unknown() {
        return findings.push(format!("{path}: null or unknown unlike the configuration"));
    }
    let mut pair = |config: &Value, prior: Option<&Value>, planned: &Value, path: Path| {
        if let (Value::Object(config), Value::Object(planned)) = (config, planned) {
            let prior = prior.and_then(Value::as_object);
            plan_attributes(attributes, config, prior, planned, &path, findings);
        }
    };
    match (nesting, config, planned) {
        (Nesting::Single, config, planned) => pair(config, Some(prior), planned, path.clone()),
        (Nesting::List, Value::List(config), Value::List(planned))
            if config.len() == planned.len() =>
        {
            for (index, (config, planned)) in config.iter().zip(planned).enumerate() {
                let prior = prior.as_elements().and_then(|prior| prior.get(index));
                pair(config, prior, planned, path.with_index(index));
            }
        }
        (Nesting::Map, Value::Map(config), Value::Map(planned))
            if config.keys().eq(planned.keys()) =>
        {
            for (key, config) in config {
                let prior = prior.as_map().and_then(|prior| prior.get(key));
                pair(config, prior, &planned[key], path.with_key(key));
            }
        }
        (Nesting::Set, Value::Set(config), Value::Set(planned))
            if config.len() == planned.len() => {}
        _ => findings.push(format!(
            "{path}: planned with other elements than configured"
        )),
    }
}

fn completion_of_object(
    planned: &Object,
    result: &Object,
    parent: &Path,
    findings: &mut Vec<String>,
) {
    for (name, planned) in planned.iter() {
        completion(
            planned,
            result.get(name),
            &parent.with_attribute(name),
            findings,
        );
    }
}

fn completion(planned: &Value, result: &Value, path: &Path, findings: &mut Vec<String>) {
    match (planned, result) {
        (Value::Unknown(_), _) => {}
        (Value::Object(planned), Value::Object(result)) => {
            completion_of_object(planned, result, path, findings)
        }
        (Value::List(planned), Value::List(result)) if planned.len() == result.len() => {
            for (index, (planned, result)) in planned.iter().zip(result).enumerate() {
                completion(planned, result, &path.with_index(index), findings);
            }
        }
        (Value::Map(planned), Value::Map(result)) if planned.keys().eq(result.keys()) => {
            for (key, planned) in planned {
                completion(planned, &result[key], &path.with_key(key), findings);
            }
        }
        (Value::Set(planned), Value::Set(result)) if sets_match(planned, result) => {}
        (planned, result) if planned == result => {}
        // Values stay out of the text: they may be sensitive.
        _ => findings.push(format!("{path}: not as planned")),
    }
}

/// Each planned element becomes some actual one and the other way round, and the set does not grow.
fn sets_match(planned: &[Value], result: &[Value]) -> bool {
    let completes = |planned: &Value, result: &Value| {
        let mut findings = Vec::new();
        completion(planned, result, &Path::root(), &mut findings);
        findings.is_empty()
    };
    result.len() <= planned.len()
        && planned
            .iter()
            .all(|planned| result.iter().any(|result| completes(planned, result)))
        && result
            .iter()
            .all(|result| planned.iter().any(|planned| completes(planned, result)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ty::Type;

    fn schema() -> Schema {
        Schema {
            attributes: vec![
                Attribute::string("id").computed(),
                Attribute::string("name"),
                Attribute::string("region").optional_computed(),
                Attribute::string("secret").write_only(),
                Attribute::plain("zones", Type::set(Type::String)),
                Attribute::nested(
                    "identity",
                    Nesting::Single,
                    vec![
                        Attribute::string("type"),
                        Attribute::string("principal").computed(),
                    ],
                ),
            ],
            ..Schema::default()
        }
    }

    fn object(attributes: &[(&str, Value)]) -> Object {
        let mut object = schema().null_object();
        for (name, value) in attributes {
            object.set(name, value.clone());
        }
        object
    }

    fn identity(kind: Value, principal: Value) -> Value {
        [("type", kind), ("principal", principal)]
            .into_iter()
            .collect::<Object>()
            .into()
    }

    #[track_caller]
    fn check(
        config: &[(&str, Value)],
        prior: &[(&str, Value)],
        planned: &[(&str, Value)],
        expect: &[&str],
    ) {
        let findings = check_plan(
            &schema(),
            &object(config),
            Some(&object(prior)),
            &object(planned),
        );
        assert_eq!(findings, expect);
    }

    #[test]
    fn a_plan_is_the_configuration_or_the_prior_state() {
        let name = |text: &str| [("name", Value::from(text))];
        check(&name("a"), &[], &name("a"), &[]);
        check(&name("A"), &name("a"), &name("a"), &[]);
        check(
            &name("A"),
            &[],
            &name("a"),
            &["name: planned neither as configured nor as it was"],
        );
        check(
            &[],
            &name("a"),
            &name("a"),
            &["name: planned although the configuration has none"],
        );
        check(
            &name("a"),
            &[],
            &[("name", Value::unknown())],
            &["name: planned neither as configured nor as it was"],
        );
        check(
            &[],
            &[],
            &[("region", Value::unknown()), ("id", "x".into())],
            &[],
        );
        check(
            &[("secret", "s".into())],
            &[],
            &[("secret", "s".into())],
            &["secret: write-only, yet planned"],
        );
    }

    #[test]
    fn nested_attributes_are_checked_one_by_one() {
        let config = [("identity", identity("System".into(), Value::Null))];
        check(
            &config,
            &[],
            &[("identity", identity("System".into(), Value::unknown()))],
            &[],
        );
        check(
            &config,
            &[],
            &[("identity", identity("User".into(), Value::Null))],
            &["identity.type: planned neither as configured nor as it was"],
        );
        check(
            &config,
            &[],
            &[("identity", Value::Null)],
            &["identity: null or unknown unlike the configuration"],
        );
    }

    #[test]
    fn a_result_completes_its_plan() {
        let zones = |zones: &[&str]| Value::set(zones.iter().map(|zone| Value::from(*zone)));
        let planned = object(&[
            ("id", Value::unknown()),
            ("name", "a".into()),
            ("zones", zones(&["1", "2"])),
            ("identity", identity("System".into(), Value::unknown())),
        ]);
        let mut result = object(&[
            ("id", "x".into()),
            ("name", "a".into()),
            ("zones", zones(&["2", "1"])),
            ("identity", identity("System".into(), "p".into())),
        ]);
        assert_eq!(check_apply(&planned, &result), Vec::<String>::new());
        result.set("name", "b");
        result.set("region", "west");
        result.set("zones", zones(&["1", "2", "3"]));
        assert_eq!(
            check_apply(&planned, &result),
            [
                "name: not as planned",
                "region: not as planned",
                "zones: not as planned",
            ]
        );
    }

    #[test]
    fn a_state_holds_neither_unknowns_nor_secrets() {
        let state = object(&[
            ("identity", identity(Value::unknown(), Value::Null)),
            ("secret", "s".into()),
        ]);
        assert_eq!(
            check_state(&schema(), &state),
            [
                "identity: unknown in a state",
                "secret: write-only, yet in a state",
            ]
        );
    }
}
