use super::*;
use crate::arm::test_server::{Received, Reply, TestServer};
use crate::resources::test_plan::{
    Kept, applied, call, config, context, get, network, plan, subnet, unconfigured,
};
use crate::sdk::private::Private;

/// Creates a subnet that ARM accepts, with this answer to polls of the operation; whether a whole state was kept.
async fn accepted_then(poll: Json, stop: bool) -> bool {
    let (id, network_id) = (subnet("a"), network().to_string());
    let properties = json!({ "provisioningState": "Updating", "addressPrefix": "172.16.0.0/27" });
    let body = json!({ "id": id.to_string(), "name": "a", "properties": properties });
    let accepted = Reply::json(201, &body)
        .header("azure-asyncoperation", "{url}/operations/1")
        .header("retry-after-ms", "20");
    let space = json!({ "addressSpace": { "addressPrefixes": ["172.16.0.0/16"] } });
    let server = TestServer::start(&[
        (&get(&id), vec![Reply::error(404, "ResourceNotFound")]),
        (&get(&id).replacen("GET", "PUT", 1), vec![accepted]),
        ("GET /operations/1", vec![Reply::json(200, &poll)]),
        (
            &get(&network()),
            vec![Reply::json(
                200,
                &json!({ "id": network_id, "properties": space }),
            )],
        ),
    ])
    .await;
    let context = context(&server);
    let written = [
        ("name", "a".into()),
        ("virtual_network_id", network_id.clone().into()),
        ("address_prefix", "172.16.0.0/27".into()),
    ];
    let config = config(&IseSubnet, &written);
    let plan = plan(&IseSubnet, &context, &config, None, Private::default()).await;
    let mut state = Kept::new(None, Private::default());
    let create = CreateRequest::new(&config, &plan.planned);
    let stopper = async {
        server.asked("GET /operations/1").await;
        if stop {
            context.cancel.cancel();
        }
    };
    let (result, ()) = tokio::join!(
        call::create(&IseSubnet, &context, create, &mut state),
        stopper
    );
    assert_eq!(result.is_ok(), stop, "only a failure taints");
    let object = state.object().cloned();
    object.is_some_and(|object| Value::Object(object).is_wholly_known())
}

#[tokio::test]
async fn an_accepted_subnet_is_remembered_however_the_wait_ends() {
    assert!(accepted_then(json!({ "status": "InProgress" }), true).await);
    let failed = json!({ "status": "Failed", "error": { "code": "E", "message": "m" } });
    assert!(accepted_then(failed, false).await);
}

/// Deletes a subnet with these answers; whether that succeeded.
async fn deleted(answers: Vec<Reply>) -> bool {
    let id = subnet("a");
    let line = get(&id).replacen("GET", "DELETE", 1);
    let gone = vec![Reply::error(404, "NotFound")];
    let server = TestServer::start(&[(&line, answers), (&get(&id), gone)]).await;
    let object = config(&IseSubnet, &[("id", id.to_string().into())]);
    let mut state = Kept::new(Some(object), Private::default());
    let result = call::delete(&IseSubnet, &context(&server), &mut state).await;
    result.is_ok()
}

#[tokio::test]
async fn a_wait_for_the_release_outlives_passing_troubles() {
    let in_use = || Reply::error(400, "InUseSubnetCannotBeDeleted");
    let forbidden = || Reply::error(403, "AuthorizationFailed");
    let gone = || Reply::text(204, "");
    assert!(deleted(vec![in_use(), forbidden(), gone()]).await);
    // What nobody has waited for yet is told at once, as is what does not pass.
    assert!(!deleted(vec![forbidden(), gone()]).await);
    assert!(!deleted(vec![in_use(), Reply::error(409, "ScopeLocked"), gone()]).await);
}

