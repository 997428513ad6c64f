//! The part that is the same for every ARM type.

pub(crate) mod asynchronous;
pub(crate) mod authorization;
pub(crate) mod call;
pub(crate) mod clock;
pub(crate) mod definition;
pub(crate) mod directory;
pub(crate) mod dispatch;
pub(crate) mod error;
pub(crate) mod filter;
pub(crate) mod glob;
pub(crate) mod id;
pub(crate) mod json;
pub(crate) mod limits;
pub(crate) mod locks;
pub(crate) mod metrics;
pub(crate) mod operations;
pub(crate) mod paging;
mod providers;
pub(crate) mod random;
pub(crate) mod render;
pub(crate) mod resource;
pub(crate) mod response;
mod scope;
pub(crate) mod store;
pub(crate) mod tracked;
pub(crate) mod versions;
pub(crate) mod world;
