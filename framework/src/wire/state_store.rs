//! The calls about the states that a store keeps.

use std::sync::Arc;

use bytes::Bytes;
use tfplugin_proto::v6;
use tfplugin_proto::v6::diagnostic::Severity;
use tonic::codegen::BoxStream;
use tonic::{Response, Status, Streaming};

use super::convert;
use super::error::CallError;
use super::rpc::{Call, RpcResponse, respond};
use super::state::ServerState;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::engine::chunks::{self, Assembly, Chunk};
use crate::engine::state_store::DEFAULT_CHUNK_SIZE;
use crate::provider::Provider;
use crate::schema::Members;

/// The answer of a call, or how it ended otherwise.
type Answer<T> = Result<Response<T>, Status>;

/// A state on its way to the client.
#[derive(Default)]
pub(super) struct Reading {
    state: Bytes,
    chunk_size: usize,
    diagnostics: Vec<v6::Diagnostic>,
}

impl RpcResponse for Reading {
    fn add_error(&mut self, error: Diagnostic) {
        self.diagnostics.extend(messages([error]));
    }

    fn count(&self, severity: Severity) -> usize {
        let all = self.diagnostics.iter();
        all.filter(|it| it.severity() == severity).count()
    }
}

impl Reading {
    /// The chunks, the first of which has the messages.
    fn into_stream(self) -> BoxStream<v6::read_state_bytes::Response> {
        let has_failed = self.count(Severity::Error) > 0;
        let state = if has_failed { Bytes::new() } else { self.state };
        let mut diagnostics = self.diagnostics;
        // Clients look at the range of each chunk, also of one that is nothing but messages.
        let only_messages = (state.is_empty() && !diagnostics.is_empty()).then(|| Chunk {
            bytes: Bytes::new(),
            total_length: 0,
            range: (0, -1),
        });
        let all = only_messages.into_iter();
        let all = all.chain(chunks::split(state, self.chunk_size));
        let all = all.map(move |chunk| {
            let (start, end) = chunk.range;
            Ok(v6::read_state_bytes::Response {
                bytes: chunk.bytes,
                total_length: chunk.total_length,
                range: Some(v6::StateRange { start, end }),
                diagnostics: std::mem::take(&mut diagnostics),
            })
        });
        Box::pin(tokio_stream::iter(all))
    }
}

/// Clients take the size of the chunks from it before they look at its messages.
impl RpcResponse for v6::configure_state_store::Response {
    fn add_error(&mut self, error: Diagnostic) {
        self.diagnostics.extend(messages([error]));
        let agreed = self.capabilities.take();
        self.capabilities = agreed.or(Some(capabilities(DEFAULT_CHUNK_SIZE)));
    }

    fn count(&self, severity: Severity) -> usize {
        let all = self.diagnostics.iter();
        all.filter(|it| it.severity() == severity).count()
    }
}

fn capabilities(chunk_size: u64) -> v6::StateStoreServerCapabilities {
    v6::StateStoreServerCapabilities {
        chunk_size: i64::try_from(chunk_size).unwrap_or(i64::MAX),
    }
}

/// Messages about no argument.
fn messages(diagnostics: impl IntoIterator<Item = Diagnostic>) -> Vec<v6::Diagnostic> {
    convert::diagnostics(Members::default(), diagnostics)
}

/// A piece of a state, as a client sends it.
fn chunk(message: v6::write_state_bytes::RequestChunk) -> Result<Chunk, CallError> {
    let range = convert::required("range", message.range.as_ref())?;
    Ok(Chunk {
        bytes: message.bytes,
        total_length: message.total_length,
        range: (range.start, range.end),
    })
}

impl<P: Provider> ServerState<P> {
    pub(super) async fn validate_state_store_config(
        &self,
        request: &v6::validate_state_store::Request,
    ) -> Result<v6::validate_state_store::Response, CallError> {
        let store = self.state_store(&request.type_name)?;
        let schema = store.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        let found = self.engine.validate_state_store(store, &config).await;
        Ok(v6::validate_state_store::Response {
            diagnostics: convert::diagnostics(schema.members(), found),
        })
    }

    pub(super) async fn configure_state_store(
        &self,
        request: &v6::configure_state_store::Request,
    ) -> Result<v6::configure_state_store::Response, CallError> {
        let store = self.state_store(&request.type_name)?;
        let schema = store.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        convert::check_known("config", &config)?;
        let proposed = request.capabilities.map(|it| it.chunk_size);
        let context = self.configured.context();
        let initialize = self.engine.initialize_state_store(
            store,
            &self.stores,
            &context,
            &config,
            proposed.unwrap_or_default(),
        );
        let (chunk_size, diagnostics) = initialize.await;
        Ok(v6::configure_state_store::Response {
            diagnostics: convert::diagnostics(schema.members(), diagnostics),
            capabilities: Some(capabilities(chunk_size)),
        })
    }

