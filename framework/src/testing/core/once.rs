//! What leaves no state.

use tfplugin_proto::v6::provider_server::Provider as Service;

use super::{Core, no_type};
use crate::diagnostics::Diagnostic;
use crate::testing::config::Config;
use crate::testing::failure::Failure;
use crate::testing::once::{Invoked, Opened};
use crate::types::value::Value;

impl<S: Service> Core<S> {
    /// Opens an ephemeral resource.
    pub async fn open(
        &self,
        type_name: &str,
        config: impl Into<Config>,
    ) -> Result<Opened, Failure> {
        let of = self.schemas.ephemeral_resources.get(type_name);
        let of = of.ok_or_else(|| no_type("ephemeral resource", type_name))?;
        let config = config.into().decode(&of.schema)?;
        self.calls.open(of, &config, self.options).await
    }

    /// Renews an ephemeral resource, as Terraform does once its time has come.
    pub async fn renew(&self, opened: &mut Opened) -> Result<(), Failure> {
        self.calls.renew(opened).await
    }

    /// Closes an ephemeral resource.
    pub async fn close(&self, opened: Opened) -> Result<Vec<Diagnostic>, Failure> {
        self.calls.close(opened).await
    }

    /// Validates, plans and invokes an action.
    pub async fn invoke(
        &self,
        type_name: &str,
        config: impl Into<Config>,
    ) -> Result<Invoked, Failure> {
        let of = self.schemas.actions.get(type_name);
        let of = of.ok_or_else(|| no_type("action", type_name))?;
        let config = config.into().decode(&of.schema)?;
        self.calls.invoke(of, &config, self.options).await
    }

    /// Calls a function.
    pub async fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, Failure> {
        let function = self.schemas.functions.get(name);
        let function = function.ok_or_else(|| no_type("function", name))?;
        let fixed = function.parameters.iter();
        let types = fixed.chain(function.variadic.iter().cycle());
        let mut values = Vec::new();
        for (position, (argument, parameter)) in arguments.iter().zip(types).enumerate() {
            if argument.is_null() && !parameter.allow_null_value {
                let detail = format!("{name}: argument {position} must not be null.");
                return Err(Failure::new("Invalid function argument", detail));
            }
            if !argument.is_wholly_known() && !parameter.allow_unknown_values {
                // Terraform does not call then.
                return Ok(Value::unknown());
            }
            values.push((argument.clone(), &parameter.ty));
        }
        let returns = &function.returns;
        self.calls.call(name, values, returns).await
    }
}