#[test]
fn what_holds_a_subnet() {
    let link = |properties: Json| json!([{ "name": "l", "properties": properties }]);
    let id = "/subscriptions/s/resourceGroups/g/providers/A/b/c";
    for (properties, all, by_id) in [
        (json!({}), vec![], None),
        (
            json!({ "serviceAssociationLinks": link(json!({ "link": id })) }),
            vec![id],
            Some(id),
        ),
        (
            json!({ "resourceNavigationLinks": link(json!({ "linkedResourceType": "R" })), "privateEndpoints": [{ "id": id }] }),
            vec!["R", id],
            Some(id),
        ),
        (
            json!({ "resourceNavigationLinks": link(json!({})) }),
            vec!["l"],
            None,
        ),
    ] {
        let body = json!({ "properties": properties });
        assert_eq!(holders(&body), all, "{body}");
        assert_eq!(holder(&body).as_deref(), by_id, "{body}");
    }
}

#[test]
fn a_planned_body_keeps_what_is_there_unless_the_range_moves() {
    let mut planned = SCHEMA.null_object();
    planned.set("name", "a");
    planned.set("address_prefix", "172.16.0.0/27");
    planned.set("route_table_id", Value::unknown());
    let there = |range: &str| json!({ "properties": { "addressPrefix": range, "privateEndpoints": [{ "id": "/p" }] } });
    let stays = body_as_planned(Some(there("172.16.0.0/27")), &planned);
    assert_eq!(holders(&stays), ["/p"]);
    assert_eq!(stays["properties"]["routeTable"], json!({}));
    for current in [Some(there("172.16.0.0/26")), None] {
        let new = body_as_planned(current, &planned);
        assert_eq!(holders(&new), [""; 0]);
        assert_eq!(new["properties"]["addressPrefix"], "172.16.0.0/27");
    }
}

/// Updates a subnet that ARM answers like this: to what was planned, and through these answers to PUT; what was PUT.
async fn put_by_update(
    bodies: &[Json],
    change: &[(&str, Value)],
    puts: Vec<Reply>,
) -> Vec<Received> {
    let id = subnet("a");
    let gets = bodies.iter().map(|body| Reply::json(200, body)).collect();
    let put = get(&id).replacen("GET", "PUT", 1);
    let server = TestServer::start(&[(&get(&id), gets), (&put, puts)]).await;
    let context = context(&server);
    let mut config = config(
        &IseSubnet,
        &[
            ("name", "a".into()),
            ("virtual_network_id", network().to_string().into()),
            ("address_prefix", "172.16.0.0/27".into()),
        ],
    );
    let created = plan(
        &IseSubnet,
        &unconfigured(),
        &config,
        None,
        Private::default(),
    )
    .await;
    let prior = applied(&created, &[("id", id.to_string().into())]);
    for (name, value) in change {
        config.set(name, value.clone());
    }
    let planned = plan(
        &IseSubnet,
        &context,
        &config,
        Some(&prior),
        Private::default(),
    )
    .await;
    let update = UpdateRequest::new(&config, &prior, &planned.planned);
    let mut state = Kept::new(Some(prior.clone()), Private::default());
    let updated = call::update(&IseSubnet, &context, update, &mut state).await;
    updated.expect("the update");
    assert_eq!(state.object(), Some(&planned.planned));
    let requests = server.requests();
    let puts = requests.into_iter().filter(|request| request.line == put);
    puts.collect()
}

fn body_of(etag: &str, properties: Json) -> Json {
    json!({ "id": subnet("a").to_string(), "name": "a", "etag": etag, "properties": properties })
}

fn sent(request: &Received) -> Json {
    serde_json::from_str(&request.body).expect("JSON")
}

