use serde_json::json;
use tfplugin_framework::private::Private;
use tfplugin_framework::types::value::Value;

use super::super::ise_integration_account;
use super::*;
use crate::arm::ResourceId;
use crate::arm::test_server::{Reply, TestServer};
use crate::azure::resource::Arm;
use crate::azure::types::INTEGRATION_ACCOUNTS;
use crate::resources::test_plan::{
    Kept, Planned, applied, call, config, context, get, id, plan, server, server_of, told,
    unconfigured, write, writes,
};

const DEFINITION: &str = r#"{"$schema":"s","contentVersion":"1.0.0.0","triggers":{},"actions":{}}"#;

fn environment(name: &str) -> ResourceId {
    id("Microsoft.Logic/integrationServiceEnvironments", name)
}

fn account() -> ResourceId {
    id(INTEGRATION_ACCOUNTS.name, "i")
}

/// A logic app in environment `e` that uses the account.
fn app() -> Object {
    config(
        &Arm(IseLogicApp),
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

async fn plan_app(server: &TestServer, prior: Option<&Object>) -> Planned {
    plan(
        &Arm(IseLogicApp),
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
        &Arm(ise_integration_account::IseIntegrationAccount),
        &[
            ("name", "I".into()),
            ("resource_group_name", "g".into()),
            ("ise_id", environment("other").to_string().into()),
        ],
    );
    let resource = &Arm(ise_integration_account::IseIntegrationAccount);
    plan(resource, &context, &wanted, None, Private::default()).await;
    let plan = plan(
        &Arm(IseLogicApp),
        &context,
        &app(),
        None,
        Private::default(),
    )
    .await;
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
        &Arm(IseLogicApp),
        &unconfigured(),
        &app(),
        None,
        Private::default(),
    )
    .await;
    let id = id(WORKFLOWS.name, "l").to_string();
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
        let server = server_of(&[(id(WORKFLOWS.name, "l"), gone()), (account(), reply)]).await;
        let planned = app();
        let create = CreateRequest::new(&planned, &planned);
        let mut state = Kept::new(None, Private::default());
        let errors = call::create(&Arm(IseLogicApp), &context(&server), create, &mut state)
            .await
            .expect_err("the account");
        assert_eq!(errors.iter().next().expect("told").summary, expected);
        assert!(state.object().is_none());
        assert!(server.lines().iter().all(|line| line.starts_with("GET ")));
    }
}

