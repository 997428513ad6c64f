//! The parameters of a workflow: declared in its definition, given beside it.

use serde_json::Map;

use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{Json, at, text};

/// The types of parameters as the service spells them.
const TYPES: [&str; 8] = [
    "String",
    "SecureString",
    "Int",
    "Float",
    "Bool",
    "Array",
    "Object",
    "SecureObject",
];

/// The service's spelling of a type.
pub(crate) fn canonical_type(name: &str) -> Option<&'static str> {
    TYPES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(name))
}

/// A definition that can be read but makes no sense. The wording of the texts is ours.
pub(crate) fn invalid_template(why: &str) -> ArmError {
    errors::invalid_template(why)
}

/// Every value is declared and fits, and every parameter without a default has a value.
pub(crate) fn check(body: &Json) -> Result<(), ArmError> {
    let none = Map::new();
    let declared = at(body, "properties/definition/parameters")
        .and_then(Json::as_object)
        .unwrap_or(&none);
    let given = at(body, "properties/parameters")
        .and_then(Json::as_object)
        .unwrap_or(&none);
    if let Some(name) = given.keys().find(|name| !declared.contains_key(*name)) {
        return Err(invalid_template(&format!(
            "The workflow parameter '{name}' is not declared in the definition."
        )));
    }
    for (name, declaration) in declared {
        let named = text(declaration, "type").unwrap_or_default();
        let Some(kind) = canonical_type(named) else {
            return Err(invalid_template(&format!(
                "The type '{named}' of the workflow parameter '{name}' is not valid."
            )));
        };
        let value = given.get(name).and_then(|given| given.get("value"));
        let Some(value) = value.or_else(|| declaration.get("defaultValue")) else {
            return Err(invalid_template(&format!(
                "The value of the workflow parameter '{name}' is not provided."
            )));
        };
        // The value itself stays out of the text: it may be a secret.
        if !fits(kind, value) {
            return Err(invalid_template(&format!(
                "The value of the workflow parameter '{name}' is not of type '{kind}'."
            )));
        }
        let allowed = declaration.get("allowedValues").and_then(Json::as_array);
        if allowed.is_some_and(|allowed| !allowed.contains(value)) {
            return Err(invalid_template(&format!(
                "The value of the workflow parameter '{name}' is not an allowed one."
            )));
        }
    }
    Ok(())
}

/// Takes the values of secure parameters out of a body. What is returned stands in for them when the body is checked
/// again: nothing ever shows or uses a secure value, so none is kept, neither in memory nor in a state file.
pub(crate) fn take_secure(body: &mut Json) -> Json {
    let declared = at(body, "properties/definition/parameters")
        .cloned()
        .unwrap_or_default();
    let mut taken = Map::new();
    if let Some(Json::Object(given)) = body.pointer_mut("/properties/parameters") {
        for (name, parameter) in given {
            let declaration = declared.get(name).unwrap_or(&Json::Null);
            let secure = is_secure(declaration) || is_secure(parameter);
            let value = parameter
                .as_object_mut()
                .filter(|_| secure)
                .and_then(|members| members.shift_remove("value"));
            if let Some(value) = value {
                taken.insert(name.clone(), stand_in(declaration, &value));
            }
        }
    }
    Json::Object(taken)
}

/// A value that passes the same checks and tells nothing. Allowed ones stand in the definition for all to read.
fn stand_in(declaration: &Json, value: &Json) -> Json {
    let allowed = declaration.get("allowedValues").and_then(Json::as_array);
    match allowed.and_then(|allowed| allowed.first()) {
        Some(allowed) => allowed.clone(),
        None if value.is_string() => "***".into(),
        None => Json::Object(Map::new()),
    }
}

/// Puts what stands in for secure values back, for a change that does not speak of them.
pub(crate) fn give_secure_back(body: &mut Json, secure: &Json) {
    for (name, value) in secure.as_object().into_iter().flatten() {
        if let Some(parameter) = body["properties"]["parameters"].get_mut(name) {
            parameter["value"] = value.clone();
        }
    }
}

fn is_secure(parameter: &Json) -> bool {
    text(parameter, "type")
        .and_then(canonical_type)
        .is_some_and(|kind| kind.starts_with("Secure"))
}

fn fits(kind: &str, value: &Json) -> bool {
    match kind {
        "String" | "SecureString" => value.is_string(),
        "Int" => value.is_i64() || value.is_u64(),
        "Float" => value.is_number(),
        "Bool" => value.is_boolean(),
        "Array" => value.is_array(),
        // A secure object may be anything that is not a plain text's type.
        "Object" | "SecureObject" => !value.is_null(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::json;

    #[test]
    fn values_fit_their_declarations() {
        let check = |declared: Json, given: Json| {
            check(&json!({"properties": {"definition": {"parameters": declared}, "parameters": given}})).is_ok()
        };
        assert!(check(
            json!({"a": {"type": "string"}}),
            json!({"a": {"value": "x"}})
        ));
        assert!(check(
            json!({"a": {"type": "Int", "defaultValue": 1}}),
            json!({})
        ));
        assert!(!check(json!({"a": {"type": "Int"}}), json!({})), "no value");
        assert!(
            !check(json!({}), json!({"a": {"value": 1}})),
            "not declared"
        );
        assert!(
            !check(json!({"a": {"type": "Int"}}), json!({"a": {"value": "1"}})),
            "wrong type"
        );
        assert!(
            !check(
                json!({"a": {"type": "Integer"}}),
                json!({"a": {"value": 1}})
            ),
            "no such type"
        );
        assert!(
            !check(
                json!({"a": {"type": "Int", "allowedValues": [2]}}),
                json!({"a": {"value": 1}})
            ),
            "not allowed"
        );
    }

    #[test]
    fn secure_values_are_taken_out_and_others_stand_in_for_them() {
        let mut body = json!({"properties": {
            "definition": {"parameters": {
                "s": {"type": "securestring"}, "o": {"type": "SecureObject"}, "p": {"type": "String"},
                "a": {"type": "SecureString", "allowedValues": ["x", "y"]}
            }},
            "parameters": {"s": {"value": "hush"}, "o": {"value": {"k": "hush"}}, "p": {"value": "plain"}, "a": {"value": "y"}}
        }});
        let secure = take_secure(&mut body);
        assert!(!body.to_string().contains("hush") && body.to_string().contains("plain"));
        assert!(!secure.to_string().contains("hush"));
        assert!(check(&body).is_err(), "values are missing");
        give_secure_back(&mut body, &secure);
        assert!(check(&body).is_ok(), "values stand in");
        assert_eq!(body["properties"]["parameters"]["p"]["value"], "plain");
    }
}
