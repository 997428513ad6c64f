use tfplugin_framework::private::Private;
use tfplugin_framework::resource::CreateRequest;

use super::*;
use crate::arm::test_server::{Received, Reply, TestServer};
use crate::azure::resource::Arm;
use crate::azure::types::ENVIRONMENTS;
use crate::resources::test_plan::{
    Kept, Planned, applied, call, config, context, get, network, plan, subnet, told, unconfigured,
};

/// Why nobody waits any longer.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Stop,
    Timeout,
    /// Azure says that it failed.
    Failure,
}

/// Creates a subnet that ARM accepts, with this answer to polls of the operation; what is kept of it, and what is planned next
/// where ARM shows it in this state.
async fn accepted_then(poll: Json, end: End, shown: &str) -> (Kept, Vec<String>, Planned) {
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
    let running = context(&server);
    let written = [
        ("name", "a".into()),
        ("virtual_network_id", network_id.clone().into()),
        ("address_prefix", "172.16.0.0/27".into()),
    ];
    let config = config(&Arm(IseSubnet), &written);
    let plan_with = async |context: &Context<Azure>, prior: Option<&Object>, private| {
        plan(&Arm(IseSubnet), context, &config, prior, private).await
    };
    let planned = plan_with(&running, None, Private::default()).await;
    let mut state = Kept::new(None, Private::default());
    let create = CreateRequest::new(&config, &planned.planned);
    let soon = match end {
        End::Timeout => Duration::from_millis(200),
        End::Stop | End::Failure => Duration::from_secs(600),
    };
    let bounded = running.with_deadline(Instant::now() + soon);
    let stopper = async {
        server.asked("GET /operations/1").await;
        if end == End::Stop {
            running.cancel.cancel();
        }
    };
    let created = call::create(&Arm(IseSubnet), &bounded, create, &mut state);
    let (result, ()) = tokio::join!(created, stopper);
    assert_eq!(result.is_ok(), end != End::Failure, "only a failure taints");
    assert_eq!(state.warnings.is_empty(), end == End::Failure);
    let object = state.object().expect("kept");
    assert_eq!(object.str("id"), Some(&*id.to_string()));
    // The next run.
    let mut body = body;
    body["properties"]["provisioningState"] = json!(shown);
    let server = TestServer::start(&[
        (&get(&id), vec![Reply::json(200, &body)]),
        (&get(&network()), vec![Reply::error(404, "NotFound")]),
    ])
    .await;
    let context = crate::resources::test_plan::context(&server);
    let mut refreshed = state.clone();
    for (_, value) in refreshed
        .object_mut()
        .into_iter()
        .flat_map(Object::iter_mut)
    {
        if value.is_unknown() {
            *value = Value::Null;
        }
    }
    let read = call::read(&Arm(IseSubnet), &context, &mut refreshed).await;
    read.expect("it is there");
    let next = plan_with(&context, refreshed.object(), refreshed.private.clone()).await;
    (refreshed, told(&next), next)
}

#[tokio::test]
async fn an_accepted_subnet_is_kept_untainted_and_waited_for_however_the_wait_ends() {
    let running = || json!({ "status": "InProgress" });
    for end in [End::Stop, End::Timeout] {
        let (kept, told, next) = accepted_then(running(), end, "Updating").await;
        assert_eq!(
            kept.object().expect("kept").str("provisioning_state"),
            Some("Updating")
        );
        let waits = "warning : Subnet \"a\" was still being created at plan";
        assert_eq!(told, [waits]);
        assert!(next.planned.get("provisioning_state").is_unknown());
        assert!(next.requires_replace.is_empty());
        let (kept, told, next) = accepted_then(running(), end, "Succeeded").await;
        assert_eq!((told, Some(&next.planned)), (vec![], kept.object()));
        let (_, told, next) = accepted_then(running(), end, "Failed").await;
        assert_eq!(told, [""; 0]);
        let replaced: Vec<_> = next.requires_replace.iter().map(Path::to_string).collect();
        assert_eq!(replaced, ["provisioning_state"]);
    }
    let failed = json!({ "status": "Failed", "error": { "code": "E", "message": "m" } });
    accepted_then(failed, End::Failure, "Failed").await;
}

/// Whoever else writes in the network makes it `Updating` for a while, and that is nothing to wait for.
#[tokio::test]
async fn only_a_creation_of_ours_is_waited_for() {
    let properties = json!({ "addressPrefix": "172.16.0.0/27", "provisioningState": "Updating" });
    let server = TestServer::start(&[(
        &get(&subnet("a")),
        vec![Reply::json(200, &body_of("1", properties))],
    )])
    .await;
    let context = context(&server);
    let written = [
        ("name", "a".into()),
        ("virtual_network_id", network().to_string().into()),
        ("address_prefix", "172.16.0.0/27".into()),
    ];
    let config = config(&Arm(IseSubnet), &written);
    let private = Private::default;
    let created = plan(&Arm(IseSubnet), &unconfigured(), &config, None, private()).await;
    let object = applied(&created, &[("id", subnet("a").to_string().into())]);
    let mut kept = Kept::new(Some(object), private());
    let read = call::read(&Arm(IseSubnet), &context, &mut kept).await;
    read.expect("it is there");
    let next = plan(&Arm(IseSubnet), &context, &config, kept.object(), private()).await;
    assert_eq!((told(&next), Some(&next.planned)), (vec![], kept.object()));
}

