//! Everything that Azure holds as it was at a moment: tests go back to it, or ask what has changed since.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{changes, invalid};
use crate::core::call::Reply;
use crate::core::clock::{Clock, timestamp};
use crate::core::directory::{Application, Tenant};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{Json, json, text};
use crate::core::metrics::Series;
use crate::core::operations::{Due, Operation};
use crate::core::random::Random;
use crate::core::render;
use crate::core::store::Stored;
use crate::core::world::World;
use crate::types::TABLE;

/// How many snapshots are kept.
const MOST: usize = 20;
/// How many bytes they have together.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// How long a name may be.
const LONGEST_NAME: usize = 64;

/// The snapshots by name.
#[derive(Debug, Default)]
pub(crate) struct Snapshots(BTreeMap<String, Snapshot>);

/// A snapshot. It is kept as text: as trees its resources would take several times the room.
#[derive(Debug)]
struct Snapshot {
    /// Azure's time when it was taken.
    at: Timestamp,
    /// How many of what it holds are resources with a type.
    resources: usize,
    text: Vec<u8>,
}

/// What is written down of a world. Faults, requests and tokens are no part of it, and the pace of the clock stays.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    now: Timestamp,
    random: u64,
    tenant: &'a Tenant,
    resources: Vec<&'a Stored>,
    operations: Vec<&'a Operation>,
    agenda: Vec<Appointment<&'a Due>>,
    metrics: Vec<&'a Series>,
    applications: Vec<&'a Application>,
}

/// The same, read again.
#[derive(Deserialize)]
struct Read {
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    now: Timestamp,
    random: u64,
    tenant: Tenant,
    resources: Vec<Stored>,
    operations: Vec<Operation>,
    agenda: Vec<Appointment<Due>>,
    metrics: Vec<Series>,
    applications: Vec<Application>,
}

/// What falls due at a time.
#[derive(Serialize, Deserialize)]
struct Appointment<D> {
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    at: Timestamp,
    due: D,
}

/// An answer, and the world that takes the place of the one there is.
type Done = Result<(Reply, Option<World>), ArmError>;

impl Snapshots {
    /// Does what a request asks for: `{"save": NAME}`, `{"load": NAME}`, `{"delete": NAME}` or
    /// `{"diff": {"from": NAME, "to": NAME}}`, where no `to` is what there is now.
    pub(super) fn serve(&mut self, world: &World, asked: &Json) -> Done {
        let mut members = asked.as_object().into_iter().flatten();
        let (Some((verb, of)), None) = (members.next(), members.next()) else {
            return Err(invalid(
                "one of 'save', 'load', 'delete' and 'diff' is expected",
            ));
        };
        let reply = match verb.as_str() {
            "save" => self.save(world, name_of(verb, of)?)?,
            "load" => {
                let name = name_of(verb, of)?;
                let snapshot = self.get(name)?;
                let loaded = snapshot.world(world)?;
                return Ok((Reply::json(200, snapshot.show(name)), Some(loaded)));
            }
            "delete" => {
                let name = name_of(verb, of)?;
                self.get(name)?;
                self.0.remove(name);
                Reply::empty(204)
            }
            "diff" => self.diff(world, of)?,
            _ => {
                return Err(invalid(&format!(
                    "'{verb}' is unknown; 'save', 'load', 'delete' or 'diff' is expected"
                )));
            }
        };
        Ok((reply, None))
    }

    /// What there is, by name.
    pub(super) fn list(&self) -> Json {
        let shown = self.0.iter().map(|(name, snapshot)| snapshot.show(name));
        json!({ "value": shown.collect::<Vec<_>>() })
    }

