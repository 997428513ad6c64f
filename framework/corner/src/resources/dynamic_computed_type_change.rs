//! A computed value that changes its type.

use std::sync::LazyLock;

use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::{CreateRequest, UpdateRequest};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use crate::echo::Echo;

const COMPUTED: &str = "computed_dynamic_type_changes";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::value("required_dynamic", Type::Dynamic).required(),
        Attribute::value(COMPUTED, Type::Dynamic).computed(),
    ],
    ..Schema::default()
});

/// The resource.
pub(super) struct DynamicComputedTypeChange;

impl Echo for DynamicComputedTypeChange {
    fn type_name(&self) -> &'static str {
        "framework_dynamic_computed_type_change"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(with(request.plan, Type::Bool, true.into()))
    }

    fn update(&self, request: UpdateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(with(request.plan, Type::Number, 200_i64.into()))
    }
}

fn with(plan: &Object, ty: Type, value: Value) -> Object {
    let mut state = plan.clone();
    state.set(COMPUTED, Value::Dynamic(Box::new((ty, value))));
    state
}
