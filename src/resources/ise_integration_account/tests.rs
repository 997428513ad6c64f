use serde_json::json;
use tfplugin_framework::private::Private;
use tfplugin_framework::testing::assert_model_fits;
use tfplugin_framework::types::value::Value;

use super::*;
use crate::arm::ResourceId;
use crate::arm::test_server::{Reply, TestServer};
use crate::azure::Planner;
use crate::azure::resource::Arm;
use crate::azure::types::ENVIRONMENTS;
use crate::resources::test_plan::{
    Kept, call, config, context, get, hasty_context, id, patient_context, plan, server, server_of,
    told, with_default_tags, write, writes,
};

fn environment() -> ResourceId {
    id(ENVIRONMENTS.name, "e")
}

fn account(sku: &str) -> Object {
    config(
        &Arm(IseIntegrationAccount),
        &[
            ("name", "i".into()),
            ("resource_group_name", "g".into()),
            ("ise_id", environment().to_string().into()),
            ("sku", sku.into()),
        ],
    )
}

fn environment_body(sku: &str) -> Json {
    json!({
        "location": "West Europe",
        "sku": { "name": sku },
        "properties": { "provisioningState": "Succeeded" },
    })
}

#[tokio::test]
async fn the_environment_decides_about_the_sku() {
    for (environment_sku, sku, fits) in [
        ("Premium", "Standard", true),
        ("Premium", "Free", false),
        ("Developer", "Free", true),
        ("Developer", "Basic", false),
    ] {
        let server = server(&[(environment(), environment_body(environment_sku))]).await;
        let plan = plan(
            &Arm(IseIntegrationAccount),
            &context(&server),
            &account(sku),
            None,
            Private::default(),
        )
        .await;
        let expected: &[&str] = match fits {
            true => &[],
            false => &["error sku: Invalid sku"],
        };
        assert_eq!(told(&plan), expected, "{sku} in {environment_sku}");
    }
}

#[tokio::test]
async fn an_environment_that_is_planned_counts_as_planned() {
    let server = server(&[(environment(), environment_body("Premium"))]).await;
    let context = context(&server);
    let mut planned = ise::ARM.schema.null_object();
    planned.set("sku", "Developer");
    let azure = context.data_if_known().expect("configured");
    let claimed = azure.plans.claim(&environment(), Planner::New, planned);
    assert!(claimed.is_ok());
    let plan = plan(
        &Arm(IseIntegrationAccount),
        &context,
        &account("Free"),
        None,
        Private::default(),
    )
    .await;
    assert_eq!((told(&plan), server.lines()), (vec![], vec![]));
}

#[tokio::test]
async fn an_environment_that_cannot_be_read_never_blocks_a_plan() {
    for (reply, expected) in [
        (Reply::error(404, "ResourceNotFound"), None),
        (
            Reply::error(403, "AuthorizationFailed"),
            Some("warning ise_id: Environment \"e\" could not be read"),
        ),
    ] {
        let server = server_of(&[(environment(), reply)]).await;
        let plan = plan(
            &Arm(IseIntegrationAccount),
            &context(&server),
            &account("Free"),
            None,
            Private::default(),
        )
        .await;
        assert_eq!(told(&plan).first().map(String::as_str), expected);
        assert_eq!(plan.planned.get("location"), &Value::unknown());
    }
}

#[tokio::test]
async fn nothing_is_sent_for_a_sku_that_does_not_fit() {
    let gone = Reply::error(404, "ResourceNotFound");
    let server = server_of(&[
        (id(INTEGRATION_ACCOUNTS.name, "i"), gone),
        (
            environment(),
            Reply::json(200, &environment_body("Premium")),
        ),
    ])
    .await;
    let planned = account("Free");
    let create = CreateRequest::new(&planned, &planned);
    let mut state = Kept::new(None, Private::default());
    let errors = call::create(
        &Arm(IseIntegrationAccount),
        &context(&server),
        create,
        &mut state,
    )
    .await
    .expect_err("the SKU");
    let detail = &errors.iter().next().expect("told").detail;
    assert!(detail.ends_with("use Standard."), "{detail}");
    assert!(state.object().is_none());
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")));
}

