//! Writes, as they are done for all types.

use serde_json::Value as Json;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Reported, capitalised};
use tfplugin_framework::resource::{CreateResponse, Outcome, UpdateRequest};
use tfplugin_framework::types::value::Object;

use super::arm_type::ArmType;
use super::report;
use super::wait::Interrupted;
use super::work::Work;
use crate::arm::{self, Created, Modified, PutOptions, ResourceId, Sending};
use crate::azure::body::{Change, Overwritten};
use crate::azure::row::sent_changes;

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
    /// Reads the object, makes a change in what was read, and writes it back; what is `locked`, if anything, is so until
    /// the end of what this gives.
    ///
    /// What others have changed stays, but for the very same, which the user is warned about.
    pub(crate) async fn put_change(
        &self,
        work: Work<'_>,
        locked: Option<&ResourceId>,
        mut change: impl FnMut(&mut Json, &mut Diagnostics) -> Result<Vec<Overwritten>, Failure> + Send,
        diagnostics: &mut Diagnostics,
    ) -> Result<Modified<Overwritten>, Failure> {
        let put = |mut body: Json| {
            let overwritten = change(&mut body, diagnostics)?;
            Ok::<_, Failure>((Sending::Put(body), overwritten))
        };
        let api = work.session.of(self.resource_type);
        let modified = api.modify(work.id, locked, put).await?;
        self.warn_of(work.id, &modified.findings, diagnostics);
        Ok(modified)
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

    /// Sends the body of a new object, unless it is there, and gives the object at the end of all there is to wait for. The
    /// outer error is that of one that was not sent.
    pub(crate) async fn send_create(
        &self,
        work: Work<'_>,
        body: &Json,
    ) -> Result<Result<Json, arm::Error>, Diagnostic> {
        let Work {
            context,
            session,
            id,
        } = work;
        // Of two creates in this process, the second one finds the object of the first.
        let lock = session.lock(id).await;
        let _lock = lock.map_err(self.failed("creating", id))?;
        self.refuse_existing(context, session, id).await?;
        let api = session.of(self.resource_type);
        match api.create(id, body, PutOptions::default()).await {
            Ok(Created::WroteOver) => Err(self.written_over(id)),
            Ok(Created::New(body)) => Ok(Ok(body)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Ends a creation that did not come to its end. What ARM may have taken is kept in the state.
    ///
    /// Where nobody knows how it ended, that is no failure: an error would taint an object that is probably well, and have
    /// it replaced.
    pub(crate) fn finish_failed_create(
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
        if error.may_have_been_applied() {
            response.state.set(planned);
        }
        Err(response
            .diagnostics
            .fail(self.failed("creating", id)(error)))
    }

    fn may_not_be_complete(&self, id: &ResourceId, error: &arm::Error) -> Diagnostic {
        let before_it_was_confirmed = |why: &str| {
            format!("{why} after the request was sent and before Azure had confirmed it")
        };
        let why = match Interrupted::by(error) {
            Some(interrupted) => before_it_was_confirmed(&interrupted.why("create")),
            None if error.is_without_effect() => {
                "Azure answered the request with the object, and has not shown it since".to_owned()
            }
            None => before_it_was_confirmed("The connection broke"),
        };
        let summary = format!(
            "{} may not be complete yet",
            capitalised(&self.describe(id))
        );
        let mut detail = format!(
            "{why}. The state keeps {id}, which is not tainted: the next plan finds out what became of it, and goes on from there."
        );
        if !error.is_cancelled() {
            detail.push_str("\n\n");
            detail.push_str(&report::explanation(error));
        }
        Diagnostic::warning(summary, detail)
    }

    /// The object after an update, once it shows what the update changes; fails if it does not, for then nothing came of it.
    pub(crate) async fn confirm(
        &self,
        work: Work<'_>,
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
        let api = work.session.of(self.resource_type);
        let shown = api.until_shown(work.id, body, is_shown);
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
}
