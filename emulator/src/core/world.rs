//! Everything that Azure knows, and how it changes as time passes.

use time::{Duration, OffsetDateTime};

use super::clock::{Anchor, Clock};
use super::definition::Table;
use super::directory::{Caller, Directory};
use super::id::ResourceId;
use super::json::{Json, list, set, take, text};
use super::metrics::Metrics;
use super::operations::{Agenda, Doom, Due, Ending, Failure, Operation, Operations, Progress};
use super::random::Random;
use super::store::{Store, Stored};

/// The resources, the operations on them and the clock they run on.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) types: &'static Table,
    pub(crate) clock: Clock,
    /// The time of this request, or of the change that is being applied.
    pub(crate) now: OffsetDateTime,
    pub(crate) random: Random,
    pub(crate) resources: Store,
    pub(crate) operations: Operations,
    pub(crate) agenda: Agenda,
    pub(crate) metrics: Metrics,
    pub(crate) directory: Directory,
    /// Who the request comes from; none while fixtures are loaded.
    pub(crate) caller: Option<Caller>,
    /// How the next operation will fail: set by a fault for the length of one request.
    pub(crate) doom: Option<Doom>,
}

/// What is written down of a world.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) clock: Anchor,
    /// Azure's time of the last change.
    pub(crate) now: OffsetDateTime,
    pub(crate) random: u64,
    pub(crate) resources: Store,
    pub(crate) operations: Operations,
    pub(crate) agenda: Agenda,
    pub(crate) metrics: Metrics,
    pub(crate) directory: Directory,
}

impl World {
    /// An empty world.
    pub(crate) fn new(types: &'static Table, scale: f64, seed: u64) -> Self {
        let clock = Clock::new(scale);
        Self {
            types,
            now: clock.now(),
            clock,
            random: Random::new(seed),
            resources: Store::default(),
            operations: Operations::default(),
            agenda: Agenda::default(),
            metrics: Metrics::default(),
            directory: Directory::new(seed),
            caller: None,
            doom: None,
        }
    }

    /// A world that goes on from what was written down.
    pub(crate) fn restore(types: &'static Table, scale: f64, saved: Saved) -> Self {
        let clock = Clock::resume(saved.clock, saved.now, scale);
        Self {
            types,
            now: saved.now,
            clock,
            random: Random::new(saved.random),
            resources: saved.resources,
            operations: saved.operations,
            agenda: saved.agenda,
            metrics: saved.metrics,
            directory: saved.directory,
            caller: None,
            doom: None,
        }
    }

    /// Applies, in order of time, everything that has fallen due.
    pub(crate) fn settle(&mut self) {
        self.settle_until(self.clock.now());
    }

    /// Applies what falls due within a span from now without moving the clock: fixtures have been there for long.
    pub(crate) fn settle_all(&mut self, within: Duration) {
        let now = self.now;
        self.settle_until(now.saturating_add(within));
        self.now = now;
    }

    fn settle_until(&mut self, until: OffsetDateTime) {
        while let Some((at, due)) = self.agenda.take(until) {
            self.now = at;
            match due {
                Due::Finish(name) => self.finish(&name),
                Due::ReleaseSubnets {
                    environment,
                    holder,
                } => self.release_subnets(&environment, &holder),
                Due::Wake(id) => {
                    if let Some(definition) = self.types.find(&id.type_name()) {
                        definition.behaviour.woken(self, &id);
                    }
                }
            }
        }
        self.now = until;
    }

    /// Forgets what was touched: nobody writes it down.
    pub(crate) fn forget_changes(&mut self) {
        let _ = self.resources.take_changes();
        let _ = self.operations.take_changes();
        let _ = self.agenda.take_changes();
        let _ = self.metrics.take_changes();
        let _ = self.directory.applications.take_changes();
    }

