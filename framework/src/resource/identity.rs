//! Knowing one remote object from another.

use crate::diagnostics::{Diagnostics, Reported};
use crate::schema::identity::IdentitySchema;
use crate::types::json::RawState;

/// Telling the objects of a type apart, so that users import by more than one text, and lists can show what there is.
///
/// Create and read set the identity in their response. Where they do not, it is that of the state, if all attributes of the
/// identity are there under the same names. Once stored it may not change, except right after an import.
///
/// ```
/// use std::sync::LazyLock;
/// use tfplugin_framework::resource::Identity;
/// use tfplugin_framework::schema::identity::{IdentityAttribute, IdentitySchema};
///
/// static IDENTITY: LazyLock<IdentitySchema> = LazyLock::new(|| IdentitySchema::new(vec![IdentityAttribute::string("path")]));
///
/// struct File;
///
/// impl Identity for File {
///     fn identity_schema(&self) -> &IdentitySchema {
///         &IDENTITY
///     }
///
///     /// A file that is renamed by others is another file, so this says what is said by default.
///     fn is_mutable(&self) -> bool {
///         false
///     }
/// }
/// ```
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
///
/// ```
/// use tfplugin_framework::diagnostics::Reported;
/// use tfplugin_framework::resource::{UpgradeIdentity, UpgradeIdentityRequest, UpgradeIdentityResponse};
///
/// struct File;
///
/// impl UpgradeIdentity for File { // In its `impl Identity`: fn upgrade_identity(&self) -> Option<&dyn UpgradeIdentity> { Some(self) }
///     fn upgrade(&self, request: UpgradeIdentityRequest<'_>, response: &mut UpgradeIdentityResponse) -> Result<(), Reported> {
///         // A state that is older than identities has nothing here: the read that follows sets it.
///         if let (0, Some(name)) = (request.version, response.identity.remove("name")) {
///             response.identity.insert("path".to_owned(), name);
///         }
///         Ok(())
///     }
/// }
/// ```
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
