//! State stores.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Report as _, Reported};
use tfplugin_framework::schema::validator::text;
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::state_store::{
    DeleteStateRequest, DeleteStateResponse, GetStatesRequest, GetStatesResponse,
    InitializeRequest, InitializeResponse, Lock, LockInfo, LockRequest, LockResponse, ReadRequest,
    ReadResponse, StateStore, States, UnlockRequest, UnlockResponse, WriteRequest, WriteResponse,
};

/// Beside the working folder: the tests use several of those with one store, in a folder that is a test's own.
const FOLDER: &str = "../framework-states";
const STATE: &str = "terraform.tfstate";
const LOCK: &str = "terraform.tfstate.tflock";
const REGIONS: [&str; 2] = ["us-east-1", "us-west-2"];

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("region")
            .required()
            .validator(text(|region| match REGIONS.contains(&region) {
                true => Ok(()),
                // The tests look for the words of the validator in Go.
                false => Err(format!(
                    "Attribute region value must be one of: [{:?} {:?}], got: {region:?}",
                    REGIONS[0], REGIONS[1]
                )),
            })),
    ],
    ..Schema::default()
});

/// What the original keeps in the memory of the test, kept in files.
pub struct InMem;

#[async_trait]
impl StateStore<()> for InMem {
    fn type_name(&self) -> &str {
        "framework_inmem"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn initialize(
        &self,
        _: &Context<()>,
        _: InitializeRequest<'_>,
        response: &mut InitializeResponse,
    ) -> Result<(), Reported> {
        response.states = Some(Arc::new(Folder(FOLDER.into())));
        Ok(())
    }
}

/// A folder with a folder for each state.
pub struct Folder(pub PathBuf);

impl Folder {
    /// The folder of a state.
    fn of(&self, state_id: &str) -> Result<PathBuf, Diagnostic> {
        let is_name = !state_id.contains(['/', '\\', '\0']) && !matches!(state_id, "." | "..");
        match is_name {
            true => Ok(self.0.join(state_id)),
            false => Err(Diagnostic::error(
                "Invalid State ID",
                format!("{state_id:?} is no name of a workspace: it names another folder."),
            )),
        }
    }

    fn ids(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut ids = Vec::new();
        for entry in entries {
            let entry = entry?;
            let files = [STATE, LOCK].map(|file| entry.path().join(file));
            if files.iter().any(|it| it.exists()) {
                ids.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        Ok(ids)
    }
}

/// Writes a file that nobody sees half of, and gives it its name by `publish`.
fn write(path: &Path, bytes: &[u8], publish: fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = folder.join(format!(".draft-{}-{number}", std::process::id()));
    let published = fs::write(&draft, bytes)
        .and_then(|()| File::open(&draft)?.sync_all())
        .and_then(|()| publish(&draft, path));
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => published.and(Err(error)),
        _ => published,
    }
}

/// The words of a failure.
fn error(summary: &str, path: &Path, error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic::error(summary, format!("{}: {error}.", path.display()))
}

/// The lock of a state, if there is one.
fn holder(path: &Path) -> Result<Option<LockInfo>, Diagnostic> {
    const SUMMARY: &str = "Error Reading Lock";
    match fs::read(path) {
        Ok(text) => match serde_json::from_slice(&text) {
            Ok(lock) => Ok(Some(lock)),
            Err(found) => Err(error(SUMMARY, path, &found)),
        },
        Err(found) if found.kind() == ErrorKind::NotFound => Ok(None),
        Err(found) => Err(error(SUMMARY, path, &found)),
    }
}

#[async_trait]
impl States for Folder {
    async fn get_states(
        &self,
        _: GetStatesRequest,
        response: &mut GetStatesResponse,
    ) -> Result<(), Reported> {
        let ids = self.ids();
        let ids = ids.map_err(|found| error("Error Reading States", &self.0, &found));
        response.state_ids = ids.report(&mut response.diagnostics)?;
        Ok(())
    }

