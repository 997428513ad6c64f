mod unfinished;

use serde_json::json;
use tfplugin_framework::private::Private;
use tfplugin_framework::types::value::{Object, Value};

use super::*;
use crate::arm::test_server::{Reply, TestServer};
use crate::azure::body::Change;
use crate::azure::resource::Arm;
use crate::resources::test_plan::{Kept, call, config, context, get, id, subnet, write, writes};

/// An environment with these tags, as ARM gives it.
fn body(tags: &Json) -> Json {
    let subnets = ["D", "a", "c", "b"]
        .map(|name| json!({ "id": subnet(name).to_string(), "ofTheFuture": name }));
    json!({
        "id": id(ENVIRONMENTS.name, "e").to_string(), "name": "e", "location": "westeurope", "tags": tags,
        "sku": { "name": "Premium", "capacity": 0 },
        "properties": {
            "provisioningState": "Succeeded",
            "ofTheFuture": 1,
            "networkConfiguration": {
                "ofTheFuture": 1,
                "accessEndpoint": { "type": "Internal", "ofTheFuture": 1 },
                "subnets": subnets,
            },
        },
    })
}

fn environment(tag: Option<&str>) -> Object {
    let subnets = ["a", "b", "c", "d"].map(|name| subnet(name).to_string());
    let tags = match tag {
        Some(key) => Value::Map([(key.to_owned(), Value::from("x"))].into()),
        None => Value::Null,
    };
    config(
        &Arm(Ise),
        &[
            ("id", id(ENVIRONMENTS.name, "e").to_string().into()),
            ("name", "e".into()),
            ("resource_group_name", "g".into()),
            ("location", "westeurope".into()),
            ("sku", "Premium".into()),
            ("capacity", 0_i64.into()),
            ("access_endpoint_type", "Internal".into()),
            (
                "subnet_ids",
                Value::strings(subnets.each_ref().map(String::as_str)),
            ),
            ("provisioning_state", "Succeeded".into()),
            ("tags", tags.clone()),
            ("tags_all", tags),
        ],
    )
}

#[tokio::test]
async fn a_tag_that_outlives_its_removal_by_patch_is_put_away() {
    let before = json!({ "old": "x", "hidden-link": "portal" });
    let after = json!({ "hidden-link": "portal" });
    for (patched, writes) in [(&after, &["PATCH"][..]), (&before, &["PATCH", "PUT"])] {
        let id = id(ENVIRONMENTS.name, "e");
        let line = |method: &str| get(&id).replacen("GET", method, 1);
        let mut reads = vec![Reply::json(200, &body(&before))];
        // Where ARM keeps the tag, it does so until the PUT.
        let until_put = if writes.len() == 2 { 2 } else { 0 };
        reads.extend(vec![Reply::json(200, &body(patched)); until_put]);
        reads.push(Reply::json(200, &body(&after)));
        let server = TestServer::start(&[
            (line("GET").as_str(), reads),
            (
                line("PATCH").as_str(),
                vec![Reply::json(200, &body(patched))],
            ),
            (line("PUT").as_str(), vec![Reply::json(200, &body(&after))]),
        ])
        .await;
        let (prior, planned) = (environment(Some("old")), environment(None));
        let update = UpdateRequest::new(&planned, &prior, &planned);
        let mut state = Kept::new(Some(prior.clone()), Private::default());
        call::update(&Arm(Ise), &context(&server), update, &mut state)
            .await
            .expect("the update");
        let requests = server.requests();
        let sent: Vec<_> = requests
            .iter()
            .filter(|request| !request.line.starts_with("GET "))
            .collect();
        let methods: Vec<_> = sent
            .iter()
            .filter_map(|request| request.line.split(' ').next())
            .collect();
        assert_eq!(methods, writes);
        let sent: Vec<Json> = sent
            .iter()
            .map(|request| serde_json::from_str(&request.body).expect("JSON"))
            .collect();
        assert_eq!(
            sent[0]["tags"],
            json!({ "hidden-link": "portal", "old": null })
        );
        if let Some(put) = sent.get(1) {
            assert_eq!(put["tags"], after);
            assert_eq!(put["properties"], body(&after)["properties"]);
        }
        assert!(state.object().expect("state").get("tags").is_null());
    }
}

