//! What a managed resource does.

mod abilities;
mod identity;
mod move_state;
mod operations;
pub mod plan;

use async_trait::async_trait;

pub use self::abilities::{
    ImportState, ImportStatePassthroughId, ImportStateRequest, ImportStateResponse, UpgradeState,
    UpgradeStateRequest, UpgradeStateResponse,
};
pub use self::identity::{
    Identity, UpgradeIdentity, UpgradeIdentityRequest, UpgradeIdentityResponse,
};
pub use self::move_state::{MoveState, MoveStateRequest, MoveStateResponse};
pub use self::operations::{
    Accepted, CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Outcome, ReadRequest,
    ReadResponse, State, UpdateRequest, UpdateResponse,
};
pub use self::plan::ModifyPlan;
use crate::context::Context;
use crate::deferral::ProviderDeferredBehavior;
use crate::diagnostics::Reported;
use crate::schema::Schema;
use crate::validate_config::ValidateConfig;

/// One type of managed object.
///
/// Operations are given known values only, and answer through a response: whatever state is set there when they return
/// is what Terraform stores, also beside an error. That is how an object that exists is never forgotten.
///
/// `examples/abilities/resource.rs` has one with an identity, imports and computed values.
///
/// ```
/// use async_trait::async_trait;
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::diagnostics::Reported;
/// use tfplugin_framework::resource::*;
/// use tfplugin_framework::schema::Schema;
///
/// /// A thing that is nowhere but in the state.
/// struct Memory(Schema);
///
/// #[async_trait]
/// impl Resource<()> for Memory {
///     fn type_name(&self) -> &str {
///         "memory_thing"
///     }
///
///     fn schema(&self) -> &Schema {
///         &self.0
///     }
///
///     async fn create(&self, _: &Context<()>, request: CreateRequest<'_>, response: &mut CreateResponse) -> Result<Outcome, Reported> {
///         response.state.set(request.plan.clone());
///         Ok(Outcome::Done)
///     }
///
///     async fn read(&self, _: &Context<()>, _: ReadRequest<'_>, _: &mut ReadResponse) -> Result<(), Reported> {
///         // The state starts as it was stored; `response.state.remove()` would say that the thing is gone.
///         Ok(())
///     }
///
///     async fn update(&self, _: &Context<()>, request: UpdateRequest<'_>, response: &mut UpdateResponse) -> Result<Outcome, Reported> {
///         response.state.set(request.plan.clone());
///         Ok(Outcome::Done)
///     }
///
///     async fn delete(&self, _: &Context<()>, _: DeleteRequest<'_>, _: &mut DeleteResponse) -> Result<(), Reported> {
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Resource<D: Send + Sync>: Send + Sync {
    /// The type's name in HCL.
    fn type_name(&self) -> &str;

    /// Its attributes.
    fn schema(&self) -> &Schema;

    /// Creates the object; sets the state as soon as it exists remotely.
    async fn create(
        &self,
        context: &Context<D>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported>;

    /// Brings the state up to date, or removes it when the object is gone.
    async fn read(
        &self,
        context: &Context<D>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported>;

    /// Changes the object in place. The state starts as the prior one, and is what really holds when this returns.
    async fn update(
        &self,
        context: &Context<D>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported>;

    /// Deletes the object; not finding it is success. Only an error keeps the state.
    async fn delete(
        &self,
        context: &Context<D>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported>;

    /// Rules between attributes, if there are any.
    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        None
    }

    /// What it adds to the schema's own plans, if anything.
    fn modify_plan(&self) -> Option<&dyn ModifyPlan<D>> {
        None
    }

    /// What becomes of its plans while the provider is deferred.
    fn provider_deferred_behavior(&self) -> ProviderDeferredBehavior {
        ProviderDeferredBehavior::default()
    }

    /// How objects that exist are taken over, if they can be.
    fn import_state(&self) -> Option<&dyn ImportState<D>> {
        None
    }

    /// How its objects are told apart, if they can be.
    fn identity(&self) -> Option<&dyn Identity> {
        None
    }

    /// How states of other types or providers are taken over, if any are.
    fn move_state(&self) -> Option<&dyn MoveState> {
        None
    }

    /// How states of older versions of the schema are brought up to date, once there are any.
    fn upgrade_state(&self) -> Option<&dyn UpgradeState> {
        None
    }
}
