//! Workflow definitions: what they must have, which parameters they declare, and when two of them mean the same.
//!
//! Source: the schema reference of the Workflow Definition Language.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::json;

/// The argument that takes the values which ARM never gives back.
const SECURE_ARGUMENT: &str = "secure_parameters_wo";

/// A workflow definition that has all its parts.
#[derive(Clone, Debug)]
pub struct Definition {
    document: Map<String, Value>,
    parameters: BTreeMap<String, Declaration>,
}

#[derive(Clone, Debug)]
struct Declaration {
    kind: String,
    has_default: bool,
}

impl Declaration {
    /// What is wrong with a value of another JSON type than the one that is declared; the value itself stays out of the
    /// text, as it may be a secret. Null is told elsewhere, and what is declared as an object may be anything else.
    fn misfit(&self, name: &str, value: &Value) -> Option<String> {
        let due = match self.kind.to_ascii_lowercase().as_str() {
            "string" | "securestring" => "a string",
            "int" | "float" => "a number",
            "bool" => "a boolean",
            "array" => "an array",
            _ => return None,
        };
        let found = json::kind(value);
        // The service evaluates a text that begins so, to whatever type.
        let is_expression = value.as_str().is_some_and(|text| text.starts_with('@'));
        if found == due || value.is_null() || is_expression {
            return None;
        }
        let declared = &self.kind;
        let inner = |member: &str| value.as_object().is_some_and(|it| it.contains_key(member));
        Some(if inner("value") {
            format!(
                "the parameter \"{name}\" is declared as {declared}, and its value stands in an object under \"value\", as in an ARM \
                 template: write {{ {name} = … }} instead of {{ {name} = {{ value = … }} }}"
            )
        } else if inner("reference") {
            format!(
                "the parameter \"{name}\" is declared as {declared}, and is given as a \"reference\" to a key vault, which ARM resolves \
                 in templates only: look the secret up in Terraform, and write its value"
            )
        } else {
            format!(
                "the parameter \"{name}\" is declared as {declared}, and its value is {found}: write {due}"
            )
        })
    }

    /// `SecureString` and `SecureObject`, whose values ARM takes and never shows.
    fn is_secure(&self) -> bool {
        is_secure(&self.kind)
    }
}

impl Definition {
    /// Reads a definition; the error lists all that is missing.
    pub fn parse(text: &str) -> Result<Self, String> {
        let document = json::object(text)?;
        if let Some(problem) = wrapping_problem(&document) {
            return Err(problem);
        }
        let mut problems = Vec::new();
        for (member, example) in [
            (
                "$schema",
                "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
            ),
            ("contentVersion", "1.0.0.0"),
        ] {
            if document
                .get(member)
                .and_then(Value::as_str)
                .is_none_or(str::is_empty)
            {
                problems.push(format!(
                    "\"{member}\" must be a string such as \"{example}\""
                ));
            }
        }
        for member in ["triggers", "actions"] {
            match document.get(member) {
                Some(Value::Object(_)) => {}
                Some(other) => problems.push(format!(
                    "\"{member}\" must be an object, not {}",
                    json::kind(other)
                )),
                None => problems.push(format!(
                    "\"{member}\" is missing: it is an object, {{}} if there are none"
                )),
            }
        }
        let parameters = declarations(&document, &mut problems);
        match problems.is_empty() {
            true => Ok(Self {
                document,
                parameters,
            }),
            false => Err(format!(
                "the workflow definition is incomplete: {}",
                problems.join("; ")
            )),
        }
    }

    /// The definition as JSON.
    pub fn into_json(self) -> Value {
        Value::Object(self.document)
    }

    /// Whether a parameter is declared `SecureString` or `SecureObject`.
    pub fn is_secure(&self, parameter: &str) -> bool {
        self.parameters
            .get(parameter)
            .is_some_and(Declaration::is_secure)
    }

