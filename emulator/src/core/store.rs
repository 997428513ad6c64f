//! The stored resources; every change of one goes through here.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::id::ResourceId;
use super::json::{Json, set};
use super::tracked::Tracked;

/// A resource: what the client wrote, completed by its type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// The id in the casing of its creation.
    pub(crate) id: ResourceId,
    pub(crate) etag: String,
    /// Everything but id, name, type and what is rendered on reading.
    pub(crate) body: Json,
    #[serde(with = "super::clock::nanoseconds")]
    pub(crate) created: OffsetDateTime,
    /// When a client wrote it last.
    #[serde(with = "super::clock::nanoseconds")]
    pub(crate) changed: OffsetDateTime,
    /// What the service knows and never shows.
    pub(crate) hidden: Json,
}

/// All resources by their lower-case id, so that a resource comes right before its children.
#[derive(Debug, Default)]
pub(crate) struct Store {
    resources: Tracked<String, Stored>,
    /// The keys of what Microsoft.Authorization gives to scopes: every request asks for it.
    authorizations: BTreeSet<String>,
}

/// What the keys of Microsoft.Authorization's objects have in them.
const AUTHORIZATION: &str = "/providers/microsoft.authorization/";

impl Store {
    /// The resource of that id.
    pub(crate) fn get(&self, id: &ResourceId) -> Option<&Stored> {
        self.resources.get(&id.key())
    }

    /// The resource of that id, to be changed in place.
    pub(crate) fn get_mut(&mut self, id: &ResourceId) -> Option<&mut Stored> {
        self.resources.get_mut(&id.key())
    }

    /// Whether there is a resource of that id.
    pub(crate) fn has(&self, id: &ResourceId) -> bool {
        self.get(id).is_some()
    }

    /// Every resource, sorted by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Stored> {
        self.resources.values()
    }

    /// Every resource whose type has that name.
    pub(crate) fn of_type<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Stored> {
        self.all()
            .filter(move |stored| stored.id.type_name().eq_ignore_ascii_case(type_name))
    }

    /// The objects of one kind that are given to the scopes of a subscription.
    pub(crate) fn authorizations<'a>(
        &'a self,
        subscription: &str,
        kind: &str,
    ) -> impl Iterator<Item = &'a Stored> + use<'a> {
        let prefix = format!("/subscriptions/{}/", subscription.to_lowercase());
        let kind = format!("{AUTHORIZATION}{}/", kind.to_lowercase());
        self.authorizations
            .range(prefix.clone()..)
            .take_while(move |key| key.starts_with(&prefix))
            .filter(move |key| key.contains(&kind))
            .filter_map(|key| self.resources.get(key))
    }

    /// The direct children of one type.
    pub(crate) fn children<'a>(
        &'a self,
        parent: &ResourceId,
        kind: &str,
    ) -> impl Iterator<Item = &'a Stored> + use<'a> {
        let prefix = format!("{}/{}/", parent.key(), kind.to_lowercase());
        self.below(prefix.clone())
            .filter(move |(key, _)| !key[prefix.len()..].contains('/'))
            .map(|(_, stored)| stored)
    }

    /// Everything in a resource group.
    pub(crate) fn in_group<'a>(
        &'a self,
        group: &ResourceId,
    ) -> impl Iterator<Item = &'a Stored> + use<'a> {
        self.below(format!("{}/", group.key()))
            .map(|(_, stored)| stored)
    }

    /// Stores a resource in place of any of the same id.
    pub(crate) fn insert(&mut self, stored: Stored) {
        let key = stored.id.key();
        if key.contains(AUTHORIZATION) {
            self.authorizations.insert(key.clone());
        }
        self.resources.insert(key, stored);
    }

    /// Takes a resource and everything below it out.
    pub(crate) fn remove(&mut self, id: &ResourceId) -> Option<Stored> {
        let below: Vec<String> = self
            .below(format!("{}/", id.key()))
            .map(|(key, _)| key.clone())
            .collect();
        for key in below {
            self.take(&key);
        }
        self.take(&id.key())
    }

    fn take(&mut self, key: &str) -> Option<Stored> {
        self.authorizations.remove(key);
        self.resources.remove(key)
    }

    /// Sets the provisioning state of a resource, if it is there.
    pub(crate) fn set_state(&mut self, id: &ResourceId, state: &str) {
        if let Some(stored) = self.get_mut(id) {
            set(
                &mut stored.body,
                "properties/provisioningState",
                state.into(),
            );
        }
    }

    /// The resources that were touched since the last call, none for those that are gone.
    pub(crate) fn take_changes(&mut self) -> impl Iterator<Item = (String, Option<&Stored>)> {
        self.resources.take_changes()
    }

    fn below(&self, prefix: String) -> impl Iterator<Item = (&String, &Stored)> {
        self.resources
            .range(prefix.clone()..)
            .take_while(move |(key, _)| key.starts_with(&prefix))
    }
}

impl FromIterator<Stored> for Store {
    /// Resources that are written down already.
    fn from_iter<I: IntoIterator<Item = Stored>>(resources: I) -> Self {
        let resources = resources.into_iter();
        let resources: Tracked<String, Stored> =
            resources.map(|stored| (stored.id.key(), stored)).collect();
        let authorizations = resources
            .keys()
            .filter(|key| key.contains(AUTHORIZATION))
            .cloned()
            .collect();
        Self {
            resources,
            authorizations,
        }
    }
}
