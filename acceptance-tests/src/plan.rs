//! A plan as the CLI tells it in JSON.

use serde_json::Value as Json;

/// What is planned for one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Nothing,
    /// It is created.
    Create,
    /// It is changed in place.
    Update,
    /// It is deleted and created anew, in whatever order.
    Replace,
    /// It is deleted.
    Delete,
    /// Anything else, such as a read.
    Other,
}

/// The answer to `show -json PLAN`.
#[derive(Clone, Debug)]
pub struct Plan(pub Json);

impl Plan {
    /// What is planned for the object at this address.
    pub fn action(&self, address: &str) -> Action {
        self.change(address).map_or(Action::Nothing, action)
    }

    /// The planned change of the object at this address: `actions`, `before`, `after`, `after_unknown`, `replace_paths`.
    pub fn change(&self, address: &str) -> Option<&Json> {
        self.changes()
            .find(|(found, _)| *found == address)
            .map(|(_, change)| change)
    }

    /// The top-level attributes because of which the object is replaced.
    pub fn replaced_by(&self, address: &str) -> Vec<&str> {
        let paths = self
            .change(address)
            .and_then(|change| change["replace_paths"].as_array());
        paths
            .into_iter()
            .flatten()
            .filter_map(|path| path[0].as_str())
            .collect()
    }

    /// The addresses of all objects for which something is planned, with what it is.
    pub fn actions(&self) -> Vec<(&str, Action)> {
        let changes = self
            .changes()
            .map(|(address, change)| (address, action(change)));
        changes
            .filter(|(_, action)| *action != Action::Nothing)
            .collect()
    }

    /// The top-level attributes of the object that the plan changes or does not know yet.
    pub fn changed_attributes(&self, address: &str) -> Vec<&str> {
        let Some(change) = self.change(address) else {
            return Vec::new();
        };
        let after = change["after"].as_object().into_iter().flatten();
        let changed = after.filter(|(name, value)| change["before"][name] != **value);
        let unknown = change["after_unknown"].as_object().into_iter().flatten();
        let unknown = unknown.filter(|(_, value)| **value == Json::Bool(true));
        let mut names: Vec<_> = changed
            .chain(unknown)
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What a refresh found changed behind Terraform's back: addresses and changes.
    pub fn drift(&self) -> impl Iterator<Item = (&str, Action)> {
        let drift = self.0["resource_drift"].as_array().into_iter().flatten();
        drift.filter_map(|drift| Some((drift["address"].as_str()?, action(&drift["change"]))))
    }

    fn changes(&self) -> impl Iterator<Item = (&str, &Json)> {
        let changes = self.0["resource_changes"].as_array().into_iter().flatten();
        changes.filter_map(|change| Some((change["address"].as_str()?, &change["change"])))
    }
}

fn action(change: &Json) -> Action {
    let actions = change["actions"].as_array().into_iter().flatten();
    let actions: Vec<_> = actions.filter_map(Json::as_str).collect();
    match actions.as_slice() {
        ["no-op"] => Action::Nothing,
        ["create"] => Action::Create,
        ["update"] => Action::Update,
        ["delete", "create"] | ["create", "delete"] => Action::Replace,
        ["delete"] => Action::Delete,
        _ => Action::Other,
    }
}
