//! Numbers of units, which ARM keeps as texts, and how a rule counts them.

use serde_json::{Value as Json, json};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Value;

use crate::azure::body::{Overwritten, from_json, to_json};

/// Reads a number, which may be a text.
pub(super) fn read_number(json: &Json) -> Value {
    from_json(json, &Type::Number)
}

/// Writes a number as a text.
pub(super) fn as_text(value: &Value) -> Json {
    match value.as_number() {
        Some(number) => json!(number.to_string()),
        None => Json::Null,
    }
}

/// A way for a rule to count, by its type in ARM: `type` and `value` of an action are one attribute here.
#[derive(Clone, Copy)]
pub(super) struct Kind(&'static str);

/// By so many units.
pub(super) const CHANGE: Kind = Kind("ChangeCount");

/// To so many units.
pub(super) const EXACT: Kind = Kind("ExactCount");

/// By so many percent.
pub(super) const PERCENT: Kind = Kind("PercentChangeCount");

impl Kind {
    /// The number, if an action counts this way. One that is left out is 1.
    pub(super) fn read(self, action: &Json) -> Value {
        let is_this = |name: &str| name.eq_ignore_ascii_case(self.0);
        match action["type"].as_str().is_some_and(is_this) {
            true if action["value"].is_null() => 1_i64.into(),
            true => read_number(&action["value"]),
            false => Value::Null,
        }
    }

    /// Lets an action count this way, unless another attribute says how it does.
    pub(super) fn write(
        self,
        prior: &Value,
        planned: &Value,
        action: &mut Json,
    ) -> Vec<Overwritten> {
        let found = self.read(action);
        let overwritten = match found.is_null() || found == *prior || found == *planned {
            true => Vec::new(),
            false => vec![Overwritten::new(
                Path::root(),
                to_json(&found),
                to_json(planned),
            )],
        };
        if !planned.is_null() {
            action["type"] = json!(self.0);
            action["value"] = as_text(planned);
        }
        overwritten
    }
}
