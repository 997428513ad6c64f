//! Terraform's own checks of a provider's answers, run on ours before they leave the process.
//!
//! They run in debug builds, so in all tests: a finding there is one that a user would have seen as
//! "Provider produced …" in a release.

use crate::schema::walk::for_each_nested;
use crate::schema::{Members, Mode, Nesting, Row, Schema};
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// What Terraform would call an invalid plan.
pub fn check_plan(
    schema: &Schema,
    config: &Object,
    prior: Option<&Object>,
    planned: &Object,
) -> Vec<String> {
    let mut findings = Vec::new();
    let objects = (config, prior, planned);
    plan_objects(schema.members(), objects, &Path::root(), &mut findings);
    for (name, planned) in planned.iter() {
        promises(planned, &Path::attribute(name), &mut findings);
    }
    findings
}

/// What Terraform would call an inconsistent result after apply.
pub fn check_apply(planned: &Object, result: &Object) -> Vec<String> {
    let mut findings = Vec::new();
    completion_of_object(planned, result, &Path::root(), &mut findings);
    findings
}

/// What Terraform would refuse in any stored state: unknown or write-only values, and blocks that are null.
pub fn check_state(schema: &Schema, state: &Object) -> Vec<String> {
    let unknown = state
        .iter()
        .filter(|(_, value)| !value.is_wholly_known())
        .map(|(name, _)| format!("{name}: unknown in a state"));
    let mut findings = unknown.collect();
    stored(schema.members(), state, &Path::root(), &mut findings);
    findings
}

fn stored(members: Members<'_>, state: &Object, parent: &Path, findings: &mut Vec<String>) {
    for row in members.rows() {
        let (value, path) = (state.get(row.name()), parent.with_attribute(row.name()));
        if row.is_write_only() && !value.is_null() {
            findings.push(format!("{path}: write-only, yet in a state"));
        }
        if value.is_null() && !row.null().is_null() {
            findings.push(format!("{path}: a block that is null"));
        }
        for_each_nested(row, value, &path, &mut |path, object| {
            stored(row.members(), object, &path, findings);
        });
    }
}

/// Terraform panics at a promise that nothing can keep, so it is not told of one.
fn promises(planned: &Value, path: &Path, findings: &mut Vec<String>) {
    match planned {
        Value::Unknown(refinements) => {
            let mut known = refinements.known().into_iter();
            if known.any(|it| !it.allows_some_number() || !it.allows_some_length()) {
                findings.push(format!("{path}: promised within bounds that nothing is in"));
            }
        }
        Value::Object(object) => object
            .iter()
            .for_each(|(name, value)| promises(value, &path.with_attribute(name), findings)),
        Value::List(elements) | Value::Set(elements) => elements
            .iter()
            .enumerate()
            .for_each(|(index, value)| promises(value, &path.with_index(index), findings)),
        Value::Map(elements) => elements
            .iter()
            .for_each(|(key, value)| promises(value, &path.with_key(key), findings)),
        Value::Dynamic(inner) => promises(&inner.1, path, findings),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The configuration, the prior state and the plan.
type Objects<'v> = (&'v Object, Option<&'v Object>, &'v Object);

type Values<'v> = (&'v Value, &'v Value, &'v Value);

fn plan_objects(
    members: Members<'_>,
    (config, prior, planned): Objects<'_>,
    parent: &Path,
    findings: &mut Vec<String>,
) {
    for row in members.rows() {
        let prior = prior.map_or(&Value::Null, |prior| prior.get(row.name()));
        let values = (config.get(row.name()), prior, planned.get(row.name()));
        let path = parent.with_attribute(row.name());
        match row {
            Row::Attribute(attribute) => {
                let (mode, write_only) = (attribute.mode, attribute.write_only);
                plan_attribute(row, (mode, write_only), values, &path, findings);
            }
            Row::Block(_) => plan_block(row, values, &path, findings),
        }
    }
}

fn plan_attribute(
    row: Row<'_>,
    (mode, write_only): (Mode, bool),
    values: Values<'_>,
    path: &Path,
    findings: &mut Vec<String>,
) {
    let (config, prior, planned) = values;
    if write_only {
        if !planned.is_null() {
            findings.push(format!("{path}: write-only, yet planned"));
        }
        return;
    }
    if planned == config || (planned == prior && !prior.is_null() && !config.is_null()) {
        return;
    }
    match (mode, config.is_null()) {
        (Mode::Computed, _) | (Mode::OptionalComputed, true) => return,
        (_, true) => {
            return findings.push(format!(
                "{path}: planned although the configuration has none"
            ));
        }
        (_, false) => {}
    }
    if row.nesting().is_none() {
        return findings.push(format!(
            "{path}: planned neither as configured nor as it was"
        ));
    }
    if config.is_null() != planned.is_null() || config.is_unknown() != planned.is_unknown() {
        return findings.push(format!("{path}: null or unknown unlike the configuration"));
    }
    plan_elements(row, values, path, findings);
}

