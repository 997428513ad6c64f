use serde_json::json;

use super::super::ise_integration_account;
use super::*;
use crate::arm::test_server::{Reply, TestServer};
use crate::resources::test_plan::{
    applied, config, context, id, plan, server, server_of, told, unconfigured,
};
use crate::sdk::private::Private;

const DEFINITION: &str = r#"{"$schema":"s","contentVersion":"1.0.0.0","triggers":{},"actions":{}}"#;

fn environment(name: &str) -> ResourceId {
    id("Microsoft.Logic/integrationServiceEnvironments", name)
}

fn account() -> ResourceId {
    id(ise_integration_account::ARM.name, "i")
}

/// A logic app in environment `e` that uses the account.
fn app() -> Object {
    config(
        &IseLogicApp,
        &[
            ("name", "l".into()),
            ("resource_group_name", "g".into()),
            ("ise_id", environment("e").to_string().into()),
            ("definition", DEFINITION.into()),
            ("integration_account_id", account().to_string().into()),
        ],
    )
}

/// An account in that environment, or in none.
fn account_in(environment: Option<ResourceId>) -> Json {
    let reference = environment.map(|id| json!({ "id": id.to_string() }));
    json!({ "properties": { "integrationServiceEnvironment": reference } })
}

fn environment_body() -> Json {
    json!({ "location": "westeurope", "properties": { "provisioningState": "Succeeded" } })
}

async fn plan_app(server: &TestServer, prior: Option<&Object>) -> Plan {
    plan(
        &IseLogicApp,
        &context(server),
        &app(),
        prior,
        Private::default(),
    )
    .await
}

#[tokio::test]
async fn the_account_is_in_the_same_environment() {
    let wrong = "error integration_account_id: Integration account \"i\" is not in the logic app's environment";
    for (place, expected) in [
        (Some(environment("E")), None),
        (Some(environment("other")), Some(wrong)),
        (None, Some(wrong)),
    ] {
        let objects = [
            (environment("e"), environment_body()),
            (account(), account_in(place.clone())),
        ];
        let server = server(&objects).await;
        let plan = plan_app(&server, None).await;
        assert_eq!(told(&plan).first().map(String::as_str), expected);
        if let (Some(place), Some(_)) = (place, expected) {
            let detail = &plan.diagnostics.iter().next().expect("told").detail;
            for id in [place, environment("e")] {
                assert!(detail.contains(&id.to_string()), "{detail}");
            }
        }
    }
}

#[tokio::test]
async fn an_account_that_cannot_be_read_never_blocks_a_plan() {
    for (reply, expected) in [
        (Reply::error(404, "ResourceNotFound"), None),
        (
            Reply::error(403, "AuthorizationFailed"),
            Some("warning integration_account_id: Integration account \"i\" could not be read"),
        ),
    ] {
        let environment = (environment("e"), Reply::json(200, &environment_body()));
        let server = server_of(&[environment, (account(), reply)]).await;
        let plan = plan_app(&server, None).await;
        assert_eq!(told(&plan).first().map(String::as_str), expected);
    }
}

#[tokio::test]
async fn an_account_that_is_planned_counts_as_planned() {
    let server = server(&[(environment("e"), environment_body())]).await;
    let context = context(&server);
    let wanted = config(
        &ise_integration_account::IseIntegrationAccount,
        &[
            ("name", "I".into()),
            ("resource_group_name", "g".into()),
            ("ise_id", environment("other").to_string().into()),
        ],
    );
    let resource = &ise_integration_account::IseIntegrationAccount;
    plan(resource, &context, &wanted, None, Private::default()).await;
    let plan = plan(&IseLogicApp, &context, &app(), None, Private::default()).await;
    assert_eq!(
        told(&plan),
        [
            "error integration_account_id: Integration account \"i\" is not in the logic app's environment"
        ]
    );
}

#[tokio::test]
async fn nothing_is_read_when_the_account_stays() {
    let server = server(&[]).await;
    let created = plan(
        &IseLogicApp,
        &unconfigured(),
        &app(),
        None,
        Private::default(),
    )
    .await;
    let id = id(ARM.name, "l").to_string();
    let state = applied(&created, &[("id", id.into())]);
    let plan = plan_app(&server, Some(&state)).await;
    assert_eq!((told(&plan), server.lines()), (vec![], vec![]));
}

#[tokio::test]
async fn nothing_is_sent_for_an_account_that_does_not_fit() {
    let gone = || Reply::error(404, "ResourceNotFound");
    let elsewhere = Reply::json(200, &account_in(Some(environment("other"))));
    for (reply, expected) in [
        (
            elsewhere,
            "Integration account \"i\" is not in the logic app's environment",
        ),
        (gone(), "Integration account \"i\" does not exist"),
    ] {
        let server = server_of(&[(id(ARM.name, "l"), gone()), (account(), reply)]).await;
        let planned = app();
        let create = Create {
            config: &planned,
            planned: &planned,
        };
        let mut state = State::new(None, Private::default());
        let errors = IseLogicApp
            .create(&context(&server), create, &mut state)
            .await
            .expect_err("the account");
        assert_eq!(errors.iter().next().expect("told").summary, expected);
        assert!(state.object().is_none());
        assert!(server.lines().iter().all(|line| line.starts_with("GET ")));
    }
}
