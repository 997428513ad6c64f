//! Knowing one remote object from another.

use crate::diagnostics::{Diagnostics, Reported};
use crate::schema::identity::IdentitySchema;
use crate::types::json::RawState;

/// Telling the objects of a type apart, so that users import by more than one text, and lists can show what there is.
///
/// Create and read set the identity in their response. Once stored it may not change, except right after an import.
pub trait Identity: Send + Sync {
    /// Its attributes.
    fn identity_schema(&self) -> &IdentitySchema;

    /// Whether the identity of an object may change while the object stays the same.
    fn is_mutable(&self) -> bool {
        false
    }

    /// How identities of older versions of the schema are brought up to date, once there are any.
    fn upgrade_identity(&self) -> Option<&dyn UpgradeIdentity> {
        None
    }
}

/// Bringing identities of older versions of a schema up to date.
pub trait UpgradeIdentity: Send + Sync {
    /// Brings an identity into the shape of the current schema, without looking at the remote object.
    fn upgrade(
        &self,
        request: UpgradeIdentityRequest<'_>,
        response: &mut UpgradeIdentityResponse,
    ) -> Result<(), Reported>;
}

/// What there is to upgrade.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct UpgradeIdentityRequest<'a> {
    /// The version of the schema with which the identity was written.
    pub version: i64,
    /// The identity as it was stored; with nothing in it if the state is older than identities.
    pub identity: &'a RawState,
}

/// An identity on its way to the current version.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UpgradeIdentityResponse {
    /// The identity, which starts as it was stored.
    pub identity: RawState,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}
