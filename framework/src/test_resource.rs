//! A resource for tests that are about something else.

use async_trait::async_trait;

use crate::context::Context;
use crate::diagnostics::Reported;
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ImportStateRequest,
    ImportStateResponse, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse,
};
use crate::schema::Schema;

/// Stores what is planned.
pub(crate) struct TestResource {
    pub(crate) type_name: &'static str,
    /// None where nobody asks for it.
    pub(crate) schema: Option<Schema>,
    pub(crate) is_importable: bool,
}

#[async_trait]
impl Resource<()> for TestResource {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn schema(&self) -> &Schema {
        self.schema.as_ref().expect("nobody asks for a schema")
    }

    async fn create(
        &self,
        _: &Context<()>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        response.state.set(request.plan.clone());
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        _: &Context<()>,
        _: ReadRequest<'_>,
        _: &mut ReadResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }

    async fn update(
        &self,
        _: &Context<()>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        response.state.set(request.plan.clone());
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        _: &Context<()>,
        _: DeleteRequest<'_>,
        _: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        self.is_importable.then_some(self)
    }
}

#[async_trait]
impl ImportState<()> for TestResource {
    async fn import(
        &self,
        _: &Context<()>,
        _: ImportStateRequest<'_>,
        _: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }
}
