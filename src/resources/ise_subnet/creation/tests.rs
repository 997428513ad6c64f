use serde_json::json;
use tfplugin_framework::context::Context;
use tfplugin_framework::private::Private;
use tfplugin_framework::resource::CreateRequest;

use super::super::IseSubnet;
use super::*;
use crate::arm::test_server::{Received, Reply, TestServer};
use crate::azure::Azure;
use crate::azure::resource::Arm;
use crate::resources::test_plan::{
    Kept, call, config, context, get, network, patient_context, subnet, write,
};

const RANGE: &str = "172.16.0.0/27";

fn gone() -> Reply {
    Reply::error(404, "NotFound")
}

/// The network with this subnet, or without any.
fn with(other: Option<(&str, &str)>) -> Reply {
    let subnets: Vec<_> = other
        .iter()
        .map(|(name, range)| json!({ "name": name, "properties": { "addressPrefix": range } }))
        .collect();
    Reply::json(
        200,
        &json!({ "id": network().to_string(), "properties": { "subnets": subnets } }),
    )
}

fn body_of(range: &str, state: &str) -> Json {
    let properties = json!({ "addressPrefix": range, "provisioningState": state });
    json!({ "id": subnet("a").to_string(), "name": "a", "properties": properties })
}

/// A server that answers like this to reads of the subnet, to reads of the network, and to the creation.
async fn server(subnets: Vec<Reply>, networks: Vec<Reply>, puts: Vec<Reply>) -> TestServer {
    TestServer::start(&[
        (&get(&subnet("a")), subnets),
        (&get(&network()), networks),
        (&write("PUT", &subnet("a"), ""), puts),
    ])
    .await
}

/// Creates the subnet: summaries of errors, or nothing, and whether it is in the state.
async fn created(context: &Context<Azure>) -> (Vec<Diagnostic>, bool) {
    let planned = config(
        &Arm(IseSubnet),
        &[
            ("name", "a".into()),
            ("virtual_network_id", network().to_string().into()),
            ("address_prefix", RANGE.into()),
        ],
    );
    let create = CreateRequest::new(&planned, &planned);
    let mut state = Kept::new(None, Private::default());
    let result = call::create(&Arm(IseSubnet), context, create, &mut state).await;
    let errors = result.err().into_iter().flatten().collect();
    (errors, state.object().is_some())
}

fn puts(server: &TestServer) -> Vec<Received> {
    let requests = server.requests().into_iter();
    requests
        .filter(|request| request.line.starts_with("PUT "))
        .collect()
}

fn summaries(errors: &[Diagnostic]) -> Vec<&str> {
    errors.iter().map(|error| error.summary.as_str()).collect()
}

#[tokio::test]
async fn a_new_subnet_is_sent_for_creation_only() {
    let server = server(vec![gone()], vec![with(None)], vec![Reply::kept()]).await;
    assert_eq!(created(&context(&server)).await, (vec![], true));
    let [put] = &puts(&server)[..] else {
        panic!("one PUT")
    };
    assert_eq!(put.headers["if-none-match"], "*");
}

/// The one that has the addresses is deleted beside the creation, by the same process or by another one.
#[tokio::test]
async fn a_new_subnet_waits_for_its_addresses() {
    let done = Reply::kept;
    let taken = || with(Some(("b", "172.16.0.0/26")));
    let overlap = || Reply::error(400, "NetcfgSubnetRangesOverlap");
    for (networks, replies) in [
        (vec![taken(), with(None)], vec![done()]),
        // Somebody else was faster, between the look and the request.
        (vec![with(None)], vec![overlap(), done()]),
        // Only ARM may look.
        (
            vec![Reply::error(403, "AuthorizationFailed")],
            vec![overlap(), done()],
        ),
    ] {
        let sent = replies.len();
        let server = server(vec![gone()], networks, replies).await;
        assert_eq!(created(&patient_context(&server)).await, (vec![], true));
        assert_eq!(puts(&server).len(), sent);
    }

    // As long as the deletion runs, however impatient a create is otherwise.
    let networks = vec![taken(), with(None)];
    let server = server(vec![gone()], networks, vec![done()]).await;
    let context = context(&server);
    let deletions = &context.data_if_known().expect("configured").deletions;
    let deletion = deletions.begin(&subnet("B"));
    let others = async {
        server.asked(&get(&network())).await;
        // Whoever deletes writes in the same network.
        let session = server.session();
        let lock = lock(&session, &subnet("b")).await;
        assert!(lock.is_ok());
        drop(deletion);
    };
    let (created, ()) = tokio::join!(created(&context), others);
    assert_eq!(created, (vec![], true));
}

