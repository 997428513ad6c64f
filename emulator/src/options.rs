//! What an emulator is started with.

use std::path::PathBuf;

use serde_json::Value;

/// How an emulator starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many Azure seconds pass in each real second.
    pub time_scale: f64,
    /// Where the generated names and addresses start: the same seed gives the same ones.
    pub seed: u64,
    /// The ARM resources to start with, where there is no state to go on with.
    pub fixtures: Vec<Value>,
    /// The file in which everything is kept; without one it ends with the emulator.
    pub state: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            time_scale: 1.0,
            seed: 0,
            fixtures: Vec::new(),
            state: None,
        }
    }
}
