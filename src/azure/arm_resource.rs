//! What a type of ARM says about itself to be a resource of Terraform.

use std::fmt::Debug;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Reported};
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Outcome, ReadRequest,
    ReadResponse, UpdateRequest, UpdateResponse, UpgradeState,
};
use tfplugin_framework::types::value::Object;

use super::Azure;
use super::arm_type::ArmType;
use super::body::{self, Change, Overwritten};
use super::claims::Claim;
use super::work::Work;
use super::write::Failure;
use crate::arm::{self, ResourceId};

/// A type of ARM that is a resource of Terraform. [`Arm`](super::resource::Arm) makes the resource of it; what a type does
/// not say is done as for all of them.
#[async_trait]
pub(crate) trait ArmResource: Debug + Send + Sync + 'static {
    /// Its type in ARM, its name and its schema.
    fn arm(&self) -> &'static ArmType;

    /// What brings states of older versions of its schema up to date.
    fn upgrade_state(&self) -> Option<&dyn UpgradeState> {
        None
    }

    /// Operations of its own, where nearly nothing is done as for all types.
    fn operations(&self) -> Option<&dyn Operations> {
        None
    }

    /// Whether an object may be of another subscription than that of the provider.
    fn is_of_any_subscription(&self) -> bool {
        false
    }

    /// Checks what the attributes of a configuration say together, as far as they are known.
    fn check_config(&self, _config: &Object, _diagnostics: &mut Diagnostics) {}

    /// Sets the attributes that others tell.
    fn derive(&self, _object: &mut Object) {}

    /// The ID that a planned object will have.
    fn planned_id(&self, azure: &Azure, planned: &Object) -> Result<ResourceId, Diagnostic> {
        self.arm().planned_id(azure, planned)
    }

    /// Checks a plan that replaces the object of this ID.
    async fn check_replacement(
        &self,
        _context: &Context<Azure>,
        _prior: &ResourceId,
        _plan: &mut Plan<'_>,
    ) {
    }

    /// Checks the plan of an object that is created or lives on, and that no other plan has; nothing is claimed while its
    /// ID is unknown, or the provider's configuration.
    async fn check_plan(
        &self,
        _context: &Context<Azure>,
        _claim: Option<&Claim>,
        _plan: &mut Plan<'_>,
    ) {
    }

    /// The state that ARM's answer tells, in the words of `object`.
    fn read_body(&self, context: &Context<Azure>, body: &Json, object: &Object) -> Object {
        let mut found = self.arm().read(context, body, object);
        self.derive(&mut found);
        found
    }

    /// The state after a write: what was planned, and what ARM decided.
    fn complete(&self, context: &Context<Azure>, planned: &Object, body: &Json) -> Object {
        body::fill_unknowns(planned, &self.read_body(context, body, planned))
    }

    /// Writes what changes into a body, leaves all else in it alone, and tells what of others it overwrote.
    fn write(&self, _config: &Object, change: Change<'_>, body: &mut Json) -> Vec<Overwritten> {
        self.arm().write(change, body)
    }

    /// Waits for what a creation depends on, and checks it. Gives what the body has besides the attributes.
    async fn prepare_create(
        &self,
        _work: Work<'_>,
        _request: CreateRequest<'_>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<Json, Reported> {
        Ok(json!({}))
    }

    /// Sends a creation, and gives the object at the end of all there is to wait for. The outer error is that of one that
    /// was not sent.
    async fn send_create(
        &self,
        work: Work<'_>,
        _planned: &Object,
        body: &Json,
    ) -> Result<Result<Json, arm::Error>, Diagnostic> {
        self.arm().send_create(work, body).await
    }

    /// Checks what an update depends on.
    async fn prepare_update(
        &self,
        _work: Work<'_>,
        _update: UpdateRequest<'_>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        Ok(())
    }

    /// Makes the changes, and gives the object once it shows them.
    async fn send_update(
        &self,
        work: Work<'_>,
        update: UpdateRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Json, Failure> {
        let arm = self.arm();
        let change = Change::between(update.prior, update.plan);
        let write =
            |body: &mut Json, _: &mut Diagnostics| Ok(self.write(update.config, change, body));
        arm.put_change(work, None, write, diagnostics).await?;
        let body = work.session.of(arm.resource_type).get(work.id).await?;
        let write = |change: Change<'_>, body: &mut Json| self.write(update.config, change, body);
        Ok(arm.confirm(work, update, body, write).await?)
    }

    /// Deletes the object, and comes back once it is gone.
    async fn send_delete(&self, work: Work<'_>) -> Result<(), Diagnostic> {
        let arm = self.arm();
        let api = work.session.of(arm.resource_type);
        let deleted = api.delete_for_good(work.id).await;
        deleted.map_err(arm.failed("deleting", work.id))
    }
}

/// The operations of a type that does nearly nothing as all do.
#[async_trait]
pub(crate) trait Operations: Send + Sync {
    /// Refines the plan of a create or an update, and checks it.
    async fn modify_plan(&self, context: &Context<Azure>, plan: &mut Plan<'_>);

    /// Creates an object.
    async fn create(
        &self,
        context: &Context<Azure>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported>;

    /// Brings the state up to date, or removes it when the object is gone.
    async fn read(
        &self,
        context: &Context<Azure>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported>;

    /// Changes an object in ARM.
    async fn update(
        &self,
        context: &Context<Azure>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported>;

    /// Deletes an object; one that is gone already is no error.
    async fn delete(
        &self,
        context: &Context<Azure>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported>;
}
