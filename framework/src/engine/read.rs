//! Bringing a state up to date.

use super::panic::catch;
use super::state::{forget_write_only, keep_semantically_equal, settle};
use super::timeouts::bounded;
use super::{Engine, StateResponse, consistency};
use crate::context::Context;
use crate::diagnostics::Report as _;
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
        private: Private,
    ) -> StateResponse {
        let schema = resource.schema();
        let context = bounded(context, schema, Some(&current), "read");
        let mut response = ReadResponse::new(Some(current.clone()), private);
        let request = ReadRequest::new(&current);
        let read = catch(resource.read(&context, request, &mut response)).await;
        // What failed has said why.
        let _ = read.report(&mut response.diagnostics);
        let ReadResponse {
            state,
            private,
            mut diagnostics,
        } = response;
        let mut object = state.into_object();
        if let Some(object) = &mut object {
            forget_write_only(schema, object);
            keep_semantically_equal(schema, &current, object);
            self.self_check(&mut diagnostics, || {
                consistency::check_state(schema, object)
            });
            settle(schema, object);
        }
        StateResponse {
            object,
            private,
            diagnostics,
        }
    }
}
