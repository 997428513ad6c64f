//! Taking over objects that were stored as another type, or by another provider.

use crate::diagnostics::{Diagnostics, Reported};
use crate::private::Private;
use crate::types::json::RawState;
use crate::types::value::Object;

/// Taking over the state of another type or provider, where the user writes `moved`.
///
/// ```
/// use tfplugin_framework::diagnostics::{Diagnostic, Report, Reported};
/// use tfplugin_framework::resource::{MoveState, MoveStateRequest, MoveStateResponse};
/// use tfplugin_framework::types::{json::decode_raw, ty::Type, value::Value};
///
/// struct File;
///
/// impl MoveState for File {
///     fn move_state(&self, request: MoveStateRequest<'_>, response: &mut MoveStateResponse) -> Result<(), Reported> {
///         let is_known = request.source_provider_address.ends_with("/hashicorp/local") && request.source_type_name == "local_file";
///         if is_known {
///             let ty = Type::object([("filename", Type::String), ("content", Type::String)]);
///             let moved = decode_raw(request.source_state, &ty);
///             let moved = moved.map_err(|error| Diagnostic::error("Unusable state", error.to_string()));
///             if let Value::Object(file) = moved.report(&mut response.diagnostics)? {
///                 let target = [("path", file.get("filename").clone()), ("content", file.get("content").clone())];
///                 response.target_state = Some(target.into_iter().collect());
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
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