    /// Checks the values that are given against the parameters that are declared, but for missing secure ones. `None`
    /// stands for values that are not known yet; whatever depends on them is then left open.
    pub fn check_parameters(
        &self,
        plain: Option<&Map<String, Value>>,
        secure: Option<&Map<String, Value>>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (name, value) in plain.into_iter().flatten() {
            let problem = match self.parameters.get(name) {
                None => Some(self.undeclared(name)),
                Some(declared) if declared.is_secure() => Some(format!(
                    "the parameter \"{name}\" is a {}, whose value ARM never gives back: give it in {SECURE_ARGUMENT}",
                    declared.kind
                )),
                Some(declared) => declared.misfit(name, value),
            };
            findings.extend(problem.map(|message| Finding::new(Place::Parameters, name, message)));
        }
        for (name, value) in secure.into_iter().flatten() {
            let problem = match self.parameters.get(name) {
                None => Some(self.undeclared(name)),
                Some(declared) if !declared.is_secure() => Some(format!(
                    "the parameter \"{name}\" is a {}, whose value ARM gives back for all to read: declare it as \
                     SecureString or SecureObject, or give it in parameters",
                    declared.kind
                )),
                Some(declared) => declared.misfit(name, value),
            };
            findings.extend(
                problem.map(|message| Finding::new(Place::SecureParameters, name, message)),
            );
        }
        findings.extend(self.missing(plain, secure));
        findings
    }

    fn undeclared(&self, name: &str) -> String {
        let declared = match self.parameters.is_empty() {
            true => "the definition declares none".to_owned(),
            false => {
                let names: Vec<_> = self
                    .parameters
                    .keys()
                    .map(|name| format!("\"{name}\""))
                    .collect();
                format!("the definition declares {}", names.join(", "))
            }
        };
        format!("the parameter \"{name}\" is not declared: {declared}")
    }

    /// The secure parameters whose values are needed and not given: who writes the workflow gives them, each time.
    pub fn missing_secure(&self, secure: &Map<String, Value>) -> Vec<String> {
        let missing = self
            .required(true)
            .filter(|(name, _)| !secure.contains_key(*name));
        let message = |(name, declared): (&String, &Declaration)| {
            format!(
                "the definition declares the parameter \"{name}\" ({}) without a default, and Azure, which never gives its value \
                 back, wants it with every update: give it in {SECURE_ARGUMENT}",
                declared.kind
            )
        };
        missing.map(message).collect()
    }

    fn missing(
        &self,
        plain: Option<&Map<String, Value>>,
        secure: Option<&Map<String, Value>>,
    ) -> Vec<Finding> {
        let Some(plain) = plain else {
            return Vec::new();
        };
        // In the wrong place is told already.
        let is_given = |name: &str| {
            plain.contains_key(name) || secure.is_some_and(|secure| secure.contains_key(name))
        };
        let missing = self.required(false).filter(|(name, _)| !is_given(name));
        let finding = |(name, declared): (&String, &Declaration)| {
            let message = format!(
                "the definition declares the parameter \"{name}\" ({}) without a default, so a value is needed",
                declared.kind
            );
            Finding::new(Place::Parameters, name, message)
        };
        missing.map(finding).collect()
    }

    fn required(&self, secure: bool) -> impl Iterator<Item = (&String, &Declaration)> {
        let parameters = self.parameters.iter();
        parameters.filter(move |(_, it)| !it.has_default && it.is_secure() == secure)
    }
}

/// A parameter at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where its value is, or belongs.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// The two sources of parameter values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The values that ARM gives back.
    Parameters,
    /// The values that it does not.
    SecureParameters,
}

impl Finding {
    fn new(place: Place, name: &str, message: String) -> Self {
        Self {
            place,
            name: name.to_owned(),
            message,
        }
    }
}

/// The type that a parameter is declared with, if ARM takes its values and never shows them.
pub fn secure_kind(declaration: &Value) -> Option<&str> {
    let kind = declaration.get("type")?.as_str()?;
    is_secure(kind).then_some(kind)
}

/// `SecureString` and `SecureObject`, in whatever case.
fn is_secure(kind: &str) -> bool {
    kind.to_ascii_lowercase().starts_with("secure")
}