    /// Starts an operation on a resource.
    pub(crate) fn start(
        &mut self,
        name: String,
        kind: &'static str,
        target: &ResourceId,
        lasts: Duration,
        ending: Ending,
    ) -> Operation {
        let doom = self.doom.take();
        let lasts = doom.as_ref().and_then(|doom| doom.after).unwrap_or(lasts);
        let ends = self.now.saturating_add(lasts);
        self.agenda.add(ends, Due::Finish(name.clone()));
        let operation = Operation {
            name: name.clone(),
            kind: kind.into(),
            target: target.clone(),
            started: self.now,
            ends,
            progress: Progress::Running,
            ending,
            failure: doom.map(|doom| doom.failure),
        };
        self.operations.forget(self.now);
        self.operations.add(operation.clone());
        operation
    }

    /// Ends the operations on a resource that goes away while they run.
    fn abandon(&mut self, target: &ResourceId) {
        for name in self.operations.running_on(target) {
            let failure = Failure {
                code: "Canceled".to_owned(),
                message: format!(
                    "The resource {target} was deleted while the operation was running."
                ),
            };
            self.operations.end(&name, Progress::Failed(failure));
        }
    }

    /// Takes a resource away and lets its type clean up.
    pub(crate) fn remove(&mut self, id: &ResourceId) {
        self.abandon(id);
        let Some(stored) = self.resources.remove(id) else {
            return;
        };
        self.metrics.remove(id);
        if let Some(definition) = self.types.find(&id.type_name()) {
            definition.behaviour.removed(self, &stored);
        }
    }

    fn finish(&mut self, name: &str) {
        let failure = self
            .operations
            .get(name)
            .and_then(|operation| operation.failure.clone());
        let progress = failure.map_or(Progress::Succeeded, Progress::Failed);
        // An abandoned operation has its end already.
        let Some(operation) = self.operations.end(name, progress) else {
            return;
        };
        let failed = operation.failure.is_some();
        match operation.ending {
            Ending::Remove if !failed => self.remove(&operation.target),
            Ending::Settle | Ending::Remove => self.settle_states(&operation.target, failed),
            Ending::ByType => {
                if let Some(definition) = self.types.find(&operation.target.type_name()) {
                    definition.behaviour.finished(self, &operation);
                }
            }
        }
    }

    /// Makes the states of a resource and of what is below it final.
    fn settle_states(&mut self, target: &ResourceId, failed: bool) {
        let state = if failed { "Failed" } else { "Succeeded" };
        let moving: Vec<ResourceId> = self
            .resources
            .family(target)
            .filter(|stored| is_moving(stored))
            .map(|stored| stored.id.clone())
            .collect();
        for id in moving {
            self.resources.set_state(&id, state);
        }
    }

    /// Drops every link of an environment from the subnets that it holds.
    fn release_subnets(&mut self, environment: &ResourceId, holder: &str) {
        let owner = environment.to_string();
        let is_own = |link: &Json| {
            text(link, "properties/link").is_some_and(|id| id.eq_ignore_ascii_case(&owner))
        };
        let held: Vec<ResourceId> = self
            .resources
            .of_type("Microsoft.Network/virtualNetworks/subnets")
            .filter(|stored| text(&stored.hidden, HOLDER) == Some(holder))
            .map(|stored| stored.id.clone())
            .collect();
        for id in held {
            let Some(subnet) = self.resources.get_mut(&id) else {
                continue;
            };
            subnet.hidden = Json::Null.into();
            take(&mut subnet.body, RESOURCE_LINKS);
            let foreign: Vec<Json> = list(&subnet.body, ASSOCIATION_LINKS)
                .iter()
                .filter(|link| !is_own(link))
                .cloned()
                .collect();
            take(&mut subnet.body, ASSOCIATION_LINKS);
            if !foreign.is_empty() {
                set(&mut subnet.body, ASSOCIATION_LINKS, foreign.into());
            }
        }
    }
}

/// Where a subnet keeps its service association links.
pub(crate) const ASSOCIATION_LINKS: &str = "properties/serviceAssociationLinks";
/// Where a subnet keeps its resource navigation links.
pub(crate) const RESOURCE_LINKS: &str = "properties/resourceNavigationLinks";
/// The hidden member of a subnet with the own id of the environment that holds it.
pub(crate) const HOLDER: &str = "environment";

fn is_moving(stored: &Stored) -> bool {
    matches!(
        text(&stored.body, "properties/provisioningState"),
        Some("Updating" | "Deleting" | "InProgress")
    )
}
