//! The calls about data sources.

use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as Service;
use tonic::Request;

use super::calls::Calls;
use super::convert::{ObjectType, client, decode, deferred, encode, into_response, messages};
use super::failure::{Failure, unless_failed};
use super::options::Options;
use crate::deferral::DeferredReason;
use crate::diagnostics::Diagnostic;
use crate::types::value::Object;

/// What a data source has found.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn read<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     core.options.deferral_allowed = true;
///     let read: DataRead = core.read_data("files_folder", json!({ "path": "later" })).await?;
///     assert!(read.deferred.is_some());
///     assert_eq!(core.import_unless_deferred("files_file.a", "a.txt").await?, None);
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DataRead {
    /// The result.
    pub object: Object,
    /// Why it is read in a later run, if it is; something in the result is then unknown.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub warnings: Vec<Diagnostic>,
}

/// The answer to a read, before it is held against any rule.
pub(super) struct Read {
    pub(super) object: Option<Object>,
    pub(super) deferred: Option<DeferredReason>,
    pub(super) warnings: Vec<Diagnostic>,
}

impl<S: Service> Calls<S> {
    pub(super) async fn validate_data_source(
        &self,
        of: &ObjectType,
        config: &Object,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let request = v6::validate_data_resource_config::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
        };
        let response = self
            .0
            .validate_data_resource_config(Request::new(request))
            .await;
        unless_failed(messages(&into_response(response)?.diagnostics))
    }

    pub(super) async fn read_data_source(
        &self,
        of: &ObjectType,
        config: &Object,
        options: Options,
    ) -> Result<Read, Failure> {
        let request = v6::read_data_source::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
            client_capabilities: client(options),
            provider_meta: self.1.clone(),
        };
        let response = into_response(self.0.read_data_source(Request::new(request)).await)?;
        Ok(Read {
            warnings: unless_failed(messages(&response.diagnostics))?,
            object: decode(response.state.as_ref(), of)?,
            deferred: deferred(response.deferred, options.deferral_allowed)?,
        })
    }
}
