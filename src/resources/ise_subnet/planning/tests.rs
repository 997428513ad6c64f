use serde_json::json;

use super::super::IseSubnet;
use super::*;
use crate::arm::test_server::Reply;
use crate::resources::test_plan::{
    applied, config, context, get, id, network, plan, server, server_of, subnet, told, unconfigured,
};
use crate::sdk::private::Private;
use crate::sdk::resource::Resource;
use crate::sdk::value::{Object, Value};

fn wanted(name: &str, range: &str) -> Object {
    config(
        &IseSubnet,
        &[
            ("name", name.into()),
            ("virtual_network_id", network().to_string().into()),
            ("address_prefix", range.into()),
        ],
    )
}

/// The network 172.16.0.0/16 with these subnets.
fn with_subnets(subnets: &[(&str, &str)]) -> (ResourceId, Json) {
    let subnets: Vec<_> = subnets
        .iter()
        .map(|(name, range)| json!({ "name": name, "properties": { "addressPrefix": range } }))
        .collect();
    let space = json!({ "addressPrefixes": ["fd00::/48", "172.16.0.0/16"] });
    let properties = json!({ "addressSpace": space, "subnets": subnets });
    (network(), json!({ "properties": properties }))
}

async fn plan_new(context: &Context<Azure>, name: &str, range: &str) -> Vec<String> {
    let wanted = wanted(name, range);
    told(&plan(&IseSubnet, context, &wanted, None, Private::default()).await)
}

/// The state of a subnet.
async fn living(name: &str, range: &str) -> Object {
    let plan = plan(
        &IseSubnet,
        &unconfigured(),
        &wanted(name, range),
        None,
        Private::default(),
    )
    .await;
    applied(&plan, &[("id", subnet(name).to_string().into())])
}

#[tokio::test]
async fn a_new_subnet_lies_in_its_network_where_no_other_is() {
    let server = server(&[with_subnets(&[
        ("b", "172.16.0.0/26"),
        ("c", "172.16.0.64/26"),
    ])])
    .await;
    let table = [
        ("a", "172.16.1.0/27", None),
        (
            "a",
            "172.17.0.0/27",
            Some("Address range 172.17.0.0/27 is outside of virtual network \"v\""),
        ),
        (
            "a",
            "172.16.0.0/15",
            Some("Address range 172.16.0.0/15 is outside of virtual network \"v\""),
        ),
        (
            "a",
            "172.16.0.32/27",
            Some("Address range 172.16.0.32/27 overlaps subnet \"b\" (172.16.0.0/26)"),
        ),
        (
            "a",
            "172.16.0.0/24",
            Some(
                "Address range 172.16.0.0/24 overlaps subnets \"b\" (172.16.0.0/26), \"c\" (172.16.0.64/26)",
            ),
        ),
        // It is there already, which its creation will tell.
        ("B", "172.16.0.0/26", None),
    ];
    // Each look at an overlap takes a moment, so all are made at once.
    let rows = table.map(async |(name, range, expected)| {
        let told = plan_new(&context(&server), name, range).await;
        let expected = expected.map(|summary| format!("error address_prefix: {summary}"));
        assert_eq!(told.first(), expected.as_ref(), "{name} {range}: {told:?}");
    });
    futures::future::join_all(rows).await;
}

#[tokio::test]
async fn subnets_of_one_plan_do_not_overlap() {
    let server = server(&[with_subnets(&[])]).await;
    let context = context(&server);
    assert_eq!(plan_new(&context, "a", "172.16.0.0/26").await, [""; 0]);
    assert_eq!(
        plan_new(&context, "b", "172.16.0.32/27").await,
        [
            "error address_prefix: Address range 172.16.0.32/27 overlaps subnet \"a\" (172.16.0.0/26)"
        ]
    );
}