/// A later run waits for what an earlier one left, and sends nothing.
#[tokio::test]
async fn waiting_goes_on_without_writing() {
    let shown = |state: &str| {
        let properties = json!({ "addressPrefix": "172.16.0.0/27", "provisioningState": state });
        Reply::json(200, &body_of("1", properties)).header("retry-after-ms", "1")
    };
    let reads = vec![shown("Updating"), shown("Updating"), shown("Succeeded")];
    let server = TestServer::start(&[(&get(&subnet("a")), reads)]).await;
    let written = [
        ("id", subnet("a").to_string().into()),
        ("name", "a".into()),
        ("virtual_network_id", network().to_string().into()),
        ("address_prefix", "172.16.0.0/27".into()),
        ("provisioning_state", "Updating".into()),
    ];
    let mut prior = config(&Arm(IseSubnet), &written);
    IseSubnet.derive(&mut prior);
    let mut planned = prior.clone();
    planned.set("provisioning_state", Value::unknown());
    let mut private = Private::default();
    crate::azure::unfinished::remember(&mut private);
    let mut kept = Kept::new(Some(prior.clone()), private);
    let update = UpdateRequest::new(&planned, &prior, &planned);
    let updated = call::update(&Arm(IseSubnet), &context(&server), update, &mut kept).await;
    updated.expect("it is well");
    let object = kept.object().expect("kept");
    assert_eq!(object.str("provisioning_state"), Some("Succeeded"));
    assert_eq!(kept.private, Private::default());
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")));
}

/// What is planned besides is written over an object that has come to be.
#[tokio::test]
async fn a_change_is_sent_once_the_unfinished_creation_is_over() {
    let shown = |state: &str, etag: &str| {
        let properties = json!({ "addressPrefix": "172.16.0.0/27", "provisioningState": state });
        Reply::json(200, &body_of(etag, properties)).header("retry-after-ms", "1")
    };
    for (last, is_sent) in [("Succeeded", true), ("Failed", false)] {
        let reads = vec![
            shown("Updating", "1"),
            shown("Updating", "1"),
            shown(last, "2"),
        ];
        let id = subnet("a");
        let put = get(&id).replacen("GET", "PUT", 1);
        let server = TestServer::start(&[(&get(&id), reads), (&put, vec![Reply::kept()])]).await;
        let written = [
            ("id", id.to_string().into()),
            ("name", "a".into()),
            ("virtual_network_id", network().to_string().into()),
            ("address_prefix", "172.16.0.0/27".into()),
            ("provisioning_state", "Updating".into()),
        ];
        let mut prior = config(&Arm(IseSubnet), &written);
        IseSubnet.derive(&mut prior);
        let mut planned = prior.clone();
        planned.set("provisioning_state", Value::unknown());
        planned.set("delegate_to_ise", true);
        let mut private = Private::default();
        crate::azure::unfinished::remember(&mut private);
        let mut kept = Kept::new(Some(prior.clone()), private);
        let update = UpdateRequest::new(&planned, &prior, &planned);
        let updated = call::update(&Arm(IseSubnet), &context(&server), update, &mut kept).await;
        assert_eq!(updated.is_ok(), is_sent, "{updated:?}");
        let lines = server.lines();
        let sent = lines.iter().position(|line| *line == put);
        assert_eq!(sent.is_some(), is_sent, "{lines:?}");
        assert!(sent.is_none_or(|sent| sent >= 3), "{lines:?}");
        assert_eq!(kept.private == Private::default(), is_sent);
    }
}

/// Deletes a subnet with these answers; whether that succeeded.
async fn deleted(answers: Vec<Reply>) -> bool {
    let id = subnet("a");
    let line = get(&id).replacen("GET", "DELETE", 1);
    let gone = vec![Reply::error(404, "NotFound")];
    let server = TestServer::start(&[(&line, answers), (&get(&id), gone)]).await;
    let object = config(&Arm(IseSubnet), &[("id", id.to_string().into())]);
    let mut state = Kept::new(Some(object), Private::default());
    let result = call::delete(&Arm(IseSubnet), &context(&server), &mut state).await;
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
        assert_eq!(subnet::holders(&body), all, "{body}");
        assert_eq!(subnet::holder(&body).as_deref(), by_id, "{body}");
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
    assert_eq!(subnet::holders(&stays), ["/p"]);
    assert_eq!(stays["properties"]["routeTable"], json!({}));
    for current in [Some(there("172.16.0.0/26")), None] {
        let new = body_as_planned(current, &planned);
        assert_eq!(subnet::holders(&new), [""; 0]);
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
        &Arm(IseSubnet),
        &[
            ("name", "a".into()),
            ("virtual_network_id", network().to_string().into()),
            ("address_prefix", "172.16.0.0/27".into()),
        ],
    );
    let created = plan(
        &Arm(IseSubnet),
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
        &Arm(IseSubnet),
        &context,
        &config,
        Some(&prior),
        Private::default(),
    )
    .await;
    let update = UpdateRequest::new(&config, &prior, &planned.planned);
    let mut state = Kept::new(Some(prior.clone()), Private::default());
    let updated = call::update(&Arm(IseSubnet), &context, update, &mut state).await;
    updated.expect("the update");
    assert_eq!(state.object(), Some(&applied(&planned, &[])));
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
    let ours = json!({ "name": "integrationServiceEnvironments", "properties": { "serviceName": ENVIRONMENTS.name } });
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
        &Arm(IseSubnet),
        &[
            ("id", id.to_string().into()),
            ("name", "a".into()),
            ("virtual_network_id", network().to_string().into()),
            ("address_prefix", "172.16.0.0/27".into()),
        ],
    );
    IseSubnet.derive(&mut prior);
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
        call::update(&Arm(IseSubnet), &context, update, &mut state),
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

#[test]
fn the_model_fits_the_schema() {
    tfplugin_framework::testing::assert_model_fits::<Subnet>(&schema::SCHEMA);
}
