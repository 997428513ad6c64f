//! What an action does: something in the remote system that leaves no state.

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;

use crate::context::Context;
use crate::deferral::DeferredReason;
use crate::diagnostics::{Diagnostics, Reported};
use crate::schema::Schema;
use crate::types::value::Object;
use crate::validate_config::ValidateConfig;

/// One type of thing to do.
///
/// ```
/// use async_trait::async_trait;
/// use tfplugin_framework::action::{Action, InvokeRequest, InvokeResponse};
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::diagnostics::{Explain, Reported};
/// use tfplugin_framework::schema::Schema;
///
/// struct Copy(Schema);
///
/// #[async_trait]
/// impl Action<()> for Copy {
///     fn type_name(&self) -> &str {
///         "files_copy"
///     }
///
///     fn schema(&self) -> &Schema {
///         &self.0
///     }
///
///     async fn invoke(&self, _: &Context<()>, request: InvokeRequest<'_>, response: &mut InvokeResponse) -> Result<(), Reported> {
///         let [from, to] = ["from", "to"].map(|name| request.config.str_or_empty(name));
///         response.progress.send(format!("copying {from}"));
///         std::fs::copy(from, to).explain("Cannot copy the file")?;
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Action<D: Send + Sync>: Send + Sync {
    /// The type's name in HCL.
    fn type_name(&self) -> &str;

    /// Its arguments. Nothing in it is computed.
    fn schema(&self) -> &Schema;

    /// Rules between arguments, if there are any.
    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        None
    }

    /// What it has to say when it is planned, if anything.
    fn modify_plan(&self) -> Option<&dyn ModifyPlan<D>> {
        None
    }

    /// Does it.
    async fn invoke(
        &self,
        context: &Context<D>,
        request: InvokeRequest<'_>,
        response: &mut InvokeResponse,
    ) -> Result<(), Reported>;
}

/// Looking at an action before it is invoked.
///
/// ```
/// use async_trait::async_trait;
/// use tfplugin_framework::action::{ModifyPlan, ModifyPlanRequest, ModifyPlanResponse};
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::diagnostics::Reported;
///
/// struct Copy;
///
/// #[async_trait]
/// impl ModifyPlan<()> for Copy { // In its `impl Action`: fn modify_plan(&self) -> Option<&dyn ModifyPlan<()>> { Some(self) }
///     async fn modify(&self, _: &Context<()>, request: ModifyPlanRequest<'_>, response: &mut ModifyPlanResponse) -> Result<(), Reported> {
///         let [from, to] = ["from", "to"].map(|name| request.config.str(name));
///         match from.is_some() && from == to {
///             true => Err(response.diagnostics.add_error("Nothing to copy", "`from` and `to` are the same file.")),
///             false => Ok(()),
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait ModifyPlan<D: Send + Sync>: Send + Sync {
    /// Looks at the action; errors forbid it.
    async fn modify(
        &self,
        context: &Context<D>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported>;
}

/// What is planned.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ModifyPlanRequest<'a> {
    /// What the user wrote; unknown values may be in it when a resource triggers the action.
    pub config: &'a Object,
}

/// What there is to say of a plan.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ModifyPlanResponse {
    /// Why the action is put off, where the client allows that. Terraform takes no other reason than the provider's configuration.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// What there is to do.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct InvokeRequest<'a> {
    /// What the user wrote, wholly known.
    pub config: &'a Object,
}

/// What came of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct InvokeResponse {
    /// What the user is told while it goes on.
    pub progress: Progress,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// Tells the user how far an action has come.
///
/// ```
/// use tfplugin_framework::action::Progress;
///
/// fn tell(done: usize, progress: &Progress) {
///     progress.send(format!("{done} of 10 are done"));
/// }
/// # let _ = tell;
/// ```
#[derive(Debug)]
pub struct Progress(pub(crate) UnboundedSender<String>);

impl Progress {
    /// Shows a line, at once. Where nobody listens any more, nothing happens.
    pub fn send(&self, message: impl Into<String>) {
        // The action goes on when the client has gone.
        let _ = self.0.send(message.into());
    }
}
