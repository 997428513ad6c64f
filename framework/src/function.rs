//! What a provider-defined function does.

use crate::diagnostics::{Diagnostic, sentence};
use crate::model::FromValue;
use crate::schema::Text;
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::Value;

/// A pure function: the same arguments give the same result, in any process, configured or not.
///
/// ```
/// use tfplugin_framework::function::{CallRequest, Function, FunctionError, Parameter, Signature};
/// use tfplugin_framework::types::{ty::Type, value::Value};
///
/// struct Upper;
///
/// impl Function for Upper {
///     fn name(&self) -> &str {
///         "upper"
///     }
///
///     fn signature(&self) -> Signature {
///         Signature::new(Type::String).parameter(Parameter::new("text", Type::String))
///     }
///
///     fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
///         let text: String = request.argument(0)?;
///         match text.as_str() {
///             "" => Err(FunctionError::of_argument(0, "The text is empty.")),
///             text => Ok(text.to_uppercase().into()),
///         }
///     }
/// }
/// ```
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
    /// The arguments, which fit the signature: one for each parameter, then as many as there are for the variadic one.
    pub arguments: &'a [Value],
}

impl CallRequest<'_> {
    /// The argument at this position, from 0, as a type that [models](crate::model) may have for a field: `Option` for one that
    /// may be null, `Attr` for one that may be unknown too.
    ///
    /// ```
    /// # use tfplugin_framework::function::{CallRequest, FunctionError};
    /// # use tfplugin_framework::types::value::Value;
    /// // Of a function `join(separator, parts...)`.
    /// fn call(request: CallRequest<'_>) -> Result<Value, FunctionError> {
    ///     let separator: String = request.argument(0)?;
    ///     let parts: Vec<String> = request.arguments_from(1)?;
    ///     Ok(parts.join(&separator).into())
    /// }
    /// ```
    pub fn argument<T: FromValue>(&self, position: usize) -> Result<T, FunctionError> {
        let Some(argument) = self.arguments.get(position) else {
            let message = format!(
                "The provider looks for an argument at position {position}, and its signature has none there. This is a bug in the \
                 provider. Please report it."
            );
            return Err(FunctionError::new(message));
        };
        T::from_value(argument, &Path::root())
            .map_err(|error| FunctionError::of_argument(position, sentence(&error.to_string())))
    }

    /// All arguments from this position on, for those of a variadic parameter.
    pub fn arguments_from<T: FromValue>(&self, position: usize) -> Result<Vec<T>, FunctionError> {
        (position..self.arguments.len())
            .map(|position| self.argument(position))
            .collect()
    }
}

/// What a function takes and gives.
///
/// ```
/// use tfplugin_framework::function::{Parameter, Signature};
/// use tfplugin_framework::types::ty::Type;
///
/// let signature = Signature::new(Type::String)
///     .parameter(Parameter::new("separator", Type::String).doc("What goes between."))
///     .variadic(Parameter::new("parts", Type::String).doc("What is joined."))
///     .summary("Joins texts")
///     .doc("Joins texts with a separator between them.");
/// assert_eq!(signature.parameters.len(), 1);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Signature {
    /// The arguments in order.
    pub parameters: Vec<Parameter>,
    /// Any number of further arguments.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
    /// What it is, in a few words.
    pub summary: Text,
    /// What it does, in Markdown.
    pub description: Text,
    /// What to use instead, once it is deprecated.
    pub deprecation_message: Option<Text>,
}

impl Signature {
    /// A function without arguments.
    pub fn new(returns: Type) -> Self {
        Self {
            parameters: Vec::new(),
            variadic: None,
            returns,
            summary: Text::default(),
            description: Text::default(),
            deprecation_message: None,
        }
    }

    /// What to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<Text>) -> Self {
        self.deprecation_message = Some(message.into());
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Any number of further arguments.
    #[must_use]
    pub fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<Text>) -> Self {
        self.summary = summary.into();
        self
    }

    /// What it does, in Markdown.
    #[must_use]
    pub fn doc(mut self, description: impl Into<Text>) -> Self {
        self.description = description.into();
        self
    }
}

