//! The stored resources; every change of one goes through here.

use std::collections::BTreeSet;
use std::ops::Bound;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::ResourceId;
use super::json::{Json, set};
use super::shared::Shared;
use super::tracked::Tracked;

/// A resource: what the client wrote, completed by its type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// The id in the casing of its creation.
    pub(crate) id: ResourceId,
    pub(crate) etag: String,
    /// Everything but id, name, type and what is rendered on reading.
    pub(crate) body: Shared,
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    pub(crate) created: Timestamp,
    /// When a client wrote it last.
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    pub(crate) changed: Timestamp,
    /// What the service knows and never shows.
    pub(crate) hidden: Shared,
}

/// All resources by their lower-case id, so that a resource comes right before its children.
#[derive(Debug, Default)]
pub(crate) struct Store {
    resources: Tracked<String, Stored>,
    /// Type and key, both in lower case, of every resource: lists ask for one type in one scope.
    by_type: BTreeSet<(String, String)>,
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

    /// The keys after one, with their resources.
    pub(crate) fn after(&self, key: &str) -> impl Iterator<Item = (&String, &Stored)> {
        self.resources
            .range::<str, _>((Bound::Excluded(key), Bound::Unbounded))
    }

    /// Every resource, sorted by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Stored> {
        self.resources.values()
    }

    /// Every resource whose type has that name.
    pub(crate) fn of_type(&self, type_name: &str) -> impl Iterator<Item = &Stored> {
        self.keys_of_type(type_name, String::new())
            .filter_map(|key| self.at(key))
    }

    /// The keys of the resources of a type that start with a prefix in lower case.
    pub(crate) fn keys_of_type<'a>(
        &'a self,
        type_name: &str,
        prefix: String,
    ) -> impl Iterator<Item = &'a str> + use<'a> {
        let kind = type_name.to_lowercase();
        // Lists are long, and looking at every key takes longer than finding the first that is behind them.
        let end = match prefix.strip_suffix('/') {
            Some(start) => (kind.clone(), format!("{start}0")),
            None => (format!("{kind}\0"), String::new()),
        };
        let own = self.by_type.range((kind, prefix.clone())..end);
        own.map(|(_, key)| key.as_str())
            .filter(move |key| prefix.ends_with('/') || key.starts_with(&prefix))
    }

    /// The resource of that key.
    pub(crate) fn at(&self, key: &str) -> Option<&Stored> {
        self.resources.get(key)
    }

    /// The objects of one kind that are given to the scopes of a subscription.
    pub(crate) fn authorizations<'a>(
        &'a self,
        subscription: &str,
        kind: &str,
    ) -> impl Iterator<Item = &'a Stored> + use<'a> {
        let kind = kind.to_owned();
        self.authorizations_from(format!("/subscriptions/{}/", subscription.to_lowercase()))
            .filter(move |stored| {
                let last = stored.id.pairs.last();
                last.is_some_and(|(known, _)| known.eq_ignore_ascii_case(&kind))
            })
    }

    /// Whether anything is given to a scope at all: every request asks, and mostly nothing is.
    pub(crate) fn has_authorizations(&self) -> bool {
        !self.authorizations.is_empty()
    }

    /// The objects of one kind that a scope has itself.
    pub(crate) fn authorizations_of<'a>(
        &'a self,
        scope: &ResourceId,
        kind: &str,
    ) -> impl Iterator<Item = &'a Stored> + use<'a> {
        let kind = format!("{AUTHORIZATION}{}/", kind.to_lowercase());
        let prefix = format!("{}{kind}", scope.key());
        self.authorizations_from(prefix)
    }

    /// The objects of every kind that a scope has, and what lies below it.
    pub(crate) fn authorizations_below(&self, scope: &ResourceId) -> impl Iterator<Item = &Stored> {
        self.authorizations_from(format!("{}/", scope.key()))
    }

    fn authorizations_from(&self, prefix: String) -> impl Iterator<Item = &Stored> {
        self.authorizations
            .range(prefix.clone()..)
            .take_while(move |key| key.starts_with(&prefix))
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
        self.by_type.insert((kind_of(&stored), key.clone()));
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
        let stored = self.resources.remove(key)?;
        self.authorizations.remove(key);
        self.by_type.remove(&(kind_of(&stored), key.to_owned()));
        Some(stored)
    }

    /// Gives a resource, and with it everything below, another id.
    pub(crate) fn rename(&mut self, from: &ResourceId, to: &ResourceId) {
        let own = self.get(from).into_iter();
        let moved: Vec<Stored> = own.chain(self.in_group(from)).cloned().collect();
        self.remove(from);
        for mut stored in moved {
            let below = stored.id.pairs.split_off(from.pairs.len());
            let mut id = to.clone();
            id.pairs.extend(below);
            stored.id = id;
            self.insert(stored);
        }
    }

    /// Lets whatever refers to an id, or to something below it, refer to another.
    pub(crate) fn redirect(&mut self, from: &ResourceId, to: &ResourceId) {
        let (from, to) = (from.key(), to.to_string());
        let referring: Vec<String> = self
            .resources
            .iter()
            .filter(|(_, stored)| refers(&stored.body, &from))
            .map(|(key, _)| key.clone())
            .collect();
        for key in referring {
            if let Some(stored) = self.resources.get_mut(&key) {
                redirect(&mut stored.body, &from, &to);
            }
        }
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

    /// A resource and everything below it.
    pub(crate) fn family<'a>(
        &'a self,
        root: &ResourceId,
    ) -> impl Iterator<Item = &'a Stored> + use<'a> {
        self.get(root).into_iter().chain(self.in_group(root))
    }

    /// Every resource whose key starts with a prefix in lower case.
    pub(crate) fn starting_with(&self, prefix: String) -> impl Iterator<Item = &Stored> {
        self.below(prefix).map(|(_, stored)| stored)
    }

    fn below(&self, prefix: String) -> impl Iterator<Item = (&String, &Stored)> {
        self.resources
            .range(prefix.clone()..)
            .take_while(move |(key, _)| key.starts_with(&prefix))
    }
}

/// What follows an id in a text; none when the text is about something else.
fn rest<'a>(text: &'a str, id: &str) -> Option<&'a str> {
    let start = text.get(..id.len())?;
    let rest = &text[id.len()..];
    let is_it = start.eq_ignore_ascii_case(id) && (rest.is_empty() || rest.starts_with('/'));
    is_it.then_some(rest)
}

fn refers(value: &Json, id: &str) -> bool {
    match value {
        Json::String(text) => rest(text, id).is_some(),
        Json::Array(values) => values.iter().any(|value| refers(value, id)),
        Json::Object(members) => members.values().any(|value| refers(value, id)),
        _ => false,
    }
}

fn redirect(value: &mut Json, from: &str, to: &str) {
    match value {
        Json::String(text) => {
            if let Some(rest) = rest(text, from) {
                *text = format!("{to}{rest}");
            }
        }
        Json::Array(values) => values
            .iter_mut()
            .for_each(|value| redirect(value, from, to)),
        Json::Object(members) => members
            .values_mut()
            .for_each(|value| redirect(value, from, to)),
        _ => {}
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
        let by_type = resources
            .iter()
            .map(|(key, stored)| (kind_of(stored), key.clone()))
            .collect();
        Self {
            resources,
            by_type,
            authorizations,
        }
    }
}

fn kind_of(stored: &Stored) -> String {
    stored.id.type_name().to_lowercase()
}
