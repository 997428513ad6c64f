//! Long-running operations and the changes that fall due on Azure's clock.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::clock::minus;
use super::error::ArmError;
use super::id::ResourceId;
use super::json::Json;
use super::tracked::Tracked;

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl From<ArmError> for Failure {
    fn from(error: ArmError) -> Self {
        Self {
            code: error.code.into_owned(),
            message: error.message,
        }
    }
}

/// How an operation is going to fail.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Doom {
    pub(crate) failure: Failure,
    /// After how long, if not when it would have ended.
    pub(crate) after: Option<SignedDuration>,
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
    /// The target, a group, goes away with what is in it.
    Empty,
    /// The type of the target knows.
    ByType,
}

/// The operation that a request starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    /// Azure's name of what is done, such as `PutSubnetOperation`.
    pub(crate) kind: &'static str,
    pub(crate) lasts: SignedDuration,
    pub(crate) ending: Ending,
}

/// A long-running operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Operation {
    /// Its name in status URLs.
    pub(crate) name: String,
    /// Azure's name of what is done, such as `PutSubnetOperation`.
    pub(crate) kind: Cow<'static, str>,
    pub(crate) target: ResourceId,
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    pub(crate) started: Timestamp,
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    pub(crate) ends: Timestamp,
    pub(crate) progress: Progress,
    pub(crate) ending: Ending,
    /// How it will fail, if it will.
    pub(crate) failure: Option<Failure>,
}

/// The operations that run, and those that ended not too long ago.
#[derive(Debug, Default)]
pub(crate) struct Operations {
    entries: Tracked<String, Operation>,
    /// The key of the target and the name of each one that runs: every write asks what runs on its target.
    running: BTreeSet<(String, String)>,
    /// The end and the name of each one that does not run any more.
    ended: BTreeSet<(Timestamp, String)>,
}

/// For how long ended operations can be asked for, at least.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So many are kept in any case: on a fast clock a week is over before a client asks again.
const LEAST: usize = 1000;
/// So many are kept at most.
const MOST: usize = 20_000;

impl Operations {
    /// Adds an operation.
    pub(crate) fn add(&mut self, operation: Operation) {
        self.running.extend(mark(&operation));
        if operation.progress != Progress::Running {
            self.ended.insert((operation.ends, operation.name.clone()));
        }
        self.entries.insert(operation.name.clone(), operation);
    }

    /// Lets a running operation end; none when it does not run any more.
    pub(crate) fn end(&mut self, name: &str, progress: Progress) -> Option<Operation> {
        let operation = self.entries.get_mut(name)?;
        let mark = mark(operation)?;
        operation.progress = progress;
        self.ended.insert((operation.ends, name.to_owned()));
        self.running.remove(&mark);
        Some(operation.clone())
    }

    /// Lets an operation that just ended have failed.
    pub(crate) fn fail(&mut self, name: &str, failure: Failure) {
        if let Some(operation) = self.entries.get_mut(name) {
            operation.progress = Progress::Failed(failure);
        }
    }

    /// The first one that runs on a resource or below it.
    pub(crate) fn running(&self, root: &ResourceId) -> Option<&Operation> {
        let key = root.key();
        self.running
            .range((key.clone(), String::new())..)
            .take_while(|(target, _)| target.starts_with(&key))
            .find(|(target, _)| matches!(target.as_bytes().get(key.len()), None | Some(b'/')))
            .and_then(|(_, name)| self.entries.get(name))
    }

    /// The names of those that run on a resource.
    pub(crate) fn running_on(&self, target: &ResourceId) -> Vec<String> {
        let key = target.key();
        self.running
            .range((key.clone(), String::new())..)
            .take_while(|(target, _)| *target == key)
            .map(|(_, name)| name.clone())
            .collect()
    }

    /// Drops those that ended long ago, and of too many the oldest.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        let before = minus(now, KEPT_FOR);
        while let Some((ended, _)) = self.ended.first() {
            let count = self.ended.len();
            if count <= LEAST || (count <= MOST && *ended >= before) {
                return;
            }
            if let Some((_, name)) = self.ended.pop_first() {
                self.entries.remove(&name);
            }
        }
    }

    /// The operations that were touched since the last call, none for those that are gone.
    pub(crate) fn take_changes(&mut self) -> impl Iterator<Item = (String, Option<&Operation>)> {
        self.entries.take_changes()
    }
}

impl Deref for Operations {
    type Target = BTreeMap<String, Operation>;

    fn deref(&self) -> &Self::Target {
        &self.entries
    }
}

impl FromIterator<Operation> for Operations {
    /// Operations that are written down already.
    fn from_iter<I: IntoIterator<Item = Operation>>(operations: I) -> Self {
        let operations = operations.into_iter();
        let entries: Tracked<String, Operation> = operations
            .map(|operation| (operation.name.clone(), operation))
            .collect();
        Self {
            running: entries.values().filter_map(mark).collect(),
            ended: entries
                .values()
                .filter(|operation| operation.progress != Progress::Running)
                .map(|operation| (operation.ends, operation.name.clone()))
                .collect(),
            entries,
        }
    }
}

/// Where an operation stands among those that run, if it does.
fn mark(operation: &Operation) -> Option<(String, String)> {
    (operation.progress == Progress::Running)
        .then(|| (operation.target.key(), operation.name.clone()))
}

/// A change that falls due by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Due {
    /// The operation of that name ends.
    Finish(String),
    /// The type of a resource, which may be gone by then, has asked to be called, and gave this along.
    Wake { id: ResourceId, note: Json },
}

