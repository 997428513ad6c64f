//! What a provider offers, by name.

use crate::data_source::DataSource;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::function::{Function, FunctionError};
use crate::provider::Provider;
use crate::resource::Resource;

/// The managed resource of this type.
pub fn resource<P: Provider>(
    provider: &P,
    type_name: &str,
) -> Result<&'static dyn Resource<P::Client>, Diagnostics> {
    let mut resources = provider.resources().iter().copied();
    let found = resources.find(|resource| resource.name() == type_name);
    found.ok_or_else(|| unknown_type("resource", type_name))
}

/// The data source of this type.
pub fn data_source<P: Provider>(
    provider: &P,
    type_name: &str,
) -> Result<&'static dyn DataSource<P::Client>, Diagnostics> {
    let mut data_sources = provider.data_sources().iter().copied();
    let found = data_sources.find(|data_source| data_source.name() == type_name);
    found.ok_or_else(|| unknown_type("data source", type_name))
}

/// The function of this name.
pub fn function<P: Provider>(
    provider: &P,
    name: &str,
) -> Result<&'static dyn Function, FunctionError> {
    let mut functions = provider.functions().iter().copied();
    let found = functions.find(|function| function.name() == name);
    found.ok_or_else(|| FunctionError {
        message: format!("This provider has no function {name}."),
        argument: None,
    })
}

fn unknown_type(kind: &str, type_name: &str) -> Diagnostics {
    Diagnostic::error(
        format!("Unknown {kind} type"),
        format!("This release of the provider has no {kind} type {type_name:?}."),
    )
    .into()
}
