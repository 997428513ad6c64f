use serde_json::json;

use super::*;

const COMPLETE: &str = r#"{"$schema":"s","contentVersion":"1.0.0.0","triggers":{},"actions":{}}"#;

#[test]
fn documents() {
    assert!(Definition::parse(COMPLETE).is_ok());
    for (text, expected) in [
        ("{", &["invalid JSON in line 1, column 1"][..]),
        ("[]", &["a JSON object is expected, this is an array"]),
        (
            "{}",
            &[
                "\"$schema\" must be a string such as \"https://",
                "\"contentVersion\" must be a string such as \"1.0.0.0\"",
                "\"triggers\" is missing",
                "\"actions\" is missing",
            ],
        ),
        (
            r#"{"$schema":"","contentVersion":1,"triggers":[],"actions":null,"parameters":[]}"#,
            &[
                "\"$schema\" must",
                "\"contentVersion\" must",
                "\"triggers\" must be an object, not an array",
                "\"actions\" must be an object, not null",
                "\"parameters\" must be an object",
            ],
        ),
        (
            &format!(r#"{{"properties":{{"definition":{COMPLETE}}}}}"#),
            &["jsonencode(jsondecode(file(\"workflow.json\")).properties.definition)"],
        ),
        (
            &format!(r#"{{"definition":{COMPLETE},"parameters":{{}}}}"#),
            &["give only what is under definition,"],
        ),
        (
            &COMPLETE.replacen('{', r#"{"parameters":{"p":{}},"#, 1),
            &["the parameter \"p\" must have a \"type\""],
        ),
    ] {
        let problem = Definition::parse(text).expect_err(text);
        for part in expected {
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }
}

fn declaring(parameters: &Value) -> Definition {
    let text = COMPLETE.replacen('{', &format!("{{\"parameters\":{parameters},"), 1);
    Definition::parse(&text).expect("a complete definition")
}

#[test]
fn values_fit_their_declarations() {
    let declared = [
        ("s", "string"),
        ("k", "SecureString"),
        ("i", "Int"),
        ("f", "Float"),
        ("b", "Bool"),
        ("a", "Array"),
        ("o", "Object"),
        ("p", "SecureObject"),
    ];
    let parameters = declared.map(|(name, kind)| (name.to_owned(), json!({ "type": kind })));
    let definition = declaring(&Value::Object(parameters.into_iter().collect()));
    for (name, value, expected) in [
        ("s", json!("x"), None),
        ("s", json!(""), None),
        ("s", json!(null), None),
        (
            "s",
            json!(1),
            Some("declared as string, and its value is a number: write a string"),
        ),
        (
            "s",
            json!({ "value": "x" }),
            Some("write { s = … } instead of { s = { value = … } }"),
        ),
        (
            "s",
            json!({ "reference": {} }),
            Some("\"reference\" to a key vault"),
        ),
        ("i", json!(1), None),
        ("i", json!("@add(1, 2)"), None),
        (
            "i",
            json!("1"),
            Some("its value is a string: write a number"),
        ),
        ("i", json!({ "value": 1 }), Some("write { i = … }")),
        ("f", json!(1), None),
        (
            "f",
            json!([]),
            Some("its value is an array: write a number"),
        ),
        ("b", json!(true), None),
        ("b", json!("true"), Some("write a boolean")),
        ("a", json!([]), None),
        ("a", json!({ "value": [] }), Some("write { a = … }")),
        ("o", json!({ "value": 1 }), None),
        ("o", json!([1]), None),
        ("k", json!("hush"), None),
        ("k", json!({ "value": "hush" }), Some("write { k = … }")),
        ("p", json!({ "value": "hush" }), None),
    ] {
        let values = Map::from_iter([(name.to_owned(), value.clone())]);
        let none = Map::new();
        let (plain, secure) = match definition.is_secure(name) {
            true => (&none, &values),
            false => (&values, &none),
        };
        let mut findings = definition.check_parameters(Some(plain), Some(secure));
        findings.retain(|finding| finding.name == name);
        let messages: Vec<_> = findings.iter().map(|it| it.message.as_str()).collect();
        match (expected, messages.as_slice()) {
            (None, []) => {}
            (Some(part), [message]) if message.contains(part) => {
                assert!(!message.contains("hush"), "{message}");
            }
            (_, messages) => panic!("{name} {value}: {messages:?}"),
        }
    }
}

fn names(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

#[test]
fn parameters() {
    let definition = declaring(&json!({
        "url": {"type": "String"},
        "count": {"type": "int", "defaultValue": 1},
        "key": {"type": "SecureString"},
        "extra": {"type": "secureobject", "defaultValue": {}},
    }));
    assert!(definition.is_secure("extra") && !definition.is_secure("url"));
    use Place::{Parameters, SecureParameters};
    for (plain, secure, expected) in [
        (json!({"url": "u"}), json!({"key": "k"}), vec![]),
        (
            json!({"url": "u", "count": 2}),
            json!({"key": "k", "extra": {}}),
            vec![],
        ),
        (
            json!({}),
            json!({}),
            vec![(Parameters, "url", "\"url\" (String) without a default")],
        ),
        (
            json!({"url": "u", "URL": "u"}),
            json!({"key": "k"}),
            vec![(
                Parameters,
                "URL",
                "declares \"count\", \"extra\", \"key\", \"url\"",
            )],
        ),
        (
            json!({"url": "u", "key": "k"}),
            json!({}),
            vec![(Parameters, "key", "give it in secure_parameters_wo")],
        ),
        (
            json!({}),
            json!({"key": "k", "url": "u"}),
            vec![(
                SecureParameters,
                "url",
                "is a String, whose value ARM gives back",
            )],
        ),
    ] {
        let findings = definition.check_parameters(Some(&names(&plain)), Some(&names(&secure)));
        assert_eq!(
            findings.len(),
            expected.len(),
            "{plain} {secure}: {findings:?}"
        );
        for (finding, (place, name, part)) in findings.iter().zip(expected) {
            assert_eq!((finding.place, finding.name.as_str()), (place, name));
            assert!(finding.message.contains(part), "{finding:?}");
        }
    }
    let missing = definition.missing_secure(&names(&json!({})));
    assert_eq!(missing.len(), 1);
    assert!(missing[0].contains("\"key\" (SecureString)"), "{missing:?}");
    assert_eq!(
        definition.missing_secure(&names(&json!({"key": "k"}))),
        [""; 0]
    );
    let none = declaring(&json!({})).check_parameters(Some(&names(&json!({"a": 1}))), None);
    assert!(
        none[0].message.ends_with("the definition declares none"),
        "{none:?}"
    );
}

#[test]
fn unknown_values_leave_things_open() {
    let definition =
        declaring(&json!({"url": {"type": "String"}, "key": {"type": "SecureString"}}));
    assert_eq!(definition.check_parameters(None, None), []);
    let missing = definition.check_parameters(Some(&Map::new()), None);
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].name, "url");
    let undeclared = definition.check_parameters(None, Some(&names(&json!({"key": "k", "x": 2}))));
    assert_eq!(undeclared.len(), 1);
    assert_eq!(undeclared[0].name, "x");
}

/// A definition with one member changed.
fn with(member: &str, value: Value) -> Value {
    let mut definition =
        json!({"$schema": "s", "contentVersion": "1.0.0.0", "triggers": {}, "actions": {}});
    definition[member] = value;
    definition
}

#[test]
fn same_meaning() {
    let nested = |run_after: &Value| {
        let leaf = json!({"A": {"type": "Response", "inputs": {"n": 1.0}, "runAfter": run_after}});
        with(
            "actions",
            json!({
                "scope": {"type": "Scope", "actions": leaf.clone()},
                "if": {"type": "If", "actions": leaf.clone(), "else": {"actions": leaf.clone()}},
                "switch": {"type": "Switch", "cases": {"one": {"case": 1, "actions": leaf.clone()}}, "default": {"actions": leaf}},
            }),
        )
    };
    let without = {
        let text = nested(&json!({})).to_string();
        let text = text.replace(r#","runAfter":{}"#, "").replace("1.0}", "1}");
        serde_json::from_str(&text).expect("JSON")
    };
    let recurrence =
        json!({"type": "Recurrence", "recurrence": {"frequency": "Day", "interval": 1}});
    let mut evaluated = recurrence.clone();
    evaluated["evaluatedRecurrence"] = recurrence["recurrence"].clone();
    for (left, right) in [
        (nested(&json!({})), without),
        (nested(&json!({})), nested(&Value::Null)),
        (with("parameters", json!({})), with("outputs", json!({}))),
        (
            with("parameters", json!({})),
            with("parameters", Value::Null),
        ),
        (
            with(
                "parameters",
                json!({"p": {"type": "SecureString", "defaultValue": ""}}),
            ),
            with(
                "parameters",
                json!({"p": {"defaultValue": "", "type": "securestring"}}),
            ),
        ),
        (
            with("triggers", json!({"t": recurrence})),
            with("triggers", json!({"t": evaluated})),
        ),
    ] {
        assert!(same(&left, &right), "{left}\n{right}");
        assert!(same(&right, &left));
    }
}

#[test]
fn different_meaning() {
    let action = |inputs: Value| with("actions", json!({"a": {"type": "Http", "inputs": inputs}}));
    for (left, right) in [
        (
            with("contentVersion", json!("1.0.0.0")),
            with("contentVersion", json!("1.0.0.1")),
        ),
        (
            with("staticResults", json!({})),
            with("contentVersion", json!("1.0.0.0")),
        ),
        (action(json!({"type": "A"})), action(json!({"type": "a"}))),
        (action(json!({"runAfter": {}})), action(json!({}))),
        (
            action(json!({"evaluatedRecurrence": {}})),
            action(json!({})),
        ),
        (
            action(json!({"list": [1, 2]})),
            action(json!({"list": [2, 1]})),
        ),
        (action(json!({"n": 1})), action(json!({"n": "1"}))),
        (
            with("actions", json!({"a": {"runAfter": {"b": ["Succeeded"]}}})),
            with("actions", json!({"a": {}})),
        ),
        (
            with("parameters", json!({"p": {"type": "String"}})),
            with("parameters", json!({"P": {"type": "String"}})),
        ),
        (
            with(
                "parameters",
                json!({"p": {"type": "String", "defaultValue": "a"}}),
            ),
            with(
                "parameters",
                json!({"p": {"type": "String", "defaultValue": "A"}}),
            ),
        ),
        (
            with("triggers", json!({"t": {"recurrence": {"interval": 1}}})),
            with("triggers", json!({"t": {"recurrence": {"interval": 2}}})),
        ),
    ] {
        assert!(!same(&left, &right), "{left}\n{right}");
        assert!(!same(&right, &left));
    }
}
