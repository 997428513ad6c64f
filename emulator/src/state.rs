//! Everything that an emulator holds, behind one lock.

use crate::control::faults::Faults;
use crate::control::requests::Requests;
use crate::core::error::ArmError;
use crate::core::json::Json;
use crate::core::limits::Limits;
use crate::core::world::World;
use crate::signin::Tokens;
use crate::{Options, fixtures, types};

/// The world, and what the emulator knows of its clients.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
    pub(crate) limits: Limits,
    pub(crate) fixtures: Vec<Json>,
    scale: f64,
    seed: u64,
}

impl State {
    /// A world with nothing in it but the fixtures.
    pub(crate) fn new(options: Options) -> Result<Self, ArmError> {
        let Options {
            time_scale: scale,
            seed,
            fixtures,
        } = options;
        let mut state = Self {
            world: World::new(&types::TABLE, scale, seed),
            tokens: Tokens::default(),
            faults: Faults::default(),
            requests: Requests::default(),
            limits: Limits::new(),
            fixtures,
            scale,
            seed,
        };
        fixtures::load(&mut state.world, &state.fixtures)?;
        Ok(state)
    }

    /// Goes back to the fixtures. Tokens stay good: signing in is no resource.
    pub(crate) fn reset(&mut self) -> Result<(), ArmError> {
        self.world = World::new(&types::TABLE, self.scale, self.seed);
        self.faults.clear();
        self.requests.clear();
        fixtures::load(&mut self.world, &self.fixtures)
    }
}
