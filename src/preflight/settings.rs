//! What the user wants of the preflight.

use std::collections::BTreeSet;

use tfplugin_framework::types::value::{Object, Value};

use super::rules::{IN_USE, Rule};

/// What the user wants of the preflight.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) mode: Mode,
    ignore: BTreeSet<String>,
    /// The name of the one rule that is looked up.
    only: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mode {
    Enforce,
    Warn,
    Off,
}

impl Settings {
    /// As long as anything about it is unknown, nobody knows whether findings are to stop the plan.
    pub(super) fn of(environment: &Object) -> Self {
        let preflight = environment.object("preflight");
        let mode = match preflight.map(|preflight| preflight.str("mode")) {
            Some(Some("off")) => Mode::Off,
            Some(Some("warn")) => Mode::Warn,
            _ if environment.get("preflight").is_wholly_known() => Mode::Enforce,
            _ => Mode::Warn,
        };
        let ignore = preflight.and_then(|preflight| preflight.get("ignore").as_elements());
        let ignore = ignore.unwrap_or_default().iter().filter_map(Value::as_str);
        Self {
            mode,
            ignore: ignore.map(str::to_owned).collect(),
            only: None,
        }
    }

    pub(super) fn has(&self, rule: &Rule) -> bool {
        let is_meant = self.only.is_none_or(|only| only == rule.name);
        is_meant && self.looks_at(rule.name)
    }

    /// What is looked up at apply: where findings do not count, only what has to be waited for.
    pub(super) fn at_apply(&self) -> Self {
        Self {
            only: (self.mode == Mode::Warn).then_some(IN_USE),
            ..self.clone()
        }
    }

    pub(super) fn looks_at(&self, rule: &str) -> bool {
        self.mode != Mode::Off && !self.ignore.contains(rule)
    }
}
