//! What an environment asks of the network around its subnets, without asking anybody.
//!
//! - [`table`]: the ports of Microsoft's ISE guide, as data.
//! - [`requirements`]: the table as security rules.

pub mod table;

pub mod requirements;
