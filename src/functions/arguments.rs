//! Arguments as the functions read them.

use tfplugin_framework::diagnostics::sentence;
use tfplugin_framework::function::{CallRequest, FunctionError, Parameter};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Value;

use crate::validate::cidr::Cidr;

/// The parameter of a function that takes one address block.
pub(super) fn cidr_parameter(description: &'static str) -> Parameter {
    Parameter::new("cidr", Type::String).doc(description)
}

/// The address block that the first argument is.
pub(super) fn cidr(request: &CallRequest<'_>) -> Result<Cidr, FunctionError> {
    Cidr::parse(text(request)).map_err(wrong)
}

/// The text that the first argument is.
pub(super) fn text<'a>(request: &CallRequest<'a>) -> &'a str {
    let first = request.arguments.first();
    first.and_then(Value::as_str).unwrap_or_default()
}

/// What is wrong with the first argument.
pub(super) fn wrong(words: impl AsRef<str>) -> FunctionError {
    FunctionError::of_argument(0, sentence(words.as_ref()))
}