#[tokio::test]
async fn ids_are_read_in_the_form_in_which_they_can_be_used() {
    let mut body = body(&json!({}));
    for subnet in body["properties"]["networkConfiguration"]["subnets"]
        .as_array_mut()
        .expect("four")
    {
        subnet["id"] = format!("{}/", subnet["id"].as_str().expect("an ID")).into();
    }
    body["id"] = format!("{}/", id(ENVIRONMENTS.name, "e")).into();
    let server = TestServer::start(&[(
        &get(&id(ENVIRONMENTS.name, "e")),
        vec![Reply::json(200, &body)],
    )])
    .await;
    let object = config(
        &Arm(Ise),
        &[("id", id(ENVIRONMENTS.name, "e").to_string().into())],
    );
    let mut imported = Kept::new(Some(object), Private::default());
    call::read(&Arm(Ise), &context(&server), &mut imported)
        .await
        .expect("read");
    let found = imported.object().expect("there");
    assert_eq!(ARM.stored_id(found), Ok(id(ENVIRONMENTS.name, "e")));
    assert_eq!(subnet_ids(found), ["D", "a", "c", "b"].map(subnet));
    assert_eq!(
        found.str("virtual_network_id"),
        subnet("a").parent().map(|id| id.to_string()).as_deref()
    );
}

/// Dependents such as firewall rules shall not see a change where only the order is another.
#[tokio::test]
async fn addresses_have_no_order() {
    let answer = |addresses: [&str; 2]| {
        let mut body = body(&json!({}));
        let addresses = addresses.map(|address| json!({ "address": address }));
        body["properties"]["endpointsConfiguration"] =
            json!({ "workflow": { "outgoingIpAddresses": addresses } });
        body
    };
    let context = context(&TestServer::start(&[]).await);
    let prior = Ise.read_body(
        &context,
        &answer(["1.2.3.4", "172.16.0.0/27"]),
        &environment(None),
    );
    let again = Ise.read_body(&context, &answer(["172.16.0.0/27", "1.2.3.4"]), &prior);
    assert_eq!(again, prior);
    let other = Ise.read_body(&context, &answer(["172.16.0.0/27", "1.2.3.5"]), &prior);
    assert_ne!(other, prior);
}

/// Updates an environment that ARM answers like this; what was sent.
async fn sent_by_update(before: &Json, prior: &Object, planned: &Object) -> Vec<(String, Json)> {
    let id = id(ENVIRONMENTS.name, "e");
    let answer = || vec![Reply::json(200, &body(before))];
    let server = TestServer::start(&[
        (&get(&id), answer()),
        (&write("PUT", &id, ""), vec![Reply::kept()]),
        (&write("PATCH", &id, ""), vec![Reply::kept()]),
        (&write("POST", &id, "/restart"), vec![Reply::text(200, "")]),
    ])
    .await;
    let update = UpdateRequest::new(planned, prior, planned);
    let mut state = Kept::new(Some(prior.clone()), Private::default());
    let updated = call::update(&Arm(Ise), &context(&server), update, &mut state).await;
    updated.expect("the update");
    writes(&server)
}

#[tokio::test]
async fn other_triggers_restart_and_neither_the_first_nor_none() {
    let triggers = |triggers: &[(&str, &str)]| {
        let triggers = triggers
            .iter()
            .map(|(key, value)| ((*key).to_owned(), Value::from(*value)));
        Value::Map(triggers.collect())
    };
    let one = triggers(&[("dns", "1")]);
    for (before, after, restarts) in [
        (Value::Null, one.clone(), false),
        (triggers(&[]), one.clone(), false),
        (one.clone(), triggers(&[("dns", "2")]), true),
        (one.clone(), triggers(&[("dns", "1"), ("other", "1")]), true),
        (one.clone(), Value::Null, false),
        (one.clone(), triggers(&[]), false),
        (one.clone(), one, false),
    ] {
        let (mut prior, mut planned) = (environment(None), environment(None));
        prior.set("restart_triggers", before.clone());
        planned.set("restart_triggers", after.clone());
        let sent = sent_by_update(&json!({}), &prior, &planned).await;
        let lines: Vec<_> = sent.iter().map(|(line, _)| line.as_str()).collect();
        let expected: &[&str] = if restarts { &["POST restart"] } else { &[] };
        assert_eq!(lines, expected, "{before:?} {after:?}");
    }
}

