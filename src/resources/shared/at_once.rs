//! Operations of the types for which ARM answers at once, and nothing is waited for.

use serde_json::Value as Json;

use super::arm_type::ArmType;
use crate::arm::{self, PutOptions, ResourceId, Session};
use crate::azure::{Azure, parting_session, session};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{State, Update};
use crate::sdk::value::Object;

impl ArmType {
    /// Sends the body of a new object. The state is kept also when only the answer is missing.
    pub(crate) async fn create_at_once(
        &self,
        context: &Context<Azure>,
        session: &Session,
        id: &ResourceId,
        body: &Json,
        planned: &Object,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let planned = self.in_doubt(planned, id);
        let accepted = session
            .put(id, self.api_version, body, PutOptions::default())
            .await;
        if accepted.as_ref().is_err_and(arm::Error::may_have_been_sent) {
            state.set(planned.clone());
        }
        let accepted = accepted.map_err(self.failed("creating", id))?;
        state.set(self.complete(context, &planned, &accepted.body.unwrap_or_default()));
        Ok(())
    }

    /// Brings the state up to date, or removes it when the object is gone.
    pub(crate) async fn refresh(
        &self,
        context: &Context<Azure>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let Some(object) = state.object().cloned() else {
            return Ok(());
        };
        let id = self.stored_id(&object)?;
        let found = self.find(&session(context)?, &id).await;
        match found.map_err(self.failed("reading", &id))? {
            Some(body) => state.set(self.read(context, &body, &object)),
            None => state.remove(),
        }
        Ok(())
    }

    /// Settles the state after changes that gave the object as it is then, or failed somewhere on the way.
    pub(crate) async fn settle_update(
        &self,
        context: &Context<Azure>,
        id: &ResourceId,
        update: Update<'_>,
        changed: Result<Json, arm::Error>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        if changed.is_err()
            && let Ok(body) = parting_session(context)?.get(id, self.api_version).await
        {
            state.set(self.read(context, &body, update.prior));
        }
        let body = changed.map_err(self.failed("updating", id))?;
        state.set(self.complete(context, update.planned, &body));
        Ok(())
    }

    /// Deletes the object; not finding it is success.
    pub(crate) async fn delete_at_once(
        &self,
        context: &Context<Azure>,
        state: &State,
    ) -> Result<(), Diagnostics> {
        let Some(object) = state.object() else {
            return Ok(());
        };
        let id = self.stored_id(object)?;
        match session(context)?.delete(&id, self.api_version).await {
            Err(error) if !error.is_not_found() => Err(self.failed("deleting", &id)(error)),
            _ => Ok(()),
        }
    }
}
