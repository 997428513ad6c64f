//! What a state store does: keep the states of Terraform's workspaces.
//!
//! Terraform calls this pluggable state storage. It has it from 1.15 on, in builds with experiments.

mod lock_info;
mod operations;

use std::sync::Arc;

use async_trait::async_trait;

use crate::context::Context;
use crate::diagnostics::{Diagnostics, Reported};
use crate::schema::Schema;
use crate::validate_config::ValidateConfig;

pub use lock_info::LockInfo;
pub use operations::{
    DeleteStateRequest, DeleteStateResponse, GetStatesRequest, GetStatesResponse,
    InitializeRequest, LockRequest, LockResponse, ReadRequest, ReadResponse, UnlockRequest,
    UnlockResponse, WriteRequest, WriteResponse,
};

/// One type of place where states are kept, such as a bucket.
///
/// `examples/abilities/state_store.rs` is one whose states are files.
///
/// ```
/// use std::sync::Arc;
///
/// use async_trait::async_trait;
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::diagnostics::Reported;
/// use tfplugin_framework::schema::Schema;
/// use tfplugin_framework::state_store::{InitializeRequest, InitializeResponse, StateStore, States};
///
/// struct Bucket(Schema);
///
/// /// The states of one bucket.
/// fn bucket(name: &str) -> Option<Arc<dyn States>> {
/// #     let _ = name;
///     // …
/// #     None
/// }
///
/// #[async_trait]
/// impl StateStore<()> for Bucket {
///     fn type_name(&self) -> &str {
///         "cloud_bucket"
///     }
///
///     fn schema(&self) -> &Schema {
///         &self.0
///     }
///
///     async fn initialize(&self, _: &Context<()>, request: InitializeRequest<'_>, response: &mut InitializeResponse) -> Result<(), Reported> {
///         let name = request.config.str_or_empty("name");
///         response.states = bucket(name);
///         match response.states.is_some() {
///             true => Ok(()),
///             false => Err(response.diagnostics.add_error("No such bucket", format!("{name:?} is not there."))),
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait StateStore<D: Send + Sync>: Send + Sync {
    /// The type's name in HCL.
    fn type_name(&self) -> &str;

    /// Its arguments. Nothing in it is computed.
    fn schema(&self) -> &Schema;

    /// Rules between arguments, if there are any.
    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        None
    }

    /// Finds the place that a `state_store` block names. It is called once, after the provider is configured and before
    /// anything is asked about states.
    async fn initialize(
        &self,
        context: &Context<D>,
        request: InitializeRequest<'_>,
        response: &mut InitializeResponse,
    ) -> Result<(), Reported>;
}

/// The states in one place.
///
/// Nothing here is told of a stop: a state that is not written is lost, and so is what an apply has made.
#[async_trait]
pub trait States: Send + Sync {
    /// Lists the states that are kept.
    async fn get_states(
        &self,
        request: GetStatesRequest,
        response: &mut GetStatesResponse,
    ) -> Result<(), Reported>;

    /// Reads a state. One that is not there is empty, and no error: Terraform reads before it writes for the first time.
    async fn read(
        &self,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported>;

    /// Writes a state, whether it was there before or not.
    async fn write(
        &self,
        request: WriteRequest<'_>,
        response: &mut WriteResponse,
    ) -> Result<(), Reported>;

    /// Deletes a state.
    async fn delete_state(
        &self,
        request: DeleteStateRequest<'_>,
        response: &mut DeleteStateResponse,
    ) -> Result<(), Reported>;

    /// How states are locked, if they can be. Terraform goes on without a lock where they cannot.
    fn lock(&self) -> Option<&dyn Lock> {
        None
    }
}

/// Keeping others away from a state while something is done with it.
#[async_trait]
pub trait Lock: Send + Sync {
    /// Locks a state, which need not exist. Of several clients that want to at once, one may succeed: the place has to
    /// have a way to create something only if it is not there. Where another one holds the lock,
    /// [`LockInfo::already_locked`] says so.
    async fn lock(
        &self,
        request: LockRequest<'_>,
        response: &mut LockResponse,
    ) -> Result<(), Reported>;

    /// Gives a lock back. It is an error if there is none, or another one.
    async fn unlock(
        &self,
        request: UnlockRequest<'_>,
        response: &mut UnlockResponse,
    ) -> Result<(), Reported>;
}

/// What was found.
#[derive(Clone)]
#[non_exhaustive]
pub struct InitializeResponse {
    /// The states that are kept there.
    pub states: Option<Arc<dyn States>>,
    /// How many bytes travel in one message, which starts as what the client proposes: 8 MiB. It may be 1 to
    /// [`MAX_CHUNK_SIZE`].
    pub chunk_size: u64,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// The longest chunk that Terraform takes: 128 MiB.
///
/// ```
/// use tfplugin_framework::state_store::{InitializeResponse, MAX_CHUNK_SIZE};
///
/// /// In the `initialize` of a store that writes each state at once.
/// fn in_few_chunks(response: &mut InitializeResponse) {
///     response.chunk_size = MAX_CHUNK_SIZE;
/// }
/// # let _ = in_few_chunks;
/// ```
pub const MAX_CHUNK_SIZE: u64 = 128 << 20;
