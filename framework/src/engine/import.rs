//! Taking over an object that exists.

use super::deferral;
use super::panic::{catch, reported};
use super::state::{check_types, settle};
use super::timeouts::bounded;
use super::{Engine, StateResponse, bug};
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::private::Private;
use crate::resource::{ImportStateRequest, ImportStateResponse, Resource};
use crate::types::value::Object;

impl Engine {
    /// The state of which an import begins; Terraform has it read next. None if it fails, and while nothing is known of it
    /// since it is put off.
    pub async fn import<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        context: &Context<D>,
        id: &str,
    ) -> StateResponse {
        let request = ImportStateRequest { id, identity: None };
        self.import_as(resource, context, request).await
    }

    /// The same, for an object that the user names by its identity.
    pub async fn import_by_identity<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        context: &Context<D>,
        identity: &Object,
    ) -> StateResponse {
        let request = ImportStateRequest {
            id: "",
            identity: Some(identity),
        };
        self.import_as(resource, context, request).await
    }

    async fn import_as<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        context: &Context<D>,
        request: ImportStateRequest<'_>,
    ) -> StateResponse {
        let schema = resource.schema();
        if let Some(reason) = context.provider_deferred() {
            return StateResponse {
                object: None,
                identity: request.identity.cloned(),
                private: Private::default(),
                deferred: Some(reason),
                diagnostics: Diagnostics::new(),
            };
        }
        let context = bounded(context, schema, None, "read");
        let mut response = ImportStateResponse {
            state: schema.null_object(),
            identity: request.identity.cloned(),
            private: Private::default(),
            deferred: None,
            diagnostics: Diagnostics::new(),
        };
        let imported = match resource.import_state() {
            Some(ability) => {
                let imported = catch(ability.import(&context, request, &mut response)).await;
                reported(imported, &mut response.diagnostics)
            }
            None => {
                let name = resource.type_name();
                let detail = format!("Objects of type {name} cannot be imported.");
                Err(response
                    .diagnostics
                    .add_error("Import not supported", detail))
            }
        };
        if resource.identity().is_some() {
            // The read that follows may find another identity than the one to import by.
            response.private.set_imported();
        } else if response.identity.take().is_some() && imported.is_ok() {
            let finding = "The import set an identity, and the resource type has none";
            response.diagnostics.fail(bug(finding));
        }
        let mut object = imported.is_ok().then_some(response.state);
        if let Some(object) = &mut object {
            check_types(schema, object, &mut response.diagnostics);
        }
        let client = context.client_capabilities;
        let deferred = deferral::allowed(response.deferred, client, &mut response.diagnostics);
        // Terraform has what is put off read all the same, unless nothing is said of it.
        let is_empty = |object: &Object| *object == schema.null_object();
        if deferred.is_some() && object.as_ref().is_some_and(is_empty) {
            object = None;
        }
        if let Some(object) = &mut object {
            settle(schema, object);
        }
        StateResponse {
            object,
            identity: response.identity,
            private: response.private,
            deferred,
            diagnostics: response.diagnostics,
        }
    }
}
