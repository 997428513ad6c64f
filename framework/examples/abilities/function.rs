//! A function: it computes, and asks nobody.

use tfplugin_framework::function::{CallRequest, Function, FunctionError, Parameter, Signature};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Value;

pub(crate) struct Extension;

impl Function for Extension {
    fn name(&self) -> &str {
        "extension"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::String)
            .parameter(Parameter::new("path", Type::String).doc("The path of a file."))
            .summary("The extension of a file's name")
            .doc("The extension of a file's name: what follows its last dot. Null if it has none.")
    }

    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
        // Arguments fit the signature, as a model fits a schema.
        let path: String = request.argument(0)?;
        if path.is_empty() || path.ends_with('/') {
            return Err(FunctionError::of_argument(0, format!("{path:?} has no name of a file at its end.")));
        }
        let extension = std::path::Path::new(&path).extension();
        Ok(extension.and_then(|it| it.to_str()).map(str::to_owned).into())
    }
}
