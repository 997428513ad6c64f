//! What an ephemeral resource does: a value that exists for one run, and is stored nowhere.

use std::time::SystemTime;

use async_trait::async_trait;

use crate::context::Context;
use crate::deferral::DeferredReason;
use crate::diagnostics::{Diagnostics, Reported};
use crate::private::Private;
use crate::schema::Schema;
use crate::types::value::Object;
use crate::validate_config::ValidateConfig;

/// One type of thing that is opened for a run and closed at its end, such as a token.
///
/// ```
/// use async_trait::async_trait;
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::diagnostics::Reported;
/// use tfplugin_framework::ephemeral::*;
/// use tfplugin_framework::schema::Schema;
///
/// struct Token(Schema);
///
/// #[async_trait]
/// impl EphemeralResource<()> for Token {
///     fn type_name(&self) -> &str {
///         "files_token"
///     }
///
///     fn schema(&self) -> &Schema {
///         &self.0
///     }
///
///     async fn open(&self, _: &Context<()>, _: OpenRequest<'_>, response: &mut OpenResponse) -> Result<(), Reported> {
///         response.result.set("token", "secret");
///         response.private.set("id", &7);
///         Ok(())
///     }
///
///     fn close(&self) -> Option<&dyn Close<()>> {
///         Some(self)
///     }
/// }
///
/// #[async_trait]
/// impl Close<()> for Token {
///     async fn close(&self, _: &Context<()>, request: CloseRequest<'_>, response: &mut CloseResponse) -> Result<(), Reported> {
///         match request.private.get::<u32>("id") {
///             Some(_) => Ok(()),
///             None => Err(response.diagnostics.add_error("Unknown token", "It was not opened here.")),
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait EphemeralResource<D: Send + Sync>: Send + Sync {
    /// The type's name in HCL.
    fn type_name(&self) -> &str;

    /// Its attributes: arguments and results.
    fn schema(&self) -> &Schema;

    /// Rules between arguments, if there are any.
    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        None
    }

    /// Opens it.
    async fn open(
        &self,
        context: &Context<D>,
        request: OpenRequest<'_>,
        response: &mut OpenResponse,
    ) -> Result<(), Reported>;

    /// How it is renewed, if it runs out before a run ends.
    fn renew(&self) -> Option<&dyn Renew<D>> {
        None
    }

    /// How it is closed, if there is anything to do.
    fn close(&self) -> Option<&dyn Close<D>> {
        None
    }
}

/// Renewing what was opened.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use async_trait::async_trait;
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::diagnostics::Reported;
/// use tfplugin_framework::ephemeral::{Renew, RenewRequest, RenewResponse};
///
/// struct Token;
///
/// #[async_trait]
/// impl Renew<()> for Token {
///     async fn renew(&self, _: &Context<()>, request: RenewRequest<'_>, response: &mut RenewResponse) -> Result<(), Reported> {
///         let times: u32 = request.private.get("times").unwrap_or_default();
///         response.private.set("times", &(times + 1));
///         response.renew_at = Some(SystemTime::now() + Duration::from_secs(300));
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Renew<D: Send + Sync>: Send + Sync {
    /// Renews it. Without a new time in the response it is not renewed again.
    async fn renew(
        &self,
        context: &Context<D>,
        request: RenewRequest<'_>,
        response: &mut RenewResponse,
    ) -> Result<(), Reported>;
}

/// Closing what was opened.
///
/// There is one beside [`EphemeralResource`].
///
/// ```
/// # use async_trait::async_trait;
/// # use tfplugin_framework::{context::Context, diagnostics::Reported, ephemeral::*};
/// # struct Scratch;
/// #[async_trait]
/// impl Close<()> for Scratch {
///     async fn close(&self, _: &Context<()>, request: CloseRequest<'_>, response: &mut CloseResponse) -> Result<(), Reported> {
///         let Some(path) = request.private.get::<String>("path") else { return Ok(()) };
///         std::fs::remove_dir_all(path).map_err(|error| response.diagnostics.add_error("Cannot delete the folder", error.to_string()))
///     }
/// }
/// ```
#[async_trait]
pub trait Close<D: Send + Sync>: Send + Sync {
    /// Closes it.
    async fn close(
        &self,
        context: &Context<D>,
        request: CloseRequest<'_>,
        response: &mut CloseResponse,
    ) -> Result<(), Reported>;
}

/// What there is to open.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OpenRequest<'a> {
    /// What the user wrote, wholly known.
    pub config: &'a Object,
}

/// What was opened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenResponse {
    /// The result, which starts as the configuration and keeps all of it.
    pub result: Object,
    /// What renewing and closing need to know.
    pub private: Private,
    /// When it is to be renewed, if at all.
    pub renew_at: Option<SystemTime>,
    /// Why it is not opened yet, where the client allows that; what is computed and was not found is then unknown.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// What there is to renew.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RenewRequest<'a> {
    /// What opening, or the renewal before, has remembered.
    pub private: &'a Private,
}

/// What was renewed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RenewResponse {
    /// What the next renewal needs to know, which starts as it was. Terraform closes with what opening has remembered.
    pub private: Private,
    /// When it is to be renewed again, if at all.
    pub renew_at: Option<SystemTime>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// What there is to close.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CloseRequest<'a> {
    /// What opening has remembered.
    pub private: &'a Private,
}

/// What came of closing.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CloseResponse {
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}
