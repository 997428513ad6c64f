//! Long-running operations and the changes that fall due on Azure's clock.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::id::ResourceId;

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// How far an operation is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Progress {
    InProgress,
    Succeeded,
    Failed(Failure),
}

/// What an operation does to its target when it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ending {
    /// The provisioning state of the target and its children becomes final.
    Settle,
    /// The target goes away.
    Remove,
    /// The type of the target knows.
    ByType,
}

/// A long-running operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// Its name in status URLs.
    pub(crate) name: String,
    /// Azure's name of what is done, such as `PutSubnetOperation`.
    pub(crate) kind: &'static str,
    pub(crate) target: ResourceId,
    pub(crate) started: OffsetDateTime,
    pub(crate) ends: OffsetDateTime,
    pub(crate) progress: Progress,
    pub(crate) ending: Ending,
    /// How it will fail, if it will.
    pub(crate) failure: Option<Failure>,
}

/// A change that falls due by itself.
#[derive(Clone, Debug)]
pub(crate) enum Due {
    /// The operation of that name ends.
    Finish(String),
    /// The platform lets go of the subnets of an environment that failed or was deleted.
    /// `holder` is its own id of 32 digits: another environment may have the same name by then.
    ReleaseSubnets {
        environment: ResourceId,
        holder: String,
    },
}

/// What falls due, in order of time; the number keeps the order of arrival at the same time.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    entries: BTreeMap<(OffsetDateTime, u64), Due>,
    arrivals: u64,
}

impl Agenda {
    /// Adds a change.
    pub(crate) fn add(&mut self, at: OffsetDateTime, due: Due) {
        self.arrivals += 1;
        self.entries.insert((at, self.arrivals), due);
    }

    /// Takes the next change that is due by `until`.
    pub(crate) fn take(&mut self, until: OffsetDateTime) -> Option<(OffsetDateTime, Due)> {
        let entry = self
            .entries
            .first_entry()
            .filter(|entry| entry.key().0 <= until)?;
        let ((at, _), due) = entry.remove_entry();
        Some((at, due))
    }

    /// Drops the changes that `gone` names.
    pub(crate) fn cancel(&mut self, gone: impl Fn(&Due) -> bool) {
        self.entries.retain(|_, due| !gone(due));
    }
}
