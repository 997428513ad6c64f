//! The calls about states, which a store keeps.

use std::fmt;

use futures::StreamExt as _;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_client::ProviderClient;
use tfplugin_proto::v6::provider_server::{Provider as Service, ProviderServer};
use tonic::Request;

use super::calls::Calls;
use super::convert::{ObjectType, encode, into_response, messages};
use super::failure::{Failure, unless_failed};
use crate::diagnostics::Diagnostic;
use crate::engine::chunks;
use crate::state_store::MAX_CHUNK_SIZE;
use crate::types::value::Object;

/// A state store that is configured.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn kept<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     let store: StateStorage<_> = core.state_store("files_folder", json!({ "folder": "states" })).await?;
///     store.write("prod", b"{}").await?;
///     assert_eq!(store.read("prod").await?, b"{}");
///     Ok(())
/// }
/// ```
pub struct StateStorage<S> {
    pub(super) calls: Calls<S>,
    pub(super) type_name: String,
    /// How many bytes travel in one message.
    pub chunk_size: usize,
    /// What the user was told while it was configured.
    pub warnings: Vec<Diagnostic>,
}

impl<S> fmt::Debug for StateStorage<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StateStorage({:?})", self.type_name)
    }
}

impl<S: Service> Calls<S> {
    pub(super) async fn configure_state_store(
        &self,
        of: &ObjectType,
        config: &Object,
        proposed_chunk_size: i64,
    ) -> Result<StateStorage<S>, Failure> {
        let request = v6::validate_state_store::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
        };
        let validate = self.0.validate_state_store_config(Request::new(request));
        let mut warnings = unless_failed(messages(&into_response(validate.await)?.diagnostics))?;
        let request = v6::configure_state_store::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
            capabilities: Some(v6::StateStoreClientCapabilities {
                chunk_size: proposed_chunk_size,
            }),
        };
        let configure = self.0.configure_state_store(Request::new(request));
        let response = into_response(configure.await)?;
        warnings.extend(unless_failed(messages(&response.diagnostics))?);
        let chunk_size = response.capabilities.map_or(0, |it| it.chunk_size);
        let is_acceptable = |size: &usize| (1..=MAX_CHUNK_SIZE).contains(&(*size as u64));
        let agreed = usize::try_from(chunk_size).ok().filter(is_acceptable);
        let chunk_size = agreed.ok_or_else(|| {
            let detail = format!("{chunk_size} is not 1 to {MAX_CHUNK_SIZE}.");
            Failure::new("Failed to negotiate acceptable chunk size", detail)
        })?;
        Ok(StateStorage {
            calls: self.clone(),
            type_name: of.name.clone(),
            chunk_size,
            warnings,
        })
    }

    /// The same server behind gRPC, for streams that a client sends.
    fn client(&self) -> ProviderClient<ProviderServer<S>> {
        let limit = usize::MAX;
        let server = ProviderServer::from_arc(self.0.clone());
        let server = server.max_decoding_message_size(limit);
        ProviderClient::new(server).max_decoding_message_size(limit)
    }
}

impl<S: Service> StateStorage<S> {
    /// The IDs of all states.
    pub async fn get_states(&self) -> Result<Vec<String>, Failure> {
        let request = v6::get_states::Request {
            type_name: self.type_name.clone(),
        };
        let response = self.calls.0.get_states(Request::new(request)).await;
        let response = into_response(response)?;
        unless_failed(messages(&response.diagnostics))?;
        Ok(response.state_id)
    }

    /// The chunks of a state as they come.
    pub(crate) async fn read_chunks(
        &self,
        state_id: &str,
    ) -> Result<Vec<v6::read_state_bytes::Response>, Failure> {
        let request = v6::read_state_bytes::Request {
            type_name: self.type_name.clone(),
            state_id: state_id.to_owned(),
        };
        let response = self.calls.0.read_state_bytes(Request::new(request)).await;
        let chunks: Vec<_> = into_response(response)?.collect().await;
        let chunks = chunks
            .into_iter()
            .map(|chunk| chunk.map_err(|status| Failure::new("Plugin error", status.message())));
        chunks.collect()
    }

