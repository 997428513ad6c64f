//! What has to wait for a later run.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::Request;

use super::check_fails;
use crate::action::{self, Action, InvokeRequest, InvokeResponse};
use crate::context::Context;
use crate::data_source::{self, DataSource};
use crate::deferral::{DeferredReason, ProviderDeferredBehavior};
use crate::diagnostics::Reported;
use crate::ephemeral::{EphemeralResource, OpenRequest, OpenResponse};
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::plan::{ModifyPlanRequest, ModifyPlanResponse, Plan};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ImportStateRequest,
    ImportStateResponse, ModifyPlan, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse,
};
use crate::schema::{Attribute, Schema};
use crate::testing::{self, Core, unknown};
use crate::types::value::{Object, Value};
use crate::wire::{Server, convert};

/// What the author's code was asked for.
type Asked = Arc<Mutex<BTreeSet<&'static str>>>;

/// Is deferred while its configuration is unknown; `always` says that it is in any case.
struct Harbour(Asked);

#[async_trait]
impl Provider for Harbour {
    type Data = Asked;

    fn schema(&self) -> &Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
            attributes: vec![
                Attribute::string("url"),
                Attribute::bool("always"),
                Attribute::string("because"),
            ],
            ..Schema::default()
        });
        &SCHEMA
    }

    async fn configure(
        &self,
        context: &ConfigureContext,
        request: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Asked>,
    ) -> Result<(), Reported> {
        let is_open = request.config.get("url").is_unknown();
        let is_allowed = context.client_capabilities.deferral_allowed;
        if (is_open && is_allowed) || request.config.bool("always") == Some(true) {
            let reason = wanted(request.config, "because");
            response.deferred = reason.or(Some(DeferredReason::ProviderConfigUnknown));
        }
        response.data = Some(self.0.clone());
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<Asked>>> {
        let ship = |type_name, behavior| Arc::new(Ship(type_name, behavior));
        vec![
            ship(SHIP, ProviderDeferredBehavior::SkipPlanModification),
            ship(STRICT, ProviderDeferredBehavior::EnablePlanModification),
        ]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource<Asked>>> {
        vec![Arc::new(Berth)]
    }

    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource<Asked>>> {
        vec![Arc::new(Berth)]
    }

    fn actions(&self) -> Vec<Arc<dyn Action<Asked>>> {
        vec![Arc::new(Berth)]
    }
}

const SHIP: &str = "harbour_ship";
const STRICT: &str = "harbour_strict_ship";
const BERTH: &str = "harbour_berth";

fn asked(context: &Context<Asked>, what: &'static str) {
    let asked = context.data_if_known().expect("configured");
    asked.lock().expect("not poisoned").insert(what);
}

/// The reason that a configuration or a state asks to be put off for.
fn wanted(object: &Object, operation: &str) -> Option<DeferredReason> {
    match object.str(operation) {
        Some("config") => Some(DeferredReason::ResourceConfigUnknown),
        Some("provider") => Some(DeferredReason::ProviderConfigUnknown),
        Some("absent") => Some(DeferredReason::AbsentPrereq),
        _ => None,
    }
}

struct Ship(&'static str, ProviderDeferredBehavior);

#[async_trait]
impl Resource<Asked> for Ship {
    fn type_name(&self) -> &str {
        self.0
    }

    fn schema(&self) -> &Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
            attributes: vec![
                Attribute::string("name").required(),
                Attribute::string("flag").default("none"),
                Attribute::string("number").computed(),
                Attribute::string("password").write_only(),
                Attribute::string("defer_plan"),
                Attribute::string("defer_read"),
            ],
            ..Schema::default()
        });
        &SCHEMA
    }

    fn provider_deferred_behavior(&self) -> ProviderDeferredBehavior {
        self.1
    }

    async fn create(
        &self,
        _: &Context<Asked>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let mut state = request.plan.clone();
        state.set("number", "1");
        response.state.set(state);
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        context: &Context<Asked>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        asked(context, "read");
        let mut state = request.current.clone();
        state.set("number", "2");
        response.state.set(state);
        response.deferred = wanted(request.current, "defer_read");
        Ok(())
    }

    async fn update(
        &self,
        _: &Context<Asked>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        let mut state = request.plan.clone();
        state.set("number", "3");
        response.state.set(state);
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        _: &Context<Asked>,
        _: DeleteRequest<'_>,
        _: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<Asked>> {
        Some(self)
    }

    fn import_state(&self) -> Option<&dyn ImportState<Asked>> {
        Some(self)
    }
}

