//! Taking over objects that were stored as another type, or by another provider.

use crate::diagnostics::{Diagnostics, Reported};
use crate::private::Private;
use crate::types::json::RawState;
use crate::types::value::Object;

/// Taking over the state of another type or provider, where the user writes `moved`.
pub trait MoveState: Send + Sync {
    /// Sets the target state if it knows the source, without looking at the remote object; the provider is not configured.
    ///
    /// A source that it does not know is left alone: the user is then told so.
    fn move_state(
        &self,
        request: MoveStateRequest<'_>,
        response: &mut MoveStateResponse,
    ) -> Result<(), Reported>;
}

/// What there is to take over.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MoveStateRequest<'a> {
    /// The whole address of the provider that wrote it, such as `registry.terraform.io/hashicorp/random`.
    pub source_provider_address: &'a str,
    /// The type it was stored as.
    pub source_type_name: &'a str,
    /// The version of that type's schema with which it was written.
    pub source_schema_version: i64,
    /// The state as it was stored; `types::json::decode_raw` reads it.
    pub source_state: &'a RawState,
    /// What the other type remembered, if it was one of this framework.
    pub source_private: &'a Private,
    /// The identity as it was stored, if there was one and the client sends it.
    pub source_identity: Option<&'a RawState>,
}

/// What was taken over.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct MoveStateResponse {
    /// The state of the target; none while the source is not known.
    pub target_state: Option<Object>,
    /// What is remembered beside it.
    pub target_private: Private,
    /// The identity, if it is known already.
    pub target_identity: Option<Object>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}
