//! The Azure Resource Manager client.
//!
//! A [`Client`] belongs to one provider configuration. An operation takes a [`Session`] of it, bounded by a deadline and
//! by cancellation, and with it reads, writes and waits. Requests are built, errors read, retries decided and
//! operations judged by functions without IO; only `exchange`, `transport`, `wait`, `metadata`, `file` and `credentials` do any.
//!
//! Knows nothing of Terraform.

mod resource_id;
mod resource_type;

mod api;
mod client;
mod confirm;
mod modify;
mod session;
mod wait;

mod exchange;
mod transport;

mod operation;
mod request;
mod response;
mod retry;

mod error;
mod error_body;
mod stranger;

pub mod arguments;
pub mod cloud;
pub mod credentials;
mod file;
mod given;
mod location;
mod lock;
mod metadata;
mod partner_id;
mod trace;
mod user_agent;

#[cfg(test)]
pub(crate) mod test_server;

pub use self::api::Api;
#[cfg(test)]
pub(crate) use self::client::Timing;
pub use self::client::{Client, Settings};
pub use self::cloud::Cloud;
pub use self::confirm::{Created, shows};
pub use self::error::Error;
pub use self::error_body::ErrorBody;
pub use self::given::{Given, Mistake};
pub use self::location::Location;
pub use self::lock::LockGuard;
pub use self::metadata::CloudSource;
pub use self::modify::{Modified, Sending};
pub use self::operation::{Intent, Operation, Poll, is_failure, is_success, provisioning_state};
pub use self::request::PutOptions;
pub use self::resource_id::{ParseError, ResourceId};
pub use self::resource_type::ResourceType;
pub use self::session::{Accepted, Session};
pub use self::trace::Trace;
pub use self::wait::{FinalStatus, Intervals};
