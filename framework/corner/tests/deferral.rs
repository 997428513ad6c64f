//! The tests of the original that need a Terraform with experiments, against Terraform's core as the testing kit has it.

use corner::provider::Corner;
use serde_json::{Value as Json, json};
use tfplugin_framework::deferral::DeferredReason;
use tfplugin_framework::testing::{Action, Core, Failure};
use tfplugin_framework::wire::Server;

const PLAIN: &str = "framework_deferred_action.test";
const STRICT: &str = "framework_deferred_action_plan_modification.test";

const PROVIDER: Option<DeferredReason> = Some(DeferredReason::ProviderConfigUnknown);
const RESOURCE: Option<DeferredReason> = Some(DeferredReason::ResourceConfigUnknown);

async fn start(deferral: bool) -> Core<Server<Corner>> {
    let core = Core::over(Server::new(Corner)).await;
    let mut core = core.expect("a provider");
    core.options.deferral_allowed = true;
    configure(&mut core, deferral).await;
    core
}

async fn configure(core: &mut Core<Server<Corner>>, deferral: bool) {
    let configured = core.configure(json!({ "deferral": deferral })).await;
    configured.expect("configured");
}

async fn reason(
    core: &Core<Server<Corner>>,
    address: &str,
    config: Json,
) -> Result<Option<DeferredReason>, Failure> {
    Ok(core.plan(address, config).await?.deferred)
}

#[tokio::test]
async fn deferred_action_resource_provider_deferral() {
    let mut core = start(true).await;
    let invalid = json!({ "id": "invalid" });
    let found = reason(&core, PLAIN, invalid).await;
    assert_eq!(found.expect("a plan"), PROVIDER);
    let both = json!({ "id": "test_id", "modify_plan_deferral": true });
    let found = reason(&core, PLAIN, both).await;
    assert_eq!(found.expect("a plan"), PROVIDER);
    configure(&mut core, false).await;
    let applied = core.apply(PLAIN, json!({ "id": "test_id" })).await;
    assert_eq!(applied.expect("applied").action, Action::Create);
}

#[tokio::test]
async fn deferred_action_plan_modification_resource_provider_deferral() {
    let mut core = start(true).await;
    let found = reason(&core, STRICT, json!({ "id": "invalid" })).await;
    let failure = found.expect_err("the id is wrong");
    assert_eq!(failure.summaries(), ["invalid id value"]);
    let found = reason(&core, STRICT, json!({ "id": "test_id" })).await;
    assert_eq!(found.expect("a plan"), PROVIDER);
    let both = json!({ "id": "test_id", "modify_plan_deferral": true });
    let found = reason(&core, STRICT, both).await;
    assert_eq!(found.expect("a plan"), RESOURCE);
    configure(&mut core, false).await;
    let applied = core.apply(STRICT, json!({ "id": "test_id" })).await;
    assert_eq!(applied.expect("applied").action, Action::Create);
}

#[tokio::test]
async fn deferred_action_resource_modify_plan_deferral() {
    let mut core = start(false).await;
    let config = |deferral: bool| json!({ "id": "test_id", "modify_plan_deferral": deferral });
    let found = reason(&core, PLAIN, config(true)).await;
    assert_eq!(found.expect("a plan"), RESOURCE);
    let applied = core.apply(PLAIN, config(false)).await;
    assert_eq!(applied.expect("applied").action, Action::Create);
}

#[tokio::test]
async fn deferred_action_resource_read_deferral() {
    let mut core = start(false).await;
    let config = || json!({ "id": "test_id", "read_deferral": true });
    core.apply(PLAIN, config()).await.expect("applied");
    let found = reason(&core, PLAIN, config()).await;
    assert_eq!(found.expect("a plan"), RESOURCE);
}

#[tokio::test]
async fn deferred_action_resource_import_state_deferral() {
    let mut core = start(false).await;
    let imported = core.import_unless_deferred(PLAIN, "deferral-id").await;
    assert_eq!(imported.expect("put off"), RESOURCE);
    assert_eq!(core.state(PLAIN), None);
    let imported = core.import_unless_deferred(PLAIN, "test_id").await;
    assert_eq!(imported.expect("imported"), None);
    let found = reason(&core, PLAIN, json!({ "id": "test_id" })).await;
    assert_eq!(found.expect("a plan"), None);
}

/// What all stable releases of Terraform do.
#[tokio::test]
async fn nothing_is_deferred_where_the_client_does_not_allow_it() {
    let mut core = start(false).await;
    core.options.deferral_allowed = false;
    configure(&mut core, true).await;
    let config = json!({ "id": "test_id", "modify_plan_deferral": true, "read_deferral": true });
    core.apply(PLAIN, config.clone()).await.expect_err(
        "the core allows it during the apply, as Terraform does, and fails where it is done",
    );
    let config = json!({ "id": "test_id", "read_deferral": true });
    let applied = core.apply(PLAIN, config.clone()).await;
    assert_eq!(applied.expect("applied").action, Action::Create);
    assert_eq!(reason(&core, PLAIN, config).await.expect("a plan"), None);
    let imported = core
        .import("framework_deferred_action.b", "deferral-id")
        .await;
    assert_eq!(imported.expect("imported").str("id"), Some("deferral-id"));
}
