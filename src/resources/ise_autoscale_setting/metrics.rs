//! The metrics of an environment, and their short names.

use serde_json::{Value as Json, json};
use tfplugin_framework::types::value::Value;

/// Short names, and those that Azure has.
const NAMES: [(&str, &str); 4] = [
    (
        "workflow_processor",
        "IntegrationServiceEnvironmentWorkflowProcessorUsage",
    ),
    (
        "workflow_memory",
        "IntegrationServiceEnvironmentWorkflowMemoryUsage",
    ),
    (
        "connector_processor",
        "IntegrationServiceEnvironmentConnectorProcessorUsage",
    ),
    (
        "connector_memory",
        "IntegrationServiceEnvironmentConnectorMemoryUsage",
    ),
];

/// Azure's name of a metric.
fn full(name: &str) -> &str {
    let mut names = NAMES.iter();
    let found = names.find(|(short, _)| *short == name);
    found.map_or(name, |(_, full)| full)
}

/// A name is any that Azure may have for a metric; one that is meant as a short name is one.
pub(super) fn check(name: &str) -> Result<(), String> {
    let is_meant_short = ["workflow_", "connector_"]
        .iter()
        .any(|prefix| name.to_ascii_lowercase().starts_with(prefix));
    if name.is_empty() || (is_meant_short && full(name) == name) {
        let short: Vec<_> = NAMES
            .iter()
            .map(|(short, _)| format!("{short:?}"))
            .collect();
        return Err(format!(
            "{name:?} is no metric: give one of {}, or Azure's own name of another one",
            short.join(", ")
        ));
    }
    Ok(())
}

/// Whether both are names of one metric.
pub(super) fn same(a: &str, b: &str) -> bool {
    full(a).eq_ignore_ascii_case(full(b))
}

/// Reads a metric, by its short name if it has one.
pub(super) fn read(json: &Json) -> Value {
    let Some(name) = json.as_str() else {
        return Value::Null;
    };
    let mut names = NAMES.iter();
    let found = names.find(|(_, full)| full.eq_ignore_ascii_case(name));
    found.map_or(name, |(short, _)| short).into()
}

/// Writes a metric by Azure's name.
pub(super) fn write(value: &Value) -> Json {
    json!(value.as_str().map(full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_and_azures_are_names_of_one_metric() {
        for (short, full) in NAMES {
            assert!(same(short, full) && same(short, &full.to_lowercase()));
            assert_eq!(read(&json!(full)), short.into());
            assert_eq!(write(&short.into()), full);
            assert_eq!((check(short), check(full)), (Ok(()), Ok(())));
        }
        assert_eq!(read(&json!("RunsStarted")), "RunsStarted".into());
        assert_eq!(check("RunsStarted"), Ok(()));
        for name in ["", "workflow_procesor", "Workflow_Memory", "connector_cpu"] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
