//! A write-only value that a move tells, and the framework leaves out.

use std::sync::LazyLock;

use tfplugin_framework::diagnostics::{Diagnostic, Reported};
use tfplugin_framework::resource::{
    CreateRequest, MoveState, MoveStateRequest, MoveStateResponse, UpdateRequest,
};
use tfplugin_framework::schema::Schema;
use tfplugin_framework::types::value::Object;

use super::writeonly_import::schema;
use crate::echo::Echo;

static SCHEMA: LazyLock<Schema> = LazyLock::new(schema);

/// The resource.
pub(super) struct WriteOnlyMove;

impl Echo for WriteOnlyMove {
    fn type_name(&self) -> &'static str {
        "framework_writeonly_move"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(request.config.clone())
    }

    fn update(&self, request: UpdateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(request.prior.clone())
    }

    fn move_state(&self) -> Option<&dyn MoveState> {
        Some(self)
    }
}

impl MoveState for WriteOnlyMove {
    /// Whatever the source is.
    fn move_state(
        &self,
        _: MoveStateRequest<'_>,
        response: &mut MoveStateResponse,
    ) -> Result<(), Reported> {
        let values = [
            ("string_attr", "hello world!"),
            ("writeonly_string", "fakepassword"),
        ];
        response.target_state = Some(values.into_iter().collect());
        Ok(())
    }
}
