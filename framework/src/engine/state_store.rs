//! From a state store that is configured to what is done with its states.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

use super::panic::{catch, reported};
use super::timeouts::bounded;
use super::{Engine, bug};
use crate::context::Context;
use crate::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported};
use crate::state_store::{
    DeleteStateRequest, DeleteStateResponse, GetStatesRequest, GetStatesResponse,
    InitializeRequest, InitializeResponse, Lock, LockRequest, LockResponse, MAX_CHUNK_SIZE,
    ReadRequest, ReadResponse, StateStore, States, UnlockRequest, UnlockResponse, WriteRequest,
    WriteResponse,
};
use crate::types::value::Object;

/// What Terraform proposes, for a client that proposes nothing.
pub const DEFAULT_CHUNK_SIZE: u64 = 8 << 20;

/// The stores that a client has configured, by the names of their types.
#[derive(Default)]
pub struct Stores(RwLock<BTreeMap<String, Store>>);

/// A store that a client has configured.
#[derive(Clone)]
pub struct Store {
    states: Arc<dyn States>,
    /// How many bytes of a state travel in one message.
    pub chunk_size: usize,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store(chunks of {} bytes)", self.chunk_size)
    }
}

impl Stores {
    /// The store of this type.
    pub fn get(&self, type_name: &str) -> Result<Store, Diagnostic> {
        let stores = self.0.read().unwrap_or_else(PoisonError::into_inner);
        stores.get(type_name).cloned().ok_or_else(|| {
            let detail = format!(
                "Terraform asks for states of {type_name} and has not configured it. This is a bug in Terraform. Please report it there."
            );
            Diagnostic::error("State store not configured", detail)
        })
    }

    fn set(&self, type_name: &str, store: Option<Store>) {
        let mut stores = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match store {
            Some(store) => stores.insert(type_name.to_owned(), store),
            None => stores.remove(type_name),
        };
    }
}

impl Engine {
    /// Configures a store anew; the number of bytes that are to travel in one message is agreed on with that. Until it has
    /// succeeded, the store is not configured.
    pub async fn initialize_state_store<D: Send + Sync>(
        &self,
        store: &dyn StateStore<D>,
        stores: &Stores,
        context: &Context<D>,
        config: &Object,
        proposed_chunk_size: i64,
    ) -> (u64, Diagnostics) {
        stores.set(store.type_name(), None);
        let context = bounded(context, store.schema(), Some(config), "read");
        let proposed = u64::try_from(proposed_chunk_size).unwrap_or_default();
        let mut response = InitializeResponse {
            states: None,
            chunk_size: match proposed {
                0 => DEFAULT_CHUNK_SIZE,
                size => size.min(MAX_CHUNK_SIZE),
            },
            diagnostics: Diagnostics::new(),
        };
        let proposed = response.chunk_size;
        let request = InitializeRequest { config };
        let initialized = catch(store.initialize(&context, request, &mut response)).await;
        let initialized = reported(initialized, &mut response.diagnostics);
        let InitializeResponse {
            states,
            chunk_size,
            mut diagnostics,
        } = response;
        if initialized.is_err() || diagnostics.has_error() {
            return (proposed, diagnostics);
        }
        let size = usize::try_from(chunk_size).ok();
        match (
            states,
            size.filter(|_| (1..=MAX_CHUNK_SIZE).contains(&chunk_size)),
        ) {
            (Some(states), Some(chunk_size)) => {
                stores.set(store.type_name(), Some(Store { states, chunk_size }));
                (response.chunk_size, diagnostics)
            }
            (None, _) => {
                diagnostics.fail(bug("The state store was initialized without its states"));
                (proposed, diagnostics)
            }
            (Some(_), None) => {
                let finding = format!(
                    "The state store wants chunks of {chunk_size} bytes, which is not 1 to {MAX_CHUNK_SIZE}"
                );
                diagnostics.fail(bug(&finding));
                (proposed, diagnostics)
            }
        }
    }

