//! What resources share.

pub(crate) mod arm_type;
pub(crate) mod at_once;
pub(crate) mod claims;
pub(crate) mod environment;
pub(crate) mod existing;
pub(crate) mod replaced;
pub(crate) mod report;
pub(crate) mod rows;
pub(crate) mod tags;
pub(crate) mod wait;