#[tokio::test]
async fn an_update_leaves_the_range_in_the_form_that_it_has_and_other_delegations_alone() {
    let web = json!({ "name": "w", "properties": { "serviceName": "Microsoft.Web/serverFarms" } });
    let ours = json!({ "name": "integrationServiceEnvironments", "properties": { "serviceName": ISE_SERVICE } });
    for range in [
        json!({ "addressPrefix": "172.16.0.0/27" }),
        json!({ "addressPrefixes": ["172.16.0.0/27"] }),
        json!({ "addressPrefix": null, "addressPrefixes": ["fd00::/64", "172.16.0.0/27"] }),
    ] {
        let mut properties = range.clone();
        properties["delegations"] = json!([web]);
        properties["networkSecurityGroup"] = json!({ "id": "/g", "ofTheFuture": 1 });
        let body = body_of("1", properties);
        let puts = vec![Reply::kept()];
        let puts = put_by_update(&[body], &[("delegate_to_ise", true.into())], puts).await;
        let sent = sent(&puts[0]);
        for name in ["addressPrefix", "addressPrefixes"] {
            assert_eq!(sent["properties"][name], range[name], "{sent}");
        }
        assert_eq!(sent["properties"]["delegations"], json!([web, ours]));
    }
}

/// What a stopped update leaves is what ARM then shows.
#[tokio::test]
async fn a_stopped_update_keeps_what_arm_shows() {
    let id = subnet("a");
    let with = |state: &str, endpoints: &[&str]| {
        let endpoints: Vec<_> = endpoints
            .iter()
            .map(|name| json!({ "service": name }))
            .collect();
        let properties = json!({
            "addressPrefix": "172.16.0.0/27", "provisioningState": state, "serviceEndpoints": endpoints,
        });
        Reply::json(200, &body_of("1", properties))
    };
    let updating = with("Updating", &["Microsoft.Sql"])
        .header("azure-asyncoperation", "{url}/operations/1")
        .header("retry-after-ms", "1");
    let server = TestServer::start(&[
        (
            &get(&id),
            vec![with("Succeeded", &[]), with("Updating", &["Microsoft.Sql"])],
        ),
        (&get(&id).replacen("GET", "PUT", 1), vec![updating]),
        (
            "GET /operations/1",
            vec![Reply::json(200, &json!({ "status": "InProgress" }))],
        ),
    ])
    .await;
    let context = context(&server);
    let mut prior = config(
        &IseSubnet,
        &[
            ("id", id.to_string().into()),
            ("name", "a".into()),
            ("virtual_network_id", network().to_string().into()),
            ("address_prefix", "172.16.0.0/27".into()),
        ],
    );
    fill_derived(&mut prior);
    let mut planned = prior.clone();
    let endpoints = Value::set(["Microsoft.Sql".into()]);
    planned.set("service_endpoints", endpoints.clone());
    let update = UpdateRequest::new(&planned, &prior, &planned);
    let mut state = Kept::new(Some(prior.clone()), Private::default());
    let stopper = async {
        server.asked("GET /operations/1").await;
        context.cancel.cancel();
    };
    let (result, ()) = tokio::join!(
        call::update(&IseSubnet, &context, update, &mut state),
        stopper
    );
    result.expect_err("stopped");
    let kept = state.object().expect("the subnet");
    assert_eq!(kept.get("service_endpoints"), &endpoints);
}

/// Other processes write in the network too: what is refused for that is sent again, and what they wrote is kept.
#[tokio::test]
async fn an_update_gives_way_to_other_writers() {
    let body = |etag: &str, by_others: &str| {
        body_of(
            etag,
            json!({ "addressPrefix": "172.16.0.0/27", "byOthers": by_others }),
        )
    };
    let endpoints = ("service_endpoints", Value::set(["Microsoft.Sql".into()]));
    let puts = vec![
        Reply::error(429, "RetryableErrorDueToAnotherOperation"),
        Reply::error(409, "AnotherOperationInProgress"),
        Reply::error(412, "PreconditionFailed"),
        Reply::kept(),
    ];
    let puts = put_by_update(&[body("1", "early"), body("2", "late")], &[endpoints], puts).await;
    let seen: Vec<_> = puts
        .iter()
        .map(|put| {
            (
                put.headers["if-match"].clone(),
                sent(put)["properties"]["byOthers"].clone(),
            )
        })
        .collect();
    let (early, late) = (
        ("1".to_owned(), json!("early")),
        ("2".to_owned(), json!("late")),
    );
    assert_eq!(seen, [early.clone(), early.clone(), early, late]);
}
