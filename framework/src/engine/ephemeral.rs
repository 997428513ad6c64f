//! From opening an ephemeral resource to closing it.

use super::panic::{catch, reported};
use super::state::check_types;
use super::timeouts::bounded;
use super::{Engine, bug, consistency, deferral};
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::ephemeral::{
    CloseRequest, CloseResponse, EphemeralResource, OpenRequest, OpenResponse, RenewRequest,
    RenewResponse,
};
use crate::private::Private;
use crate::types::value::Object;

impl Engine {
    /// Opens what `config` asks for; nothing but messages counts in the answer if that fails.
    pub async fn open<D: Send + Sync>(
        &self,
        ephemeral: &dyn EphemeralResource<D>,
        context: &Context<D>,
        config: &Object,
    ) -> OpenResponse {
        let schema = ephemeral.schema();
        let context = bounded(context, schema, Some(config), "open");
        let mut response = OpenResponse {
            result: config.clone(),
            private: Private::default(),
            renew_at: None,
            deferred: context.provider_deferred(),
            diagnostics: Diagnostics::new(),
        };
        if response.deferred.is_none() {
            let request = OpenRequest { config };
            let open = catch(ephemeral.open(&context, request, &mut response)).await;
            // What failed has said why.
            let _ = reported(open, &mut response.diagnostics);
        }
        let client = context.client_capabilities;
        let diagnostics = &mut response.diagnostics;
        check_types(schema, &mut response.result, diagnostics);
        response.deferred = deferral::allowed(response.deferred, client, diagnostics);
        if response.deferred.is_some() {
            deferral::mark_missing(schema, config, &mut response.result);
            return response;
        }
        if response.renew_at.is_some() && ephemeral.renew().is_none() {
            let finding = "It is to be renewed, and the type does not say how";
            response.diagnostics.fail(bug(finding));
        }
        let OpenResponse {
            result,
            diagnostics,
            ..
        } = &mut response;
        self.self_check(diagnostics, || {
            let mut findings = consistency::check_plan(schema, config, None, result);
            findings.extend(consistency::check_state(schema, result));
            findings
        });
        response
    }

    /// Renews what was opened.
    pub async fn renew<D: Send + Sync>(
        &self,
        ephemeral: &dyn EphemeralResource<D>,
        context: &Context<D>,
        private: Private,
    ) -> RenewResponse {
        let context = bounded(context, ephemeral.schema(), None, "renew");
        let mut response = RenewResponse {
            private: private.clone(),
            renew_at: None,
            diagnostics: Diagnostics::new(),
        };
        match ephemeral.renew() {
            Some(ability) => {
                let request = RenewRequest { private: &private };
                let renew = catch(ability.renew(&context, request, &mut response)).await;
                // What failed has said why.
                let _ = reported(renew, &mut response.diagnostics);
            }
            None => {
                let name = ephemeral.type_name();
                let detail = format!("What is of type {name} is never renewed.");
                let diagnostics = &mut response.diagnostics;
                diagnostics.add_error("Renewal not supported", detail);
            }
        }
        response
    }

    /// Closes what was opened.
    pub async fn close<D: Send + Sync>(
        &self,
        ephemeral: &dyn EphemeralResource<D>,
        context: &Context<D>,
        private: &Private,
    ) -> Diagnostics {
        let context = bounded(context, ephemeral.schema(), None, "close");
        let mut response = CloseResponse::default();
        if let Some(ability) = ephemeral.close() {
            let request = CloseRequest { private };
            let close = catch(ability.close(&context, request, &mut response)).await;
            // What failed has said why.
            let _ = reported(close, &mut response.diagnostics);
        }
        response.diagnostics
    }
}