#[async_trait]
impl ModifyPlan<Asked> for Ship {
    async fn modify(
        &self,
        context: &Context<Asked>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        asked(context, "plan");
        if let Some(prior) = request.deleted() {
            response.deferred = wanted(prior, "defer_plan");
            return Ok(());
        }
        let Some(plan) = Plan::of(request, response) else {
            return Ok(());
        };
        if plan.config.str("name") == Some("wreck") {
            return Err(plan.diagnostics.add_error("Invalid name", "Not that."));
        }
        *plan.deferred = wanted(plan.config, "defer_plan");
        if plan.deferred.is_some() {
            // What a resource leaves behind that knows no better.
            plan.planned.set("name", Value::unknown());
        }
        Ok(())
    }
}

#[async_trait]
impl ImportState<Asked> for Ship {
    async fn import(
        &self,
        context: &Context<Asked>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        asked(context, "import");
        if request.id != "nameless" {
            response.state.set("name", request.id);
            response.state.set("number", Value::unknown());
        }
        if ["later", "nameless"].contains(&request.id) {
            response.deferred = Some(DeferredReason::AbsentPrereq);
        }
        Ok(())
    }
}

/// A data source, an ephemeral resource and an action.
struct Berth;

static BERTH_SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("defer"),
        Attribute::string("place").computed(),
        Attribute::string("price").computed(),
    ],
    ..Schema::default()
});

#[async_trait]
impl DataSource<Asked> for Berth {
    fn type_name(&self) -> &str {
        BERTH
    }

    fn schema(&self) -> &Schema {
        &BERTH_SCHEMA
    }

    async fn read(
        &self,
        context: &Context<Asked>,
        request: data_source::ReadRequest<'_>,
        response: &mut data_source::ReadResponse,
    ) -> Result<(), Reported> {
        asked(context, "data");
        response.state.set("place", "north");
        response.deferred = wanted(request.config, "defer");
        Ok(())
    }
}

#[async_trait]
impl EphemeralResource<Asked> for Berth {
    fn type_name(&self) -> &str {
        BERTH
    }

    fn schema(&self) -> &Schema {
        &BERTH_SCHEMA
    }

    async fn open(
        &self,
        context: &Context<Asked>,
        request: OpenRequest<'_>,
        response: &mut OpenResponse,
    ) -> Result<(), Reported> {
        asked(context, "open");
        response.result.set("place", "north");
        response.deferred = wanted(request.config, "defer");
        Ok(())
    }
}

#[async_trait]
impl Action<Asked> for Berth {
    fn type_name(&self) -> &str {
        BERTH
    }

    fn schema(&self) -> &Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
            attributes: vec![Attribute::string("defer")],
            ..Schema::default()
        });
        &SCHEMA
    }

    fn modify_plan(&self) -> Option<&dyn action::ModifyPlan<Asked>> {
        Some(self)
    }

    async fn invoke(
        &self,
        context: &Context<Asked>,
        _: InvokeRequest<'_>,
        response: &mut InvokeResponse,
    ) -> Result<(), Reported> {
        asked(context, "invoke");
        response.progress.send("moored");
        Ok(())
    }
}

