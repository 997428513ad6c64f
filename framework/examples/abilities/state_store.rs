//! A state store: a folder with a file for each state, and one for each lock.

use std::fs::{self, File};
use std::io::{self, ErrorKind::AlreadyExists, ErrorKind::NotFound, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Reported};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::state_store::*;

use super::Root;

pub(crate) struct FolderStore;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    description: "Keeps states in a folder.".into(),
    attributes: vec![Attribute::string("folder").required().doc("Where they are, below the root.")],
    ..Schema::default()
});

#[async_trait]
impl StateStore<Root> for FolderStore {
    fn type_name(&self) -> &str {
        "files_folder"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn initialize(
        &self,
        context: &Context<Root>,
        request: InitializeRequest<'_>,
        response: &mut InitializeResponse,
    ) -> Result<(), Reported> {
        let root = context.data()?;
        let folder = root.at(request.config.str_or_empty("folder"));
        fs::create_dir_all(&folder).map_err(|error| failed("Cannot make the folder", &folder, &error))?;
        response.states = Some(Arc::new(Folder(folder)));
        Ok(())
    }
}

struct Folder(PathBuf);

fn failed(summary: &str, path: &Path, error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic::error(summary, format!("{}: {error}.", path.display()))
}

impl Folder {
    /// The file of a state, or of its lock.
    fn file(&self, state_id: &str, extension: &str) -> Result<PathBuf, Diagnostic> {
        match state_id.contains(['/', '\\', '\0']) {
            true => Err(Diagnostic::error("Invalid state ID", format!("{state_id:?} is no name of a file."))),
            false => Ok(self.0.join(format!("{state_id}.{extension}"))),
        }
    }

    fn ids(&self) -> io::Result<Vec<String>> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            ids.extend(name.strip_suffix(".tfstate").map(str::to_owned));
        }
        Ok(ids)
    }
}

#[async_trait]
impl States for Folder {
    async fn get_states(&self, _: GetStatesRequest, response: &mut GetStatesResponse) -> Result<(), Reported> {
        let ids = self.ids().map_err(|error| failed("Cannot read the folder", &self.0, &error));
        response.state_ids = ids?;
        Ok(())
    }

    async fn read(&self, request: ReadRequest<'_>, response: &mut ReadResponse) -> Result<(), Reported> {
        let path = self.file(request.state_id, "tfstate")?;
        match fs::read(&path) {
            Ok(state) => response.state_bytes = state,
            // A state that is not there is empty.
            Err(error) if error.kind() == NotFound => {}
            Err(error) => return Err(failed("Cannot read the state", &path, &error).into()),
        }
        Ok(())
    }

    async fn write(&self, request: WriteRequest<'_>, _: &mut WriteResponse) -> Result<(), Reported> {
        let path = self.file(request.state_id, "tfstate")?;
        let draft = path.with_extension("draft");
        // Nobody reads half a state.
        let written = File::create(&draft).and_then(|mut file| {
            file.write_all(request.state_bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &path)
        });
        Ok(written.map_err(|error| failed("Cannot write the state", &path, &error))?)
    }

    async fn delete_state(&self, request: DeleteStateRequest<'_>, _: &mut DeleteStateResponse) -> Result<(), Reported> {
        let path = self.file(request.state_id, "tfstate")?;
        Ok(fs::remove_file(&path).map_err(|error| failed("Cannot delete the state", &path, &error))?)
    }

    fn lock(&self) -> Option<&dyn Lock> {
        Some(self)
    }
}

#[async_trait]
impl Lock for Folder {
    async fn lock(&self, request: LockRequest<'_>, response: &mut LockResponse) -> Result<(), Reported> {
        let path = self.file(request.state_id, "lock")?;
        let lock = LockInfo::new(&request);
        let locked = publish(&path, &lock).map_err(|error| match holder(&path) {
            Some(holder) if error.kind() == AlreadyExists => holder.already_locked(&request),
            _ => failed("Cannot lock the state", &path, &error),
        });
        locked?;
        response.lock_id = Some(lock.id);
        Ok(())
    }

    async fn unlock(&self, request: UnlockRequest<'_>, _: &mut UnlockResponse) -> Result<(), Reported> {
        let path = self.file(request.state_id, "lock")?;
        match holder(&path) {
            Some(lock) if lock.id == request.lock_id => {
                Ok(fs::remove_file(&path).map_err(|error| failed("Cannot unlock the state", &path, &error))?)
            }
            _ => {
                let detail = format!("{:?} is not locked with {:?}.", request.state_id, request.lock_id);
                Err(Diagnostic::error("Not locked", detail).into())
            }
        }
    }
}

/// Gives the lock its name when all of it is written, and only where no other has it: nobody could give half a lock back.
fn publish(path: &Path, lock: &LockInfo) -> io::Result<()> {
    let draft = path.with_extension(format!("draft-{}", lock.id));
    let written = serde_json::to_vec(lock).map_err(io::Error::from).and_then(|text| fs::write(&draft, text));
    let published = written.and_then(|()| fs::hard_link(&draft, path));
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != NotFound => published.and(Err(error)),
        _ => published,
    }
}

/// Who holds the lock, if it can be told.
fn holder(path: &Path) -> Option<LockInfo> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}