#[tokio::test]
async fn what_the_plan_moves_or_removes_is_not_in_the_way() {
    let server = server_of(&[
        (
            network(),
            Reply::json(
                200,
                &with_subnets(&[
                    ("a", "172.16.0.0/27"),
                    ("b", "172.16.0.32/27"),
                    ("c", "172.16.0.64/27"),
                ])
                .1,
            ),
        ),
        (subnet("a"), Reply::json(200, &json!({ "name": "a" }))),
        (subnet("b"), Reply::json(200, &json!({ "name": "b" }))),
    ])
    .await;
    let context = context(&server);
    // Both grow, so a takes what b has now; whichever is planned first, side by side.
    let replace = async |name, before, after| {
        let prior = living(name, before).await;
        let wanted = wanted(name, after);
        let first = plan(
            &IseSubnet,
            &context,
            &wanted,
            Some(&prior),
            Private::default(),
        )
        .await;
        assert_eq!(told(&first), [""; 0]);
        told(&plan(&IseSubnet, &context, &wanted, None, first.private).await)
    };
    let removed = living("c", "172.16.0.64/27").await;
    let mut private = Private::default();
    let (a, b, c) = tokio::join!(
        replace("a", "172.16.0.0/27", "172.16.0.0/26"),
        replace("b", "172.16.0.32/27", "172.16.0.64/26"),
        IseSubnet.plan_delete(&context, &removed, &mut private),
    );
    assert_eq!((a, b, c.is_empty()), (vec![], vec![], true));
}

#[tokio::test]
async fn a_renamed_subnet_may_keep_its_range() {
    let server = server(&[with_subnets(&[("old", "172.16.0.0/27")])]).await;
    let context = context(&server);
    let prior = living("old", "172.16.0.0/27").await;
    let wanted = wanted("new", "172.16.0.0/27");
    let first = plan(
        &IseSubnet,
        &context,
        &wanted,
        Some(&prior),
        Private::default(),
    )
    .await;
    let second = plan(&IseSubnet, &context, &wanted, None, first.private.clone()).await;
    assert_eq!(told(&second), [""; 0]);
    assert_ne!(first.private, Private::default());
    assert_eq!(second.private, Private::default());
}

#[tokio::test]
async fn a_range_is_not_replaced_under_an_environment() {
    let environment = id(ISE_SERVICE, "e");
    let links = json!([{ "properties": { "link": environment.to_string() } }]);
    let body = json!({ "properties": { "serviceAssociationLinks": links } });
    let server = server(&[(subnet("a"), body)]).await;
    let prior = living("a", "172.16.0.0/27").await;
    let mut wanted = wanted("a", "172.16.0.0/26");
    // Terraform replaces for a range that is not known yet, whatever it turns out to be.
    for range in ["172.16.0.0/26".into(), Value::unknown()] {
        wanted.set("address_prefix", range);
        let context = context(&server);
        let plan = plan(
            &IseSubnet,
            &context,
            &wanted,
            Some(&prior),
            Private::default(),
        )
        .await;
        assert_eq!(
            told(&plan),
            ["error address_prefix: Subnet \"a\" is used by environment \"e\""]
        );
        let detail = &plan.diagnostics.iter().next().expect("told").detail;
        assert!(
            detail.contains(&environment.to_string()) && detail.contains("Keep 172.16.0.0/27"),
            "{detail}"
        );
    }
}

#[tokio::test]
async fn a_network_that_cannot_be_read_never_blocks() {
    for (reply, expected) in [
        (Reply::error(404, "ResourceNotFound"), None),
        (
            Reply::error(403, "AuthorizationFailed"),
            Some("warning address_prefix: The virtual network \"v\" could not be read"),
        ),
    ] {
        let server = server_of(&[(network(), reply)]).await;
        let told = plan_new(&context(&server), "a", "172.16.0.0/27").await;
        assert_eq!(told.first().map(String::as_str), expected);
    }
}

#[tokio::test]
async fn nothing_is_read_while_the_place_is_unknown_or_nothing_changes_it() {
    let server = server(&[]).await;
    let context = context(&server);
    let mut unplaced = wanted("a", "172.16.0.0/27");
    unplaced.set("virtual_network_id", Value::unknown());
    plan(&IseSubnet, &context, &unplaced, None, Private::default()).await;
    let prior = living("a", "172.16.0.0/27").await;
    let mut endpoints = wanted("a", "172.16.0.0/27");
    endpoints.set(
        "service_endpoints",
        Value::set(["Microsoft.Storage".into()]),
    );
    let plan = plan(
        &IseSubnet,
        &context,
        &endpoints,
        Some(&prior),
        Private::default(),
    )
    .await;
    assert_eq!((told(&plan), server.lines()), (vec![], vec![]));
    assert!(!get(&network()).is_empty());
}
