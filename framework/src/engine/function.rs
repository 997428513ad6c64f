//! Calling a function.

use super::Engine;
use super::panic::catch;
use crate::function::{CallRequest, Function, FunctionError};
use crate::types::value::Value;

impl Engine {
    /// Calls the function with arguments that fit its signature.
    pub async fn call(
        &self,
        function: &dyn Function,
        arguments: &[Value],
    ) -> Result<Value, FunctionError> {
        catch(async { function.call(CallRequest { arguments }) }).await?
    }
}
