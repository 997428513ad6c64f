//! Rules between plain and write-only values.

use std::sync::{Arc, LazyLock};

use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::{CreateRequest, UpdateRequest};
use tfplugin_framework::schema::config_validator::{
    conflicting, exactly_one_of, prefer_write_only, required_together,
};
use tfplugin_framework::schema::plan_modifier::requires_replace;
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::value::Object;

use crate::echo::Echo;

const OLD: &str = "old_password_attr";
const VERSION: &str = "password_version";
const NEW: &str = "writeonly_password";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string(OLD).plan(requires_replace()),
        Attribute::string(VERSION).plan(requires_replace()),
        Attribute::string(NEW).write_only(),
    ],
    validators: vec![
        Arc::new(prefer_write_only(OLD, NEW)),
        Arc::new(conflicting(&[OLD, VERSION])),
        Arc::new(exactly_one_of(&[OLD, NEW])),
        Arc::new(required_together(&[VERSION, NEW])),
    ],
    ..Schema::default()
});

/// The resource.
pub(super) struct WriteOnlyValidations;

impl Echo for WriteOnlyValidations {
    fn type_name(&self) -> &'static str {
        "framework_writeonly_validations"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        match (request.config.str(NEW), request.config.str(OLD)) {
            (Some("newpassword" | "newpassword2"), _)
            | (None, Some("oldpassword" | "oldpassword2")) => Ok(request.config.clone()),
            _ => {
                let detail = "The password is none of those that the test writes.";
                Err(Diagnostic::error("Unexpected WriteOnly Value", detail))
            }
        }
    }

    fn update(&self, request: UpdateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(request.prior.clone())
    }
}
