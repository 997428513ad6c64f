//! JSON texts in a configuration.

use bigdecimal::BigDecimal;
use serde_json::{Map, Number, Value};

/// The byte order mark with which some editors begin a file in UTF-8; RFC 8259 lets a reader pass over it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads JSON, behind a byte order mark or without; the error tells line and column.
pub fn parse(text: &str) -> Result<Value, String> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    if text.trim().is_empty() {
        return Err("the text is empty, where JSON is expected".to_owned());
    }
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let place = format!(" at line {line} column {column}");
        let problem = error.to_string();
        let problem = in_plain_words(problem.strip_suffix(&place).unwrap_or(&problem));
        format!("invalid JSON in line {line}, column {column}: {problem}")
    })
}

/// The parser's problem for people who do not program in Rust; what it is not told here is told in the parser's words.
fn in_plain_words(problem: &str) -> &str {
    match problem {
        "EOF while parsing a list" => "the text ends inside of an array, which lacks its \"]\"",
        "EOF while parsing an object" => "the text ends inside of an object, which lacks its \"}\"",
        "EOF while parsing a string" => {
            "the text ends inside of a string, which lacks its closing quote"
        }
        "EOF while parsing a value" => "the text ends where a value is expected",
        "expected `:`" => "a \":\" is expected after the name of a member",
        "expected `,` or `]`" => "a \",\" or the array's \"]\" is expected here",
        "expected `,` or `}`" => "a \",\" or the object's \"}\" is expected here",
        "expected value" | "expected ident" => {
            "this is no JSON value; texts stand in double quotes, and true, false and null in lower case"
        }
        "key must be a string" => "the name of a member is expected here, in double quotes",
        "trailing comma" => "no \",\" may stand after the last element",
        "trailing characters" => "something follows after the end of the JSON value",
        "invalid escape" => "an escape is not one that JSON knows, such as \\n, \\\" or \\\\",
        "invalid number" => "this is no number in the form of JSON, such as 10, -0.5 or 1e3",
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "a line break or another control character stands in a string: write it as an escape, such as \\n"
        }
        "recursion limit exceeded" => "more than 127 arrays and objects stand in one another",
        other => other,
    }
}

/// Reads a JSON object.
pub fn object(text: &str) -> Result<Map<String, Value>, String> {
    match parse(text)? {
        Value::Object(members) => Ok(members),
        other => Err(format!(
            "a JSON object is expected, this is {}",
            kind(&other)
        )),
    }
}

/// Reads the values of parameters by their names. Null is none to Azure.
pub fn parameter_values(text: &str) -> Result<Map<String, Value>, String> {
    let values = object(text)?;
    let nulls: Vec<_> = values
        .iter()
        .filter(|(_, value)| value.is_null())
        .map(|(name, _)| format!("\"{name}\""))
        .collect();
    match nulls.as_slice() {
        [] => Ok(values),
        [one] => Err(format!(
            "the value of {one} is null, which is no value to Azure: give it one, or leave {one} out, so that the default in its \
             declaration counts"
        )),
        several => Err(format!(
            "the values of {} are null, which is no value to Azure: give them values, or leave them out, so that the defaults in \
             their declarations count",
            several.join(", ")
        )),
    }
}

/// Whether two values mean the same: the order of members and the form of numbers make no difference.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Value::Number(left), Value::Number(right)) => same_number(left, right),
        _ => left == right,
    }
}

/// "an array", "null" and so on.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Compares by value, every digit of it.
fn same_number(left: &Number, right: &Number) -> bool {
    // Digits and exponent apart: a comparison of the whole values would write out whatever exponent there is.
    let parts = |number: &Number| {
        let number: BigDecimal = number.as_str().parse().ok()?;
        Some(number.normalized().into_bigint_and_exponent())
    };
    match (parts(left), parts(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_json_tells_where() {
        for (text, expected) in [
            (
                "{\n  \"a\": 1,\n  oops\n}",
                "invalid JSON in line 3, column 3: the name of a member is expected here",
            ),
            (
                "{\"a\": 1",
                "invalid JSON in line 1, column 7: the text ends inside of an object",
            ),
            (
                "{} {}",
                "invalid JSON in line 1, column 4: something follows after the end",
            ),
            ("  \n", "the text is empty"),
            ("\u{feff}", "the text is empty"),
            (
                "\u{feff}{\"a\": 1",
                "invalid JSON in line 1, column 7: the text ends inside of an object",
            ),
        ] {
            let problem = parse(text).expect_err(text);
            assert!(problem.starts_with(expected), "{problem}");
        }
    }

    /// The words are the parser's, and would change with it unnoticed.
    #[test]
    fn problems_are_told_in_plain_words() {
        let deep = "[".repeat(200);
        for text in [
            "[1",
            "{\"a\":1",
            "\"a",
            "[",
            "{\"a\"",
            "{\"a\":",
            "{\"a\" 1}",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
            "yes",
            "tru",
            "True",
            "{a:1}",
            "[1,]",
            "{\"a\":1,}",
            "1 2",
            "\"\\x\"",
            "01",
            "1.",
            "-",
            "\"a\nb\"",
            &deep,
        ] {
            let problem = parse(text).expect_err(text);
            for word in [
                "EOF",
                "parsing",
                "expected `",
                "expected value",
                "expected ident",
                "trailing",
                "key must",
                "recursion",
            ] {
                assert!(!problem.contains(word), "{text:?}: {problem}");
            }
        }
    }

    #[test]
    fn objects_only() {
        assert!(object("{}").is_ok());
        for (text, expected) in [
            ("[]", "an array"),
            ("1", "a number"),
            ("null", "null"),
            ("\"\"", "a string"),
        ] {
            let problem = object(text).expect_err(text);
            assert!(problem.ends_with(expected), "{problem}");
        }
    }

    #[test]
    fn null_is_no_value_of_a_parameter() {
        assert!(parameter_values(r#"{"a": {"b": null}, "c": [null]}"#).is_ok());
        for (text, expected) in [
            (r#"{"a": null, "b": 1}"#, "the value of \"a\" is null"),
            (
                r#"{"a": null, "b": null}"#,
                "the values of \"a\", \"b\" are null",
            ),
            ("[]", "a JSON object is expected"),
        ] {
            let problem = parameter_values(text).expect_err(text);
            assert!(problem.starts_with(expected), "{problem}");
        }
    }

    #[test]
    fn meaning() -> Result<(), String> {
        for (left, right, expected) in [
            (r#"{"a":1,"b":[1,2]}"#, r#"{ "b": [1, 2], "a": 1 }"#, true),
            ("1", "1.0", true),
            ("100", "1e2", true),
            ("0.5", "5e-1", true),
            ("-0", "0", true),
            ("9007199254740993", "9007199254740992", false),
            ("1", "\"1\"", false),
            ("[1,2]", "[2,1]", false),
            (r#"{"a":null}"#, "{}", false),
            (r#"{"a":1}"#, r#"{"b":1}"#, false),
            ("\"\\u0041\"", "\"A\"", true),
            ("true", "false", false),
            ("\u{feff}{}", "{}", true),
            ("\"\u{feff}\"", "\"\"", false),
        ] {
            assert_eq!(
                same(&parse(left)?, &parse(right)?),
                expected,
                "{left} {right}"
            );
            assert_eq!(
                same(&parse(right)?, &parse(left)?),
                expected,
                "{right} {left}"
            );
        }
        Ok(())
    }
}
