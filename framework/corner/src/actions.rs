//! Actions.

use std::fs;
use std::sync::LazyLock;

use async_trait::async_trait;
use tfplugin_framework::action::{
    Action, InvokeRequest, InvokeResponse, ModifyPlan, ModifyPlanRequest, ModifyPlanResponse,
};
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::Reported;
use tfplugin_framework::schema::{Attribute, Schema};

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("filename").required(),
        Attribute::string("content").required(),
        Attribute::bool("plan_error"),
    ],
    ..Schema::default()
});

/// Writes a file.
pub struct ModifyFile;

#[async_trait]
impl Action<()> for ModifyFile {
    fn type_name(&self) -> &str {
        "framework_modify_file_action"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<()>> {
        Some(self)
    }

    async fn invoke(
        &self,
        _: &Context<()>,
        request: InvokeRequest<'_>,
        response: &mut InvokeResponse,
    ) -> Result<(), Reported> {
        let text = |name: &str| request.config.str_or_empty(name);
        let written = fs::write(text("filename"), text("content"));
        written.map_err(|error| {
            let diagnostics = &mut response.diagnostics;
            diagnostics.add_error("Cannot write the file", error.to_string())
        })
    }
}

#[async_trait]
impl ModifyPlan<()> for ModifyFile {
    async fn modify(
        &self,
        _: &Context<()>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        match request.config.bool("plan_error") {
            Some(true) => {
                let detail = "The configuration asks for this error.";
                Err(response.diagnostics.add_error("ModifyPlan error", detail))
            }
            _ => Ok(()),
        }
    }
}
