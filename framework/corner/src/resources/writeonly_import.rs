//! A write-only value that an import tells, and the framework leaves out.

use std::sync::LazyLock;

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Reported};
use tfplugin_framework::resource::{
    CreateRequest, ImportState, ImportStateRequest, ImportStateResponse, ReadRequest,
};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::value::Object;

use crate::echo::Echo;

static SCHEMA: LazyLock<Schema> = LazyLock::new(schema);

/// A plain and a write-only attribute.
pub(super) fn schema() -> Schema {
    Schema {
        attributes: vec![
            Attribute::string("string_attr").required(),
            Attribute::string("writeonly_string").write_only(),
        ],
        ..Schema::default()
    }
}

/// The resource.
pub(super) struct WriteOnlyImport;

impl Echo for WriteOnlyImport {
    fn type_name(&self) -> &'static str {
        "framework_writeonly_import"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(request.config.clone())
    }

    fn read(&self, request: ReadRequest<'_>) -> Result<Object, Diagnostic> {
        let mut state = request.current.clone();
        state.set("string_attr", "hello world!");
        Ok(state)
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        Some(self)
    }
}

#[async_trait]
impl ImportState<()> for WriteOnlyImport {
    async fn import(
        &self,
        _: &Context<()>,
        _: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        response.state.set("string_attr", "hello world!");
        response.state.set("writeonly_string", "fakepassword");
        Ok(())
    }
}