#[async_trait]
impl action::ModifyPlan<Asked> for Berth {
    async fn modify(
        &self,
        context: &Context<Asked>,
        request: action::ModifyPlanRequest<'_>,
        response: &mut action::ModifyPlanResponse,
    ) -> Result<(), Reported> {
        asked(context, "action");
        response.deferred = wanted(request.config, "defer");
        Ok(())
    }
}

async fn start(deferral_allowed: bool, config: Json) -> (Core<Server<Harbour>>, Asked) {
    let asked = Asked::default();
    let server = Server::new(Harbour(asked.clone()));
    let mut core = Core::over(server).await.expect("a provider");
    core.options.deferral_allowed = deferral_allowed;
    core.configure(config).await.expect("configured");
    (core, asked)
}

/// One whose configuration is not known yet, and what it has made before.
async fn deferred() -> (Core<Server<Harbour>>, Asked) {
    let (mut core, asked) = start(true, json!({})).await;
    for address in [SHIP, STRICT] {
        let made = core.apply(address, json!({ "name": "a" })).await;
        made.expect("made");
    }
    let configured = core.configure(json!({ "url": unknown() })).await;
    configured.expect("configured");
    asked.lock().expect("not poisoned").clear();
    (core, asked)
}

const PROVIDER: Option<DeferredReason> = Some(DeferredReason::ProviderConfigUnknown);
const CONFIG: Option<DeferredReason> = Some(DeferredReason::ResourceConfigUnknown);
const ABSENT: Option<DeferredReason> = Some(DeferredReason::AbsentPrereq);

#[tokio::test]
async fn while_the_provider_is_deferred_nobody_is_asked() {
    let (mut core, asked) = deferred().await;
    let config = json!({ "name": "wreck", "password": "hush", "defer_plan": "config" });
    let created = core.plan("harbour_ship.new", config.clone()).await;
    let created = created.expect("what is wrong is found later");
    assert_eq!(created.deferred, PROVIDER);
    let planned = created.planned.as_ref().expect("a plan");
    assert_eq!(planned.str("flag"), Some("none"), "defaults are known");
    assert!(planned.get("password").is_null(), "it would be stored");
    assert_eq!(created.unknowns(), ["number"]);
    let applied = core.apply_plan(created).await.expect("nothing to do");
    assert_eq!(
        (applied.action, applied.state),
        (testing::Action::NoOp, None)
    );

    let updated = core.plan(SHIP, config).await.expect("a plan");
    assert_eq!(
        (updated.deferred, updated.unknowns()),
        (PROVIDER, vec!["number"])
    );
    let same = core.plan(SHIP, json!({ "name": "a" })).await;
    let same = same.expect("a plan");
    assert_eq!(
        (same.deferred, same.action),
        (PROVIDER, testing::Action::NoOp)
    );
    let destroyed = core.plan_destroy(SHIP).await.expect("a plan");
    assert_eq!((destroyed.deferred, &destroyed.planned), (PROVIDER, &None));
    let kept = core.refresh(SHIP).await.expect("put off").cloned();
    assert_eq!(kept.expect("kept").str("number"), Some("1"));

    let imported = core.import_unless_deferred("harbour_ship.b", "b").await;
    assert_eq!(imported.expect("put off"), PROVIDER);
    assert_eq!(core.state("harbour_ship.b"), None);
    let read = core.read_data(BERTH, json!({ "defer": "no" })).await;
    let read = read.expect("put off");
    assert_eq!(
        (read.deferred, read.object.str("defer")),
        (PROVIDER, Some("no"))
    );
    assert!(read.object.get("place").is_unknown());
    let opened = core.open(BERTH, json!({})).await.expect("put off");
    assert_eq!(opened.deferred, PROVIDER);
    assert!(opened.result.get("place").is_unknown());
    let invoked = core.invoke(BERTH, json!({})).await.expect("put off");
    assert_eq!((invoked.deferred, invoked.progress.len()), (PROVIDER, 0));
    assert_eq!(*asked.lock().expect("not poisoned"), BTreeSet::new());
}

