//! Calling a function.

use super::panic::catch;
use super::{Engine, bug};
use crate::function::{CallRequest, Function, FunctionError};
use crate::types::value::Value;

impl Engine {
    /// Calls the function with arguments that fit its signature.
    pub async fn call(
        &self,
        function: &dyn Function,
        arguments: &[Value],
    ) -> Result<Value, FunctionError> {
        let returns = function.signature().returns;
        let result = catch(async { function.call(CallRequest { arguments }) }).await??;
        if result.is_of(&returns) {
            return Ok(result);
        }
        let finding = format!("The result of {} is none of its type", function.name());
        Err(bug(&finding).into())
    }
}
