//! The adapter from a type of ARM to a resource of Terraform.

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostics, Report as _, Reported};
use tfplugin_framework::resource::plan::{ModifyPlanRequest, ModifyPlanResponse, Plan};
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ImportStateRequest,
    ImportStateResponse, ModifyPlan, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse, UpgradeState,
};
use tfplugin_framework::schema::Schema;
use tfplugin_framework::validate_config::{ValidateConfig, ValidateConfigRequest};

use super::arm_resource::ArmResource;
use super::row::asks_arm;
use super::{Azure, operations};

/// The resource that a type of ARM makes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arm<R>(pub(crate) R);

#[async_trait]
impl<R: ArmResource> Resource<Azure> for Arm<R> {
    fn type_name(&self) -> &str {
        self.0.arm().resource
    }

    fn schema(&self) -> &Schema {
        self.0.arm().schema
    }

    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        Some(self)
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<Azure>> {
        Some(self)
    }

    fn import_state(&self) -> Option<&dyn ImportState<Azure>> {
        Some(self)
    }

    fn upgrade_state(&self) -> Option<&dyn UpgradeState> {
        self.0.upgrade_state()
    }

    async fn create(
        &self,
        context: &Context<Azure>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        match self.0.operations() {
            Some(own) => own.create(context, request, response).await,
            None => operations::create(&self.0, context, request, response).await,
        }
    }

    async fn read(
        &self,
        context: &Context<Azure>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        match self.0.operations() {
            Some(own) => own.read(context, request, response).await,
            None => operations::read(&self.0, context, request, response).await,
        }
    }

    async fn update(
        &self,
        context: &Context<Azure>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        if !asks_arm(self.schema(), request.prior, request.plan) {
            response.state.set(request.plan.clone());
            return Ok(Outcome::Done);
        }
        match self.0.operations() {
            Some(own) => own.update(context, request, response).await,
            None => operations::update(&self.0, context, request, response).await,
        }
    }

    async fn delete(
        &self,
        context: &Context<Azure>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        if let Some(own) = self.0.operations() {
            return own.delete(context, request, response).await;
        }
        let deleted = operations::delete(&self.0, context, request).await;
        deleted.report(&mut response.diagnostics)
    }
}

impl<R: ArmResource> ValidateConfig for Arm<R> {
    fn validate(&self, request: ValidateConfigRequest<'_>, diagnostics: &mut Diagnostics) {
        self.0.check_config(request.config, diagnostics);
    }
}

#[async_trait]
impl<R: ArmResource> ModifyPlan<Azure> for Arm<R> {
    async fn modify(
        &self,
        context: &Context<Azure>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        if let Some(prior) = request.deleted() {
            let deletion = self.0.arm().plan_deletion(context, prior);
            return deletion.report(&mut response.diagnostics);
        }
        let Some(mut plan) = Plan::of(request, response) else {
            return Ok(());
        };
        match self.0.operations() {
            Some(own) => own.modify_plan(context, &mut plan).await,
            None => operations::plan(&self.0, context, &mut plan).await,
        }
        Ok(())
    }
}

/// Imports by ID.
#[async_trait]
impl<R: ArmResource> ImportState<Azure> for Arm<R> {
    async fn import(
        &self,
        context: &Context<Azure>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        let arm = self.0.arm();
        let diagnostics = &mut response.diagnostics;
        let id = arm.import_id(request.id).report(diagnostics)?;
        if !self.0.is_of_any_subscription() {
            let azure = context.data().report(diagnostics)?;
            let subscription = azure.subscription.find(&azure.client, context);
            subscription.await.report(diagnostics)?;
            arm.check_subscription(azure, &id).report(diagnostics)?;
        }
        arm.begin_import(&id, &mut response.state);
        Ok(())
    }
}