fn plan_block(row: Row<'_>, values: Values<'_>, path: &Path, findings: &mut Vec<String>) {
    let (config, _, planned) = values;
    let is_left_to_provider = config.is_null() && row.is_computed();
    if !is_left_to_provider && (config.is_unknown() || planned.is_unknown()) {
        if config != planned {
            findings.push(format!("{path}: unknown unlike the configuration"));
        }
        return;
    }
    if is_left_to_provider {
        if planned.is_null() && !row.null().is_null() {
            findings.push(format!("{path}: a block that is null"));
        }
        return;
    }
    if config.is_null() != planned.is_null() || (planned.is_null() && !row.null().is_null()) {
        return findings.push(format!("{path}: null unlike the configuration"));
    }
    let mut elements = planned.as_elements().unwrap_or_default().iter();
    if elements.any(Value::is_unknown) {
        return findings.push(format!("{path}: an element is unknown"));
    }
    // Of a set Terraform looks at nothing else.
    if row.nesting() != Some(Nesting::Set) {
        plan_elements(row, values, path, findings);
    }
}

/// Terraform compares lists place by place, whatever key a row has.
fn plan_elements(
    row: Row<'_>,
    (config, prior, planned): Values<'_>,
    path: &Path,
    findings: &mut Vec<String>,
) {
    let mut pair = |config: &Value, prior: Option<&Value>, planned: &Value, path: Path| {
        if let (Value::Object(config), Value::Object(planned)) = (config, planned) {
            let objects = (config, prior.and_then(Value::as_object), planned);
            plan_objects(row.members(), objects, &path, findings);
        }
    };
    match (config, planned) {
        (Value::Null, Value::Null) => {}
        (Value::Object(_), Value::Object(_)) => pair(config, Some(prior), planned, path.clone()),
        (Value::List(config), Value::List(planned)) if config.len() == planned.len() => {
            for (index, (config, planned)) in config.iter().zip(planned).enumerate() {
                let prior = prior.as_elements().and_then(|prior| prior.get(index));
                pair(config, prior, planned, path.with_index(index));
            }
        }
        (Value::Map(config), Value::Map(planned)) if config.keys().eq(planned.keys()) => {
            for (key, config) in config {
                let prior = prior.as_map().and_then(|prior| prior.get(key));
                pair(config, prior, &planned[key], path.with_key(key));
            }
        }
        (Value::Set(config), Value::Set(planned)) if config.len() == planned.len() => {}
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
        (Value::Unknown(refinements), result) => {
            if !refinements.known().is_none_or(|known| known.allows(result)) {
                findings.push(format!("{path}: not within what the plan promised of it"));
            }
        }
        (Value::Dynamic(planned), Value::Dynamic(result)) if conforms(&result.0, &planned.0) => {
            completion(&planned.1, &result.1, path, findings);
        }
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

/// Whether values of type `ty` are values of the planned type, in which some may not have been decided.
fn conforms(ty: &Type, planned: &Type) -> bool {
    match (ty, planned) {
        (_, Type::Dynamic) => true,
        (Type::List(ty), Type::List(planned))
        | (Type::Set(ty), Type::Set(planned))
        | (Type::Map(ty), Type::Map(planned)) => conforms(ty, planned),
        (Type::Tuple(types), Type::Tuple(planned)) => {
            let mut pairs = types.iter().zip(planned);
            types.len() == planned.len() && pairs.all(|(ty, planned)| conforms(ty, planned))
        }
        (Type::Object(types), Type::Object(planned)) => {
            let mut pairs = types.values().zip(planned.values());
            types.keys().eq(planned.keys()) && pairs.all(|(ty, planned)| conforms(ty, planned))
        }
        (ty, planned) => ty == planned,
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
    use crate::schema::{Attribute, Block};
    use crate::types::value::Known;

    fn schema() -> Schema {
        Schema {
            attributes: vec![
                Attribute::string("id").computed(),
                Attribute::string("name"),
                Attribute::string("region").optional_computed(),
                Attribute::string("secret").write_only(),
                Attribute::set("zones", Type::String),
                Attribute::nested(
                    "identity",
                    Nesting::Single,
                    vec![
                        Attribute::string("type"),
                        Attribute::string("principal").computed(),
                    ],
                ),
            ],
            blocks: vec![
                Block::new("rule", Nesting::List, vec![Attribute::string("port")]),
                Block::new("peer", Nesting::Set, vec![Attribute::string("port")]),
                Block::new("site", Nesting::Single, vec![Attribute::string("port")]),
            ],
            ..Schema::default()
        }
    }

    fn ports(ports: &[&str]) -> Vec<Value> {
        let port = |port: &&str| [("port", *port)].into_iter().collect::<Object>().into();
        ports.iter().map(port).collect()
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
    fn blocks_are_as_they_are_written() {
        let rules = |name: &'static str, value: Value| [(name, value)];
        let list = |it: &[&str]| rules("rule", Value::List(ports(it)));
        check(&list(&["a", "b"]), &[], &list(&["a", "b"]), &[]);
        // By meaning, as it was.
        check(&list(&["A"]), &list(&["a"]), &list(&["a"]), &[]);
        let other = "rule: planned with other elements than configured";
        check(&list(&["a"]), &[], &list(&[]), &[other]);
        let port = "rule[1].port: planned neither as configured nor as it was";
        check(&list(&["a", "b"]), &[], &list(&["a", "c"]), &[port]);
        let unknown = || rules("rule", Value::unknown());
        check(&unknown(), &[], &unknown(), &[]);
        let unlike = "rule: unknown unlike the configuration";
        check(&list(&["a"]), &[], &unknown(), &[unlike]);
        let set = |it: &[&str]| rules("peer", Value::set(ports(it)));
        check(&set(&["A"]), &[], &set(&["a"]), &[]);
        let elements = rules("peer", Value::set([Value::unknown()]));
        check(
            &set(&["A"]),
            &[],
            &elements,
            &["peer: an element is unknown"],
        );
        let null = rules("site", Value::Null);
        let site = rules("site", ports(&["a"]).remove(0));
        check(&site, &[], &null, &["site: null unlike the configuration"]);
        check(&null, &[], &null, &[]);
        let lost = object(&rules("rule", Value::Null));
        assert_eq!(
            check_state(&schema(), &lost),
            ["rule: a block that is null"]
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
    fn a_result_keeps_what_was_promised_of_the_unknown() {
        let promise = |known: Known| Value::Unknown(known.into());
        let not_null = promise(Known {
            null: Some(false),
            ..Known::default()
        });
        let prefix = promise(Known {
            prefix: Some("pre-".into()),
            ..Known::default()
        });
        let range = promise(Known {
            minimum: Some((1_i64.into(), true)),
            maximum: Some((3_i64.into(), false)),
            ..Known::default()
        });
        let length = promise(Known {
            min_length: Some(1),
            max_length: Some(1),
            ..Known::default()
        });
        let dynamic = |ty: Type, value: Value| Value::Dynamic(Box::new((ty, value)));
        for (planned, result, is_kept) in [
            (&not_null, "x".into(), true),
            (&not_null, Value::Null, false),
            (&prefix, "pre-x".into(), true),
            (&prefix, "x".into(), false),
            (&range, 1_i64.into(), true),
            (&range, 3_i64.into(), false),
            (&range, 0_i64.into(), false),
            (&length, Value::List(vec!["x".into()]), true),
            (&length, Value::set([]), false),
            (&Value::unknown(), Value::Null, true),
            (
                &dynamic(Type::String, Value::unknown()),
                dynamic(Type::String, "x".into()),
                true,
            ),
            (
                &dynamic(Type::String, Value::unknown()),
                dynamic(Type::Bool, true.into()),
                false,
            ),
            (
                &dynamic(
                    Type::Tuple(vec![Type::Dynamic]),
                    Value::List(vec![Value::unknown()]),
                ),
                dynamic(
                    Type::Tuple(vec![Type::Bool]),
                    Value::List(vec![true.into()]),
                ),
                true,
            ),
        ] {
            let object = |value: &Value| -> Object { [("a", value.clone())].into_iter().collect() };
            let findings = check_apply(&object(planned), &object(&result));
            assert_eq!(findings.is_empty(), is_kept, "{planned:?} {result:?}");
        }
    }

    #[test]
    fn a_plan_promises_nothing_that_cannot_be() {
        let open = Value::unknown;
        let finding = |path: &str| format!("{path}: promised within bounds that nothing is in");
        let number = open().refine_with_lower_bound(2_i64, true);
        let number = number.refine_with_upper_bound(1_i64, true);
        let length = open().refine_with_length_lower_bound(2);
        let length = length.refine_with_length_upper_bound(1);
        let id = [("id", number)];
        check(&[], &[], &id, &[&finding("id")]);
        let inner = identity("x".into(), length);
        let config = [("identity", identity("x".into(), Value::Null))];
        let planned = [("identity", inner), ("id", open().refine_as_not_null())];
        check(&config, &[], &planned, &[&finding("identity.principal")]);
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
