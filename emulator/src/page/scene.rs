//! What the sections of the page look at, sorted once for all of them.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use crate::core::id::ResourceId;
use crate::core::json::{Json, list, text};
use crate::core::operations::{Due, Failure, Operation, Progress};
use crate::core::store::Stored;
use crate::core::world::{ASSOCIATION_LINKS, HOLDER, RESOURCE_LINKS, World};
use crate::state::State;

use super::view::View;

/// The state at one moment.
pub(super) struct Scene<'a> {
    pub(super) state: &'a State,
    pub(super) world: &'a World,
    /// What is looked at.
    pub(super) view: &'a View,
    /// The address under which the browser reached us.
    pub(super) base: &'a str,
    /// The resources of each type, by its name in lower case.
    types: BTreeMap<String, Vec<&'a Stored>>,
    /// The last operation on each resource, by its key.
    operations: BTreeMap<String, &'a Operation>,
    /// When the platform lets go of the subnets of an environment, by the environment's own id.
    releases: BTreeMap<&'a str, (OffsetDateTime, &'a ResourceId)>,
}

/// The end of an environment's hold on its subnets.
pub(super) struct Release {
    /// How long it still takes.
    pub(super) left: Duration,
    /// Whether the environment itself has gone already.
    pub(super) is_gone: bool,
}

/// What a subnet is held by.
pub(super) enum Holder {
    Resource(ResourceId),
    /// Something that is no resource, by its name.
    Service(String),
}

impl Holder {
    /// Its name.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Resource(id) => id.names(),
            Self::Service(name) => name.clone(),
        }
    }
}

impl<'a> Scene<'a> {
    /// Sorts what there is.
    pub(super) fn new(state: &'a State, view: &'a View, base: &'a str) -> Self {
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
            Due::ReleaseSubnets {
                environment,
                holder,
            } => Some((holder.as_str(), (at, environment))),
            Due::Finish(_) | Due::Wake(_) => None,
        });
        Self {
            state,
            world,
            view,
            base,
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

    /// Every resource that a client could ask for: by type, those first that others need, and then by id.
    pub(super) fn everything(&self) -> impl Iterator<Item = &'a Stored> {
        let known = self.world.types.0.iter();
        let known = known.flat_map(|definition| self.of_type(definition.name));
        // Runs of workflows and registrations are none.
        let given = self.types.values().flatten();
        known
            .chain(given.filter(|stored| is_given(&stored.id)))
            .copied()
    }

    /// The environment that a workflow or an account lives in, by its key; none for those of the public cloud.
    pub(super) fn environment_of(&self, stored: &Stored) -> Option<String> {
        let id = text(&stored.body, "properties/integrationServiceEnvironment/id")?;
        Some(id.to_lowercase())
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

    /// When a subnet comes free, if it is being let go.
    pub(super) fn release_of(&self, subnet: &Stored) -> Option<Release> {
        self.release(text(&subnet.hidden, HOLDER)?)
    }

    /// What holds a subnet. The cache of an environment is the environment's own.
    pub(super) fn holders(&self, subnet: &'a Stored) -> Vec<Holder> {
        let associations = list(&subnet.body, ASSOCIATION_LINKS);
        let navigations: &[Json] = if associations.is_empty() {
            list(&subnet.body, RESOURCE_LINKS)
        } else {
            &[]
        };
        let links = associations.iter().chain(navigations);
        links
            .map(|link| {
                let target = text(link, "properties/link").and_then(ResourceId::parse);
                let named =
                    || text(link, "properties/linkedResourceType").or_else(|| text(link, "name"));
                target.map_or_else(
                    || Holder::Service(named().unwrap_or("a service").to_owned()),
                    Holder::Resource,
                )
            })
            .collect()
    }

    fn last(&self, id: &ResourceId) -> Option<&'a Operation> {
        self.operations.get(&id.key()).copied()
    }
}

/// Whether a resource is given to a scope: a lock, a role or an assignment of one.
fn is_given(id: &ResourceId) -> bool {
    id.namespace.eq_ignore_ascii_case("Microsoft.Authorization")
}
