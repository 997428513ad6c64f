//! The state file: a redb database with one table per kind of thing, JSON in each entry.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition, TableError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::core::clock::Anchor;
use crate::core::directory::{Application, Directory, Tenant};
use crate::core::metrics::Series;
use crate::core::operations::{Due, Operation};
use crate::core::store::Stored;
use crate::core::world::Saved;

type Table = TableDefinition<'static, &'static str, &'static [u8]>;

/// Says whose file it is, and holds what there is once.
const HEAD: Table = TableDefinition::new("arm-emulator");
/// The tables of entries.
pub(super) const RESOURCES: Table = TableDefinition::new("resources");
pub(super) const OPERATIONS: Table = TableDefinition::new("operations");
pub(super) const AGENDA: Table = TableDefinition::new("agenda");
pub(super) const METRICS: Table = TableDefinition::new("metrics");
pub(super) const APPLICATIONS: Table = TableDefinition::new("applications");
const TABLES: [Table; 5] = [RESOURCES, OPERATIONS, AGENDA, METRICS, APPLICATIONS];

/// The layout of the file; a change of it that older versions cannot read gets a new number.
const FORMAT: &str = "3";
const FORMAT_KEY: &str = "format";
const MOMENT_KEY: &str = "moment";

/// What there is once, as it was after a change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Moment {
    pub(super) clock: Anchor,
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    pub(super) now: Timestamp,
    pub(super) random: u64,
    pub(super) tenant: Tenant,
}

/// An entry of the agenda with its key.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Appointment<D> {
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    pub(super) at: Timestamp,
    pub(super) number: u64,
    pub(super) due: D,
}

/// What one request changed.
pub(super) struct Batch {
    /// Whether everything from before is dropped.
    pub(super) replace: bool,
    pub(super) moment: Moment,
    /// New values; none takes an entry out.
    pub(super) entries: Vec<(Table, String, Option<Vec<u8>>)>,
}

/// An open state file; nobody else can open it meanwhile.
#[derive(Debug)]
pub(super) struct StateFile {
    database: Database,
    path: PathBuf,
    /// Which file it is, whatever name it has: device and number.
    identity: (u64, u64),
}

