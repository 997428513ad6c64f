//! What the sections of the page look at, sorted once for all of them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::core::id::ResourceId;
use crate::core::json::{Json, list, text};
use crate::core::operations::{Due, Failure, Operation, Progress};
use crate::core::store::Stored;
use crate::core::world::World;
use crate::state::State;
use crate::types::TABLE;
use crate::types::network::subnets::{ASSOCIATION_LINKS, HOLDER, RESOURCE_LINKS};

use super::view::View;

/// The state at one moment.
pub(super) struct Scene<'a> {
    pub(super) state: &'a State,
    pub(super) world: &'a World,
    /// What is looked at.
    pub(super) view: &'a View,
    /// The address under which the browser reached us.
    pub(super) base: &'a str,
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
        let releases = world.agenda.coming().filter_map(|(at, due)| match due {
            Due::Wake { id, note } => Some((note.as_str()?, (at, id))),
            Due::Finish(_) => None,
        });
        Self {
            state,
            world,
            view,
            base,
            releases: releases.collect(),
        }
    }

    /// Every resource of a type, sorted by id.
    pub(super) fn of_type(&self, name: &str) -> Vec<&'a Stored> {
        self.world.resources.of_type(name).collect()
    }

    /// Every resource that a client could ask for: by type, those first that others need, and then by id. Nothing is
    /// looked up before it is its turn.
    pub(super) fn everything(&self) -> impl Iterator<Item = &'a Stored> {
        let world = self.world;
        let known = TABLE.all();
        let known = known.flat_map(|definition| world.resources.of_type(definition.name));
        known.chain(given(world))
    }

    /// How many those are.
    pub(super) fn number(&self) -> usize {
        let world = self.world;
        let of_type = |name| world.resources.keys_of_type(name, String::new()).count();
        let known = TABLE.all().map(|definition| of_type(definition.name));
        known.sum::<usize>() + given(world).count()
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.everything().next().is_none()
    }

    /// The environment that a workflow or an account lives in, by its key; none for those of the public cloud.
    pub(super) fn environment_of(&self, stored: &Stored) -> Option<String> {
        let id = text(&stored.body, "properties/integrationServiceEnvironment/id")?;
        Some(id.to_lowercase())
    }

    /// The operation that runs on a resource, the last one of several.
    pub(super) fn running(&self, id: &ResourceId) -> Option<&'a Operation> {
        let operations = &self.world.operations;
        let running = operations.running_on(id).into_iter();
        running
            .filter_map(|name| operations.get(&name))
            .max_by_key(|operation| operation.started)
    }

    /// Why the last operation on a resource failed, if it did. This looks at all of them: it is asked of few.
    pub(super) fn failure(&self, id: &ResourceId) -> Option<&'a Failure> {
        let all = self.world.operations.values();
        let own = all.filter(|operation| operation.target.pairs.len() == id.pairs.len());
        let own = own.filter(|operation| operation.target.same(id));
        match &own.max_by_key(|operation| operation.started)?.progress {
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
}

/// What is given to scopes: locks, roles and their assignments.
fn given(world: &World) -> impl Iterator<Item = &Stored> {
    let all = world.resources.all();
    all.filter(|stored| given_kind(&stored.id).is_some())
}

/// The type of what is given to a scope, below its namespace; none of what is not. A registration ends with a namespace.
pub(super) fn given_kind(id: &ResourceId) -> Option<&str> {
    match id.pairs.as_slice() {
        [.., (providers, namespace), (kind, _)]
            if providers == "providers"
                && namespace.eq_ignore_ascii_case("Microsoft.Authorization") =>
        {
            Some(kind)
        }
        _ => None,
    }
}
