//! What some resources can do besides.

use async_trait::async_trait;

use crate::context::Context;
use crate::deferral::DeferredReason;
use crate::diagnostics::{Diagnostics, Reported};
use crate::private::Private;
use crate::types::json::RawState;
use crate::types::value::Object;

/// Taking over objects that exist.
///
/// ```
/// use async_trait::async_trait;
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::diagnostics::Reported;
/// use tfplugin_framework::resource::{ImportState, ImportStateRequest, ImportStateResponse};
///
/// struct File;
///
/// #[async_trait]
/// impl ImportState<()> for File {
///     async fn import(&self, _: &Context<()>, request: ImportStateRequest<'_>, response: &mut ImportStateResponse) -> Result<(), Reported> {
///         let path = request.identity.map_or(request.id, |identity| identity.str_or_empty("path"));
///         if path.is_empty() {
///             return Err(response.diagnostics.add_error("No path", "Import a file by its path."));
///         }
///         response.state.set("path", path);
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait ImportState<D: Send + Sync>: Send + Sync {
    /// Sets in the state what a read needs to find the object; Terraform has it read next.
    async fn import(
        &self,
        context: &Context<D>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported>;
}

/// The import of objects that a read finds by one attribute, which the ID is the text of. What the user gives as an identity goes
/// to the attributes of the same names.
///
/// ```
/// use tfplugin_framework::resource::{ImportState, ImportStatePassthroughId};
///
/// // In an `impl Resource<Client>`:
/// # struct Client;
/// # struct File;
/// # impl File {
/// fn import_state(&self) -> Option<&dyn ImportState<Client>> {
///     Some(&ImportStatePassthroughId("path"))
/// }
/// # }
/// # let _ = File.import_state();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ImportStatePassthroughId(pub &'static str);

#[async_trait]
impl<D: Send + Sync> ImportState<D> for ImportStatePassthroughId {
    async fn import(
        &self,
        _: &Context<D>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        match request.identity {
            Some(identity) => {
                let given = identity.iter();
                let given: Vec<_> = given
                    .filter(|(name, _)| response.state.find(name).is_some())
                    .collect();
                for (name, value) in given {
                    response.state.set(name, value.clone());
                }
                Ok(())
            }
            None if request.id.is_empty() => {
                let detail = format!("Import the object by its `{}`.", self.0);
                Err(response.diagnostics.add_error("Empty import ID", detail))
            }
            None => {
                response.state.set(self.0, request.id);
                Ok(())
            }
        }
    }
}

/// What there is to import.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ImportStateRequest<'a> {
    /// What the user gave to find the object by; nothing if they gave an identity.
    pub id: &'a str,
    /// The identity that the user gave instead; what may be left out is null.
    pub identity: Option<&'a Object>,
}

/// What is known of an imported object before it is read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImportStateResponse {
    /// The state, which starts with nothing in it.
    pub state: Object,
    /// The identity, which starts as the user gave it; the read may still complete it.
    pub identity: Option<Object>,
    /// What is remembered beside it.
    pub private: Private,
    /// Why the import is put off, where the client allows that.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// Bringing states of older versions of a schema up to date.
///
/// ```
/// use tfplugin_framework::diagnostics::Reported;
/// use tfplugin_framework::resource::{UpgradeState, UpgradeStateRequest, UpgradeStateResponse};
///
/// struct File;
///
/// impl UpgradeState for File { // In its `impl Resource`: fn upgrade_state(&self) -> Option<&dyn UpgradeState> { Some(self) }
///     fn upgrade(&self, request: UpgradeStateRequest<'_>, response: &mut UpgradeStateResponse) -> Result<(), Reported> {
///         // Version 1 has `path` where version 0 had `name`.
///         if request.version == 0 {
///             if let Some(name) = response.state.remove("name") {
///                 response.state.insert("path".to_owned(), name);
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait UpgradeState: Send + Sync {
    /// Brings a state into the shape of the current schema, without looking at the remote object.
    fn upgrade(
        &self,
        request: UpgradeStateRequest<'_>,
        response: &mut UpgradeStateResponse,
    ) -> Result<(), Reported>;
}

/// What there is to upgrade.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct UpgradeStateRequest<'a> {
    /// The version of the schema with which the state was written.
    pub version: i64,
    /// The state as it was stored.
    pub state: &'a RawState,
}

/// A state on its way to the current version.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UpgradeStateResponse {
    /// The state, which starts as it was stored.
    pub state: RawState,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}
