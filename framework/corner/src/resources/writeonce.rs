//! A write-only value that only a creation needs.

use std::sync::LazyLock;

use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::{CreateRequest, UpdateRequest};
use tfplugin_framework::schema::plan_modifier::requires_replace;
use tfplugin_framework::schema::row::{PlanModifier, PlanModifyRequest, PlanModifyResponse};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::value::Object;

use crate::echo::Echo;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("trigger_attr")
            .required()
            .plan(requires_replace()),
        Attribute::string("writeonce_string")
            .write_only()
            .plan(RequiredOnCreate),
    ],
    ..Schema::default()
});

/// The configuration must give the value when the object is created, or created anew.
struct RequiredOnCreate;

impl PlanModifier for RequiredOnCreate {
    fn modify(&self, request: &PlanModifyRequest<'_>, response: &mut PlanModifyResponse<'_>) {
        if request.prior.is_none() && request.config_value.is_null() {
            let detail = format!("{} is needed to create the object.", request.path);
            let path = request.path.clone();
            let summary = "Attribute Required when Creating";
            response
                .diagnostics
                .add_attribute_error(path, summary, detail);
        }
    }
}

/// The resource.
pub(super) struct WriteOnce;

impl Echo for WriteOnce {
    fn type_name(&self) -> &'static str {
        "framework_writeonce"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        match request.config.str("writeonce_string") {
            Some("fakepassword") => Ok(request.config.clone()),
            other => {
                let detail = format!("The value is {other:?} instead of \"fakepassword\".");
                Err(Diagnostic::error("Unexpected WriteOnly Value", detail))
            }
        }
    }

    fn update(&self, request: UpdateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(request.prior.clone())
    }
}
