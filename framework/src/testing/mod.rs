//! A kit for tests of providers: [`Core`] drives one through whole lives as Terraform's core does, without a command line
//! and without a network.
//!
//! Everything goes through the messages of the protocol, so nothing that a provider does is skipped: the schema is the
//! one that Terraform is sent, values are encoded, states are stored as JSON and upgraded before each use, and what a
//! provider answers is held against Terraform's own rules. What Terraform would refuse is an error in its words.
//!
//! ```no_run
//! # async fn example(provider: impl tfplugin_framework::provider::Provider) -> Result<(), tfplugin_framework::testing::Failure> {
//! use serde_json::json;
//! use tfplugin_framework::testing::{Action, Core};
//!
//! let mut core = Core::start(provider).await?;
//! let created = core.apply("memory_thing.a", json!({ "name": "x" })).await?;
//! assert_eq!(created.action, Action::Create);
//! let again = core.plan("memory_thing.a", json!({ "name": "x" })).await?;
//! assert_eq!(again.action, Action::NoOp);
//! core.destroy("memory_thing.a").await?;
//! # Ok(())
//! # }
//! ```

mod failure;
mod model;

mod config;
mod propose;
mod schema;

mod convert;

mod calls;
mod checks;
mod data;
mod difference;
mod instance;
mod list;
mod once;
mod options;
mod plan;
#[cfg(feature = "state-store")]
mod state_store;

mod apply;

mod core;

pub use self::apply::Applied;
pub use self::calls::Source;
pub use self::config::{Config, unknown};
pub use self::core::{Core, Stop};
pub use self::data::DataRead;
pub use self::failure::{Failure, transcript};
pub use self::instance::Instance;
pub use self::list::{Found, Query};
pub use self::model::assert_model_fits;
pub use self::once::{Invoked, Opened};
pub use self::options::Options;
pub use self::plan::{Action, Planned};
pub use self::propose::proposed_new;
#[cfg(feature = "state-store")]
pub use self::state_store::StateStorage;

#[cfg(test)]
mod tests;
