//! Operations of the types for which ARM answers at once or within moments.

use serde_json::Value as Json;

use super::arm_type::ArmType;
use super::{report, tags};
use crate::arm::{self, Created, PutOptions, ResourceId, Sending, Session};
use crate::azure::body::Overwritten;
use crate::azure::row::sent_changes;
use crate::azure::{Azure, parting_session, session};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::remote::{self, Change};
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
        let created = {
            // Of two creates in this process, the second one finds the object of the first.
            let lock = session.lock(id).await;
            let _lock = lock.map_err(self.failed("creating", id))?;
            self.refuse_existing(context, session, id).await?;
            let options = PutOptions::default();
            session.create(id, self.api_version, body, options).await
        };
        match created {
            Ok(Created::WroteOver) => Err(self.written_over(id)),
            Ok(Created::New(body)) => {
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

    /// The object after an update, once it shows what the update changes; fails if it does not, for then nothing came of it.
    pub(crate) async fn confirm(
        &self,
        session: &Session,
        id: &ResourceId,
        update: Update<'_>,
        body: Json,
        write: impl Fn(Change<'_>, &mut Json) -> Vec<Overwritten> + Send + Sync,
    ) -> Result<Json, arm::Error> {
        // Writing it once more makes no difference.
        let is_shown = |body: &Json| {
            let mut again = body.clone();
            write(Change::between(update.prior, update.planned), &mut again);
            tags::without_case(&mut again);
            let mut shown = body.clone();
            tags::without_case(&mut shown);
            again == shown
        };
        let shown = session.until_shown(id, self.api_version, body, is_shown);
        match shown.await? {
            (body, true) => Ok(body),
            (_, false) => Err(self.without_effect(update)),
        }
    }

    /// The error of an update that ARM took, and of which nothing came.
    pub(crate) fn without_effect(&self, update: Update<'_>) -> arm::Error {
        let changes = sent_changes(self.schema, update.prior, update.planned);
        let changes: Vec<_> = changes.into_iter().collect();
        arm::Error::without_effect(format!(
            "Azure took the change of {} and does not show it afterwards: nothing came of it, or somebody else changed it back. Apply \
             again.",
            changes.join(", ")
        ))
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
        session(context)?
            .delete_for_good(&id, self.api_version)
            .await
            .map_err(self.failed("deleting", &id))
    }
}
