use super::*;
use crate::arm::test_server::{Reply, TestServer};
use crate::resources::test_plan::{config, context, get, network, plan, subnet};
use crate::sdk::private::Private;

/// Creates a subnet that ARM accepts, with this answer to polls of the operation; whether a state was kept.
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
    let mut state = State::new(None, Private::default());
    let create = Create {
        config: &config,
        planned: &plan.planned,
    };
    let stopper = async {
        server.asked("GET /operations/1").await;
        if stop {
            context.cancel.cancel();
        }
    };
    let (result, ()) = tokio::join!(IseSubnet.create(&context, create, &mut state), stopper);
    assert!(result.is_err());
    state.object().is_some()
}

#[tokio::test]
async fn an_accepted_subnet_is_remembered_however_the_wait_ends() {
    assert!(accepted_then(json!({ "status": "InProgress" }), true).await);
    let failed = json!({ "status": "Failed", "error": { "code": "E", "message": "m" } });
    assert!(accepted_then(failed, false).await);
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
