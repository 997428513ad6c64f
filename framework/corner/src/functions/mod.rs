//! Functions that give back what they are given.

use std::sync::Arc;

use tfplugin_framework::function::{CallRequest, Function, FunctionError, Parameter, Signature};
use tfplugin_framework::types::number::Number;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Value;

use crate::types::Float;

/// A function of one argument, or of any number of them.
struct Identity {
    name: &'static str,
    parameter: &'static str,
    ty: Type,
    call: fn(&Value) -> Result<Value, String>,
}

impl Function for Identity {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> Signature {
        Signature::new(self.ty.clone()).parameter(Parameter::new(self.parameter, self.ty.clone()))
    }

    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
        let argument = request.arguments.first().unwrap_or(&Value::Null);
        (self.call)(argument).map_err(|message| FunctionError::of_argument(0, message))
    }
}

/// A function that makes a list of its arguments.
struct Variadic {
    name: &'static str,
    parameter: &'static str,
    element: Type,
    returns: Type,
    call: fn(&[Value]) -> Value,
}

impl Function for Variadic {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> Signature {
        let parameter = Parameter::new(self.parameter, self.element.clone());
        Signature::new(self.returns.clone()).variadic(parameter)
    }

    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
        Ok((self.call)(request.arguments))
    }
}

/// All of them.
pub fn all() -> Vec<Arc<dyn Function>> {
    let identity = |name, parameter, ty, call| -> Arc<dyn Function> {
        Arc::new(Identity {
            name,
            parameter,
            ty,
            call,
        })
    };
    let object = |attributes: &[(&str, Type)]| Type::object(attributes.iter().cloned());
    let plain = object(&[("attr1", Type::String), ("attr2", Type::Number)]);
    let with_dynamic = object(&[
        ("dynamic_attr1", Type::Dynamic),
        ("dynamic_attr2", Type::Dynamic),
    ]);
    vec![
        identity("bool", "bool_param", Type::Bool, same),
        identity("string", "string_param", Type::String, same),
        identity("int32", "int32_param", Type::Number, int32),
        identity("int64", "int64_param", Type::Number, int64),
        identity("float32", "float32_param", Type::Number, |it| {
            float(it, Float::Single)
        }),
        identity("float64", "float64_param", Type::Number, |it| {
            float(it, Float::Double)
        }),
        identity("number", "number_param", Type::Number, same),
        identity("list", "list_param", Type::list(Type::String), same),
        identity("set", "set_param", Type::set(Type::String), same),
        identity("map", "map_param", Type::map(Type::String), same),
        identity("object", "object_param", plain, same),
        identity("object_with_dynamic", "object_param", with_dynamic, same),
        identity("dynamic", "dynamic_param", Type::Dynamic, same),
        Arc::new(Variadic {
            name: "variadic",
            parameter: "variadic_param",
            element: Type::String,
            returns: Type::list(Type::String),
            call: |arguments| Value::List(arguments.to_vec()),
        }),
        Arc::new(Variadic {
            name: "dynamic_variadic",
            parameter: "dynamic_variadic_param",
            element: Type::Dynamic,
            returns: Type::Dynamic,
            call: tuple,
        }),
    ]
}

fn same(argument: &Value) -> Result<Value, String> {
    Ok(argument.clone())
}

fn int32(argument: &Value) -> Result<Value, String> {
    let number = argument.as_number().and_then(Number::as_i64);
    match number.and_then(|it| i32::try_from(it).ok()) {
        Some(number) => Ok(i64::from(number).into()),
        None => Err("It is not a whole number of 32 bits.".into()),
    }
}

fn int64(argument: &Value) -> Result<Value, String> {
    match argument.as_number().and_then(Number::as_i64) {
        Some(number) => Ok(number.into()),
        None => Err("It is not a whole number of 64 bits.".into()),
    }
}

/// What is too large has no nearest float, and what is too small would become 0.
fn float(argument: &Value, float: Float) -> Result<Value, String> {
    let zero = Number::from(0_i64);
    let number = argument.as_number().unwrap_or(&zero);
    match float.round(number) {
        Some(rounded) if (rounded == zero) == (*number == zero) => Ok(rounded.into()),
        _ => Err(format!(
            "{number} is outside of what such a float can hold."
        )),
    }
}

/// The arguments with the types that they have.
fn tuple(arguments: &[Value]) -> Value {
    let typed = arguments.iter().map(|argument| match argument {
        Value::Dynamic(inner) => (**inner).clone(),
        other => (Type::Dynamic, other.clone()),
    });
    let (types, values) = typed.unzip();
    Value::Dynamic(Box::new((Type::Tuple(types), Value::List(values))))
}