/// One argument. Unless it says otherwise, Terraform reports nulls itself and does not call with unknowns.
///
/// ```
/// use tfplugin_framework::function::Parameter;
/// use tfplugin_framework::types::ty::Type;
///
/// let parameter = Parameter::new("value", Type::Dynamic).allow_null_value().allow_unknown_values().doc("Anything.");
/// assert!(parameter.allow_null_value && parameter.allow_unknown_values);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name, for messages.
    pub name: Text,
    /// Its type.
    pub ty: Type,
    /// Whether it may be null.
    pub allow_null_value: bool,
    /// Whether the function is called with it unknown, or with something unknown in it.
    pub allow_unknown_values: bool,
    /// What it means, in Markdown.
    pub description: Text,
}

impl Parameter {
    /// An argument of this type.
    pub fn new(name: impl Into<Text>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            allow_null_value: false,
            allow_unknown_values: false,
            description: Text::default(),
        }
    }

    /// It may be null.
    #[must_use]
    pub fn allow_null_value(mut self) -> Self {
        self.allow_null_value = true;
        self
    }

    /// The function is called also while it is unknown, and then has to know what of its result is known.
    #[must_use]
    pub fn allow_unknown_values(mut self) -> Self {
        self.allow_unknown_values = true;
        self
    }

    /// What it means, in Markdown.
    #[must_use]
    pub fn doc(mut self, description: impl Into<Text>) -> Self {
        self.description = description.into();
        self
    }
}

/// Why a function has no result.
///
/// ```
/// use tfplugin_framework::function::FunctionError;
///
/// let error = FunctionError::of_argument(1, "The second text is longer than the first.");
/// assert_eq!(error.argument, Some(1));
/// assert_eq!(FunctionError::new("There is nothing to join.").argument, None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionError {
    /// What is wrong and what would be right, as a sentence. Terraform puts words before it, and the last full stop.
    pub message: String,
    /// The position of the argument at fault, from 0.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// An error of no particular argument.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            argument: None,
        }
    }

    /// An error of the argument at this position, from 0.
    pub fn of_argument(position: usize, message: impl Into<String>) -> Self {
        Self {
            argument: Some(position),
            ..Self::new(message)
        }
    }
}

impl From<Diagnostic> for FunctionError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::new(diagnostic.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::attr::Attr;

    #[test]
    fn arguments_have_the_types_of_models() {
        let arguments = [
            "a".into(),
            Value::Null,
            Value::unknown(),
            Value::strings(["b"]),
            Value::from(vec![Value::from(1)]),
        ];
        let request = CallRequest {
            arguments: &arguments,
        };
        assert_eq!(request.argument(0), Ok("a".to_owned()));
        assert_eq!(request.argument(1), Ok(None::<String>));
        assert_eq!(request.argument(2), Ok(Attr::<String>::Unknown));
        assert_eq!(request.argument(3), Ok(vec!["b".to_owned()]));
        assert_eq!(
            request.arguments_from::<Value>(4),
            Ok(vec![arguments[4].clone()])
        );
        assert_eq!(request.arguments_from::<String>(5), Ok(vec![]));
    }

    #[test]
    fn an_argument_of_another_type_is_an_error_at_its_position() {
        let arguments = ["a".into(), Value::from(vec![Value::from("b")])];
        let request = CallRequest {
            arguments: &arguments,
        };
        let error = request.argument::<bool>(0).expect_err("a text");
        assert_eq!(error.argument, Some(0));
        let error = request.arguments_from::<Vec<i64>>(1).expect_err("texts");
        assert_eq!(error.argument, Some(1));
        assert!(error.message.starts_with("[0]: "), "{}", error.message);
        let error = request.argument::<Value>(2).expect_err("there is none");
        assert_eq!(error.argument, None);
        assert!(error.message.contains("position 2"), "{}", error.message);
    }
}
