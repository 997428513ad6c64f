//! What happens between Terraform and an author's code: one file for each thing that happens.
//!
//! Nothing here knows a message of the protocol or does IO of its own. Whatever an author's code does – panic, return
//! unknown values, forget what it made – ends here as a diagnostic beside the state that was reached.

pub mod configure;

pub mod action;
pub mod apply;
#[cfg(feature = "state-store")]
pub mod chunks;
pub mod data_source;
pub mod ephemeral;
pub mod function;
pub mod generate_config;
pub mod identity;
pub mod import;
pub mod list;
pub mod move_state;
pub mod plan;
pub mod read;
#[cfg(feature = "state-store")]
pub mod state_store;
pub mod upgrade;
pub mod validate;

pub mod consistency;
mod deferral;
pub mod panic;
pub mod registry;
mod state;
mod timeouts;

use crate::deferral::DeferredReason;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::private::Private;
use crate::provider::Provider;
use crate::schema::{Row, Schema};
use crate::types::value::Object;
use registry::Registry;

/// The engine, with what may be chosen about it.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// Whether answers are held against Terraform's own rules before they are given. A finding is then an error, where
    /// a user would see Terraform's "Provider produced …". On by default in debug builds, so in all tests.
    pub self_checks: bool,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            self_checks: cfg!(debug_assertions),
        }
    }
}

/// What is to be stored about an object after something happened to it.
#[derive(Clone, Debug)]
pub struct StateResponse {
    /// The object; none if there is none.
    pub object: Option<Object>,
    /// What tells it from others, for a type that has an identity.
    pub identity: Option<Object>,
    /// What is remembered about it.
    pub private: Private,
    /// Why the answer is put off, if it is.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// What an object is to become.
#[derive(Clone, Debug)]
pub enum Change {
    /// It is created, or updated.
    Put {
        /// What the user wrote.
        config: Object,
        /// The state before; none for a create.
        prior: Option<Object>,
        /// The state after: proposed to a plan, or planned for an apply.
        planned: Object,
    },
    /// It is deleted.
    Delete {
        /// The state before.
        prior: Object,
    },
}

impl Engine {
    /// What is wrong with what a provider offers: names that are there twice and, if answers are checked, schemas that
    /// Terraform would refuse.
    pub fn check_provider<P: Provider>(
        &self,
        provider: &P,
        registry: &Registry<P::Data>,
    ) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        diagnostics.extend(registry.duplicates().map(|finding| bug(&finding)));
        if !self.self_checks {
            return diagnostics;
        }
        let resources = registry.resources().iter();
        let data_sources = registry.data_sources().iter();
        let resources = resources.map(|it| (it.type_name(), it.schema(), true));
        let data_sources = data_sources.map(|it| (it.type_name(), it.schema()));
        let ephemeral_resources = registry.ephemeral_resources().iter();
        let actions = registry.actions().iter();
        let meta = provider.meta_schema().map(|it| ("provider_meta", it));
        let all = [("provider", provider.schema())].into_iter();
        let all = all.chain(meta).chain(data_sources);
        let all = all.chain(ephemeral_resources.map(|it| (it.type_name(), it.schema())));
        let all = all.chain(actions.map(|it| (it.type_name(), it.schema())));
        let list_resources = registry.list_resources().iter();
        let all = all.chain(list_resources.map(|it| (it.type_name(), it.schema())));
        #[cfg(feature = "state-store")]
        let state_stores = registry.state_stores().iter();
        #[cfg(feature = "state-store")]
        let all = all.chain(state_stores.map(|it| (it.type_name(), it.schema())));
        let all = all.map(|(name, schema)| (name, schema, false));
        for (name, schema, is_resource) in all.chain(resources) {
            let mut findings = schema.validate_implementation();
            if !is_resource {
                findings.extend(computed_blocks(schema));
            }
            let findings = findings.iter();
            diagnostics.extend(findings.map(|it| bug(&format!("Schema of {name}: {it}"))));
        }
        for list in registry.list_resources() {
            let name = list.type_name();
            let identity = registry.resource(name).map(|it| it.identity().is_some());
            if identity != Some(true) {
                let finding = format!("{name} is listed, but is no resource with an identity");
                diagnostics.fail(bug(&finding));
            }
        }
        for resource in registry.resources() {
            let name = resource.type_name();
            let findings = resource.identity();
            let findings = findings.map(|it| it.identity_schema().validate_implementation());
            let findings = findings.unwrap_or_default();
            let findings = findings.iter();
            diagnostics.extend(findings.map(|it| bug(&format!("Identity of {name}: {it}"))));
        }
        diagnostics
    }

    /// Adds what `check` finds, if answers are checked; one that is an error already need not be consistent.
    fn self_check(self, diagnostics: &mut Diagnostics, check: impl FnOnce() -> Vec<String>) {
        if self.self_checks && !diagnostics.has_error() {
            diagnostics.extend(check().iter().map(|finding| bug(finding)));
        }
    }
}

/// Terraform leaves blocks to the provider in managed resources only.
fn computed_blocks(schema: &Schema) -> Vec<String> {
    let mut findings = Vec::new();
    schema.visit_rows(&mut |path, place| {
        if matches!(place.row, Row::Block(block) if block.computed) {
            findings.push(format!("{path}: only blocks of resources are computed"));
        }
    });
    findings
}

/// A mistake of the provider that is no panic.
fn bug(finding: &str) -> Diagnostic {
    Diagnostic::error(
        "Bug in the provider",
        format!("{finding}. Please report this."),
    )
}
