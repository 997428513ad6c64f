//! Changes, reads and imports that are put off where the configuration asks for it.

use std::sync::LazyLock;

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::deferral::{DeferredReason, ProviderDeferredBehavior};
use tfplugin_framework::diagnostics::Reported;
use tfplugin_framework::resource::plan::{ModifyPlanRequest, ModifyPlanResponse, Plan};
use tfplugin_framework::resource::{
    ImportState, ImportStateRequest, ImportStateResponse, ModifyPlan, ReadRequest,
};
use tfplugin_framework::schema::{Attribute, Schema};

use crate::echo::Echo;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("id"),
        Attribute::bool("modify_plan_deferral"),
        Attribute::bool("read_deferral"),
    ],
    ..Schema::default()
});

/// The resource.
pub(super) struct DeferredAction {
    type_name: &'static str,
    behavior: ProviderDeferredBehavior,
}

/// One that is planned without its own say while the provider is deferred, and one that has it all the same.
pub(super) fn all() -> [DeferredAction; 2] {
    [
        DeferredAction {
            type_name: "framework_deferred_action",
            behavior: ProviderDeferredBehavior::SkipPlanModification,
        },
        DeferredAction {
            type_name: "framework_deferred_action_plan_modification",
            behavior: ProviderDeferredBehavior::EnablePlanModification,
        },
    ]
}

impl Echo for DeferredAction {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn provider_deferred_behavior(&self) -> ProviderDeferredBehavior {
        self.behavior
    }

    fn read_deferred(&self, request: ReadRequest<'_>) -> Option<DeferredReason> {
        match request.current.bool("read_deferral") {
            Some(true) => Some(DeferredReason::ResourceConfigUnknown),
            _ => None,
        }
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<()>> {
        Some(self)
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        Some(self)
    }
}

#[async_trait]
impl ModifyPlan<()> for DeferredAction {
    async fn modify(
        &self,
        context: &Context<()>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        let Some(plan) = Plan::of(request, response) else {
            return Ok(());
        };
        if let Some(id) = plan.planned.str("id")
            && id != "test_id"
        {
            let detail = "id should be test_id";
            return Err(plan.diagnostics.add_error("invalid id value", detail));
        }
        let is_wanted = plan.planned.bool("modify_plan_deferral") == Some(true);
        if is_wanted && context.client_capabilities.deferral_allowed {
            *plan.deferred = Some(DeferredReason::ResourceConfigUnknown);
        }
        Ok(())
    }
}

#[async_trait]
impl ImportState<()> for DeferredAction {
    async fn import(
        &self,
        context: &Context<()>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        if request.id == "deferral-id" && context.client_capabilities.deferral_allowed {
            response.deferred = Some(DeferredReason::ResourceConfigUnknown);
        }
        response.state.set("id", request.id);
        Ok(())
    }
}
