//! Bringing a state up to date.

use super::panic::catch;
use super::state::{keep_semantically_equal, settle};
use super::timeouts::bounded;
use super::{Engine, Outcome, consistency, failure};
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::private::Private;
use crate::resource::{Resource, State};
use crate::types::value::Object;

impl Engine {
    /// Reads the object that `current` was stored of; whatever goes wrong leaves that in place.
    pub async fn read<C: Send + Sync>(
        &self,
        resource: &dyn Resource<C>,
        context: &Context<C>,
        current: Object,
        private: Private,
    ) -> Outcome {
        let schema = resource.schema();
        let context = bounded(context, schema, Some(&current), "read");
        let mut state = State::new(Some(current.clone()), private);
        let result = catch(resource.read(&context, &mut state)).await;
        let (mut object, private, mut diagnostics) = state.into_parts();
        diagnostics.extend(
            result
                .map_err(Diagnostics::from)
                .flatten()
                .err()
                .map(failure)
                .unwrap_or_default(),
        );
        if let Some(object) = &mut object {
            keep_semantically_equal(schema, &current, object);
            self.self_check(&mut diagnostics, || {
                consistency::check_state(schema, object)
            });
            settle(schema, object);
        }
        Outcome {
            object,
            private,
            diagnostics,
        }
    }
}
