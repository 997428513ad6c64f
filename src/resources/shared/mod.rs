//! What resources share.

pub(crate) mod environment;
pub(crate) mod existing;
pub(crate) mod report;
pub(crate) mod rows;
pub(crate) mod tags;
pub(crate) mod wait;
