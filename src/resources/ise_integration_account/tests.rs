use serde_json::json;

use super::*;
use crate::arm::ResourceId;
use crate::arm::test_server::{Reply, TestServer};
use crate::resources::test_plan::{
    config, context, get, id, plan, server, server_of, told, with_default_tags, write, writes,
};
use crate::sdk::private::Private;
use crate::sdk::value::Value;

fn environment() -> ResourceId {
    id(ise::ARM.name, "e")
}

fn account(sku: &str) -> Object {
    config(
        &IseIntegrationAccount,
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
            &IseIntegrationAccount,
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
    let azure = context.client_if_known().expect("configured");
    azure.planned.becomes(environment(), planned);
    let plan = plan(
        &IseIntegrationAccount,
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
            &IseIntegrationAccount,
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
        (id(ARM.name, "i"), gone),
        (
            environment(),
            Reply::json(200, &environment_body("Premium")),
        ),
    ])
    .await;
    let planned = account("Free");
    let create = Create {
        config: &planned,
        planned: &planned,
    };
    let mut state = State::new(None, Private::default());
    let errors = IseIntegrationAccount
        .create(&context(&server), create, &mut state)
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
    let account_id = id(ARM.name, "i");
    let body = json!({ "id": account_id.to_string(), "name": "i", "location": "westeurope" });
    let server = TestServer::start(&[
        (
            &get(&account_id),
            vec![
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
        &IseIntegrationAccount,
        &context,
        &config,
        None,
        Private::default(),
    )
    .await;
    assert!(plan.planned.get("location").is_unknown());
    let create = Create {
        config: &config,
        planned: &plan.planned,
    };
    let mut state = State::new(None, Private::default());
    let created = IseIntegrationAccount
        .create(&context, create, &mut state)
        .await;
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
            &IseIntegrationAccount,
            &context,
            &config,
            None,
            Private::default(),
        )
        .await;
        assert_eq!(told(&plan), expected);
    }
    let plan = plan(
        &IseIntegrationAccount,
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