    /// Forgets them all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn save(&mut self, world: &World, name: &str) -> Result<Reply, ArmError> {
        let is_plain =
            |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_plain) {
            return Err(invalid(&format!(
                "the name of a snapshot has up to {LONGEST_NAME} letters, digits, '-', '_' and '.'"
            )));
        }
        let others = self.0.iter().filter(|(other, _)| *other != name);
        let (number, bytes) = others.fold((0, 0), |(number, bytes), (_, other)| {
            (number + 1, bytes + other.text.len())
        });
        let taken = if number < MOST {
            Some(Snapshot::take(world)?)
        } else {
            None
        };
        let Some(taken) = taken.filter(|taken| bytes + taken.text.len() <= MOST_BYTES) else {
            return Err(errors::snapshot_limit_reached(MOST, MOST_BYTES));
        };
        let shown = taken.show(name);
        let before = self.0.insert(name.to_owned(), taken);
        let status = if before.is_some() { 200 } else { 201 };
        Ok(Reply::json(status, shown))
    }

    fn diff(&self, world: &World, of: &Json) -> Result<Reply, ArmError> {
        let known = ["from", "to"];
        let members = of.as_object().filter(|members| {
            members.contains_key("from")
                && members.keys().all(|name| known.contains(&name.as_str()))
        });
        if members.is_none() {
            return Err(invalid(
                "'diff' has the name of a snapshot as 'from', and another as 'to' unless it is about now",
            ));
        }
        let resources = |member: &str| match of.get(member) {
            None | Some(Json::Null) => Ok(shown(world)),
            Some(name) => {
                let snapshot = self.get(name_of(member, name)?)?;
                Ok(shown(&snapshot.world(world)?))
            }
        };
        if of["from"].is_null() {
            return Err(invalid("'from' is the name of a snapshot"));
        }
        let mut found = changes::between(&resources("from")?, &resources("to")?);
        found["from"] = of["from"].clone();
        found["to"] = of.get("to").cloned().unwrap_or_default();
        Ok(Reply::json(200, found))
    }

    fn get(&self, name: &str) -> Result<&Snapshot, ArmError> {
        self.0.get(name).ok_or_else(|| errors::no_snapshot(name))
    }
}

impl Snapshot {
    fn take(world: &World) -> Result<Self, ArmError> {
        let written = Written {
            now: world.now,
            random: world.random.position(),
            tenant: &world.directory.tenant,
            resources: world.resources.all().collect(),
            operations: world.operations.values().collect(),
            agenda: world
                .agenda
                .coming()
                .map(|(at, due)| Appointment { at, due })
                .collect(),
            metrics: world.metrics.all().collect(),
            applications: world.directory.applications.values().collect(),
        };
        Ok(Self {
            at: world.now,
            resources: written
                .resources
                .iter()
                .filter(|stored| TABLE.find(&stored.id.type_name()).is_some())
                .count(),
            text: serde_json::to_vec(&written).map_err(broken)?,
        })
    }

    /// The world as it was. All of it counts as changed, so that a state file gets it.
    fn world(&self, like: &World) -> Result<World, ArmError> {
        let read: Read = serde_json::from_slice(&self.text).map_err(broken)?;
        let mut world = World::new(like.clock.scale(), read.random);
        world.clock = Clock::starting(read.now, like.clock.scale());
        world.now = read.now;
        world.random = Random::new(read.random);
        world.directory.tenant = read.tenant;
        for stored in read.resources {
            world.resources.insert(stored);
        }
        for operation in read.operations {
            world.operations.add(operation);
        }
        for Appointment { at, due } in read.agenda {
            world.agenda.add(at, due);
        }
        for series in read.metrics {
            world.metrics.insert(series);
        }
        for application in read.applications {
            let key = application.client_id.to_lowercase();
            world.directory.applications.insert(key, application);
        }
        Ok(world)
    }

    fn show(&self, name: &str) -> Json {
        json!({
            "name": name,
            "time": timestamp(self.at),
            "resources": self.resources,
            "bytes": self.text.len()
        })
    }
}

/// Every resource as ARM shows it, by its id in lower case.
fn shown(world: &World) -> BTreeMap<String, Json> {
    let shown = world
        .resources
        .all()
        .map(|stored| render::resource(&TABLE, world, stored));
    shown
        .filter_map(|body| Some((text(&body, "id")?.to_lowercase(), body)))
        .collect()
}

fn name_of<'a>(member: &str, name: &'a Json) -> Result<&'a str, ArmError> {
    name.as_str()
        .ok_or_else(|| invalid(&format!("'{member}' is the name of a snapshot")))
}

fn broken(error: serde_json::Error) -> ArmError {
    errors::snapshot_failed(error)
}
