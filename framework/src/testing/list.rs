//! The calls that find objects, and write configurations of them.

use futures::StreamExt;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as Service;
use tonic::Request;

use super::calls::Calls;
use super::checks::{self, refused};
use super::convert::{ObjectType, decode, decode_identity, encode, into_response, messages};
use super::failure::{Failure, unless_failed};
use crate::diagnostics::Diagnostic;
use crate::types::value::Object;

/// An object that a listing has found.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn first<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     let (found, _) = core.list("files_file", json!({ "folder": "" }), Query::default()).await?;
///     let first: &Found = found.first().expect("there is one");
///     core.import_by_identity("files_file.first", &first.identity).await?;
///     let config = core.generate_config("files_file.first").await?;
///     assert_eq!(config.str("path"), first.identity.str("path"));
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Found {
    /// What tells it from others.
    pub identity: Object,
    /// Its name for the user.
    pub display_name: String,
    /// Its state, if it was asked for and is known.
    pub object: Option<Object>,
}

/// What a listing asks for beside its arguments.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn listed<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     let query = Query::default().include_resource().limit(10);
///     let (found, _) = core.list("files_file", json!({ "folder": "" }), query).await?;
///     assert!(found.len() <= 10);
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query {
    /// Whether the states of objects are wanted.
    pub include_resource: bool,
    /// How many objects are wanted at most.
    pub limit: usize,
}

impl Query {
    /// The same, with the states of objects.
    #[must_use]
    pub fn include_resource(self) -> Self {
        Self {
            include_resource: true,
            ..self
        }
    }

    /// The same, of so many objects at most.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }
}

impl Default for Query {
    fn default() -> Self {
        Self {
            include_resource: false,
            limit: 100,
        }
    }
}

impl<S: Service> Calls<S> {
    /// `list` is the type of the arguments, `of` that of the objects.
    pub(super) async fn list(
        &self,
        (list, of): (&ObjectType, &ObjectType),
        config: &Object,
        query: Query,
    ) -> Result<(Vec<Found>, Vec<Diagnostic>), Failure> {
        const SUMMARY: &str = "Provider returned invalid list result";
        let request = v6::validate_list_resource_config::Request {
            type_name: list.name.clone(),
            config: encode(Some(config), list),
            ..Default::default()
        };
        let response = self.0.validate_list_resource_config(Request::new(request));
        let mut warnings = unless_failed(messages(&into_response(response.await)?.diagnostics))?;
        let request = v6::list_resource::Request {
            type_name: list.name.clone(),
            config: encode(Some(config), list),
            include_resource_object: query.include_resource,
            limit: i64::try_from(query.limit).unwrap_or(i64::MAX),
        };
        let stream = self.0.list_resource(Request::new(request)).await;
        let mut events = into_response(stream)?;
        let mut found = Vec::new();
        while let Some(event) = events.next().await {
            let event = event.map_err(|status| Failure::new("Plugin error", status.message()))?;
            let about = messages(&event.diagnostic);
            let has_messages = !about.is_empty();
            warnings.extend(unless_failed(about)?);
            let Some(identity) = decode_identity(event.identity.as_ref(), of)? else {
                match has_messages {
                    true => continue,
                    false => return Err(refused(SUMMARY, "there is no identity").into()),
                }
            };
            checks::identity(&event.display_name, Some(&identity))?;
            let object = decode(event.resource_object.as_ref(), of)?;
            if let Some(object) = &object {
                checks::state(SUMMARY, &event.display_name, of, object)?;
            }
            found.push(Found {
                identity,
                display_name: event.display_name,
                object,
            });
            // Terraform reads no further, and drops the call.
            if found.len() >= query.limit {
                break;
            }
        }
        Ok((found, warnings))
    }

    pub(super) async fn generate_config(
        &self,
        of: &ObjectType,
        state: &Object,
    ) -> Result<Object, Failure> {
        let request = v6::generate_resource_config::Request {
            type_name: of.name.clone(),
            state: encode(Some(state), of),
        };
        let response = self.0.generate_resource_config(Request::new(request)).await;
        let response = into_response(response)?;
        unless_failed(messages(&response.diagnostics))?;
        let config = decode(response.config.as_ref(), of)?;
        config.ok_or_else(|| Failure::new("No configuration", "None was generated."))
    }
}