/// What falls due, in order of time; the number keeps the order of arrival at the same time.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    entries: Tracked<(Timestamp, u64), Due>,
    arrivals: u64,
}

impl Agenda {
    /// Adds a change.
    pub(crate) fn add(&mut self, at: Timestamp, due: Due) {
        self.arrivals += 1;
        self.entries.insert((at, self.arrivals), due);
    }

    /// Calls the type of a resource at a time, and at no other that was planned before.
    pub(crate) fn wake(&mut self, at: Timestamp, id: &ResourceId) {
        self.sleep(id);
        let (id, note) = (id.clone(), Json::Null);
        self.add(at, Due::Wake { id, note });
    }

    /// When a resource will be looked at, if that is planned.
    pub(crate) fn planned(&self, id: &ResourceId) -> Option<Timestamp> {
        self.coming().find_map(|(at, due)| {
            let is_it = matches!(due, Due::Wake { id: planned, note } if note.is_null() && planned.same(id));
            is_it.then_some(at)
        })
    }

    /// Lets a resource be.
    pub(crate) fn sleep(&mut self, id: &ResourceId) {
        self.cancel(|due| {
            matches!(due, Due::Wake { id: planned, note } if note.is_null() && planned.same(id))
        });
    }

    /// Takes the next change that is due by `until`.
    pub(crate) fn take(&mut self, until: Timestamp) -> Option<(Timestamp, Due)> {
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
    pub(crate) fn coming(&self) -> impl Iterator<Item = (Timestamp, &Due)> {
        self.entries.iter().map(|((at, _), due)| (*at, due))
    }

    /// The entries that were touched since the last call, none for those that are gone.
    pub(crate) fn take_changes(
        &mut self,
    ) -> impl Iterator<Item = ((Timestamp, u64), Option<&Due>)> {
        self.entries.take_changes()
    }
}

impl FromIterator<((Timestamp, u64), Due)> for Agenda {
    /// Entries that are written down already.
    fn from_iter<I: IntoIterator<Item = ((Timestamp, u64), Due)>>(entries: I) -> Self {
        let entries: Tracked<_, _> = entries.into_iter().collect();
        let arrivals = entries.keys().map(|(_, number)| *number).max();
        Self {
            arrivals: arrivals.unwrap_or_default(),
            entries,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(name: &str, target: &ResourceId) -> Operation {
        Operation {
            name: name.to_owned(),
            kind: "Put".into(),
            target: target.clone(),
            started: Timestamp::UNIX_EPOCH,
            ends: Timestamp::UNIX_EPOCH,
            progress: Progress::Running,
            ending: Ending::Settle,
            failure: None,
        }
    }

    #[test]
    fn what_runs_on_a_resource_or_below_it_is_found_until_it_ends() {
        let network = ResourceId::of_group("s", "net");
        let longer = ResourceId::of_group("s", "net-2");
        let subnet = network.child("subnets", "A");
        let mut operations: Operations = [operation("1", &longer), operation("2", &subnet)]
            .into_iter()
            .collect();
        let running = |operations: &Operations, on: &ResourceId| {
            operations.running(on).map(|found| found.name.clone())
        };
        assert_eq!(running(&operations, &network).as_deref(), Some("2"));
        assert_eq!(running(&operations, &subnet).as_deref(), Some("2"));
        assert_eq!(operations.running_on(&network), Vec::<String>::new());
        operations.add(operation("3", &network));
        assert_eq!(operations.running_on(&network), ["3"]);
        for name in ["2", "3"] {
            assert!(operations.end(name, Progress::Succeeded).is_some());
            assert!(
                operations.end(name, Progress::Succeeded).is_none(),
                "it ends once"
            );
        }
        assert_eq!(running(&operations, &network), None);
        assert_eq!(running(&operations, &longer).as_deref(), Some("1"));
    }

    #[test]
    fn ended_ones_are_kept_for_a_week_the_last_ones_for_longer_and_never_too_many() {
        let target = ResourceId::of_group("s", "g");
        let start = Timestamp::UNIX_EPOCH;
        let mut operations = Operations::default();
        let end = |operations: &mut Operations, number: usize, at: Timestamp| {
            let ended = Operation {
                ends: at,
                ..operation(&number.to_string(), &target)
            };
            operations.add(ended);
            operations.end(&number.to_string(), Progress::Succeeded);
            operations.forget(at);
        };
        operations.add(operation("running", &target));
        for number in 0..=LEAST {
            end(&mut operations, number, start);
        }
        end(
            &mut operations,
            LEAST + 1,
            start + SignedDuration::from_hours(6 * 24),
        );
        assert_eq!(operations.len(), LEAST + 3, "not a week yet");
        end(
            &mut operations,
            LEAST + 2,
            start + SignedDuration::from_hours(8 * 24),
        );
        assert_eq!(operations.len(), LEAST + 1, "the last ones");
        assert!(operations.contains_key("running") && !operations.contains_key("0"));
        for number in 0..MOST + 10 {
            end(
                &mut operations,
                1_000_000 + number,
                start + SignedDuration::from_hours(9 * 24),
            );
        }
        assert_eq!(operations.len(), MOST + 1);
        let written: Vec<Operation> = operations.values().cloned().collect();
        let mut read: Operations = written.into_iter().collect();
        end(
            &mut read,
            9_000_000,
            start + SignedDuration::from_hours(9 * 24),
        );
        assert_eq!(read.len(), MOST + 1, "also after a restart");
    }
}