#[tokio::test]
async fn a_type_may_plan_all_the_same_while_the_provider_is_deferred() {
    let (core, asked) = deferred().await;
    let wrong = core.plan(STRICT, json!({ "name": "wreck" })).await;
    check_fails(wrong, "Invalid name", "Not that.");
    for (defer, reason) in [(None, PROVIDER), (Some("config"), CONFIG)] {
        let config = json!({ "name": "b", "defer_plan": defer });
        let plan = core.plan(STRICT, config).await.expect("a plan");
        assert_eq!(plan.deferred, reason, "its own reason counts more");
    }
    let destroyed = core.plan_destroy(STRICT).await.expect("a plan");
    assert_eq!(destroyed.deferred, PROVIDER);
    assert_eq!(*asked.lock().expect("not poisoned"), ["plan"].into());
}

#[tokio::test]
async fn an_answer_may_be_put_off_by_itself() {
    let (mut core, asked) = start(true, json!({})).await;
    let config =
        |plan: &str, read: &str| json!({ "name": "a", "defer_plan": plan, "defer_read": read });
    let plan = core.plan(SHIP, config("config", "")).await.expect("a plan");
    assert_eq!(
        (plan.deferred, plan.unknowns()),
        (CONFIG, vec!["name", "number"])
    );
    assert_eq!(
        core.apply_plan(plan).await.expect("nothing to do").state,
        None
    );

    core.apply(SHIP, config("", "absent")).await.expect("made");
    let plan = core.plan(SHIP, config("", "absent")).await.expect("a plan");
    assert_eq!(plan.deferred, ABSENT, "of the read before the plan");
    let kept = core.refresh(SHIP).await.expect("put off").cloned();
    assert_eq!(kept.expect("kept").str("number"), Some("1"));
    core.options.refresh = false;
    core.apply(SHIP, config("", "")).await.expect("made");
    let mut state = core.state(SHIP).expect("made").clone();
    state.set("defer_plan", "absent");
    core.put(SHIP, state);
    assert_eq!(
        core.plan_destroy(SHIP).await.expect("a plan").deferred,
        ABSENT
    );

    // What is said of an object has to be good enough to be read.
    for (id, is_read) in [("later", true), ("nameless", false)] {
        asked.lock().expect("not poisoned").clear();
        let imported = core.import_unless_deferred("harbour_ship.b", id).await;
        assert_eq!(imported.expect("put off"), ABSENT, "{id}");
        let asked = asked.lock().expect("not poisoned");
        assert_eq!(asked.contains("read"), is_read, "{id}");
        assert_eq!(core.state("harbour_ship.b"), None);
    }
    let imported = core.import_unless_deferred("harbour_ship.b", "b").await;
    assert_eq!(imported.expect("imported"), None);
    assert!(core.state("harbour_ship.b").is_some());

    let read = core.read_data(BERTH, json!({ "defer": "absent" })).await;
    let read = read.expect("put off");
    assert_eq!(
        (read.deferred, read.object.str("place")),
        (ABSENT, Some("north"))
    );
    assert!(read.object.get("price").is_unknown());
    let opened = core.open(BERTH, json!({ "defer": "absent" })).await;
    let opened = opened.expect("put off");
    assert_eq!(
        (opened.deferred, opened.result.str("place")),
        (ABSENT, Some("north"))
    );
    assert!(opened.result.get("price").is_unknown());

    let invoked = core.invoke(BERTH, json!({ "defer": "provider" })).await;
    assert_eq!(invoked.expect("put off").deferred, PROVIDER);
    let invoked = core.invoke(BERTH, json!({ "defer": "absent" })).await;
    check_fails(
        invoked,
        "Bug in the provider",
        "AbsentPrereq, which Terraform does not take",
    );
    let invoked = core.invoke(BERTH, json!({})).await.expect("invoked");
    assert_eq!((invoked.deferred, invoked.progress.len()), (None, 1));
}

