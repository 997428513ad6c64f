//! Attributes in the JSON of the remote object: reading them out, and writing what changes of them.
//!
//! Writing touches only what a plan changes, so that members nobody modelled, what others changed meanwhile, and the form
//! that the service gave to the rest, survive every update.

mod elements;
mod empty;
mod fill;
mod json;
mod meaning;
mod members;
pub(super) mod overwritten;
mod read;
mod write;

pub use self::empty::empty_for_null;
pub use self::fill::fill_unknowns;
pub use self::json::{from_json, to_json};
pub use self::meaning::same_bodies;
pub use self::members::write_members;
pub use self::overwritten::Overwritten;
pub use self::read::read;
pub use self::write::{Change, write};

#[cfg(test)]
mod tests;
