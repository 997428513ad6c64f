//! What a list resource does: find the objects of a managed type that exist.

use async_trait::async_trait;
use tokio::sync::mpsc::Sender;

use crate::context::Context;
use crate::diagnostics::{Diagnostics, Reported};
use crate::schema::Schema;
use crate::types::value::Object;
use crate::validate_config::ValidateConfig;

/// Finding the objects of one managed type, which has to have an identity.
///
/// ```
/// use async_trait::async_trait;
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::diagnostics::Reported;
/// use tfplugin_framework::list::{ListRequest, ListResource, ListResponse, ListResult};
/// use tfplugin_framework::schema::Schema;
///
/// struct Files(Schema);
///
/// #[async_trait]
/// impl ListResource<()> for Files {
///     fn type_name(&self) -> &str {
///         "files_file"
///     }
///
///     fn schema(&self) -> &Schema {
///         &self.0
///     }
///
///     async fn list(&self, _: &Context<()>, request: ListRequest<'_>, response: &mut ListResponse) -> Result<(), Reported> {
///         for name in ["a.txt", "b.txt"] {
///             let mut found = ListResult::new([("path", name)].into_iter().collect(), name);
///             if request.include_resource {
///                 found = found.resource([("path", name), ("content", "Hello")].into_iter().collect());
///             }
///             if !response.results.push(found).await {
///                 break; // Nobody wants more.
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait ListResource<D: Send + Sync>: Send + Sync {
    /// The name of the managed type.
    fn type_name(&self) -> &str;

    /// The arguments of a listing.
    fn schema(&self) -> &Schema;

    /// Rules between arguments, if there are any.
    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        None
    }

    /// Finds them, one after another. It is dropped at an await once nobody wants more of them.
    async fn list(
        &self,
        context: &Context<D>,
        request: ListRequest<'_>,
        response: &mut ListResponse,
    ) -> Result<(), Reported>;
}

/// What there is to find.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ListRequest<'a> {
    /// What the user wrote, wholly known.
    pub config: &'a Object,
    /// Whether the objects themselves are wanted, beside their identities.
    pub include_resource: bool,
    /// How many are wanted at most, if there is a limit.
    pub limit: Option<u64>,
}

/// What was found.
#[derive(Debug)]
#[non_exhaustive]
pub struct ListResponse {
    /// Where the objects go.
    pub results: ListResults,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// Where a listing leaves what it finds.
///
/// ```
/// use tfplugin_framework::list::{ListResult, ListResults};
///
/// async fn hand_over(names: &[&str], results: &mut ListResults) {
///     for name in names {
///         let identity = [("path", *name)].into_iter().collect();
///         if !results.push(ListResult::new(identity, *name)).await {
///             return;
///         }
///     }
/// }
/// # let _ = hand_over;
/// ```
#[derive(Debug)]
pub struct ListResults(pub(crate) Sender<ListResult>);

impl ListResults {
    /// Hands over one object, and waits until it is taken. False if nobody wants more.
    pub async fn push(&mut self, result: ListResult) -> bool {
        self.0.send(result).await.is_ok()
    }
}

/// One object that was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListResult {
    /// What tells it from others.
    pub identity: Object,
    /// Its name for the user.
    pub display_name: String,
    /// Its state, if it was wanted.
    pub resource: Option<Object>,
    /// Messages to the user about it.
    pub diagnostics: Diagnostics,
}

impl ListResult {
    /// An object of this identity.
    pub fn new(identity: Object, display_name: impl Into<String>) -> Self {
        Self {
            identity,
            display_name: display_name.into(),
            resource: None,
            diagnostics: Diagnostics::new(),
        }
    }

    /// Its state.
    #[must_use]
    pub fn resource(mut self, state: Object) -> Self {
        self.resource = Some(state);
        self
    }
}