/// How the restart itself went is told elsewhere; what is kept in the state is the environment.
#[tokio::test]
async fn a_restart_that_takes_its_time_leaves_a_whole_state() {
    let id = id(ENVIRONMENTS.name, "e");
    let restarting = Reply::text(200, "")
        .header("azure-asyncoperation", "{url}/operations/1")
        .header("retry-after-ms", "1");
    let polls =
        ["InProgress", "Succeeded"].map(|state| Reply::json(200, &json!({ "status": state })));
    let server = TestServer::start(&[
        (&get(&id), vec![Reply::json(200, &body(&json!({})))]),
        (&write("POST", &id, "/restart"), vec![restarting]),
        ("GET /operations/1", polls.to_vec()),
    ])
    .await;
    let triggers = |value: &str| Value::Map([("dns".to_owned(), value.into())].into());
    let (mut prior, mut planned) = (environment(None), environment(None));
    prior.set("restart_triggers", triggers("1"));
    planned.set("restart_triggers", triggers("2"));
    planned.set("provisioning_state", Value::unknown());
    let update = UpdateRequest::new(&planned, &prior, &planned);
    let mut state = Kept::new(Some(prior.clone()), Private::default());
    let updated = call::update(&Arm(Ise), &context(&server), update, &mut state).await;
    updated.expect("the update");
    let kept = state.object().expect("the environment");
    assert_eq!(kept.str("provisioning_state"), Some("Succeeded"));
}

/// The name of a tag has no case, and a capacity that an answer leaves out is not lost.
#[tokio::test]
async fn a_patch_removes_no_tag_that_is_only_spelled_otherwise() {
    let (prior, mut planned) = (environment(Some("old")), environment(Some("TEAM")));
    planned.set("capacity", 3_i64);
    let before = json!({ "team": "x", "old": "x", "$type": "y" });
    let sent = sent_by_update(&before, &prior, &planned).await;
    assert_eq!(sent[0].0, "PATCH e");
    assert_eq!(
        sent[0].1,
        json!({
            "sku": { "name": "Premium", "capacity": 3 },
            "tags": { "$type": "y", "TEAM": "x", "old": null },
        })
    );
}

/// What others change meanwhile says nothing about our own change.
#[test]
fn a_change_is_made_when_arm_has_it_whatever_others_do() {
    let (mut prior, mut planned) = (environment(Some("old")), environment(Some("new")));
    let change = Change::between(&prior, &planned);
    let mut current = body(&json!({ "new": "x", "by": "others" }));
    current["sku"]["capacity"] = json!(7);
    assert!(change::is_made(&current, change));
    for tags in [
        json!({ "old": "x", "new": "x" }),
        json!({}),
        json!({ "new": "y" }),
    ] {
        current["tags"] = tags;
        assert!(!change::is_made(&current, change), "{current}");
    }
    // What ARM leaves out has its default.
    let mut silent = body(&json!({ "new": "x" }));
    silent["sku"]
        .as_object_mut()
        .expect("a SKU")
        .remove("capacity");
    assert!(change::is_made(&silent, change));
    // What was sent again is in both states.
    for state in [&mut prior, &mut planned] {
        *state = environment(None);
        state.set("capacity", 3_i64);
    }
    let again = ["capacity".to_owned()];
    let change = Change::between(&prior, &planned);
    assert!(change::is_made(&current, change));
    assert!(!change::is_made(&current, change.and_again(&again)));
}

#[test]
fn the_model_fits_the_schema() {
    tfplugin_framework::testing::assert_model_fits::<Environment>(&super::schema::SCHEMA);
}