/// Whether two definitions mean the same to the service.
///
/// The order of members, the form of numbers, the recurrence that the service evaluates into a trigger, absent against
/// empty `parameters`, `outputs` and `runAfter`, and the case of parameter types make no difference; all else does.
pub fn same(left: &Value, right: &Value) -> bool {
    json::same(&canonical(left), &canonical(right))
}

/// The document is a whole template or resource rather than the definition alone.
fn wrapping_problem(document: &Map<String, Value>) -> Option<String> {
    let inner =
        |value: &Map<String, Value>| matches!(value.get("definition"), Some(Value::Object(_)));
    let path = match document.get("properties") {
        Some(Value::Object(properties)) if inner(properties) => "properties.definition",
        _ if inner(document) => "definition",
        _ => return None,
    };
    Some(format!(
        "the workflow definition is wrapped: give only what is under {path}, for example with \
         jsonencode(jsondecode(file(\"workflow.json\")).{path})"
    ))
}

fn declarations(
    document: &Map<String, Value>,
    problems: &mut Vec<String>,
) -> BTreeMap<String, Declaration> {
    let declared = match document.get("parameters") {
        None | Some(Value::Null) => return BTreeMap::new(),
        Some(Value::Object(declared)) => declared,
        Some(other) => {
            problems.push(format!(
                "\"parameters\" must be an object, not {}",
                json::kind(other)
            ));
            return BTreeMap::new();
        }
    };
    let mut declarations = BTreeMap::new();
    for (name, declaration) in declared {
        let Some(kind) = declaration.get("type").and_then(Value::as_str) else {
            problems.push(format!(
                "the parameter \"{name}\" must have a \"type\" such as \"String\""
            ));
            continue;
        };
        let declaration = Declaration {
            kind: kind.to_owned(),
            has_default: declaration.get("defaultValue").is_some(),
        };
        declarations.insert(name.clone(), declaration);
    }
    declarations
}

/// The definition without what makes no difference.
fn canonical(definition: &Value) -> Value {
    let mut definition = definition.clone();
    let Value::Object(members) = &mut definition else {
        return definition;
    };
    drop_if_empty(members, "parameters");
    drop_if_empty(members, "outputs");
    for parameter in children(members, "parameters") {
        if let Some(Value::String(kind)) = parameter.get_mut("type") {
            kind.make_ascii_lowercase();
        }
    }
    for trigger in children(members, "triggers") {
        trigger.remove("evaluatedRecurrence");
    }
    canonicalise_actions(members);
    definition
}

/// Actions nest: in scopes, loops, both branches of a condition, and the cases of a switch.
fn canonicalise_actions(parent: &mut Map<String, Value>) {
    for action in children(parent, "actions") {
        drop_if_empty(action, "runAfter");
        canonicalise_actions(action);
        for branch in ["else", "default"] {
            if let Some(Value::Object(branch)) = action.get_mut(branch) {
                canonicalise_actions(branch);
            }
        }
        for case in children(action, "cases") {
            canonicalise_actions(case);
        }
    }
}

fn drop_if_empty(members: &mut Map<String, Value>, name: &str) {
    let is_empty = match members.get(name) {
        Some(Value::Object(inner)) => inner.is_empty(),
        Some(Value::Null) => true,
        _ => false,
    };
    if is_empty {
        members.remove(name);
    }
}

/// The objects that are the values of an object.
fn children<'a>(
    members: &'a mut Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let inner = members.get_mut(name).and_then(Value::as_object_mut);
    inner
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const COMPLETE: &str =
        r#"{"$schema":"s","contentVersion":"1.0.0.0","triggers":{},"actions":{}}"#;

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
        let undeclared =
            definition.check_parameters(None, Some(&names(&json!({"key": "k", "x": 2}))));
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
            let leaf =
                json!({"A": {"type": "Response", "inputs": {"n": 1.0}, "runAfter": run_after}});
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
        let action =
            |inputs: Value| with("actions", json!({"a": {"type": "Http", "inputs": inputs}}));
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
}