#[tokio::test]
async fn what_the_client_does_not_allow_is_an_error() {
    const SUMMARY: &str = "Invalid Deferred Response";
    const DETAIL: &str = "the client did not allow that";
    let (mut core, _) = start(false, json!({})).await;
    let always = core.configure(json!({ "always": true })).await;
    check_fails(always, SUMMARY, DETAIL);
    let config = json!({ "name": "a", "defer_read": "config" });
    core.apply(SHIP, config).await.expect("nothing is put off");
    check_fails(core.refresh(SHIP).await.map(drop), SUMMARY, DETAIL);
    core.options.refresh = false;
    let config = json!({ "name": "a", "defer_plan": "config" });
    check_fails(core.plan(SHIP, config).await, SUMMARY, DETAIL);
    let imported = core.import_unless_deferred("harbour_ship.b", "later").await;
    check_fails(imported, SUMMARY, DETAIL);
    let config = || json!({ "defer": "absent" });
    check_fails(core.data(BERTH, config()).await, SUMMARY, DETAIL);
    check_fails(core.open(BERTH, config()).await, SUMMARY, DETAIL);
    check_fails(core.invoke(BERTH, config()).await, SUMMARY, DETAIL);
}

/// Terraform takes one reason of an action, and any of all else.
#[tokio::test]
async fn an_action_is_put_off_for_the_provider_whatever_the_reason_of_that() {
    let config = json!({ "always": true, "because": "absent" });
    let (core, _) = start(true, config).await;
    let plan = core.plan(SHIP, json!({ "name": "a" })).await;
    assert_eq!(plan.expect("a plan").deferred, ABSENT);
    let invoked = core.invoke(BERTH, json!({})).await.expect("put off");
    assert_eq!(invoked.deferred, PROVIDER);
}

/// Terraform says during an apply that it allows it.
#[tokio::test]
async fn an_apply_puts_nothing_off() {
    let (mut core, _) = start(false, json!({})).await;
    let config = |defer: Json| json!({ "name": "a", "defer_plan": defer });
    let plan = core.plan(SHIP, config(unknown())).await.expect("a plan");
    let applied = core.apply_plan_with(plan, config("config".into())).await;
    let summary = "Resource deferred during apply, but not during plan";
    check_fails(applied, summary, "ResourceConfigUnknown");
}

/// A process that was told one thing when it was configured, and another when it plans.
#[tokio::test]
async fn a_deferred_provider_puts_off_only_where_the_call_allows_it() {
    let (mut core, asked) = deferred().await;
    core.options.deferral_allowed = false;
    let plan = core.plan(SHIP, json!({ "name": "a" })).await;
    assert_eq!(plan.expect("a plan").deferred, None);
    assert_eq!(
        *asked.lock().expect("not poisoned"),
        ["plan", "read"].into()
    );
}

#[tokio::test]
async fn an_import_by_a_deferred_provider_answers_nothing_to_read() {
    let server = Server::new(Harbour(Asked::default()));
    let allowed = Some(v6::ClientCapabilities {
        deferral_allowed: true,
        ..Default::default()
    });
    let mut config = Harbour(Asked::default()).schema().null_object();
    config.set("always", true);
    let request = v6::configure_provider::Request {
        config: Some(convert::encode_object(
            Some(&config),
            Harbour(Asked::default()).schema(),
        )),
        client_capabilities: allowed,
        ..Default::default()
    };
    let configured = server.configure_provider(Request::new(request)).await;
    assert_eq!(configured.expect("answered").into_inner().diagnostics, []);
    let request = v6::import_resource_state::Request {
        type_name: SHIP.into(),
        id: "a".into(),
        client_capabilities: allowed,
        ..Default::default()
    };
    let imported = server.import_resource_state(Request::new(request)).await;
    let imported = imported.expect("answered").into_inner();
    assert_eq!(imported.deferred.expect("put off").reason, 2);
    // Terraform would go on to read any object, and could not with an unknown one.
    assert_eq!(imported.imported_resources, []);
}
