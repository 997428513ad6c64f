//! The calls about functions.

use tfplugin_proto::v6;

use super::convert;
use super::inner::Inner;
use crate::diagnostics::Diagnostic;
use crate::engine::panic::catch;
use crate::function::FunctionError;
use crate::provider::Provider;

impl<P: Provider> Inner<P> {
    pub(super) async fn call_function(
        &self,
        request: &v6::call_function::Request,
    ) -> v6::call_function::Response {
        match catch(self.call(request))
            .await
            .map_err(FunctionError::from)
            .flatten()
        {
            Ok(result) => v6::call_function::Response {
                result: Some(result),
                error: None,
            },
            Err(error) => v6::call_function::Response {
                result: None,
                error: Some(function_error(error)),
            },
        }
    }

    async fn call(
        &self,
        request: &v6::call_function::Request,
    ) -> Result<v6::DynamicValue, FunctionError> {
        let function = self.registry.function(&request.name)?;
        let signature = function.signature();
        let mut arguments = Vec::new();
        for (position, argument) in request.arguments.iter().enumerate() {
            let parameter = signature
                .parameters
                .get(position)
                .or(signature.variadic.as_ref());
            let Some(parameter) = parameter else {
                return Err(FunctionError {
                    message: format!(
                        "{} takes {} arguments.",
                        request.name,
                        signature.parameters.len()
                    ),
                    argument: Some(position),
                });
            };
            let value = convert::decode(Some(argument), &parameter.ty)
                .map_err(|error| bad_argument(position, error))?;
            arguments.push(value);
        }
        let result = self.engine.call(function, &arguments).await?;
        Ok(convert::encode(&result, &signature.returns))
    }
}

fn bad_argument(position: usize, error: Diagnostic) -> FunctionError {
    FunctionError {
        message: error.detail,
        argument: Some(position),
    }
}

fn function_error(error: FunctionError) -> v6::FunctionError {
    v6::FunctionError {
        text: error.message,
        function_argument: error
            .argument
            .and_then(|position| i64::try_from(position).ok()),
    }
}
