//! Around every call: a span for the log, and a net under panics.

use std::time::Instant;

use tfplugin_proto::v6;
use tonic::{Response, Status};
use tracing::Instrument;

use super::convert;
use crate::diagnostics::Diagnostic;
use crate::engine::panic::catch;
use crate::schema::Members;

/// A response that can carry messages to the user.
pub(super) trait Answer: Default + Send {
    /// Where they go.
    fn diagnostics(&mut self) -> &mut Vec<v6::Diagnostic>;
}

macro_rules! answers {
    ($($module:ident),* $(,)?) => {
        $(impl Answer for v6::$module::Response {
            fn diagnostics(&mut self) -> &mut Vec<v6::Diagnostic> {
                &mut self.diagnostics
            }
        })*
    };
}

answers!(
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
    validate_data_resource_config,
    read_data_source,
);

/// Runs one call and answers its messages in a normal response: a gRPC error would hide their text and lose state.
pub(super) async fn answer<A: Answer>(
    rpc: &'static str,
    type_name: &str,
    work: impl Future<Output = Result<A, Diagnostic>>,
) -> Result<Response<A>, Status> {
    let span = tracing::debug_span!("rpc", tf_rpc = rpc, tf_resource_type = type_name);
    async {
        let started = Instant::now();
        tracing::trace!("call received");
        let mut answer = match catch(work).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) | Err(error) => failed(error),
        };
        let count = |severity: v6::diagnostic::Severity, answer: &mut A| {
            answer
                .diagnostics()
                .iter()
                .filter(|d| d.severity() == severity)
                .count()
        };
        tracing::debug!(
            tf_req_duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            diagnostic_error_count = count(v6::diagnostic::Severity::Error, &mut answer),
            diagnostic_warning_count = count(v6::diagnostic::Severity::Warning, &mut answer),
            "call answered",
        );
        Ok(Response::new(answer))
    }
    .instrument(span)
    .await
}

fn failed<A: Answer>(error: Diagnostic) -> A {
    let mut answer = A::default();
    *answer.diagnostics() = convert::diagnostics(Members::default(), [error]);
    answer
}