    /// The IDs of all states, in order.
    pub async fn get_states(&self, store: &Store) -> (Vec<String>, Diagnostics) {
        let mut response = GetStatesResponse::default();
        let request = GetStatesRequest {};
        let work = store.states.get_states(request, &mut response);
        let done = catch(work).await;
        let GetStatesResponse {
            mut state_ids,
            mut diagnostics,
        } = response;
        ended(done, &mut diagnostics);
        state_ids.sort();
        (state_ids, diagnostics)
    }

    /// A whole state; empty if there is none.
    pub async fn read_state(&self, store: &Store, state_id: &str) -> (Bytes, Diagnostics) {
        let mut response = ReadResponse::default();
        let work = async {
            let request = ReadRequest {
                state_id: checked(state_id, &mut response.diagnostics)?,
            };
            store.states.read(request, &mut response).await
        };
        let done = catch(work).await;
        ended(done, &mut response.diagnostics);
        (response.state_bytes.into(), response.diagnostics)
    }

    /// Writes a whole state.
    pub async fn write_state(
        &self,
        store: &Store,
        state_id: &str,
        state_bytes: &[u8],
    ) -> Diagnostics {
        let mut response = WriteResponse::default();
        let work = async {
            let request = WriteRequest {
                state_id: checked(state_id, &mut response.diagnostics)?,
                state_bytes,
            };
            store.states.write(request, &mut response).await
        };
        let done = catch(work).await;
        ended(done, &mut response.diagnostics);
        response.diagnostics
    }

    /// Deletes a state.
    pub async fn delete_state(&self, store: &Store, state_id: &str) -> Diagnostics {
        let mut response = DeleteStateResponse::default();
        let work = async {
            let request = DeleteStateRequest {
                state_id: checked(state_id, &mut response.diagnostics)?,
            };
            store.states.delete_state(request, &mut response).await
        };
        let done = catch(work).await;
        ended(done, &mut response.diagnostics);
        response.diagnostics
    }

    /// Locks a state, and tells what gives the lock back; nothing for a store that does without locks.
    pub async fn lock_state(
        &self,
        store: &Store,
        state_id: &str,
        operation: &str,
    ) -> (Option<String>, Diagnostics) {
        let mut response = LockResponse::default();
        let work = async {
            let request = LockRequest {
                state_id: checked(state_id, &mut response.diagnostics)?,
                operation,
            };
            match store.states.lock() {
                Some(ability) => ability.lock(request, &mut response).await,
                None => Ok(()),
            }
        };
        let done = catch(work).await;
        ended(done, &mut response.diagnostics);
        let is_locked = !response.diagnostics.has_error();
        (response.lock_id.filter(|_| is_locked), response.diagnostics)
    }

    /// Gives a lock back.
    pub async fn unlock_state(&self, store: &Store, state_id: &str, lock_id: &str) -> Diagnostics {
        let mut response = UnlockResponse::default();
        let work = async {
            let request = UnlockRequest {
                state_id: checked(state_id, &mut response.diagnostics)?,
                lock_id,
            };
            let ability = lockable(&*store.states, state_id).report(&mut response.diagnostics)?;
            ability.unlock(request, &mut response).await
        };
        let done = catch(work).await;
        ended(done, &mut response.diagnostics);
        response.diagnostics
    }
}

fn lockable<'s>(states: &'s dyn States, state_id: &str) -> Result<&'s dyn Lock, Diagnostic> {
    states.lock().ok_or_else(|| {
        let detail = format!(
            "Workspace {state_id:?} was never locked: this state store does without locks."
        );
        Diagnostic::error("Lock Does Not Exist", detail)
    })
}

/// The ID of a state, which every call has to have.
fn checked<'i>(state_id: &'i str, diagnostics: &mut Diagnostics) -> Result<&'i str, Reported> {
    match state_id {
        "" => {
            let detail =
                "Terraform named no state. This is a bug in Terraform. Please report it there.";
            Err(diagnostics.add_error("No state ID", detail))
        }
        state_id => Ok(state_id),
    }
}

/// Adds why it failed, where that is not said yet.
fn ended(done: Result<Result<(), Reported>, Diagnostic>, diagnostics: &mut Diagnostics) {
    let _ = reported(done, diagnostics);
}
