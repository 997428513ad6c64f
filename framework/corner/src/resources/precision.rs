//! Numbers that become floats on the way.

use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::{CreateRequest, UpdateRequest};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::value::{Object, Value};

use crate::echo::Echo;
use crate::types::Float;

/// The resource.
pub(super) struct Precision {
    type_name: &'static str,
    attribute: &'static str,
    float: Float,
    schema: Schema,
}

impl Precision {
    /// A resource with one attribute, which is stored as such a float.
    pub(super) fn new(type_name: &'static str, attribute: &'static str, float: Float) -> Self {
        let row = Attribute::number(attribute)
            .optional_computed()
            .custom_type(float);
        let schema = Schema {
            attributes: vec![row],
            ..Schema::default()
        };
        Self {
            type_name,
            attribute,
            float,
            schema,
        }
    }

    fn stored(&self, plan: &Object) -> Object {
        let number = plan.get(self.attribute).as_number();
        let rounded = number.and_then(|number| self.float.round(number));
        let mut stored = plan.clone();
        stored.set(self.attribute, rounded.map_or(Value::Null, Value::Number));
        stored
    }
}

impl Echo for Precision {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(self.stored(request.plan))
    }

    fn update(&self, request: UpdateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(self.stored(request.plan))
    }
}
