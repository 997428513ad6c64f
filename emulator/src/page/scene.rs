//! What the sections of the page look at, sorted once for all of them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::core::id::ResourceId;
use crate::core::json::text;
use crate::core::operations::{Due, Failure, Operation, Progress};
use crate::core::store::Stored;
use crate::core::world::World;
use crate::state::State;

/// The state at one moment.
pub(super) struct Scene<'a> {
    pub(super) state: &'a State,
    pub(super) world: &'a World,
    /// The resources of each type, by its name in lower case.
    types: BTreeMap<String, Vec<&'a Stored>>,
    /// The last operation on each resource, by its key.
    operations: BTreeMap<String, &'a Operation>,
    /// When the platform lets go of the subnets of an environment, by the environment's own id.
    releases: BTreeMap<&'a str, (Timestamp, &'a ResourceId)>,
}

/// The end of an environment's hold on its subnets.
pub(super) struct Release {
    /// How long it still takes.
    pub(super) left: SignedDuration,
    /// Whether the environment itself has gone already.
    pub(super) is_gone: bool,
}

impl<'a> Scene<'a> {
    /// Sorts what there is.
    pub(super) fn new(state: &'a State) -> Self {
        let world = &state.world;
        let mut types: BTreeMap<String, Vec<&Stored>> = BTreeMap::new();
        for stored in world.resources.all() {
            let kind = stored.id.type_name().to_lowercase();
            types.entry(kind).or_default().push(stored);
        }
        let mut operations: BTreeMap<String, &Operation> = BTreeMap::new();
        for operation in world.operations.values() {
            let last = operations
                .entry(operation.target.key())
                .or_insert(operation);
            if operation.started >= last.started {
                *last = operation;
            }
        }
        let releases = world.agenda.coming().filter_map(|(at, due)| match due {
            Due::Wake { id, note } => Some((note.as_str()?, (at, id))),
            Due::Finish(_) => None,
        });
        Self {
            state,
            world,
            types,
            operations,
            releases: releases.collect(),
        }
    }

    /// Every resource of a type, sorted by id.
    pub(super) fn of_type(&self, name: &str) -> &[&'a Stored] {
        self.types
            .get(&name.to_lowercase())
            .map_or(&[], Vec::as_slice)
    }

    /// Every resource of a type that is none of these.
    pub(super) fn of_other_types(&self, known: &[&str]) -> Vec<&'a Stored> {
        let is_other = |name: &str| !known.iter().any(|known| known.eq_ignore_ascii_case(name));
        let others = self.types.iter().filter(|(name, _)| is_other(name));
        others
            .flat_map(|(_, stored)| stored.iter().copied())
            .collect()
    }

    /// The operation that runs on a resource.
    pub(super) fn running(&self, id: &ResourceId) -> Option<&'a Operation> {
        self.last(id)
            .filter(|operation| operation.progress == Progress::Running)
    }

    /// Why the last operation on a resource failed, if it did.
    pub(super) fn failure(&self, id: &ResourceId) -> Option<&'a Failure> {
        match &self.last(id)?.progress {
            Progress::Failed(failure) => Some(failure),
            Progress::Running | Progress::Succeeded => None,
        }
    }

    /// When the subnets of an environment come free, by the environment's own id, if the platform is letting them go.
    pub(super) fn release(&self, holder: &str) -> Option<Release> {
        let (at, environment) = self.releases.get(holder)?;
        let own =
            |stored: &'a Stored| text(&stored.body, "properties/integrationServiceEnvironmentId");
        // Another environment may have its name by now.
        let is_there = self.world.resources.get(environment).and_then(own) == Some(holder);
        Some(Release {
            left: *at - self.world.now,
            is_gone: !is_there,
        })
    }

    fn last(&self, id: &ResourceId) -> Option<&'a Operation> {
        self.operations.get(&id.key()).copied()
    }
}
