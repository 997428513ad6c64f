//! Bringing a state up to date.

use super::deferral;
use super::identity::{self, IdentityChange};
use super::panic::{catch, reported};
use super::state::{check_types, forget_write_only, keep_semantically_equal, settle};
use super::timeouts::bounded;
use super::{Engine, StateResponse, consistency};
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::private::Private;
use crate::resource::{ReadRequest, ReadResponse, Resource};
use crate::types::value::Object;

impl Engine {
    /// Reads the object that `current` was stored of; whatever goes wrong leaves that in place.
    pub async fn read<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        context: &Context<D>,
        current: Object,
        identity: Option<Object>,
        mut private: Private,
    ) -> StateResponse {
        let schema = resource.schema();
        let context = bounded(context, schema, Some(&current), "read");
        if let Some(reason) = context.provider_deferred() {
            return StateResponse {
                object: Some(current),
                identity,
                private,
                deferred: Some(reason),
                diagnostics: Diagnostics::new(),
            };
        }
        let is_imported = private.take_imported();
        let mut response = ReadResponse::new(Some(current.clone()), private);
        response.identity = identity.clone();
        let request = ReadRequest {
            identity: identity.as_ref(),
            ..ReadRequest::new(&current)
        };
        let read = catch(resource.read(&context, request, &mut response)).await;
        // What failed has said why.
        let _ = reported(read, &mut response.diagnostics);
        let ReadResponse {
            state,
            identity: mut after,
            private,
            deferred,
            mut diagnostics,
        } = response;
        let client = context.client_capabilities;
        let deferred = deferral::allowed(deferred, client, &mut diagnostics);
        let mut object = state.into_object();
        if let Some(object) = &mut object {
            check_types(schema, object, &mut diagnostics);
            forget_write_only(schema, object);
            keep_semantically_equal(schema, &current, object);
            self.self_check(&mut diagnostics, || {
                consistency::check_state(schema, object)
            });
            settle(schema, object);
            after = identity::set_or_of_state(resource.identity(), after, Some(object));
            let change = IdentityChange {
                operation: "read",
                before: identity.as_ref(),
                after: after.as_ref(),
                may_change: is_imported,
            };
            identity::check(resource.identity(), &change, &mut diagnostics);
        }
        StateResponse {
            identity: after.filter(|_| object.is_some()),
            object,
            private,
            deferred,
            diagnostics,
        }
    }
}
