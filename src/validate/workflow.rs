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
mod tests;
