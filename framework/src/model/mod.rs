//! Objects as structs: each attribute a field, with its Rust type.
//!
//! ```
//! use tfplugin_framework::model::{Model, WholeModel};
//! use tfplugin_framework::types::attr::Attr;
//! use tfplugin_framework::types::value::Object;
//!
//! #[derive(Model)]
//! struct File {
//!     path: String,
//!     content: Option<String>,
//!     size: Attr<i64>,
//! }
//!
//! # fn main() -> Result<(), tfplugin_framework::diagnostics::Diagnostic> {
//! # use tfplugin_framework::types::value::Value;
//! # let attributes = [("path", "/tmp/a".into()), ("content", Value::Null), ("size", Value::unknown())];
//! # let plan: Object = attributes.into_iter().collect();
//! let mut file: File = plan.model()?;
//! assert!(file.size.is_unknown());
//! file.size = Attr::Known(0);
//! let state = file.into_object();
//! # assert_eq!(state.get("size"), &0_i64.into());
//! # Ok(())
//! # }
//! ```
//!
//! What a field's type says of null and unknown:
//!
//! | type | null | unknown | for |
//! |---|---|---|---|
//! | `T` | an error | an error | required attributes, and blocks that are never null |
//! | `Option<T>` | `None` | an error | optional attributes where all that the user writes is known: create, read, update, delete |
//! | `Attr<T>` | `Attr::Null` | `Attr::Unknown` | everything, above all what is computed, as is what has a default |
//!
//! `T` is a string, a bool, a number (`i64`, `u64`, `i32`, `u32`, `u16`, `usize`, `f64`, [`Number`]), `Vec` for lists, `BTreeSet` for sets,
//! `BTreeMap<String, _>` for maps, another model for nested objects, or [`Value`] for anything. Elements of sets are [`Ord`], so a model in a set derives it. An
//! error names the path.
//! `testing::assert_model_fits` finds in a test whatever in a model does not fit its schema.

mod traits;

mod convert;

pub use self::traits::{Field, FromValue, IntoValue, Model, Shape, WholeModel, read_attribute};
pub use tfplugin_framework_derive::Model;

#[cfg(doc)]
use crate::types::{number::Number, value::Value};

#[cfg(test)]
mod tests;
