//! What the user wants of the preflight.

use std::collections::BTreeSet;

use tfplugin_framework::types::value::{Object, Value};

use super::rule_name::RuleName;

/// What the user wants of the preflight.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) mode: Mode,
    ignore: BTreeSet<RuleName>,
    /// The one rule that is looked up.
    only: Option<RuleName>,
}

/// What becomes of findings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mode {
    /// They stop the plan of a new environment.
    Enforce,
    /// They are warnings.
    Warn,
    /// Nothing is looked up.
    Off,
}

impl Default for Settings {
    /// Every rule counts.
    fn default() -> Self {
        Self {
            mode: Mode::Enforce,
            ignore: BTreeSet::new(),
            only: None,
        }
    }
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
            ignore: ignore.filter_map(RuleName::named).collect(),
            only: None,
        }
    }

    /// Whether the rule is looked up.
    pub(super) fn has(&self, rule: RuleName) -> bool {
        let is_meant = self.only.is_none_or(|only| only == rule);
        is_meant && self.looks_at(rule)
    }

    /// What is looked up at apply: where findings do not count, only what has to be waited for.
    pub(super) fn at_apply(&self) -> Self {
        Self {
            only: (self.mode == Mode::Warn).then_some(RuleName::SubnetInUse),
            ..self.clone()
        }
    }

    /// Whether the rule counts at all.
    pub(super) fn looks_at(&self, rule: RuleName) -> bool {
        self.mode != Mode::Off && !self.ignore.contains(&rule)
    }
}
