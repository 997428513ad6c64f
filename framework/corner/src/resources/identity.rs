//! Objects that are told apart by an identity.

use std::sync::LazyLock;

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Reported};
use tfplugin_framework::resource::{
    CreateRequest, Identity, ImportState, ImportStateRequest, ImportStateResponse, ReadRequest,
};
use tfplugin_framework::schema::identity::{IdentityAttribute, IdentitySchema};
use tfplugin_framework::schema::plan_modifier::use_state_for_unknown;
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::value::Object;

use crate::echo::Echo;

/// The ID of every object.
const ID: &str = "id-123";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("id")
            .computed()
            .plan(use_state_for_unknown()),
        Attribute::string("name").required(),
    ],
    ..Schema::default()
});

static IDENTITY: LazyLock<IdentitySchema> = LazyLock::new(|| {
    IdentitySchema::new(vec![
        IdentityAttribute::string("id"),
        IdentityAttribute::string("name").optional_for_import(),
    ])
});

/// The resource.
pub(super) struct IdentityResource;

impl Echo for IdentityResource {
    fn type_name(&self) -> &'static str {
        "framework_identity"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        let mut state = request.plan.clone();
        state.set("id", ID);
        Ok(state)
    }

    /// Everybody is called Tom.
    fn read(&self, request: ReadRequest<'_>) -> Result<Object, Diagnostic> {
        let mut state = request.current.clone();
        if state.str("id") != Some(ID) {
            let detail = format!("The ID is {:?} instead of {ID:?}.", state.str("id"));
            return Err(Diagnostic::error("Unexpected ID value", detail));
        }
        state.set("name", "tom");
        Ok(state)
    }

    fn identity(&self) -> Option<&dyn Identity> {
        Some(self)
    }

    fn identity_of(&self, state: &Object, _: Option<&Object>) -> Option<Object> {
        Some(state.clone())
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        Some(self)
    }
}

impl Identity for IdentityResource {
    fn identity_schema(&self) -> &IdentitySchema {
        &IDENTITY
    }
}

#[async_trait]
impl ImportState<()> for IdentityResource {
    async fn import(
        &self,
        _: &Context<()>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        let given = request.identity.map(|identity| identity.str_or_empty("id"));
        response.state.set("id", given.unwrap_or(request.id));
        Ok(())
    }
}
