//! Everything that an emulator holds, behind one lock.

use std::io;

use crate::control::faults::Faults;
use crate::control::requests::Requests;
use crate::control::snapshots::Snapshots;
use crate::core::engine;
use crate::core::error::ArmError;
use crate::core::json::Json;
use crate::core::limits::Limits;
use crate::core::world::World;
use crate::journal::{self, Journal, Receipt};
use crate::options::Options;
use crate::signin::SignIn;
use crate::{fixtures, types};

/// The world, and what the emulator knows of its clients.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) signin: SignIn,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
    pub(crate) snapshots: Snapshots,
    pub(crate) limits: Limits,
    pub(crate) fixtures: Vec<Json>,
    journal: Option<Journal>,
    /// Whether the world was replaced by another since the journal saw it.
    replaced: bool,
    scale: f64,
    seed: u64,
}

impl State {
    /// The world of the state file; with none, or a new one, a world with nothing in it but the fixtures.
    pub(crate) fn new(options: Options) -> io::Result<Self> {
        let Options {
            time_scale: scale,
            seed,
            fixtures,
            state: path,
        } = options;
        let (file, saved) = match path.as_deref().map(journal::open).transpose()? {
            Some((file, saved)) => (Some(file), saved),
            None => (None, None),
        };
        let is_new = saved.is_none();
        let mut world = match saved {
            Some(saved) => World::restore(scale, saved),
            None => new_world(World::new(scale, seed), &fixtures)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.message))?,
        };
        let journal = file
            .map(|file| file.follow(&mut world, is_new))
            .transpose()?;
        Ok(Self {
            world,
            signin: SignIn::default(),
            faults: Faults::default(),
            requests: Requests::default(),
            snapshots: Snapshots::default(),
            limits: Limits::new(),
            fixtures,
            journal,
            replaced: false,
            scale,
            seed,
        })
    }

    /// Goes back to the fixtures. Tokens stay good: signing in is no resource.
    pub(crate) fn reset(&mut self) -> Result<(), ArmError> {
        let mut world = World::new(self.scale, self.seed);
        // The tokens that stay good are of this tenant.
        world.directory.tenant = self.world.directory.tenant.clone();
        let world = new_world(world, &self.fixtures)?;
        self.replace(world);
        self.signin.reset();
        self.faults.clear();
        self.requests.clear();
        Ok(())
    }

    /// Puts another world in the place of this one. The new one was filled by its own methods, so all of it counts as changed.
    pub(crate) fn replace(&mut self, world: World) {
        self.world = world;
        self.replaced = true;
    }

    /// Lets happen what has fallen due.
    pub(crate) fn settle(&mut self) {
        engine::settle(&types::TABLE, &mut self.world);
    }

    /// Sends what was changed on its way to the state file.
    pub(crate) fn keep(&mut self) {
        let replaced = std::mem::take(&mut self.replaced);
        match &mut self.journal {
            Some(journal) => journal.submit(&mut self.world, replaced),
            None => self.world.forget_changes(),
        }
    }

    /// Whether the state file cannot be written to any more.
    pub(crate) fn has_failed(&self) -> bool {
        self.journal.as_ref().is_some_and(Journal::has_failed)
    }

    /// What to wait for until everything is in the state file, if there is one.
    pub(crate) fn receipt(&self) -> Option<Receipt> {
        self.journal.as_ref().map(Journal::receipt)
    }
}

fn new_world(mut world: World, fixtures: &[Json]) -> Result<World, ArmError> {
    fixtures::load(&types::TABLE, &mut world, fixtures)?;
    Ok(world)
}
