//! What a model is, and what its fields are.

use crate::diagnostics::Diagnostic;
use crate::types::decode::DecodeError;
use crate::types::path::Path;
use crate::types::value::{Object, Value};

/// A Rust type that holds values of Terraform's.
///
/// Implement it, with [`IntoValue`], for types that models use beside those that have it: an enum of choices, an address.
///
/// ```
/// use tfplugin_framework::model::{FromValue, IntoValue, Model, Shape};
/// use tfplugin_framework::types::{decode::DecodeError, path::Path, value::{Object, Value}};
///
/// #[derive(Debug, PartialEq)]
/// enum Kind {
///     Text,
///     Binary,
/// }
///
/// impl FromValue for Kind {
///     fn shape() -> Shape {
///         Shape::String
///     }
///
///     fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError> {
///         match value.as_str() {
///             Some("text") => Ok(Self::Text),
///             Some("binary") => Ok(Self::Binary),
///             _ => Err(DecodeError::malformed(path, "it is neither text nor binary")),
///         }
///     }
/// }
///
/// impl IntoValue for Kind {
///     fn into_value(self) -> Value {
///         match self {
///             Self::Text => "text".into(),
///             Self::Binary => "binary".into(),
///         }
///     }
/// }
///
/// #[derive(Model)]
/// struct File {
///     kind: Kind,
/// }
/// let object: Object = [("kind", "text")].into_iter().collect();
/// assert_eq!(object.model::<File>()?.kind, Kind::Text);
/// assert_eq!(Kind::Binary.into_value(), "binary".into());
/// # Ok::<(), tfplugin_framework::diagnostics::Diagnostic>(())
/// ```
pub trait FromValue: Sized {
    /// What it takes.
    fn shape() -> Shape;

    /// Reads the value at `path`.
    fn from_value(value: &Value, path: &Path) -> Result<Self, DecodeError>;
}

/// A Rust type that becomes a value of Terraform's.
///
/// There is an example beside [`FromValue`].
///
/// ```
/// use tfplugin_framework::model::IntoValue;
/// use tfplugin_framework::types::value::Value;
///
/// assert_eq!(vec!["a".to_owned()].into_value(), Value::strings(["a"]));
/// assert_eq!(None::<String>.into_value(), Value::Null);
/// ```
pub trait IntoValue {
    /// The value.
    fn into_value(self) -> Value;
}

/// A struct whose fields are attributes of an object; see `#[derive(Model)]`.
///
/// ```
/// use tfplugin_framework::model::Model;
/// use tfplugin_framework::types::value::{Object, Value};
///
/// #[derive(Model)]
/// #[model(partial)]
/// struct Owner {
///     #[model(name = "type")]
///     kind: String,
///     name: Option<String>,
/// }
/// let attributes = [("type", "user".into()), ("name", Value::Null), ("id", 7.into())];
/// let mut object: Object = attributes.into_iter().collect();
/// let mut owner: Owner = object.model()?;
/// owner.name = Some("ann".into());
/// owner.write_to(&mut object);
/// assert_eq!((object.str("name"), object.get("id")), (Some("ann"), &7.into()));
/// # Ok::<(), tfplugin_framework::diagnostics::Diagnostic>(())
/// ```
pub trait Model: Sized {
    /// Whether the object has attributes beside these.
    const IS_PARTIAL: bool;

    /// The attributes, with what the struct takes of each.
    fn fields() -> Vec<Field>;

    /// The struct with the attributes of an object, which is at `path`.
    fn from_attributes(object: &Object, path: &Path) -> Result<Self, DecodeError>;

    /// The values of the attributes.
    fn into_attributes(self) -> Vec<(&'static str, Value)>;

    /// The struct with the attributes of a whole object.
    fn from_object(object: &Object) -> Result<Self, Diagnostic> {
        Self::from_attributes(object, &Path::root()).map_err(|error| {
            Diagnostic::error("Unusable value", format!("{error}.")).at(error.path)
        })
    }

    /// Puts the values into an object, and leaves its other attributes as they are.
    fn write_to(self, object: &mut Object) {
        for (name, value) in self.into_attributes() {
            object.set(name, value);
        }
    }
}

/// A model that has all attributes of its objects: not one that is `#[model(partial)]`.
///
/// ```
/// use tfplugin_framework::model::{Model, WholeModel};
///
/// #[derive(Model)]
/// struct Identity {
///     path: String,
/// }
/// let identity = Identity { path: "a.txt".into() }.into_object();
/// assert_eq!(identity.str("path"), Some("a.txt"));
/// ```
pub trait WholeModel: Model {
    /// The object.
    fn into_object(self) -> Object {
        self.into_attributes().into_iter().collect()
    }
}

impl Object {
    /// The object as a struct, or an error that names the attribute that the struct cannot hold.
    pub fn model<M: Model>(&self) -> Result<M, Diagnostic> {
        M::from_object(self)
    }
}

/// Reads one attribute of an object, which is at `path`; for what the derive macro writes.
pub fn read_attribute<T: FromValue>(
    object: &Object,
    name: &str,
    path: &Path,
) -> Result<T, DecodeError> {
    let path = path.with_attribute(name);
    match object.find(name) {
        Some(value) => T::from_value(value, &path),
        None => {
            let message = "the provider's schema has no such attribute";
            Err(DecodeError::malformed(&path, message))
        }
    }
}

/// One field of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The attribute's name.
    pub name: &'static str,
    /// What the field takes.
    pub shape: Shape,
}

impl Field {
    /// A field of type `T`.
    pub fn of<T: FromValue>(name: &'static str) -> Self {
        Self {
            name,
            shape: T::shape(),
        }
    }
}

/// What a Rust type takes of Terraform's values.
///
/// ```
/// use tfplugin_framework::model::{FromValue, Shape};
/// use tfplugin_framework::types::value::Value;
///
/// assert_eq!(Value::shape(), Shape::Any);
/// assert_eq!(Option::<String>::shape(), Shape::Option(Box::new(Shape::String)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Anything.
    Any,
    /// Text.
    String,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A list of these.
    List(Box<Shape>),
    /// A set of these.
    Set(Box<Shape>),
    /// These under string keys.
    Map(Box<Shape>),
    /// An object with these attributes, and no others.
    Object(Vec<Field>),
    /// This, or null.
    Option(Box<Shape>),
    /// This, null or unknown.
    Attr(Box<Shape>),
}

impl Shape {
    /// What it takes where there is a value.
    pub fn of_known(&self) -> &Self {
        match self {
            Self::Option(shape) | Self::Attr(shape) => shape.of_known(),
            shape => shape,
        }
    }
}
