//! Resources that store what is planned.

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::deferral::{DeferredReason, ProviderDeferredBehavior};
use tfplugin_framework::diagnostics::{Diagnostic, Report as _, Reported};
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Identity, ImportState,
    ModifyPlan, MoveState, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse, UpgradeState,
};
use tfplugin_framework::schema::Schema;
use tfplugin_framework::types::value::Object;

/// What is special about a resource that otherwise stores what is planned.
pub trait Echo: Send + Sync + 'static {
    /// The type's name in HCL.
    fn type_name(&self) -> &'static str;

    /// Its attributes and blocks.
    fn schema(&self) -> &Schema;

    /// The state after a creation.
    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(request.plan.clone())
    }

    /// The state after an update.
    fn update(&self, request: UpdateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(request.plan.clone())
    }

    /// The state after a read.
    fn read(&self, request: ReadRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(request.current.clone())
    }

    /// Why a read is put off, where the client allows that.
    fn read_deferred(&self, _request: ReadRequest<'_>) -> Option<DeferredReason> {
        None
    }

    /// What it adds to the schema's own plans.
    fn modify_plan(&self) -> Option<&dyn ModifyPlan<()>> {
        None
    }

    /// What becomes of its plans while the provider is deferred.
    fn provider_deferred_behavior(&self) -> ProviderDeferredBehavior {
        ProviderDeferredBehavior::default()
    }

    /// Deletes what is stored outside of the state.
    fn delete(&self, _request: DeleteRequest<'_>) -> Result<(), Diagnostic> {
        Ok(())
    }

    /// How objects are taken over.
    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        None
    }

    /// What tells its objects apart, if anything.
    fn identity(&self) -> Option<&dyn Identity> {
        None
    }

    /// The identity of an object, where it is not the one that is stored already.
    fn identity_of(&self, _state: &Object, _stored: Option<&Object>) -> Option<Object> {
        None
    }

    /// How states of other types are taken over.
    fn move_state(&self) -> Option<&dyn MoveState> {
        None
    }

    /// How older states are brought up to date.
    fn upgrade_state(&self) -> Option<&dyn UpgradeState> {
        None
    }
}

/// The resource that an [`Echo`] is.
pub struct Echoing<E>(pub E);

#[async_trait]
impl<E: Echo> Resource<()> for Echoing<E> {
    fn type_name(&self) -> &str {
        self.0.type_name()
    }

    fn schema(&self) -> &Schema {
        self.0.schema()
    }

    async fn create(
        &self,
        _: &Context<()>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let created = self.0.create(request).report(&mut response.diagnostics)?;
        let identity = self.0.identity_of(&created, request.identity);
        response.identity = identity.or(response.identity.take());
        response.state.set(created);
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        context: &Context<()>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let found = self.0.read(request).report(&mut response.diagnostics)?;
        let identity = self.0.identity_of(&found, request.identity);
        response.identity = identity.or(response.identity.take());
        if context.client_capabilities.deferral_allowed {
            response.deferred = self.0.read_deferred(request);
        }
        response.state.set(found);
        Ok(())
    }

    async fn update(
        &self,
        _: &Context<()>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        let updated = self.0.update(request).report(&mut response.diagnostics)?;
        let identity = self.0.identity_of(&updated, request.identity);
        response.identity = identity.or(response.identity.take());
        response.state.set(updated);
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        _: &Context<()>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        self.0.delete(request).report(&mut response.diagnostics)
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<()>> {
        self.0.modify_plan()
    }

    fn provider_deferred_behavior(&self) -> ProviderDeferredBehavior {
        self.0.provider_deferred_behavior()
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        self.0.import_state()
    }

    fn upgrade_state(&self) -> Option<&dyn UpgradeState> {
        self.0.upgrade_state()
    }

    fn identity(&self) -> Option<&dyn Identity> {
        self.0.identity()
    }

    fn move_state(&self) -> Option<&dyn MoveState> {
        self.0.move_state()
    }
}
