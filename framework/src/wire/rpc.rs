//! Around every call: a span for the log, a net under panics, and the form in which it fails.

use std::time::Instant;

use tfplugin_proto::v6;
use tfplugin_proto::v6::diagnostic::Severity;
use tonic::{Response, Status};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::convert;
use super::error::CallError;
use crate::diagnostics::Diagnostic;
use crate::engine::panic::catch;
use crate::plugin::trace::{TraceContext, new_span_id};
use crate::schema::Members;

/// A call of the protocol, and what it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    rpc: &'static str,
    subject: Option<(&'static str, &'a str)>,
}

impl<'a> Call<'a> {
    /// A call about the provider.
    pub(super) fn provider(rpc: &'static str) -> Self {
        Self { rpc, subject: None }
    }

    /// A call about a managed resource.
    pub(super) fn resource(rpc: &'static str, type_name: &'a str) -> Self {
        let subject = Some(("tf_resource_type", type_name));
        Self { rpc, subject }
    }

    /// A call about a data source.
    pub(super) fn data_source(rpc: &'static str, type_name: &'a str) -> Self {
        let subject = Some(("tf_data_source_type", type_name));
        Self { rpc, subject }
    }

    /// A call about an ephemeral resource.
    pub(super) fn ephemeral(rpc: &'static str, type_name: &'a str) -> Self {
        let subject = Some(("tf_ephemeral_resource_type", type_name));
        Self { rpc, subject }
    }

    /// A call about an action.
    pub(super) fn action(rpc: &'static str, type_name: &'a str) -> Self {
        let subject = Some(("tf_action_type", type_name));
        Self { rpc, subject }
    }

    /// A call about a state store.
    #[cfg(feature = "state-store")]
    pub(super) fn state_store(rpc: &'static str, type_name: &'a str) -> Self {
        let subject = Some(("tf_state_store_type", type_name));
        Self { rpc, subject }
    }

    /// A call about a function.
    pub(super) fn function(rpc: &'static str, name: &'a str) -> Self {
        let subject = Some(("tf_function", name));
        Self { rpc, subject }
    }

    /// The call as a span of the process's trace.
    fn span(self) -> Span {
        // At the level that every log has, so that whatever is in the log names its call.
        let span = tracing::error_span!(
            "rpc",
            tf_rpc = self.rpc,
            tf_resource_type = Empty,
            tf_data_source_type = Empty,
            tf_ephemeral_resource_type = Empty,
            tf_action_type = Empty,
            tf_state_store_type = Empty,
            tf_function = Empty,
            trace_id = TraceContext::of_process().trace_id,
            parent_span_id = TraceContext::of_process().parent_span_id,
            span_id = new_span_id(),
        );
        if let Some((kind, name)) = self.subject {
            span.record(kind, name);
        }
        span
    }
}

/// A response that can carry messages to the user.
pub(super) trait RpcResponse: Default + Send {
    /// Adds an error.
    fn add_error(&mut self, error: Diagnostic);

    /// How many messages of this severity there are.
    fn count(&self, severity: Severity) -> usize;
}

macro_rules! with_diagnostics {
    ($($module:ident),* $(,)?) => {
        $(impl RpcResponse for v6::$module::Response {
            fn add_error(&mut self, error: Diagnostic) {
                self.diagnostics.extend(convert::diagnostics(Members::default(), [error]));
            }

            fn count(&self, severity: Severity) -> usize {
                self.diagnostics.iter().filter(|it| it.severity() == severity).count()
            }
        })*
    };
}

with_diagnostics!(
    get_metadata,
    get_provider_schema,
    validate_provider_config,
    configure_provider,
    validate_resource_config,
    upgrade_resource_state,
    read_resource,
    plan_resource_change,
    apply_resource_change,
    import_resource_state,
    move_resource_state,
    upgrade_resource_identity,
    get_resource_identity_schemas,
    validate_data_resource_config,
    read_data_source,
    get_functions,
    validate_ephemeral_resource_config,
    open_ephemeral_resource,
    renew_ephemeral_resource,
    close_ephemeral_resource,
    validate_action_config,
    plan_action,
    validate_list_resource_config,
    generate_resource_config,
);

#[cfg(feature = "state-store")]
with_diagnostics!(
    validate_state_store,
    get_states,
    write_state_bytes,
    delete_state,
    lock_state,
    unlock_state,
);

impl RpcResponse for v6::invoke_action::event::Completed {
    fn add_error(&mut self, error: Diagnostic) {
        let error = convert::diagnostics(Members::default(), [error]);
        self.diagnostics.extend(error);
    }

    fn count(&self, severity: Severity) -> usize {
        let all = self.diagnostics.iter();
        all.filter(|it| it.severity() == severity).count()
    }
}

impl RpcResponse for v6::list_resource::Event {
    fn add_error(&mut self, error: Diagnostic) {
        let error = convert::diagnostics(Members::default(), [error]);
        self.diagnostic.extend(error);
    }

    fn count(&self, severity: Severity) -> usize {
        let all = self.diagnostic.iter();
        all.filter(|it| it.severity() == severity).count()
    }
}

impl RpcResponse for v6::stop_provider::Response {
    fn add_error(&mut self, error: Diagnostic) {
        self.error = error.detail;
    }

    fn count(&self, severity: Severity) -> usize {
        usize::from(severity == Severity::Error && !self.error.is_empty())
    }
}

impl RpcResponse for v6::call_function::Response {
    fn add_error(&mut self, error: Diagnostic) {
        self.error = Some(v6::FunctionError {
            text: error.detail,
            function_argument: None,
        });
    }

    fn count(&self, severity: Severity) -> usize {
        usize::from(severity == Severity::Error && self.error.is_some())
    }
}

/// Runs one call. What users and authors can change is in a normal response: a gRPC error would lose state. What breaks the
/// protocol is a gRPC error, before anything has been done.
pub(super) async fn respond<R: RpcResponse>(
    call: Call<'_>,
    work: impl Future<Output = Result<R, CallError>>,
) -> Result<Response<R>, Status> {
    let respond = async {
        let started = Instant::now();
        tracing::trace!("call received");
        let response = match catch(work).await.map_err(CallError::from).flatten() {
            Ok(response) => response,
            Err(CallError::Diagnostic(error)) => {
                let mut response = R::default();
                response.add_error(error);
                response
            }
            Err(CallError::Protocol(words)) => {
                let words = format!("The request {words}.");
                tracing::error!(error = words, "a call breaks the protocol");
                return Err(Status::invalid_argument(words));
            }
        };
        tracing::debug!(
            tf_req_duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            diagnostic_error_count = response.count(Severity::Error),
            diagnostic_warning_count = response.count(Severity::Warning),
            "call answered",
        );
        Ok(Response::new(response))
    };
    respond.instrument(call.span()).await
}