/// The environment is the location: what lives in it is written to its region, and nobody else decides that.
#[tokio::test]
async fn a_child_is_where_its_environment_is() {
    let account_id = id(INTEGRATION_ACCOUNTS.name, "i");
    let body = json!({ "id": account_id.to_string(), "name": "i", "location": "westeurope" });
    let server = TestServer::start(&[
        (
            &get(&account_id),
            vec![
                Reply::error(404, "ResourceNotFound"),
                Reply::error(404, "ResourceNotFound"),
                Reply::json(200, &body),
            ],
        ),
        (
            &get(&environment()),
            vec![Reply::json(200, &environment_body("Premium"))],
        ),
        (
            &write("PUT", &account_id, ""),
            vec![Reply::json(201, &body)],
        ),
    ])
    .await;
    let context = context(&server);
    let config = account("Standard");
    let plan = plan(
        &Arm(IseIntegrationAccount),
        &context,
        &config,
        None,
        Private::default(),
    )
    .await;
    assert!(plan.planned.get("location").is_unknown());
    let create = CreateRequest::new(&config, &plan.planned);
    let mut state = Kept::new(None, Private::default());
    let created = call::create(&Arm(IseIntegrationAccount), &context, create, &mut state).await;
    created.expect("the creation");
    let (line, sent) = &writes(&server)[0];
    assert_eq!(
        (line.as_str(), &sent["location"]),
        ("PUT i", &json!("West Europe"))
    );
    assert_eq!(
        state.object().expect("state").str("location"),
        Some("westeurope")
    );
}

#[tokio::test]
async fn default_tags_count_among_the_fifty() {
    let server = server(&[(environment(), environment_body("Premium"))]).await;
    let mut config = account("Standard");
    let tags = (0..50).map(|number| (format!("k{number}"), Value::from("v")));
    config.set("tags", Value::Map(tags.collect()));
    for (default_tags, expected) in [
        (vec![], vec![]),
        (vec![("K1", "w")], vec![]),
        (vec![("team", "x")], vec!["error tags: Invalid tags"]),
    ] {
        let default_tags = default_tags
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()));
        let context = with_default_tags(&server, Some(default_tags.collect()));
        let plan = plan(
            &Arm(IseIntegrationAccount),
            &context,
            &config,
            None,
            Private::default(),
        )
        .await;
        assert_eq!(told(&plan), expected);
    }
    let plan = plan(
        &Arm(IseIntegrationAccount),
        &with_default_tags(&server, None),
        &config,
        None,
        Private::default(),
    )
    .await;
    assert!(
        plan.planned.get("tags_all").is_unknown(),
        "they are not known yet"
    );
}

/// Creates an account that ARM answers like this to reads, and to the PUT; summaries of errors, and whether it is in the state.
async fn created(server: &TestServer, context: &Context<Azure>) -> (Vec<String>, bool) {
    let planned = account("Standard");
    let create = CreateRequest::new(&planned, &planned);
    let mut state = Kept::new(None, Private::default());
    let result = call::create(&Arm(IseIntegrationAccount), context, create, &mut state);
    let errors = result.await.err().into_iter().flatten();
    let summaries = errors.map(|error| error.summary).collect();
    assert!(
        server
            .lines()
            .contains(&get(&id(INTEGRATION_ACCOUNTS.name, "i")))
    );
    (summaries, state.object().is_some())
}

/// A timeout and an answer that is missing say nothing about the account, so nothing is tainted; what ARM refuses is an error.
#[tokio::test]
async fn a_creation_that_nobody_knows_the_end_of_is_no_failure() {
    let gone = || Reply::error(404, "ResourceNotFound");
    for (put, is_open) in [
        (Reply::Close, true),
        (Reply::Hang, true),
        (Reply::error(400, "Bad"), false),
    ] {
        let server = server_with(vec![gone()], vec![put]).await;
        let context = hasty_context(&server);
        let soon = tokio::time::Instant::now() + std::time::Duration::from_millis(500);
        let (planned, mut kept) = (account("Standard"), Kept::default());
        let request = CreateRequest::new(&planned, &planned);
        let context = context.with_deadline(soon);
        let result = call::create(&Arm(IseIntegrationAccount), &context, request, &mut kept).await;
        assert_eq!(result.is_ok(), is_open, "{result:?}");
        let warnings: Vec<_> = kept.warnings.iter().map(|it| &*it.summary).collect();
        let id = kept.object().and_then(|object| object.str("id"));
        if is_open {
            let expected = "Integration account \"i\" may not be complete yet";
            assert_eq!(warnings, [expected]);
            assert!(id.is_some(), "the ID can be computed");
            assert_ne!(kept.private, Private::default());
            // It is there, and ARM tells no state of an account.
            let server = server_with(vec![Reply::json(200, &account_body())], vec![]).await;
            let context = hasty_context(&server);
            let read = call::read(&Arm(IseIntegrationAccount), &context, &mut kept).await;
            read.expect("a read");
            assert_eq!(kept.private, Private::default());
        } else {
            assert_eq!((warnings, id), (vec![], None));
        }
    }
}

