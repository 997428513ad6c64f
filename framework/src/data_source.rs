//! What a data source does.

use async_trait::async_trait;

use crate::context::Context;
use crate::deferral::DeferredReason;
use crate::diagnostics::{Diagnostics, Reported};
use crate::schema::Schema;
use crate::types::value::Object;
use crate::validate_config::ValidateConfig;

/// One type of thing to look up.
///
/// ```
/// use async_trait::async_trait;
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::data_source::{DataSource, ReadRequest, ReadResponse};
/// use tfplugin_framework::diagnostics::{Explain, Reported};
/// use tfplugin_framework::schema::Schema;
/// use tfplugin_framework::types::path::Path;
///
/// struct File(Schema);
///
/// #[async_trait]
/// impl DataSource<()> for File {
///     fn type_name(&self) -> &str {
///         "files_file"
///     }
///
///     fn schema(&self) -> &Schema {
///         &self.0
///     }
///
///     async fn read(&self, _: &Context<()>, request: ReadRequest<'_>, response: &mut ReadResponse) -> Result<(), Reported> {
///         let content = std::fs::read_to_string(request.config.str_or_empty("path"));
///         let content = content.explain_at(Path::attribute("path"), "Cannot read the file")?;
///         response.state.set("content", content);
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait DataSource<D: Send + Sync>: Send + Sync {
    /// The type's name in HCL.
    fn type_name(&self) -> &str;

    /// Its attributes: arguments and results.
    fn schema(&self) -> &Schema;

    /// Rules between arguments, if there are any.
    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        None
    }

    /// Looks up.
    async fn read(
        &self,
        context: &Context<D>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported>;
}

/// What there is to look up.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ReadRequest<'a> {
    /// What the user wrote, wholly known; what was left out has its default, if there is one.
    pub config: &'a Object,
}

/// What was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadResponse {
    /// The result, which starts as the configuration and keeps all of it.
    pub state: Object,
    /// Why the read is put off, where the client allows that; what is computed and was not found is then unknown.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}