    async fn read(
        &self,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let path = self.of(request.state_id);
        let path = path.report(&mut response.diagnostics)?.join(STATE);
        match fs::read(&path) {
            Ok(state) => response.state_bytes = state,
            Err(found) if found.kind() == ErrorKind::NotFound => {}
            Err(found) => {
                let diagnostic = error("Error Reading State File", &path, &found);
                return Err(response.diagnostics.fail(diagnostic));
            }
        }
        Ok(())
    }

    async fn write(
        &self,
        request: WriteRequest<'_>,
        response: &mut WriteResponse,
    ) -> Result<(), Reported> {
        let path = self.of(request.state_id);
        let path = path.report(&mut response.diagnostics)?.join(STATE);
        let written = write(&path, request.state_bytes, |from, to| fs::rename(from, to));
        let written = written.map_err(|found| error("Error Writing State File", &path, &found));
        written.report(&mut response.diagnostics)
    }

    async fn delete_state(
        &self,
        request: DeleteStateRequest<'_>,
        response: &mut DeleteStateResponse,
    ) -> Result<(), Reported> {
        const SUMMARY: &str = "Error Deleting State";
        let path = self.of(request.state_id);
        let path = path.report(&mut response.diagnostics)?.join(STATE);
        let deleted = fs::remove_file(&path).map_err(|found| match found.kind() {
            ErrorKind::NotFound => Diagnostic::error(
                SUMMARY,
                format!("There is no state with the ID {:?}.", request.state_id),
            ),
            _ => error(SUMMARY, &path, &found),
        });
        deleted.report(&mut response.diagnostics)
    }

    fn lock(&self) -> Option<&dyn Lock> {
        Some(self)
    }
}

#[async_trait]
impl Lock for Folder {
    async fn lock(
        &self,
        request: LockRequest<'_>,
        response: &mut LockResponse,
    ) -> Result<(), Reported> {
        const SUMMARY: &str = "Error Creating Lock";
        let path = self.of(request.state_id);
        let path = path.report(&mut response.diagnostics)?.join(LOCK);
        let lock = LockInfo::new(&request);
        let text = serde_json::to_vec(&lock).map_err(|found| error(SUMMARY, &path, &found));
        let text = text.report(&mut response.diagnostics)?;
        // A second name is given only where there is no such file yet.
        let locked = write(&path, &text, |from, to| fs::hard_link(from, to));
        let locked = locked.map_err(|found| match found.kind() {
            ErrorKind::AlreadyExists => match holder(&path) {
                Ok(Some(holder)) => holder.already_locked(&request),
                // It was given back in this moment.
                Ok(None) => error(SUMMARY, &path, &found),
                Err(diagnostic) => diagnostic,
            },
            _ => error(SUMMARY, &path, &found),
        });
        locked.report(&mut response.diagnostics)?;
        response.lock_id = Some(lock.id);
        Ok(())
    }

    async fn unlock(
        &self,
        request: UnlockRequest<'_>,
        response: &mut UnlockResponse,
    ) -> Result<(), Reported> {
        let (id, wanted) = (request.state_id, request.lock_id);
        let path = self.of(id);
        let path = path.report(&mut response.diagnostics)?.join(LOCK);
        let diagnostic = match holder(&path).report(&mut response.diagnostics)? {
            None => Diagnostic::error(
                "Lock Does Not Exist",
                format!("Workspace {id:?} has already been unlocked or was never locked."),
            ),
            Some(lock) if lock.id != wanted => Diagnostic::error(
                "Lock ID Mismatch",
                format!(
                    "Workspace {id:?} is locked with ID {:?}, but unlock was attempted with ID {wanted:?}.",
                    lock.id
                ),
            ),
            Some(_) => match fs::remove_file(&path) {
                Ok(()) => return Ok(()),
                Err(found) => error("Error Removing Lock", &path, &found),
            },
        };
        Err(response.diagnostics.fail(diagnostic))
    }
}