async fn server_with(reads: Vec<Reply>, puts: Vec<Reply>) -> TestServer {
    let environment_read = Reply::json(200, &environment_body("Premium"));
    TestServer::start(&[
        (&get(&environment()), vec![environment_read]),
        (&get(&id(INTEGRATION_ACCOUNTS.name, "i")), reads),
        (&write("PUT", &id(INTEGRATION_ACCOUNTS.name, "i"), ""), puts),
    ])
    .await
}

fn account_body() -> Json {
    json!({ "id": id(INTEGRATION_ACCOUNTS.name, "i").to_string(), "name": "i", "location": "westeurope" })
}

/// A key of `for_each` is renamed: the deletion under the old one and the creation under the new one have no order.
#[tokio::test]
async fn a_creation_waits_for_the_deletion_that_frees_its_name() {
    let there = || Reply::json(200, &account_body());
    let gone = || Reply::error(404, "ResourceNotFound");
    let put = || vec![Reply::kept()];
    // The deletion runs already, and no look is worth it before it ends.
    let server = server_with(vec![gone()], put()).await;
    let context = context(&server);
    let deletions = &context.data_if_known().expect("configured").deletions;
    let deletion = deletions.begin(&id(INTEGRATION_ACCOUNTS.name, "I"));
    let others = async {
        tokio::task::yield_now().await;
        assert_eq!(server.lines(), [""; 0]);
        drop(deletion);
    };
    let (created_then, ()) = tokio::join!(created(&server, &context), others);
    assert_eq!(created_then, (vec![], true));
    // It begins a moment later.
    let server = server_with(vec![there(), gone()], put()).await;
    assert_eq!(
        created(&server, &patient_context(&server)).await,
        (vec![], true)
    );
    // It never does.
    let server = server_with(vec![there()], vec![]).await;
    let exists = "Integration account \"i\" already exists".to_owned();
    assert_eq!(created(&server, &run(&server)).await, (vec![exists], false));
}

/// Another run of the same provider.
fn run(server: &TestServer) -> Context<Azure> {
    context(server)
}

#[tokio::test]
async fn of_two_creations_of_one_name_one_succeeds() {
    let there = || Reply::json(200, &account_body());
    let gone = || Reply::error(404, "ResourceNotFound");
    let exists = "Integration account \"i\" already exists".to_owned();
    // In one process, the second one looks after the first one has written.
    let server = server_with(vec![gone()], vec![Reply::kept()]).await;
    let context = run(&server);
    let both = tokio::join!(created(&server, &context), created(&server, &context));
    let mut both = [both.0, both.1];
    both.sort();
    assert_eq!(both, [(vec![], true), (vec![exists.clone()], false)]);
    assert_eq!(writes(&server).len(), 1);
    // In two processes, ARM tells the second one that it has changed what was there.
    let server = server_with(vec![gone(), gone(), there()], vec![there()]).await;
    assert_eq!(created(&server, &run(&server)).await, (vec![exists], false));
    // Nobody knows who did where the first answer was lost: most likely this very creation.
    let server = server_with(vec![gone(), gone(), there()], vec![Reply::Close, there()]).await;
    assert_eq!(created(&server, &run(&server)).await, (vec![], true));
}

#[tokio::test]
async fn one_account_has_one_address() {
    let server = server(&[(environment(), environment_body("Premium"))]).await;
    let context = context(&server);
    let plan_new = async |name: &str| {
        let mut wanted = account("Standard");
        wanted.set("name", name);
        let private = Private::default();
        told(
            &plan(
                &Arm(IseIntegrationAccount),
                &context,
                &wanted,
                None,
                private,
            )
            .await,
        )
    };
    assert_eq!(plan_new("i").await, [""; 0]);
    assert_eq!(
        plan_new("I").await,
        ["error name: Integration account \"I\" is planned twice"]
    );
    assert_eq!(plan_new("j").await, [""; 0]);
}

#[test]
fn the_model_fits_the_schema() {
    assert_model_fits::<Account>(&SCHEMA);
}
