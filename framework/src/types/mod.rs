//! Values, their types, and the two forms in which they are sent and stored.

pub mod number;
pub mod path;
pub mod refinement;
pub mod ty;
pub mod value;

pub mod attr;

pub mod decode;
pub mod json;
pub mod msgpack;
