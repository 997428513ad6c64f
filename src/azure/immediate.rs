//! Operations of the types for which ARM answers at once or within moments.

use serde_json::Value as Json;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::capitalised;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported};
use tfplugin_framework::resource::{
    CreateResponse, Outcome, ReadRequest, ReadResponse, UpdateRequest, UpdateResponse,
};
use tfplugin_framework::types::value::Object;

use super::arm_type::ArmType;
use super::report;
use super::wait::Interrupted;
use crate::arm::{self, Created, PutOptions, ResourceId, Sending, Session};
use crate::azure::body::Change;
use crate::azure::body::Overwritten;
use crate::azure::row::sent_changes;
use crate::azure::{Azure, parting_session, session};

/// Why an object was not changed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// ARM, or the way there.
    Arm(arm::Error),
    /// We sent nothing, and the reasons are told.
    Refused(Reported),
}

impl From<arm::Error> for Failure {
    fn from(error: arm::Error) -> Self {
        Self::Arm(error)
    }
}

impl From<Reported> for Failure {
    fn from(reported: Reported) -> Self {
        Self::Refused(reported)
    }
}

impl ArmType {
    /// Reads the object, makes a change in what was read, and writes it back.
    ///
    /// What others have changed stays, but for the very same, which the user is warned about.
    pub(crate) async fn put_change(
        &self,
        session: &Session,
        id: &ResourceId,
        mut change: impl FnMut(&mut Json, &mut Diagnostics) -> Result<Vec<Overwritten>, Failure> + Send,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        let put = |mut body: Json| {
            let overwritten = change(&mut body, diagnostics)?;
            Ok::<_, Failure>((Sending::Put(body), overwritten))
        };
        let modified = session.of(self.resource_type).modify(id, None, put).await?;
        self.warn_of(id, &modified.findings, diagnostics);
        Ok(())
    }

    /// Warns of what a write has overwritten.
    pub(crate) fn warn_of(
        &self,
        id: &ResourceId,
        overwritten: &[Overwritten],
        diagnostics: &mut Diagnostics,
    ) {
        diagnostics.extend(report::overwritten(&self.describe(id), overwritten));
    }

    /// Sends the body of a new object, unless it is there. The state is kept also when only the answer is missing.
    pub(crate) async fn create_at_once(
        &self,
        context: &Context<Azure>,
        session: &Session,
        id: &ResourceId,
        (body, planned): (&Json, &Object),
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let planned = self.with_id(planned, id);
        let created = {
            // Of two creates in this process, the second one finds the object of the first.
            let lock = session.lock(id).await;
            let lock = lock.map_err(self.failed("creating", id));
            let _lock = lock.report(&mut response.diagnostics)?;
            let existing = self.refuse_existing(context, session, id).await;
            existing.report(&mut response.diagnostics)?;
            let options = PutOptions::default();
            session
                .of(self.resource_type)
                .create(id, body, options)
                .await
        };
        match created {
            Ok(Created::WroteOver) => Err(response.diagnostics.fail(self.written_over(id))),
            Ok(Created::New(body)) => {
                response.state.set(self.complete(context, &planned, &body));
                Ok(Outcome::Done)
            }
            Err(error) => self.left_behind(error, planned, id, response),
        }
    }

    /// Ends a creation that did not come to its end. What ARM may have taken is kept in the state.
    ///
    /// Where nobody knows how it ended, that is no failure: an error would taint an object that is probably well, and have
    /// it replaced.
    pub(crate) fn left_behind(
        &self,
        error: arm::Error,
        planned: Object,
        id: &ResourceId,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        if error.leaves_open() {
            let warning = self.may_not_be_complete(id, &error);
            return Ok(response.accepted(planned, warning));
        }
        if error.may_have_been_sent() {
            response.state.set(planned);
        }
        Err(response
            .diagnostics
            .fail(self.failed("creating", id)(error)))
    }

    fn may_not_be_complete(&self, id: &ResourceId, error: &arm::Error) -> Diagnostic {
        let why = match Interrupted::by(error) {
            Some(interrupted) => interrupted.why("create"),
            None => "The connection broke".to_owned(),
        };
        let summary = format!(
            "{} may not be complete yet",
            capitalised(&self.describe(id))
        );
        let mut detail = format!(
            "{why} after the request was sent and before Azure had confirmed it. The state keeps {id}, which is not tainted: the next plan \
             finds out what became of it, and goes on from there."
        );
        if !error.is_cancelled() {
            detail.push_str("\n\n");
            detail.push_str(&report::explanation(error));
        }
        Diagnostic::warning(summary, detail)
    }

    /// Brings the state up to date, or removes it when the object is gone.
    pub(crate) async fn refresh(
        &self,
        context: &Context<Azure>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let found = self.look_up(context, request.current).await;
        match found.report(&mut response.diagnostics)? {
            Some(body) => response
                .state
                .set(self.read(context, &body, request.current)),
            None => response.state.remove(),
        }
        Ok(())
    }

    /// What ARM has of the object in a state, or nothing if it is gone.
    pub(crate) async fn look_up(
        &self,
        context: &Context<Azure>,
        object: &Object,
    ) -> Result<Option<Json>, Diagnostic> {
        let id = self.stored_id(object)?;
        let session = session(context).await?;
        let found = session.of(self.resource_type).get_optional(&id).await;
        found.map_err(self.failed("reading", &id))
    }

    /// The object after an update, once it shows what the update changes; fails if it does not, for then nothing came of it.
    pub(crate) async fn confirm(
        &self,
        session: &Session,
        id: &ResourceId,
        update: UpdateRequest<'_>,
        body: Json,
        write: impl Fn(Change<'_>, &mut Json) -> Vec<Overwritten> + Send + Sync,
    ) -> Result<Json, arm::Error> {
        // Writing it once more makes no difference to what is written in any case.
        let is_shown = |body: &Json| {
            let (mut again, mut shown) = (body.clone(), body.clone());
            write(Change::between(update.prior, update.plan), &mut again);
            write(Change::between(update.plan, update.plan), &mut shown);
            self.same_bodies(&again, &shown)
        };
        let shown = session
            .of(self.resource_type)
            .until_shown(id, body, is_shown);
        match shown.await? {
            (body, true) => Ok(body),
            (_, false) => Err(self.without_effect(update)),
        }
    }

    /// The error of an update that ARM took, and of which nothing came.
    pub(crate) fn without_effect(&self, update: UpdateRequest<'_>) -> arm::Error {
        let changes = sent_changes(self.schema, update.prior, update.plan);
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
        update: UpdateRequest<'_>,
        changed: Result<Json, Failure>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        let diagnostics = &mut response.diagnostics;
        if changed.is_err() {
            let session = parting_session(context).report(diagnostics)?;
            if let Ok(body) = session.of(self.resource_type).get(id).await {
                response.state.set(self.read(context, &body, update.prior));
            }
        }
        let body = changed.map_err(|failure| match failure {
            Failure::Arm(error) => diagnostics.fail(self.failed("updating", id)(error)),
            Failure::Refused(reported) => reported,
        })?;
        response
            .state
            .set(self.complete(context, update.plan, &body));
        Ok(Outcome::Done)
    }

    /// Deletes the object; not finding it is success.
    pub(crate) async fn delete_at_once(
        &self,
        context: &Context<Azure>,
        prior: &Object,
    ) -> Result<(), Diagnostic> {
        let id = self.stored_id(prior)?;
        let _deletion = context.data()?.deletions.begin(&id);
        session(context)
            .await?
            .of(self.resource_type)
            .delete_for_good(&id)
            .await
            .map_err(self.failed("deleting", &id))
    }
}
