//! Rules that take a whole configuration: of a resource, a data source or the provider block.

use crate::diagnostics::Diagnostics;
use crate::types::value::Object;

/// Rules between attributes, offline.
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