    /// A whole state; empty if there is none.
    pub async fn read(&self, state_id: &str) -> Result<Vec<u8>, Failure> {
        let (mut state, mut total) = (Vec::new(), 0);
        for chunk in self.read_chunks(state_id).await? {
            unless_failed(messages(&chunk.diagnostics))?;
            if total == 0 {
                total = chunk.total_length;
            }
            let end = chunk.range.map_or(0, |it| it.end);
            let is_last = end >= chunk.total_length - 1;
            let length = chunk.bytes.len();
            if length > self.chunk_size || (length < self.chunk_size && !is_last) {
                let detail = format!("{length} bytes, expected {}.", self.chunk_size);
                return Err(Failure::new("Unexpected size of chunk received", detail));
            }
            state.extend_from_slice(&chunk.bytes);
        }
        match i64::try_from(state.len()) {
            Ok(length) if length == total => Ok(state),
            _ => {
                let detail = format!("Expected {total} bytes, received {}.", state.len());
                Err(Failure::new("Incomplete state", detail))
            }
        }
    }

    /// Writes a whole state.
    pub async fn write(
        &self,
        state_id: &str,
        state: impl Into<Vec<u8>>,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let mut meta = Some(v6::RequestChunkMeta {
            type_name: self.type_name.clone(),
            state_id: state_id.to_owned(),
        });
        let chunks = chunks::split(state.into().into(), self.chunk_size);
        let chunks: Vec<_> = chunks
            .map(|chunk| v6::write_state_bytes::RequestChunk {
                meta: meta.take(),
                bytes: chunk.bytes,
                total_length: chunk.total_length,
                range: Some(v6::StateRange {
                    start: chunk.range.0,
                    end: chunk.range.1,
                }),
            })
            .collect();
        self.write_chunks(chunks).await
    }

    /// Sends chunks as they are.
    pub(crate) async fn write_chunks(
        &self,
        chunks: Vec<v6::write_state_bytes::RequestChunk>,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let mut client = self.calls.client();
        let response = client
            .write_state_bytes(futures::stream::iter(chunks))
            .await;
        unless_failed(messages(&into_response(response)?.diagnostics))
    }

    /// Deletes a state.
    pub async fn delete_state(&self, state_id: &str) -> Result<Vec<Diagnostic>, Failure> {
        let request = v6::delete_state::Request {
            type_name: self.type_name.clone(),
            state_id: state_id.to_owned(),
        };
        let response = self.calls.0.delete_state(Request::new(request)).await;
        unless_failed(messages(&into_response(response)?.diagnostics))
    }

    /// Locks a state, and tells what gives the lock back; nothing where the store does without locks.
    pub async fn lock(&self, state_id: &str, operation: &str) -> Result<Option<String>, Failure> {
        let request = v6::lock_state::Request {
            type_name: self.type_name.clone(),
            state_id: state_id.to_owned(),
            operation: operation.to_owned(),
        };
        let response = into_response(self.calls.0.lock_state(Request::new(request)).await)?;
        unless_failed(messages(&response.diagnostics))?;
        Ok(Some(response.lock_id).filter(|it| !it.is_empty()))
    }

    /// Gives a lock back.
    pub async fn unlock(&self, state_id: &str, lock_id: &str) -> Result<Vec<Diagnostic>, Failure> {
        let request = v6::unlock_state::Request {
            type_name: self.type_name.clone(),
            state_id: state_id.to_owned(),
            lock_id: lock_id.to_owned(),
        };
        let response = self.calls.0.unlock_state(Request::new(request)).await;
        unless_failed(messages(&into_response(response)?.diagnostics))
    }
}
