//! Rules that take a whole configuration: of a resource, a data source or the provider block.

use crate::diagnostics::Diagnostics;
use crate::types::value::Object;

/// Rules between attributes, offline.
///
/// ```
/// use tfplugin_framework::diagnostics::Diagnostics;
/// use tfplugin_framework::types::path::Path;
/// use tfplugin_framework::validate_config::{ValidateConfig, ValidateConfigRequest};
///
/// struct File;
///
/// impl ValidateConfig for File {
///     fn validate(&self, request: ValidateConfigRequest<'_>, diagnostics: &mut Diagnostics) {
///         // `str` is none for what is null or unknown, so nothing is said of these.
///         if let (Some(path), Some("")) = (request.config.str("path"), request.config.str("content")) {
///             let detail = format!("{path} would be empty.");
///             diagnostics.add_attribute_error(Path::attribute("content"), "Empty file", detail);
///         }
///     }
/// }
/// ```
pub trait ValidateConfig: Send + Sync {
    /// Looks at a configuration. Nothing found may depend on an unknown value.
    fn validate(&self, request: ValidateConfigRequest<'_>, diagnostics: &mut Diagnostics);
}

/// What there is to validate.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ValidateConfigRequest<'a> {
    /// What the user wrote.
    pub config: &'a Object,
}
