//! Long-running operations and the changes that fall due on Azure's clock.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::clock::nanoseconds;
use super::id::ResourceId;
use super::tracked::Tracked;

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// How far an operation is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Progress {
    Running,
    Succeeded,
    Failed(Failure),
}

/// What an operation does to its target when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Ending {
    /// The provisioning state of the target and its children becomes final.
    Settle,
    /// The target goes away.
    Remove,
    /// The type of the target knows.
    ByType,
}

/// A long-running operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Operation {
    /// Its name in status URLs.
    pub(crate) name: String,
    /// Azure's name of what is done, such as `PutSubnetOperation`.
    pub(crate) kind: Cow<'static, str>,
    pub(crate) target: ResourceId,
    #[serde(with = "nanoseconds")]
    pub(crate) started: OffsetDateTime,
    #[serde(with = "nanoseconds")]
    pub(crate) ends: OffsetDateTime,
    pub(crate) progress: Progress,
    pub(crate) ending: Ending,
    /// How it will fail, if it will.
    pub(crate) failure: Option<Failure>,
}

/// A change that falls due by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Due {
    /// The operation of that name ends.
    Finish(String),
    /// The platform lets go of the subnets of an environment that failed or was deleted.
    /// `holder` is its own id of 32 digits: another environment may have the same name by then.
    ReleaseSubnets {
        environment: ResourceId,
        holder: String,
    },
    /// The type of a resource has asked to be called then.
    Wake(ResourceId),
}

/// What falls due, in order of time; the number keeps the order of arrival at the same time.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    entries: Tracked<(OffsetDateTime, u64), Due>,
    arrivals: u64,
}

impl Agenda {
    /// Adds a change.
    pub(crate) fn add(&mut self, at: OffsetDateTime, due: Due) {
        self.arrivals += 1;
        self.entries.insert((at, self.arrivals), due);
    }

    /// Calls the type of a resource at a time, and at no other that was planned before.
    pub(crate) fn wake(&mut self, at: OffsetDateTime, id: &ResourceId) {
        self.sleep(id);
        self.add(at, Due::Wake(id.clone()));
    }

    /// Lets a resource be.
    pub(crate) fn sleep(&mut self, id: &ResourceId) {
        self.cancel(|due| matches!(due, Due::Wake(planned) if planned.same(id)));
    }

    /// Takes the next change that is due by `until`.
    pub(crate) fn take(&mut self, until: OffsetDateTime) -> Option<(OffsetDateTime, Due)> {
        let (key, _) = self.entries.first_key_value()?;
        let key = *key;
        if key.0 > until {
            return None;
        }
        Some((key.0, self.entries.remove(&key)?))
    }

    /// Drops the changes that `gone` names.
    pub(crate) fn cancel(&mut self, gone: impl Fn(&Due) -> bool) {
        let gone: Vec<_> = self
            .entries
            .iter()
            .filter(|(_, due)| gone(due))
            .map(|(key, _)| *key)
            .collect();
        for key in gone {
            self.entries.remove(&key);
        }
    }

    /// Everything that is still to come, the next first.
    pub(crate) fn coming(&self) -> impl Iterator<Item = (OffsetDateTime, &Due)> {
        self.entries.iter().map(|((at, _), due)| (*at, due))
    }

    /// The entries that were touched since the last call, none for those that are gone.
    pub(crate) fn take_changes(
        &mut self,
    ) -> impl Iterator<Item = ((OffsetDateTime, u64), Option<&Due>)> {
        self.entries.take_changes()
    }
}

impl FromIterator<((OffsetDateTime, u64), Due)> for Agenda {
    /// Entries that are written down already.
    fn from_iter<I: IntoIterator<Item = ((OffsetDateTime, u64), Due)>>(entries: I) -> Self {
        let entries: Tracked<_, _> = entries.into_iter().collect();
        let arrivals = entries.keys().map(|(_, number)| *number).max();
        Self {
            arrivals: arrivals.unwrap_or_default(),
            entries,
        }
    }
}
