//! An operation that fails with a diagnostic alone, by `?`, has reported it.

use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use serde_json::json;

use crate::action::{self, Action, InvokeRequest, InvokeResponse};
use crate::context::Context;
use crate::data_source::{self, DataSource};
use crate::diagnostics::{Diagnostic, Reported};
use crate::ephemeral::{
    Close, CloseRequest, CloseResponse, EphemeralResource, OpenRequest, OpenResponse, Renew,
    RenewRequest, RenewResponse,
};
use crate::list::{ListRequest, ListResource, ListResponse};
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::plan::{ModifyPlanRequest, ModifyPlanResponse};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Identity, ImportState,
    ImportStateRequest, ImportStateResponse, ModifyPlan, MoveState, MoveStateRequest,
    MoveStateResponse, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest, UpdateResponse,
    UpgradeIdentity, UpgradeIdentityRequest, UpgradeIdentityResponse, UpgradeState,
    UpgradeStateRequest, UpgradeStateResponse,
};
use crate::schema::identity::{IdentityAttribute, IdentitySchema};
use crate::schema::{Attribute, Schema};
use crate::testing::{Core, Failure, Query, Source};
use crate::wire::Server;

const THING: &str = "failing_thing";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    version: 1,
    attributes: vec![Attribute::string("name").required()],
    ..Schema::default()
});

static IDENTITY: LazyLock<IdentitySchema> =
    LazyLock::new(|| IdentitySchema::new(vec![IdentityAttribute::string("name")]).version(1));

/// The operation that fails.
#[derive(Clone, Default)]
struct Failing(Arc<Mutex<&'static str>>);

impl Failing {
    fn set(&self, operation: &'static str) {
        *self.0.lock().expect("not poisoned") = operation;
    }

    fn run(&self, operation: &str) -> Result<(), Diagnostic> {
        match *self.0.lock().expect("not poisoned") == operation {
            true => Err(Diagnostic::error(operation, "It fails.")),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Provider for Failing {
    type Data = ();

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        response.data = Some(());
        Ok(self.run("configure")?)
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<()>>> {
        vec![Arc::new(self.clone())]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource<()>>> {
        vec![Arc::new(self.clone())]
    }

    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource<()>>> {
        vec![Arc::new(self.clone())]
    }

    fn list_resources(&self) -> Vec<Arc<dyn ListResource<()>>> {
        vec![Arc::new(self.clone())]
    }

    fn actions(&self) -> Vec<Arc<dyn Action<()>>> {
        vec![Arc::new(self.clone())]
    }
}

#[async_trait]
impl Resource<()> for Failing {
    fn type_name(&self) -> &str {
        THING
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn create(
        &self,
        _: &Context<()>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        response.state.set(request.plan.clone());
        self.run("create")?;
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        _: &Context<()>,
        _: ReadRequest<'_>,
        _: &mut ReadResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("read")?)
    }

    async fn update(
        &self,
        _: &Context<()>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        response.state.set(request.plan.clone());
        self.run("update")?;
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        _: &Context<()>,
        _: DeleteRequest<'_>,
        _: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("delete")?)
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<()>> {
        Some(self)
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        Some(self)
    }

    fn identity(&self) -> Option<&dyn Identity> {
        Some(self)
    }

    fn move_state(&self) -> Option<&dyn MoveState> {
        Some(self)
    }

    fn upgrade_state(&self) -> Option<&dyn UpgradeState> {
        Some(self)
    }
}

#[async_trait]
impl ModifyPlan<()> for Failing {
    async fn modify(
        &self,
        _: &Context<()>,
        _: ModifyPlanRequest<'_>,
        _: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("plan")?)
    }
}

#[async_trait]
impl ImportState<()> for Failing {
    async fn import(
        &self,
        _: &Context<()>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        response.state.set("name", request.id);
        Ok(self.run("import")?)
    }
}

impl Identity for Failing {
    fn identity_schema(&self) -> &IdentitySchema {
        &IDENTITY
    }

    fn upgrade_identity(&self) -> Option<&dyn UpgradeIdentity> {
        Some(self)
    }
}

impl UpgradeIdentity for Failing {
    fn upgrade(
        &self,
        _: UpgradeIdentityRequest<'_>,
        _: &mut UpgradeIdentityResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("upgrade_identity")?)
    }
}

impl UpgradeState for Failing {
    fn upgrade(
        &self,
        _: UpgradeStateRequest<'_>,
        _: &mut UpgradeStateResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("upgrade_state")?)
    }
}

impl MoveState for Failing {
    fn move_state(
        &self,
        _: MoveStateRequest<'_>,
        _: &mut MoveStateResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("move_state")?)
    }
}

#[async_trait]
impl DataSource<()> for Failing {
    fn type_name(&self) -> &str {
        THING
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn read(
        &self,
        _: &Context<()>,
        _: data_source::ReadRequest<'_>,
        _: &mut data_source::ReadResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("data")?)
    }
}

#[async_trait]
impl EphemeralResource<()> for Failing {
    fn type_name(&self) -> &str {
        THING
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn open(
        &self,
        _: &Context<()>,
        _: OpenRequest<'_>,
        response: &mut OpenResponse,
    ) -> Result<(), Reported> {
        response.renew_at = Some(std::time::SystemTime::UNIX_EPOCH);
        Ok(self.run("open")?)
    }

    fn renew(&self) -> Option<&dyn Renew<()>> {
        Some(self)
    }

    fn close(&self) -> Option<&dyn Close<()>> {
        Some(self)
    }
}

#[async_trait]
impl Renew<()> for Failing {
    async fn renew(
        &self,
        _: &Context<()>,
        _: RenewRequest<'_>,
        _: &mut RenewResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("renew")?)
    }
}

#[async_trait]
impl Close<()> for Failing {
    async fn close(
        &self,
        _: &Context<()>,
        _: CloseRequest<'_>,
        _: &mut CloseResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("close")?)
    }
}

