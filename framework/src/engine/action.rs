//! Planning and invoking actions.

use tokio::sync::mpsc::UnboundedSender;

use super::apply::refuse_when_stopped;
use super::panic::{catch, reported};
use super::timeouts::bounded;
use super::{Engine, bug, deferral};
use crate::action::{
    Action, InvokeRequest, InvokeResponse, ModifyPlanRequest, ModifyPlanResponse, Progress,
};
use crate::context::Context;
use crate::deferral::DeferredReason;
use crate::diagnostics::Diagnostics;
use crate::types::value::Object;

impl Engine {
    /// What an action has to say before it is invoked.
    pub async fn plan_action<D: Send + Sync>(
        &self,
        action: &dyn Action<D>,
        context: &Context<D>,
        config: &Object,
    ) -> ModifyPlanResponse {
        let context = bounded(context, action.schema(), Some(config), "read");
        // Terraform takes no other reason of an action, whatever the provider's own one is.
        let reason = |_| DeferredReason::ProviderConfigUnknown;
        let mut response = ModifyPlanResponse {
            deferred: context.provider_deferred().map(reason),
            ..ModifyPlanResponse::default()
        };
        if response.deferred.is_some() {
            return response;
        }
        if let Some(ability) = action.modify_plan() {
            let request = ModifyPlanRequest { config };
            let planned = catch(ability.modify(&context, request, &mut response)).await;
            // What failed has said why.
            let _ = reported(planned, &mut response.diagnostics);
        }
        let client = context.client_capabilities;
        let diagnostics = &mut response.diagnostics;
        response.deferred = deferral::allowed(response.deferred, client, diagnostics);
        if let Some(reason) = response.deferred
            && reason != DeferredReason::ProviderConfigUnknown
        {
            let finding =
                format!("The action is put off for {reason:?}, which Terraform does not take");
            response.diagnostics.fail(bug(&finding));
        }
        response
    }

    /// Invokes an action; `progress` is closed when it has ended.
    pub async fn invoke<D: Send + Sync>(
        &self,
        action: &dyn Action<D>,
        context: &Context<D>,
        config: &Object,
        progress: UnboundedSender<String>,
    ) -> Diagnostics {
        let context = bounded(context, action.schema(), Some(config), "invoke");
        let mut response = InvokeResponse {
            progress: Progress(progress),
            diagnostics: Diagnostics::new(),
        };
        let invoked = match refuse_when_stopped(&context.cancel) {
            Ok(()) => {
                let request = InvokeRequest { config };
                catch(action.invoke(&context, request, &mut response)).await
            }
            Err(stopped) => Err(stopped),
        };
        // What failed has said why.
        let _ = reported(invoked, &mut response.diagnostics);
        response.diagnostics
    }
}
