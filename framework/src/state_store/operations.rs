//! What a state store is asked, and what it answers.

use crate::diagnostics::Diagnostics;
use crate::types::value::Object;

/// Where states are to be kept.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct InitializeRequest<'a> {
    /// What the user wrote, wholly known.
    pub config: &'a Object,
}

/// All states are asked for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GetStatesRequest {}

/// What states there are.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetStatesResponse {
    /// The IDs of the states: names of workspaces.
    pub state_ids: Vec<String>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// What there is to read.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ReadRequest<'a> {
    /// The ID of the state: the name of the workspace, which is `default` where the user has not chosen one.
    pub state_id: &'a str,
}

/// What was read.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ReadResponse {
    /// The whole state as it was written; empty if there is none.
    pub state_bytes: Vec<u8>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// What there is to write.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct WriteRequest<'a> {
    /// The ID of the state.
    pub state_id: &'a str,
    /// The whole state, secrets included.
    pub state_bytes: &'a [u8],
}

/// What came of writing.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WriteResponse {
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// What there is to delete.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DeleteStateRequest<'a> {
    /// The ID of the state.
    pub state_id: &'a str,
}

/// What came of deleting.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteStateResponse {
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// What there is to lock.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LockRequest<'a> {
    /// The ID of the state.
    pub state_id: &'a str,
    /// What Terraform does meanwhile, such as `OperationTypeApply`.
    pub operation: &'a str,
}

/// What was locked.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LockResponse {
    /// What gives the lock back; none if this configuration of the store does without locks.
    pub lock_id: Option<String>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// What there is to unlock.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct UnlockRequest<'a> {
    /// The ID of the state.
    pub state_id: &'a str,
    /// What locking it gave.
    pub lock_id: &'a str,
}

/// What came of unlocking.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UnlockResponse {
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}