/// The values of its secure parameters.
const BOTH: &str = r#"{"key":"hush","spare":"too"}"#;
const KEY: (&str, &str) = ("secure_parameters_wo", r#"{"key":"hush"}"#);

/// The definition with these declarations of parameters.
fn declaring(parameters: &Json) -> String {
    DEFINITION.replacen('{', &format!("{{\"parameters\":{parameters},"), 1)
}

/// A living logic app that needs the secret `key` and tells of more than the provider knows.
fn secretive() -> Json {
    let definition = declaring(&json!({
        "greeting": { "type": "String" }, "key": { "type": "SecureString" }, "spare": { "type": "SecureString", "defaultValue": "x" },
    }));
    json!({
        "id": id(WORKFLOWS.name, "l").to_string(), "name": "l", "location": "westeurope", "kind": "planted",
        "properties": {
            "state": "Enabled",
            "definition": serde_json::from_str::<Json>(&definition).expect("JSON"),
            "parameters": {
                "greeting": { "type": "String", "value": "hello", "description": "of the greeting" },
                "key": { "type": "SecureString", "metadata": { "of": "the key" } },
                "spare": { "description": "of the spare one" },
            },
            "integrationServiceEnvironment": { "id": environment("e").to_string() },
            "accessControl": { "triggers": { "openAuthenticationPolicies": { "policies": {
                "p": { "type": "AADPOP", "ofTheFuture": 1, "claims": [{ "name": "iss", "value": "i", "ofTheFuture": 2 }] },
            } } } },
        },
    })
}

/// Its configuration, with other attributes.
fn secretive_config(other: &[(&str, Value)]) -> Object {
    let definition = secretive()["properties"]["definition"].to_string();
    let mut config = app();
    for (name, value) in [
        ("integration_account_id", Value::Null),
        ("definition", definition.into()),
        ("parameters", r#"{"greeting":"hello"}"#.into()),
        ("secure_parameters_wo", BOTH.into()),
        ("secure_parameters_version", 1_i64.into()),
        ("access_control", policies("i")),
    ] {
        config.set(name, value);
    }
    for (name, value) in other {
        config.set(name, value.clone());
    }
    config
}

fn policies(issuer: &str) -> Value {
    let claims = Value::Map([("iss".to_owned(), issuer.into())].into());
    let trigger = [
        ("allowed_caller_ip_ranges", Value::Null),
        (
            "open_authentication_policies",
            Value::Map([("p".to_owned(), claims)].into()),
        ),
    ];
    let trigger: Object = trigger.into_iter().collect();
    let none = ["actions", "contents", "workflow_management"].map(|name| (name, Value::Null));
    let sections = none.into_iter().chain([("trigger", trigger.into())]);
    sections.collect::<Object>().into()
}

/// Another run of the same provider.
fn run(server: &TestServer) -> Context<Azure> {
    context(server)
}

/// Plans and makes a change of the secretive app; what was told, and what was sent.
async fn change_of_secretive(other: &[(&str, Value)]) -> (Vec<String>, Vec<(String, Json)>) {
    change_of(&secretive(), &secretive(), other).await
}

/// ARM never gives them back.
fn hide_secrets(body: &mut Json) {
    let properties = &mut body["properties"];
    let declared = properties["definition"]["parameters"].clone();
    let parameters = properties["parameters"].as_object_mut();
    for (name, parameter) in parameters.into_iter().flatten() {
        let kind = declared[name.as_str()]["type"].as_str().unwrap_or_default();
        if kind.to_lowercase().starts_with("secure") {
            parameter
                .as_object_mut()
                .expect("an object")
                .shift_remove("value");
        }
    }
}

/// The same for an app that was one when it was planned, and is another when that is applied.
async fn change_of(
    at_plan: &Json,
    at_apply: &Json,
    other: &[(&str, Value)],
) -> (Vec<String>, Vec<(String, Json)>) {
    let id = id(WORKFLOWS.name, "l");
    let mut reads = vec![Reply::json(200, at_plan), Reply::json(200, at_apply)];
    if other.contains(&("enabled", false.into())) {
        let mut disabled = at_apply.clone();
        disabled["properties"]["state"] = json!("Disabled");
        reads[1] = Reply::json(200, &disabled);
    }
    let server = TestServer::start(&[
        (&get(&id), reads),
        (&write("PUT", &id, ""), vec![Reply::Kept(hide_secrets)]),
        (&write("POST", &id, "/enable"), vec![Reply::text(200, "")]),
        (&write("POST", &id, "/disable"), vec![Reply::text(200, "")]),
    ])
    .await;
    let context = context(&server);
    let created = secretive_state(&run(&server)).await;
    let mut before = Kept::new(Some(created), Private::default());
    call::read(&Arm(IseLogicApp), &context, &mut before)
        .await
        .expect("read");
    let prior = before.object().expect("there").clone();
    let config = secretive_config(other);
    let planned = plan(
        &Arm(IseLogicApp),
        &context,
        &config,
        Some(&prior),
        Private::default(),
    )
    .await;
    assert!(planned.planned.get("secure_parameters_wo").is_null());
    let update = UpdateRequest::new(&config, &prior, &planned.planned);
    let mut state = Kept::new(Some(prior.clone()), Private::default());
    let result = call::update(&Arm(IseLogicApp), &context, update, &mut state).await;
    let mut told = told(&planned);
    told.extend(
        state
            .warnings
            .iter()
            .map(|warning| format!("warning: {}", warning.summary)),
    );
    told.extend(
        result
            .err()
            .into_iter()
            .flatten()
            .map(|error| format!("at apply: {}", error.detail)),
    );
    (told, writes(&server))
}

async fn secretive_state(context: &Context<Azure>) -> Object {
    let created = plan(
        &Arm(IseLogicApp),
        context,
        &secretive_config(&[]),
        None,
        Private::default(),
    )
    .await;
    applied(
        &created,
        &[("id", id(WORKFLOWS.name, "l").to_string().into())],
    )
}

#[tokio::test]
async fn every_put_carries_the_secrets_and_keeps_what_arm_tells_of_parameters() {
    let key = json!({ "type": "SecureString", "metadata": { "of": "the key" }, "value": "hush" });
    let spare = json!({ "description": "of the spare one", "value": "too" });
    let key_alone = (KEY.0, Value::from(KEY.1));
    let greeting =
        |text: &str| json!({ "type": "String", "value": text, "description": "of the greeting" });
    let declared = secretive()["properties"]["definition"].to_string();
    let without_spare =
        declaring(&json!({ "greeting": { "type": "String" }, "key": { "type": "SecureString" } }));
    let open = declaring(&json!({ "key": { "type": "SecureString" } }));
    for (other, parameters) in [
        (
            vec![("secure_parameters_version", Value::from(2_i64))],
            json!({ "key": key, "spare": spare, "greeting": greeting("hello") }),
        ),
        (
            vec![("parameters", r#"{"greeting":"hi"}"#.into())],
            json!({ "key": key, "spare": spare, "greeting": greeting("hi") }),
        ),
        (
            vec![("definition", without_spare.into()), key_alone.clone()],
            json!({ "key": key, "greeting": greeting("hello") }),
        ),
        (
            vec![
                ("definition", open.into()),
                ("parameters", Value::Null),
                key_alone.clone(),
            ],
            json!({ "key": key }),
        ),
        (
            vec![
                ("definition", declared.into()),
                ("access_control", policies("other")),
            ],
            json!({ "key": key, "spare": spare, "greeting": greeting("hello") }),
        ),
    ] {
        let (told, sent) = change_of_secretive(&other).await;
        assert_eq!(told, [""; 0]);
        let [(line, body)] = &sent[..] else {
            panic!("{sent:?}")
        };
        assert_eq!(line, "PUT l");
        assert_eq!(body["properties"]["parameters"], parameters, "{other:?}");
        assert_eq!(body["kind"], "planted");
        let policy = &body["properties"]["accessControl"]["triggers"]["openAuthenticationPolicies"]
            ["policies"]["p"];
        assert_eq!(
            (&policy["type"], &policy["ofTheFuture"]),
            (&json!("AADPOP"), &json!(1))
        );
        assert_eq!(policy["claims"][0]["ofTheFuture"], 2);
    }
}

#[tokio::test]
async fn a_secret_that_is_missing_is_asked_for_by_a_put_alone() {
    let no_secret = ("secure_parameters_wo", Value::Null);
    let (told, sent) = change_of_secretive(std::slice::from_ref(&no_secret)).await;
    assert_eq!(told, [""; 0]);
    assert_eq!(sent, []);
    // Another form of no tags is nothing to send.
    for tags in [Value::Null, Value::Map([].into())] {
        let change = [no_secret.clone(), ("enabled", false.into()), ("tags", tags)];
        let (told, sent) = change_of_secretive(&change).await;
        assert_eq!(told, [""; 0]);
        assert_eq!(sent, [("POST disable".to_owned(), Json::Null)]);
    }
    let tags = Value::Map([("a".to_owned(), "b".into())].into());
    let (told, sent) = change_of_secretive(&[no_secret, ("tags", tags)]).await;
    assert_eq!(
        told[0],
        "error secure_parameters_wo: Invalid secure_parameters_wo"
    );
    assert!(
        told[1].contains("declares the parameter \"key\" (SecureString) without a default"),
        "{told:?}"
    );
    assert_eq!((told.len(), sent), (2, vec![]));
}

#[tokio::test]
async fn one_logic_app_has_one_address() {
    let server = TestServer::start(&[]).await;
    let context = context(&server);
    let plan_new = async |name: &str| {
        let wanted = secretive_config(&[("name", name.into())]);
        told(
            &plan(
                &Arm(IseLogicApp),
                &context,
                &wanted,
                None,
                Private::default(),
            )
            .await,
        )
    };
    assert_eq!(plan_new("l").await, [""; 0]);
    assert_eq!(
        plan_new("L").await,
        ["error name: Logic app \"L\" is planned twice"]
    );
}

/// What ARM never gives back is lost by a PUT without it: nothing is sent then, and the parameter is named.
#[tokio::test]
async fn nothing_is_sent_that_would_lose_a_secret() {
    let declaring_more = |declared: &[(&str, Json)]| {
        let mut body = secretive();
        for (name, declaration) in declared {
            body["properties"]["definition"]["parameters"][name] = declaration.clone();
        }
        body
    };
    let tags = || ("tags", Value::Map([("a".to_owned(), "b".into())].into()));
    let version = || ("secure_parameters_version", Value::from(2_i64));
    let key_alone = (KEY.0, Value::from(KEY.1));
    let new = json!({ "type": "secureObject" });
    for (at_apply, change, expected) in [
        (
            secretive(),
            vec![tags(), key_alone.clone()],
            Some("has a value of the parameter \"spare\" (SecureString)"),
        ),
        // Another version says that these are all.
        (secretive(), vec![version(), key_alone], None),
        // Others have declared one more, in a definition that is not planned to change.
        (
            declaring_more(&[("new", new)]),
            vec![tags()],
            Some("declares the parameter \"new\" (secureObject) without a default"),
        ),
        (
            declaring_more(&[("new", json!({ "type": "SecureString", "defaultValue": "" }))]),
            vec![tags()],
            None,
        ),
    ] {
        let (told, sent) = change_of(&secretive(), &at_apply, &change).await;
        match expected {
            Some(expected) => {
                assert!(told.len() == 1 && told[0].contains(expected), "{told:?}");
                assert_eq!(sent, []);
            }
            None => assert_eq!((told, sent.len()), (vec![], 1)),
        }
    }
}

/// What ARM tells of a parameter belongs to its declaration: with another one, it begins anew.
#[tokio::test]
async fn a_parameter_that_is_declared_otherwise_begins_anew() {
    let secret = |kind: &str| json!({ "type": kind, "metadata": { "of": "old" } });
    let plain = |kind: &str, value: Json| json!({ "type": kind, "metadata": { "of": "old" }, "value": value });
    let body = |kind: &str, parameter: &Json| {
        let mut body = secretive();
        let definition = declaring(&json!({ "key": { "type": kind } }));
        body["properties"]["definition"] = serde_json::from_str(&definition).expect("JSON");
        body["properties"]["parameters"] = json!({ "key": parameter });
        body
    };
    let given = |secure: bool, value: &Json| {
        let text = Value::from(json!({ "key": value }).to_string());
        match secure {
            true => [("parameters", Value::Null), ("secure_parameters_wo", text)],
            false => [("parameters", text), ("secure_parameters_wo", Value::Null)],
        }
    };
    for (before, kind, secure, value) in [
        (
            body("SecureString", &secret("SecureString")),
            "String",
            false,
            json!("open"),
        ),
        (
            body("SecureObject", &secret("SecureObject")),
            "Object",
            false,
            json!({ "a": 1 }),
        ),
        (
            body("String", &plain("String", json!("open"))),
            "SecureString",
            true,
            json!("hush"),
        ),
        (
            body("Object", &plain("Object", json!({ "a": 1 }))),
            "SecureObject",
            true,
            json!({ "b": 1 }),
        ),
        (
            body("SecureString", &secret("SecureString")),
            "SecureObject",
            true,
            json!({ "b": 1 }),
        ),
        // As it was left by who did not know this.
        (
            body("String", &secret("SecureString")),
            "String",
            false,
            json!("open"),
        ),
    ] {
        let mut change = given(secure, &value).to_vec();
        let declared = declaring(&json!({ "key": { "type": kind } }));
        change.push(("definition", declared.into()));
        let (told, sent) = change_of(&before, &before, &change).await;
        assert_eq!(told, [""; 0]);
        let parameters = &sent[0].1["properties"]["parameters"];
        assert_eq!(
            parameters,
            &json!({ "key": { "value": value } }),
            "{before}"
        );
    }
    // The case of a type is no other type.
    let before = body("securestring", &secret("SecureString"));
    let mut change = given(true, &json!("hush")).to_vec();
    change.push((
        "definition",
        declaring(&json!({ "key": { "type": "SecureString" } })).into(),
    ));
    change.push(("secure_parameters_version", 2_i64.into()));
    let (_, sent) = change_of(&before, &before, &change).await;
    assert_eq!(
        sent[0].1["properties"]["parameters"],
        json!({ "key": { "type": "SecureString", "metadata": { "of": "old" }, "value": "hush" } })
    );
    // What is not declared any more is gone, with all that ARM told of it.
    let before = body("SecureString", &secret("SecureString"));
    let mut change = vec![
        ("parameters", Value::Null),
        ("secure_parameters_wo", Value::Null),
    ];
    change.push(("definition", declaring(&json!({})).into()));
    let (told, sent) = change_of(&before, &before, &change).await;
    assert_eq!(told, [""; 0]);
    assert_eq!(sent[0].1["properties"]["parameters"], json!({}));
}

#[test]
fn the_model_fits_the_schema() {
    tfplugin_framework::testing::assert_model_fits::<LogicApp>(&SCHEMA);
}