impl StateFile {
    /// Opens or creates a file, and reads what is in it. Every page of it is checked.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Option<Saved>)> {
        let refused =
            |kind, why: &str| io::Error::new(kind, format!("state file {}: {why}", path.display()));
        let damaged = |why: &str| {
            let why = format!("it is not a file of arm-emulator, or damaged ({why})");
            refused(io::ErrorKind::InvalidData, &why)
        };
        if !path.exists() {
            create(path).map_err(|error| refused(error.kind(), &error.to_string()))?;
        }
        let identity = identity(path).map_err(|error| refused(error.kind(), &error.to_string()))?;
        // A file that others have changed may make the database panic.
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let (database, lost) = open(path)?;
            let file = Self {
                database,
                path: path.to_owned(),
                identity,
            };
            let saved = file.read()?;
            Ok((file, saved, lost))
        }));
        let (file, saved, lost) = opened
            .map_err(|_| damaged("its pages make no sense"))?
            .map_err(|error| match error {
                Unreadable::Content(why) => refused(io::ErrorKind::InvalidData, &why),
                Unreadable::Database(error) => match error {
                    redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => {
                        refused(io::ErrorKind::ResourceBusy, "another process is using it")
                    }
                    redb::Error::UpgradeRequired(_) => refused(
                        io::ErrorKind::InvalidData,
                        "it was written by another version of arm-emulator; start with a new file",
                    ),
                    redb::Error::Io(error) if error.kind() != io::ErrorKind::InvalidData => {
                        refused(error.kind(), &error.to_string())
                    }
                    error => damaged(&error.to_string()),
                },
            })?;
        if lost {
            let Some(saved) = &saved else {
                return Err(damaged("nothing in it is whole"));
            };
            tracing::warn!(
                file = %path.display(),
                "the state file was damaged: what was written last is lost, and it goes on from {}",
                saved.now
            );
        }
        Ok((file, saved))
    }

    /// Writes whole batches in one transaction: after a crash either all of them are there or none.
    pub(super) fn write(&self, batches: &[Batch]) -> Result<(), redb::Error> {
        let Some(last) = batches.last() else {
            return Ok(());
        };
        let transaction = self.database.begin_write()?;
        for batch in batches {
            if batch.replace {
                for table in TABLES {
                    transaction.delete_table(table)?;
                    transaction.open_table(table)?;
                }
            }
            for (table, key, value) in &batch.entries {
                let mut table = transaction.open_table(*table)?;
                match value {
                    Some(value) => table.insert(key.as_str(), value.as_slice())?,
                    None => table.remove(key.as_str())?,
                };
            }
        }
        {
            let mut head = transaction.open_table(HEAD)?;
            let moment = serde_json::to_vec(&last.moment).map_err(io::Error::other)?;
            head.insert(FORMAT_KEY, FORMAT.as_bytes())?;
            head.insert(MOMENT_KEY, moment.as_slice())?;
        }
        transaction.commit()?;
        // What is written to a file without a name is nowhere after a restart.
        if identity(&self.path)? != self.identity {
            return Err(io::Error::other("another file has its name").into());
        }
        Ok(())
    }

    /// Everything in the file; none when it is new.
    fn read(&self) -> Result<Option<Saved>, Unreadable> {
        let transaction = self.database.begin_read()?;
        let head = match transaction.open_table(HEAD) {
            Ok(head) => head,
            Err(TableError::TableDoesNotExist(_))
                if transaction.list_tables()?.next().is_none() =>
            {
                return Ok(None);
            }
            Err(TableError::Storage(error)) => return Err(error.into()),
            Err(_) => {
                let why = "it is the database of another program";
                return Err(Unreadable::Content(why.to_owned()));
            }
        };
        let format = head.get(FORMAT_KEY)?;
        let format = format.map(|format| String::from_utf8_lossy(format.value()).into_owned());
        let format = format.unwrap_or_default();
        if format != FORMAT {
            return Err(Unreadable::Content(format!(
                "it was written by another version of arm-emulator (its format is '{format}', this one reads '{FORMAT}'); \
                 start with a new file"
            )));
        }
        let moment = head.get(MOMENT_KEY)?;
        let moment: Moment = decode(moment.as_ref().map_or(&[], |moment| moment.value()))?;
        let all = |table: Table| -> Result<Vec<Vec<u8>>, Unreadable> {
            let table = transaction.open_table(table)?;
            let entries = table.iter()?;
            entries.map(|entry| Ok(entry?.1.value().to_vec())).collect()
        };
        let resources: Vec<Stored> = decode_all(&all(RESOURCES)?)?;
        let operations: Vec<Operation> = decode_all(&all(OPERATIONS)?)?;
        let agenda: Vec<Appointment<Due>> = decode_all(&all(AGENDA)?)?;
        let metrics: Vec<Series> = decode_all(&all(METRICS)?)?;
        let applications: Vec<Application> = decode_all(&all(APPLICATIONS)?)?;
        Ok(Some(Saved {
            clock: moment.clock,
            now: moment.now,
            random: moment.random,
            resources: resources.into_iter().collect(),
            operations: operations.into_iter().collect(),
            agenda: agenda
                .into_iter()
                .map(|entry| ((entry.at, entry.number), entry.due))
                .collect(),
            metrics: metrics.into_iter().collect(),
            directory: Directory {
                tenant: moment.tenant,
                applications: applications
                    .into_iter()
                    .map(|application| (application.client_id.clone(), application))
                    .collect(),
            },
        }))
    }
}

/// Opens a database and checks it. Whether it went back behind its last change, because that was damaged: without damage
/// from outside, what was being written when the process ended has not become the last change yet.
fn open(path: &Path) -> Result<(Database, bool), redb::Error> {
    let lost = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&lost);
    let database = Database::builder()
        .set_check_integrity_on_open(true)
        .set_repair_callback(move |repair| {
            // Of its three scans the first is told of only when it did not find the last change whole.
            if (0.2..0.5).contains(&repair.progress()) {
                seen.store(true, Ordering::Relaxed);
            }
        })
        .open(path)?;
    Ok((database, lost.load(Ordering::Relaxed)))
}

/// Which file has a name.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Makes an empty file. It gets its name when it is whole: a kill in between would leave one that nobody can open.
fn create(path: &Path) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", std::process::id()));
    // Callback keys lie in the file, so it is its owner's alone.
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    let made = Database::create(&draft).map_err(io::Error::other);
    let named = made.and_then(|database| {
        drop(database);
        fs::hard_link(&draft, path)
    });
    fs::remove_file(&draft)?;
    match named {
        // Another process was faster, and is using it.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => {
            // The name of the file has to last as well as what is in it.
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        }
    }
}

/// Why a file cannot be read.
enum Unreadable {
    Database(redb::Error),
    Content(String),
}

impl<E: Into<redb::Error>> From<E> for Unreadable {
    fn from(error: E) -> Self {
        Self::Database(error.into())
    }
}

fn decode_all<T: DeserializeOwned>(entries: &[Vec<u8>]) -> Result<Vec<T>, Unreadable> {
    entries.iter().map(|entry| decode(entry)).collect()
}

fn decode<T: DeserializeOwned>(entry: &[u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(entry)
        .map_err(|error| Unreadable::Content(format!("an entry cannot be read ({error})")))
}