#[async_trait]
impl ListResource<()> for Failing {
    fn type_name(&self) -> &str {
        THING
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn list(
        &self,
        _: &Context<()>,
        _: ListRequest<'_>,
        _: &mut ListResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("list")?)
    }
}

#[async_trait]
impl Action<()> for Failing {
    fn type_name(&self) -> &str {
        THING
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn modify_plan(&self) -> Option<&dyn action::ModifyPlan<()>> {
        Some(self)
    }

    async fn invoke(
        &self,
        _: &Context<()>,
        _: InvokeRequest<'_>,
        _: &mut InvokeResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("invoke")?)
    }
}

#[async_trait]
impl action::ModifyPlan<()> for Failing {
    async fn modify(
        &self,
        _: &Context<()>,
        _: action::ModifyPlanRequest<'_>,
        _: &mut action::ModifyPlanResponse,
    ) -> Result<(), Reported> {
        Ok(self.run("action_plan")?)
    }
}

/// Runs everything until something fails.
async fn run(core: &mut Core<Server<Failing>>) -> Result<(), Failure> {
    let config = || json!({ "name": "a" });
    core.configure(json!({})).await?;
    core.apply(THING, config()).await?;
    core.refresh(THING).await?;
    core.apply(THING, json!({ "name": "a2" })).await?;
    core.destroy(THING).await?;
    core.import(THING, "a").await?;
    core.adopt(THING, 0, r#"{ "name": "a" }"#).await?;
    core.adopt_identity(THING, 0, r#"{ "name": "a" }"#).await?;
    let source = Source {
        provider_address: "registry.terraform.io/a/b",
        type_name: "other",
        schema_version: 0,
        state: "{}",
        identity: "",
    };
    // It is none that this type takes over, which is the failure where nothing else is.
    let moved = core.clone().move_from(THING, source).await.map(|_| ());
    moved.or_else(|failure| match failure.summaries() == ["move_state"] {
        true => Err(failure),
        false => Ok(()),
    })?;
    core.data(THING, config()).await?;
    let mut opened = core.open(THING, config()).await?;
    core.renew(&mut opened).await?;
    core.close(opened).await?;
    core.list(THING, config(), Query::default()).await?;
    core.invoke(THING, config()).await?;
    Ok(())
}

#[tokio::test]
async fn what_an_operation_fails_with_is_reported_once() {
    let failing = Failing::default();
    let mut core = Core::start(failing.clone()).await.expect("it starts");
    let mut fresh = core.clone();
    run(&mut fresh).await.expect("nothing fails");
    for operation in [
        "configure",
        "create",
        "read",
        "update",
        "delete",
        "plan",
        "import",
        "upgrade_state",
        "upgrade_identity",
        "move_state",
        "data",
        "open",
        "renew",
        "close",
        "list",
        "invoke",
        "action_plan",
    ] {
        let mut fresh = core.clone();
        failing.set(operation);
        let failure = run(&mut fresh).await.expect_err(operation);
        assert_eq!(failure.summaries(), [operation]);
        failing.set("");
    }
    // What is stored by then is kept, as beside any other error.
    failing.set("create");
    let created = core.apply(THING, json!({ "name": "a" })).await;
    created.expect_err("it fails");
    let kept = core.instance(THING).expect("it is kept");
    assert!(kept.is_tainted && kept.object.str("name") == Some("a"));
}
