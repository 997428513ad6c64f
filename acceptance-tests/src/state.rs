//! A state as the CLI tells it in JSON.

use serde_json::Value as Json;

/// The answer to `show -json`.
#[derive(Clone, Debug)]
pub struct State(pub Json);

impl State {
    /// The attributes of the object at this address; null when it is not in the state.
    pub fn object(&self, address: &str) -> &Json {
        self.resource(address)
            .map_or(&Json::Null, |resource| &resource["values"])
    }

    /// Whether the object at this address is tainted.
    pub fn is_tainted(&self, address: &str) -> bool {
        self.resource(address)
            .is_some_and(|resource| resource["tainted"] == true)
    }

    /// All addresses.
    pub fn addresses(&self) -> Vec<&str> {
        self.resources()
            .filter_map(|resource| resource["address"].as_str())
            .collect()
    }

    /// A root module's output.
    pub fn output(&self, name: &str) -> &Json {
        &self.0["values"]["outputs"][name]["value"]
    }

    fn resource(&self, address: &str) -> Option<&Json> {
        self.resources()
            .find(|resource| resource["address"] == address)
    }

    fn resources(&self) -> impl Iterator<Item = &Json> {
        self.0["values"]["root_module"]["resources"]
            .as_array()
            .into_iter()
            .flatten()
    }
}
