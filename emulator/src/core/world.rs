//! Everything that Azure knows, and how it changes as time passes.

use time::{Duration, OffsetDateTime};

use super::clock::{Anchor, Clock};
use super::definition::Table;
use super::directory::{Caller, Directory};
use super::id::ResourceId;
use super::json::{Json, list, set, take, text};
use super::metrics::Metrics;
use super::operations::{Agenda, Due, Ending, Failure, Operation, Progress};
use super::random::Random;
use super::store::{Store, Stored};
use super::tracked::Tracked;

/// For how long ended operations can be asked for, at least.
const OPERATIONS_KEPT_FOR: Duration = Duration::days(7);
/// So many are kept in any case: on a fast clock a week is over before a client asks again.
const KEPT_OPERATIONS: usize = 1000;

/// The resources, the operations on them and the clock they run on.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) types: &'static Table,
    pub(crate) clock: Clock,
    /// The time of this request, or of the change that is being applied.
    pub(crate) now: OffsetDateTime,
    pub(crate) random: Random,
    pub(crate) resources: Store,
    pub(crate) operations: Tracked<String, Operation>,
    pub(crate) agenda: Agenda,
    pub(crate) metrics: Metrics,
    pub(crate) directory: Directory,
    /// Who the request comes from; none while fixtures are loaded.
    pub(crate) caller: Option<Caller>,
    /// How the next operation will fail: set by a fault for the length of one request.
    pub(crate) doom: Option<Failure>,
}

/// What is written down of a world.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) clock: Anchor,
    /// Azure's time of the last change.
    pub(crate) now: OffsetDateTime,
    pub(crate) random: u64,
    pub(crate) resources: Store,
    pub(crate) operations: Tracked<String, Operation>,
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
            operations: Tracked::default(),
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

    /// Drops operations that ended long ago. It goes through all of them, so it does so now and then only.
    fn forget_operations(&mut self) {
        let count = self.operations.len();
        if count <= KEPT_OPERATIONS || !count.is_multiple_of(KEPT_OPERATIONS / 4) {
            return;
        }
        let before = self.now.saturating_sub(OPERATIONS_KEPT_FOR);
        let old: Vec<String> = self
            .operations
            .iter()
            .filter(|(_, operation)| {
                operation.progress != Progress::Running && operation.ends < before
            })
            .map(|(name, _)| name.clone())
            .collect();
        for name in old {
            self.operations.remove(&name);
        }
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
            failure: self.doom.take(),
        };
        self.forget_operations();
        self.operations.insert(name, operation.clone());
        operation
    }

    /// The operation that still runs on a resource or one below it.
    pub(crate) fn running(&self, root: &ResourceId) -> Option<&Operation> {
        let key = root.key();
        let mut running = self
            .operations
            .values()
            .filter(|operation| operation.progress == Progress::Running);
        running.find(|operation| {
            let target = operation.target.key();
            target
                .strip_prefix(&key)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Ends the operations on a resource that goes away while they run.
    pub(crate) fn abandon(&mut self, target: &ResourceId) {
        let running: Vec<String> = self
            .operations
            .values()
            .filter(|operation| {
                operation.target.same(target) && operation.progress == Progress::Running
            })
            .map(|operation| operation.name.clone())
            .collect();
        for name in running {
            if let Some(operation) = self.operations.get_mut(&name) {
                operation.progress = Progress::Failed(Failure {
                    code: "Canceled".to_owned(),
                    message: format!(
                        "The resource {target} was deleted while the operation was running."
                    ),
                });
            }
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
        let Some(operation) = self.operations.get_mut(name) else {
            return;
        };
        // An abandoned operation has its end already.
        if operation.progress != Progress::Running {
            return;
        }
        operation.progress = operation
            .failure
            .clone()
            .map_or(Progress::Succeeded, Progress::Failed);
        let operation = operation.clone();
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
        let (key, prefix) = (target.key(), format!("{}/", target.key()));
        let moving: Vec<ResourceId> = self
            .resources
            .all()
            .filter(|stored| {
                is_moving(stored)
                    && (stored.id.key() == key || stored.id.key().starts_with(&prefix))
            })
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
            .all()
            .filter(|stored| text(&stored.hidden, HOLDER) == Some(holder))
            .map(|stored| stored.id.clone())
            .collect();
        for id in held {
            let Some(subnet) = self.resources.get_mut(&id) else {
                continue;
            };
            subnet.hidden = Json::Null;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_kept_for_a_week_and_the_last_ones_for_longer() {
        static NONE: Table = Table(&[]);
        let mut world = World::new(&NONE, 1.0, 0);
        let target = ResourceId::of_group("s", "g");
        let start = |world: &mut World, number: usize, lasts: Duration| {
            world.start(number.to_string(), "Put", &target, lasts, Ending::Settle);
        };
        start(&mut world, 0, Duration::days(30));
        for number in 1..=KEPT_OPERATIONS {
            start(&mut world, number, Duration::HOUR);
        }
        world.clock.advance(Duration::days(6));
        world.settle();
        for number in 0..KEPT_OPERATIONS {
            start(&mut world, 10_000 + number, Duration::HOUR);
        }
        assert_eq!(
            world.operations.len(),
            2 * KEPT_OPERATIONS + 1,
            "not a week yet"
        );
        world.clock.advance(Duration::days(2));
        world.settle();
        for number in 0..KEPT_OPERATIONS / 4 {
            start(&mut world, 20_000 + number, Duration::HOUR);
        }
        assert!(world.operations.contains_key("0"), "still running");
        assert!(!world.operations.contains_key("1"));
        assert!(world.operations.contains_key("10000"));
    }
}
