//! Operations of the types for which ARM answers at once or within moments.

use serde_json::Value as Json;

use super::arm_type::ArmType;
use super::{report, wait};
use crate::arm::{self, PutOptions, ResourceId, Sending, Session};
use crate::azure::{Azure, parting_session, session};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::overwritten::Overwritten;
use crate::sdk::remote;
use crate::sdk::resource::{State, Update};
use crate::sdk::validation::capitalised;
use crate::sdk::value::Object;

/// Why an object was not changed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// ARM, or the way there.
    Arm(arm::Error),
    /// We sent nothing, for these reasons.
    Refused(Diagnostics),
}

impl From<arm::Error> for Failure {
    fn from(error: arm::Error) -> Self {
        Self::Arm(error)
    }
}

impl ArmType {
    /// Reads the object, makes a change in what was read, and writes it back.
    ///
    /// What others have changed stays, but for the very same, which `state` gets a warning about.
    pub(crate) async fn put_change(
        &self,
        session: &Session,
        id: &ResourceId,
        mut change: impl FnMut(&mut Json) -> Result<Vec<Overwritten>, Failure> + Send,
        state: &mut State,
    ) -> Result<(), Failure> {
        let put = |mut body: Json| {
            let overwritten = change(&mut body)?;
            Ok::<_, Failure>((Sending::Put(body), overwritten))
        };
        let modified = session.modify(id, self.api_version, None, put).await?;
        self.warn_of(id, &modified.findings, state);
        Ok(())
    }

    /// Warns of what a write has overwritten.
    pub(crate) fn warn_of(&self, id: &ResourceId, overwritten: &[Overwritten], state: &mut State) {
        let warnings = report::overwritten(&self.describe(id), overwritten);
        state.warnings.extend(warnings);
    }

    /// Sends the body of a new object, unless it is there. The state is kept also when only the answer is missing.
    pub(crate) async fn create_at_once(
        &self,
        context: &Context<Azure>,
        session: &Session,
        id: &ResourceId,
        body: &Json,
        planned: &Object,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let planned = self.with_id(planned, id);
        let accepted = {
            // Of two creates in this process, the second one finds the object of the first.
            let lock = session.lock(id).await;
            let _lock = lock.map_err(self.failed("creating", id))?;
            self.refuse_existing(context, session, id).await?;
            session
                .put(id, self.api_version, body, PutOptions::default())
                .await
        };
        let finished = match accepted {
            Ok(accepted) if accepted.wrote_over() => return Err(self.written_over(id)),
            Ok(accepted) => wait::finish(session, accepted, id, self.api_version).await,
            Err(error) => Err(error),
        };
        match finished {
            Ok(body) => {
                state.set(self.complete(context, &planned, &body));
                Ok(())
            }
            Err(error) => self.left_behind(error, &planned, id, state),
        }
    }

    /// Settles a creation that did not come to its end. What ARM may have taken is kept in the state.
    ///
    /// A stop is no failure: an error would taint an object that is probably well, and have it replaced.
    pub(crate) fn left_behind(
        &self,
        error: arm::Error,
        planned: &Object,
        id: &ResourceId,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let is_in_doubt = error.may_have_been_sent();
        if is_in_doubt {
            let nothing = self.schema.null_object();
            state.set(remote::complete(planned, &nothing));
        }
        if !(is_in_doubt && error.is_cancelled()) {
            return Err(self.failed("creating", id)(error));
        }
        let summary = format!(
            "{} may not be complete yet",
            capitalised(&self.describe(id))
        );
        let detail = format!(
            "Terraform was stopped after the request was sent and before Azure had confirmed it. The state keeps {id}: the next plan \
             finds out what became of it, and goes on from there."
        );
        state.warnings.push(Diagnostic::warning(summary, detail));
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
        changed: Result<Json, Failure>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        if changed.is_err()
            && let Ok(body) = parting_session(context)?.get(id, self.api_version).await
        {
            state.set(self.read(context, &body, update.prior));
        }
        let body = changed.map_err(|failure| match failure {
            Failure::Arm(error) => self.failed("updating", id)(error),
            Failure::Refused(errors) => errors,
        })?;
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
        let _deletion = context.client()?.deletions.begin(&id);
        match session(context)?.delete(&id, self.api_version).await {
            Err(error) if !error.is_not_found() => Err(self.failed("deleting", &id)(error)),
            _ => Ok(()),
        }
    }
}