    pub(super) async fn get_states(
        &self,
        request: &v6::get_states::Request,
    ) -> Result<v6::get_states::Response, CallError> {
        let store = self.stores.get(&request.type_name)?;
        let (state_id, diagnostics) = self.engine.get_states(&store).await;
        Ok(v6::get_states::Response {
            state_id,
            diagnostics: messages(diagnostics),
        })
    }

    async fn read_state(
        &self,
        request: &v6::read_state_bytes::Request,
    ) -> Result<Reading, CallError> {
        let store = self.stores.get(&request.type_name)?;
        let (state, diagnostics) = self.engine.read_state(&store, &request.state_id).await;
        Ok(Reading {
            state,
            chunk_size: store.chunk_size,
            diagnostics: messages(diagnostics),
        })
    }

    pub(super) async fn read_state_bytes(
        &self,
        request: &v6::read_state_bytes::Request,
    ) -> Answer<BoxStream<v6::read_state_bytes::Response>> {
        let call = Call::state_store("ReadStateBytes", &request.type_name);
        let reading = respond(call, self.read_state(request)).await?;
        Ok(Response::new(reading.into_inner().into_stream()))
    }

    /// Writes a state whose first chunk was received, with all that follow it.
    async fn write_state(
        &self,
        meta: &v6::RequestChunkMeta,
        first: v6::write_state_bytes::RequestChunk,
        rest: &mut Streaming<v6::write_state_bytes::RequestChunk>,
    ) -> Result<Diagnostics, CallError> {
        let store = self.stores.get(&meta.type_name)?;
        let mut assembly = Assembly::new(store.chunk_size);
        assembly.add(chunk(first)?)?;
        while let Some(next) = rest.message().await.map_err(interrupted)? {
            if next.meta.as_ref().is_some_and(|it| it != meta) {
                return Err(CallError::protocol("names two states"));
            }
            assembly.add(chunk(next)?)?;
        }
        let state = assembly.finish()?;
        let engine = &self.engine;
        Ok(engine.write_state(&store, &meta.state_id, &state).await)
    }

    pub(super) async fn write_state_bytes(
        &self,
        mut chunks: Streaming<v6::write_state_bytes::RequestChunk>,
    ) -> Answer<v6::write_state_bytes::Response> {
        let first = chunks.message().await?.unwrap_or_default();
        let meta = first.meta.clone().unwrap_or_default();
        let call = Call::state_store("WriteStateBytes", &meta.type_name);
        let work = async {
            let written = self.write_state(&meta, first, &mut chunks).await;
            // Terraform reads no answer that comes before it has sent all: it would tell of a broken stream instead.
            while let Ok(Some(_)) = chunks.message().await {}
            Ok(v6::write_state_bytes::Response {
                diagnostics: messages(written?),
            })
        };
        respond(call, work).await
    }

    pub(super) async fn delete_state(
        &self,
        request: &v6::delete_state::Request,
    ) -> Result<v6::delete_state::Response, CallError> {
        let store = self.stores.get(&request.type_name)?;
        let diagnostics = self.engine.delete_state(&store, &request.state_id).await;
        Ok(v6::delete_state::Response {
            diagnostics: messages(diagnostics),
        })
    }

    pub(super) async fn lock_state(
        &self,
        request: &v6::lock_state::Request,
    ) -> Result<v6::lock_state::Response, CallError> {
        let store = self.stores.get(&request.type_name)?;
        let (state_id, operation) = (&request.state_id, &request.operation);
        let (lock_id, diagnostics) = self.engine.lock_state(&store, state_id, operation).await;
        Ok(v6::lock_state::Response {
            // Terraform unlocks nothing that has no ID.
            lock_id: lock_id.unwrap_or_default(),
            diagnostics: messages(diagnostics),
        })
    }

    pub(super) async fn unlock_state(
        &self,
        request: &v6::unlock_state::Request,
    ) -> Result<v6::unlock_state::Response, CallError> {
        let store = self.stores.get(&request.type_name)?;
        let (state_id, lock_id) = (&request.state_id, &request.lock_id);
        let diagnostics = self.engine.unlock_state(&store, state_id, lock_id).await;
        Ok(v6::unlock_state::Response {
            diagnostics: messages(diagnostics),
        })
    }

    /// Runs a call that changes something in a task of its own: when the client drops it, it still comes to its end.
    pub(super) async fn to_the_end<T, F>(
        self: Arc<Self>,
        work: impl FnOnce(Arc<Self>) -> F,
    ) -> Answer<T>
    where
        T: Send + 'static,
        F: Future<Output = Answer<T>> + Send + 'static,
    {
        let task = self.applies.spawn(work(Arc::clone(&self)));
        let ended = task.await;
        ended.unwrap_or_else(|error| Err(Status::internal(error.to_string())))
    }
}

/// A client that has gone in the middle of a state.
fn interrupted(status: Status) -> CallError {
    CallError::protocol(format!("broke off: {}", status.message()))
}
