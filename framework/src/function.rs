//! What a provider-defined function does.

use crate::diagnostics::Diagnostic;
use crate::types::ty::Type;
use crate::types::value::Value;

/// A pure function: the same arguments give the same result, in any process, configured or not.
pub trait Function: Send + Sync {
    /// Its name behind `provider::NAME::`.
    fn name(&self) -> &str;

    /// What it takes and gives.
    fn signature(&self) -> Signature;

    /// Computes the result.
    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError>;
}

/// What there is to compute.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallRequest<'a> {
    /// The arguments, which fit the signature.
    pub arguments: &'a [Value],
}

/// What a function takes and gives.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The arguments in order.
    pub parameters: Vec<Parameter>,
    /// Any number of further arguments.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
    /// What it is, in a few words.
    pub summary: &'static str,
    /// What it does, in Markdown.
    pub description: &'static str,
}

/// One argument. Terraform reports nulls itself and does not call with unknowns.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, for messages.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// What it means, in Markdown.
    pub description: &'static str,
}

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong and what would be right.
    pub message: String,
    /// The position of the argument at fault, from 0.
    pub argument: Option<usize>,
}

impl From<Diagnostic> for FunctionError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            message: diagnostic.detail,
            argument: None,
        }
    }
}
