//! The calls about functions.

use tfplugin_proto::v6;

use super::convert;
use super::error::CallError;
use super::state::ServerState;
use crate::function::{FunctionError, Parameter, Signature};
use crate::provider::Provider;
use crate::types::value::Value;

impl<P: Provider> ServerState<P> {
    pub(super) async fn call_function(
        &self,
        request: &v6::call_function::Request,
    ) -> Result<v6::call_function::Response, CallError> {
        let function = self.function(&request.name)?;
        let signature = function.signature();
        let arguments = match arguments(&request.arguments, &signature)? {
            Ok(arguments) => arguments,
            Err(error) => return Ok(failed(error)),
        };
        Ok(match self.engine.call(function, &arguments).await {
            Ok(result) => v6::call_function::Response {
                result: Some(convert::encode(&result, &signature.returns)),
                error: None,
            },
            Err(error) => failed(error),
        })
    }
}

/// The arguments, or what is wrong with one of them that the caller of the function can change.
fn arguments(
    arguments: &[v6::DynamicValue],
    signature: &Signature,
) -> Result<Result<Vec<Value>, FunctionError>, CallError> {
    let least = signature.parameters.len();
    let has_wrong_number = match signature.variadic {
        Some(_) => arguments.len() < least,
        None => arguments.len() != least,
    };
    if has_wrong_number {
        let more = signature.variadic.as_ref().map_or("", |_| " or more");
        return Err(CallError::protocol(format!(
            "has {} arguments for a function that takes {least}{more}",
            arguments.len()
        )));
    }
    let mut values = Vec::new();
    let parameters = signature.parameters.iter();
    let parameters = parameters.chain(signature.variadic.iter().cycle());
    for (position, (argument, parameter)) in arguments.iter().zip(parameters).enumerate() {
        let field = format!("function argument {position}");
        match convert::decode(&field, Some(argument), &parameter.ty) {
            Ok(value) if !is_allowed(&value, parameter) => {
                let words = format!("has a {field} that is null or unknown");
                return Err(CallError::protocol(words));
            }
            Ok(value) => values.push(value),
            Err(CallError::Diagnostic(error)) => {
                return Ok(Err(FunctionError::of_argument(position, error.detail)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Ok(values))
}

/// Whether Terraform calls with such a value.
fn is_allowed(value: &Value, parameter: &Parameter) -> bool {
    let is_null = match value {
        Value::Dynamic(inner) => inner.1.is_null(),
        value => value.is_null(),
    };
    (parameter.allow_null_value || !is_null)
        && (parameter.allow_unknown_values || value.is_wholly_known())
}

fn failed(error: FunctionError) -> v6::call_function::Response {
    let argument = error.argument;
    // Terraform makes a sentence of it, and ends that itself.
    let text = error.message.strip_suffix('.').unwrap_or(&error.message);
    v6::call_function::Response {
        result: None,
        error: Some(v6::FunctionError {
            text: text.to_owned(),
            function_argument: argument.and_then(|position| i64::try_from(position).ok()),
        }),
    }
}
