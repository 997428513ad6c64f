//! What an environment asks of the network around its subnets, without asking anybody.
//!
//! - [`table`]: the ports of Microsoft's ISE guide, as data.
//! - [`requirements`]: the table as security rules.
//! - [`addresses`], [`prefix`]: sets of addresses, and the texts of rules and routes that name them.
//! - [`surroundings`]: what is around a subnet, as far as it is known, and who is at the far end of traffic.
//! - [`routes`]: route tables, and where they lead traffic.
//! - [`rules`], [`traffic`]: network security groups, and what they do to it; how much passes is a [`verdict`].
//! - [`flows`]: the table held against the groups and the tables.
//! - [`openings`]: the rules that would open what a group closes.

pub mod table;

pub mod requirements;

pub mod addresses;

pub mod prefix;

pub mod surroundings;

pub mod routes;

pub mod rules;

pub mod verdict;

mod outcomes;

pub mod traffic;

pub mod flows;

pub mod openings;