#[tokio::test]
async fn addresses_that_stay_taken_are_an_error_and_nothing_is_sent() {
    let taken = with(Some(("b", "172.16.0.0/26")));
    let server = server(vec![gone()], vec![taken], vec![]).await;
    let (errors, is_kept) = created(&context(&server)).await;
    assert_eq!(
        summaries(&errors),
        ["Address range 172.16.0.0/27 overlaps subnet \"b\" (172.16.0.0/26)"]
    );
    for id in [subnet("a"), subnet("b")] {
        assert!(errors[0].detail.contains(&id.to_string()), "{errors:?}");
    }
    assert_eq!((is_kept, puts(&server).len()), (false, 0));
}

#[tokio::test]
async fn a_stop_ends_the_wait_and_nothing_is_sent() {
    let taken = with(Some(("b", "172.16.0.0/26")));
    let server = server(vec![gone()], vec![taken], vec![]).await;
    let context = patient_context(&server);
    let deletions = &context.data_if_known().expect("configured").deletions;
    let _deletion = deletions.begin(&subnet("b"));
    let stop = async {
        server.asked(&get(&network())).await;
        context.cancel.cancel();
    };
    let ((errors, is_kept), ()) = tokio::join!(created(&context), stop);
    assert_eq!(summaries(&errors), ["Error creating subnet \"a\""]);
    assert_eq!((is_kept, puts(&server).len()), (false, 0));
}

#[tokio::test]
async fn a_subnet_that_is_there_already_is_left_alone() {
    let there = || Reply::json(200, &body_of(RANGE, "Succeeded"));
    let refused = Reply::error(412, "PreconditionFailed");
    for (subnets, replies) in [
        (vec![there()], vec![]),
        // Through another alias, between the look and the request.
        (vec![gone(), there()], vec![refused]),
    ] {
        let server = server(subnets, vec![with(None)], replies).await;
        let (errors, is_kept) = created(&context(&server)).await;
        assert_eq!(summaries(&errors), ["Subnet \"a\" already exists"]);
        assert!(!is_kept);
    }
}

/// The answer to the first request is lost, and the second one is refused because the first was carried out.
#[tokio::test]
async fn what_was_sent_without_an_answer_is_known_again() {
    let there = |range: &str, state: &str| Reply::json(200, &body_of(range, state));
    let refused = || Reply::error(412, "PreconditionFailed");
    let ours = vec![gone(), there(RANGE, "Updating"), there(RANGE, "Succeeded")];
    let server = server(ours, vec![with(None)], vec![Reply::Close, refused()]).await;
    assert_eq!(created(&context(&server)).await, (vec![], true));
}

/// Newer versions of the API answer one range in the form of many.
#[tokio::test]
async fn what_was_sent_is_known_again_in_the_form_of_many_ranges() {
    let there = || {
        let mut body = body_of(RANGE, "Succeeded");
        let properties = body["properties"].as_object_mut().expect("properties");
        let range = properties.remove("addressPrefix");
        properties.insert("addressPrefixes".to_owned(), json!([range]));
        Reply::json(200, &body)
    };
    let refused = Reply::error(412, "PreconditionFailed");
    let ours = vec![gone(), there(), there()];
    let server = server(ours, vec![with(None)], vec![Reply::Close, refused]).await;
    assert_eq!(created(&context(&server)).await, (vec![], true));
}

#[tokio::test]
async fn what_another_one_made_meanwhile_is_not_taken_for_ours() {
    let other = Reply::json(200, &body_of("172.16.9.0/27", "Succeeded"));
    let refused = Reply::error(412, "PreconditionFailed");
    let server = server(
        vec![gone(), other],
        vec![with(None)],
        vec![Reply::Close, refused],
    )
    .await;
    let (errors, is_kept) = created(&context(&server)).await;
    assert_eq!(summaries(&errors), ["Subnet \"a\" already exists"]);
    assert!(!is_kept);
}
