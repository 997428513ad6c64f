//! Everything that Azure knows, and how it changes as time passes.

use jiff::Timestamp;

use super::clock::{Anchor, Clock, plus};
use super::directory::Directory;
use super::errors;
use super::id::ResourceId;
use super::metrics::Metrics;
use super::operations::{Agenda, Doom, Due, Operation, Operations, Progress, Work};
use super::random::Random;
use super::store::Store;

/// The resources, the operations on them and the clock they run on.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    /// The time of this request, or of the change that is being applied.
    pub(crate) now: Timestamp,
    pub(crate) random: Random,
    pub(crate) resources: Store,
    pub(crate) operations: Operations,
    pub(crate) agenda: Agenda,
    pub(crate) metrics: Metrics,
    pub(crate) directory: Directory,
}

/// What is written down of a world.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) clock: Anchor,
    /// Azure's time of the last change.
    pub(crate) now: Timestamp,
    pub(crate) random: u64,
    pub(crate) resources: Store,
    pub(crate) operations: Operations,
    pub(crate) agenda: Agenda,
    pub(crate) metrics: Metrics,
    pub(crate) directory: Directory,
}

impl World {
    /// An empty world.
    pub(crate) fn new(scale: f64, seed: u64) -> Self {
        let clock = Clock::new(scale);
        Self {
            now: clock.now(),
            clock,
            random: Random::new(seed),
            resources: Store::default(),
            operations: Operations::default(),
            agenda: Agenda::default(),
            metrics: Metrics::default(),
            directory: Directory::new(seed),
        }
    }

    /// A world that goes on from what was written down.
    pub(crate) fn restore(scale: f64, saved: Saved) -> Self {
        let clock = Clock::resume(saved.clock, saved.now, scale);
        Self {
            now: saved.now,
            clock,
            random: Random::new(saved.random),
            resources: saved.resources,
            operations: saved.operations,
            agenda: saved.agenda,
            metrics: saved.metrics,
            directory: saved.directory,
        }
    }

    /// Forgets what was touched: nobody writes it down.
    pub(crate) fn forget_changes(&mut self) {
        let _ = self.resources.take_changes();
        let _ = self.operations.take_changes();
        let _ = self.agenda.take_changes();
        let _ = self.metrics.take_changes();
        let _ = self.directory.applications.take_changes();
    }

    /// Starts an operation on a resource, which a fault may have doomed.
    pub(crate) fn start(
        &mut self,
        name: String,
        work: Work,
        target: &ResourceId,
        doom: Option<Doom>,
    ) -> Operation {
        let lasts = doom.as_ref().and_then(|doom| doom.after);
        let ends = plus(self.now, lasts.unwrap_or(work.lasts));
        self.agenda.add(ends, Due::Finish(name.clone()));
        let operation = Operation {
            name,
            kind: work.kind.into(),
            target: target.clone(),
            started: self.now,
            ends,
            progress: Progress::Running,
            ending: work.ending,
            failure: doom.map(|doom| doom.failure),
        };
        self.operations.forget(self.now);
        self.operations.add(operation.clone());
        operation
    }

    /// Ends the operations on a resource that goes away while they run.
    pub(crate) fn abandon(&mut self, target: &ResourceId) {
        for name in self.operations.running_on(target) {
            let failure = errors::canceled(target).into();
            self.operations.end(&name, Progress::Failed(failure));
        }
    }
}
