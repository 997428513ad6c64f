//! The state file, kept up with the world: what a request changed is one batch, and no answer leaves before it is on disk.
//!
//! The world in memory is what requests work on. A thread of its own writes the batches in order, all that have come in
//! since the last time in one transaction, so that many clients share one wait for the disk.

mod file;

use std::io;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use serde::Serialize;
use tokio::sync::watch;

use self::file::{
    AGENDA, APPLICATIONS, Appointment, Batch, METRICS, Moment, OPERATIONS, RESOURCES, StateFile,
};
use crate::core::clock::Anchor;
use crate::core::world::{Saved, World};

/// A state file that was opened and read, and is not written to yet.
pub(crate) struct Opened(StateFile);

/// What brings the changes of the world to the state file.
#[derive(Debug)]
pub(crate) struct Journal {
    /// Gone when the journal ends.
    batches: Option<Sender<Batch>>,
    submitted: u64,
    committed: watch::Receiver<u64>,
    clock: Anchor,
    writer: Option<JoinHandle<()>>,
}

/// Opens or creates a state file: what it holds is none when it is new.
pub(crate) fn open(path: &Path) -> io::Result<(Opened, Option<Saved>)> {
    let (file, saved) = StateFile::open(path)?;
    Ok((Opened(file), saved))
}

impl Opened {
    /// Writes down the world as it starts, and follows it from here on.
    pub(crate) fn follow(self, world: &mut World, is_new: bool) -> io::Result<Journal> {
        let file = self.0;
        file.write(&[collect(world, is_new)?])
            .map_err(io::Error::other)?;
        let (batches, incoming) = mpsc::channel();
        let (done, committed) = watch::channel(0);
        let writer = std::thread::Builder::new()
            .name("state file".to_owned())
            .spawn(move || write(&file, &incoming, &done))?;
        Ok(Journal {
            batches: Some(batches),
            submitted: 0,
            committed,
            clock: world.clock.anchor(),
            writer: Some(writer),
        })
    }
}

impl Journal {
    /// Hands what was changed since the last time to the writer; `replace` drops everything from before.
    pub(crate) fn submit(&mut self, world: &mut World, replace: bool) {
        let batch = match collect(world, replace) {
            Ok(batch) => batch,
            Err(error) => {
                tracing::error!(%error, "a change cannot be written down");
                // Never confirmed, so every answer from here on tells so.
                self.submitted += 1;
                self.batches = None;
                return;
            }
        };
        if batch.entries.is_empty() && !replace && self.clock == batch.moment.clock {
            return;
        }
        self.clock = batch.moment.clock;
        self.submitted += 1;
        // A writer that has failed confirms nothing any more.
        if let Some(batches) = &self.batches {
            let _ = batches.send(batch);
        }
    }

    /// Whether nothing gets to the disk any more.
    pub(crate) fn has_failed(&self) -> bool {
        self.batches.is_none() || self.committed.has_changed().is_err()
    }

    /// What to wait for until everything submitted so far is on disk.
    pub(crate) fn receipt(&self) -> Receipt {
        Receipt {
            submitted: self.submitted,
            committed: self.committed.clone(),
        }
    }
}

impl Drop for Journal {
    /// Lets the writer finish, so that the file is closed in good order.
    fn drop(&mut self) {
        self.batches = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// The promise that changes get to the disk.
#[derive(Debug)]
pub(crate) struct Receipt {
    submitted: u64,
    committed: watch::Receiver<u64>,
}

impl Receipt {
    /// Waits for it; false when the file cannot be written to any more.
    pub(crate) async fn wait(mut self) -> bool {
        let submitted = self.submitted;
        self.committed
            .wait_for(|committed| *committed >= submitted)
            .await
            .is_ok()
    }
}

fn write(file: &StateFile, incoming: &Receiver<Batch>, done: &watch::Sender<u64>) {
    while let Ok(first) = incoming.recv() {
        let batches: Vec<Batch> = std::iter::once(first).chain(incoming.try_iter()).collect();
        if let Err(error) = file.write(&batches) {
            tracing::error!(%error, "the state file cannot be written");
            return;
        }
        done.send_modify(|committed| *committed += batches.len() as u64);
    }
}

/// What was changed in the world since the last time.
fn collect(world: &mut World, replace: bool) -> serde_json::Result<Batch> {
    let mut entries = Vec::new();
    for (key, stored) in world.resources.take_changes() {
        entries.push((RESOURCES, key, encode(stored)?));
    }
    for (key, operation) in world.operations.take_changes() {
        entries.push((OPERATIONS, key, encode(operation)?));
    }
    for (key, series) in world.metrics.take_changes() {
        entries.push((METRICS, key, encode(series)?));
    }
    for ((at, number), due) in world.agenda.take_changes() {
        let due = due.map(|due| Appointment { at, number, due });
        let key = format!("{}-{number}", at.as_nanosecond());
        entries.push((AGENDA, key, encode(due.as_ref())?));
    }
    for (key, application) in world.directory.applications.take_changes() {
        entries.push((APPLICATIONS, key, encode(application)?));
    }
    let moment = Moment {
        clock: world.clock.anchor(),
        now: world.now,
        random: world.random.position(),
        tenant: world.directory.tenant.clone(),
    };
    Ok(Batch {
        replace,
        moment,
        entries,
    })
}

fn encode<T: Serialize>(entry: Option<&T>) -> serde_json::Result<Option<Vec<u8>>> {
    entry.map(serde_json::to_vec).transpose()
}
