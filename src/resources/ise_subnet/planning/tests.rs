use serde_json::json;
use tfplugin_framework::private::Private;
use tfplugin_framework::types::value::{Object, Value};

use super::super::IseSubnet;
use super::*;
use crate::arm::test_server::Reply;
use crate::azure::resource::Arm;
use crate::resources::test_plan::{
    Kept, applied, call, config, context, get, id, network, plan, server, server_of, subnet, told,
    unconfigured,
};

fn wanted(name: &str, range: &str) -> Object {
    config(
        &Arm(IseSubnet),
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
    told(&plan(&Arm(IseSubnet), context, &wanted, None, Private::default()).await)
}

/// The state of a subnet.
async fn living(name: &str, range: &str) -> Object {
    let plan = plan(
        &Arm(IseSubnet),
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
    let outside = |range: &str| {
        format!("error address_prefix: Address range {range} is outside of virtual network \"v\"")
    };
    let overlapped = |range: &str, others: &str| {
        format!(
            "warning address_prefix: Address range {range} of subnet \"a\" overlapped {others} at plan"
        )
    };
    for (name, range, expected) in [
        ("a", "172.16.1.0/27", None),
        ("a", "172.17.0.0/27", Some(outside("172.17.0.0/27"))),
        ("a", "172.16.0.0/15", Some(outside("172.16.0.0/15"))),
        (
            "a",
            "172.16.0.32/27",
            Some(overlapped("172.16.0.32/27", "subnet \"b\" (172.16.0.0/26)")),
        ),
        (
            "a",
            "172.16.0.0/24",
            Some(overlapped(
                "172.16.0.0/24",
                "subnets \"b\" (172.16.0.0/26), \"c\" (172.16.0.64/26)",
            )),
        ),
        // It is there already, which its creation will tell.
        ("B", "172.16.0.0/26", None),
    ] {
        let told = plan_new(&context(&server), name, range).await;
        assert_eq!(told.first(), expected.as_ref(), "{name} {range}: {told:?}");
    }
}

/// Plans a subnet that lives, to this range; what is told in all.
async fn plan_living(
    context: &Context<Azure>,
    name: &str,
    before: &str,
    after: &str,
) -> Vec<String> {
    let prior = living(name, before).await;
    let wanted = wanted(name, after);
    let private = Private::default();
    let first = plan(&Arm(IseSubnet), context, &wanted, Some(&prior), private).await;
    let mut all = told(&first);
    if !first.requires_replace.is_empty() {
        all.extend(told(
            &plan(&Arm(IseSubnet), context, &wanted, None, first.private).await,
        ));
    }
    all
}

/// Whether it is a plan that is refused, in the order of these plans.
fn refused(told: &[Vec<String>]) -> Vec<bool> {
    let is_error = |lines: &Vec<String>| lines.iter().any(|line| line.starts_with("error"));
    told.iter().map(is_error).collect()
}

#[tokio::test]
async fn of_two_plans_that_both_stay_the_later_one_is_refused() {
    let server = server(&[with_subnets(&[("b", "172.16.0.0/26")])]).await;
    let stays = async |context| plan_living(context, "b", "172.16.0.0/26", "172.16.0.0/26").await;
    let comes = async |context| plan_new(context, "a", "172.16.0.32/27").await;
    let first = context(&server);
    let told = [stays(&first).await, comes(&first).await];
    assert_eq!(refused(&told), [false, true], "{told:?}");
    let second = context(&server);
    let told = [comes(&second).await, stays(&second).await];
    assert_eq!(refused(&told), [false, true], "{told:?}");
    assert_eq!(
        told[1],
        [
            "error address_prefix: Address range 172.16.0.0/26 overlaps subnet \"a\" (172.16.0.32/27)"
        ]
    );
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

/// The configuration of a subnet has one range; Azure may have given it more.
#[tokio::test]
async fn every_range_of_a_subnet_that_stays_is_in_the_way() {
    let many = json!({ "addressPrefixes": ["fd00::/64", "172.16.0.0/26", "172.16.8.0/26"] });
    let subnets = json!([{ "name": "b", "properties": many }]);
    let server = server(&[(network(), json!({ "properties": { "subnets": subnets } }))]).await;
    let context = context(&server);
    plan_living(&context, "b", "172.16.0.0/26", "172.16.0.0/26").await;
    assert_eq!(
        plan_new(&context, "a", "172.16.8.32/27").await,
        [
            "warning address_prefix: Address range 172.16.8.32/27 of subnet \"a\" overlapped subnet \"b\" (172.16.8.0/26) at plan"
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
    // Both grow, so a takes what b has now, and b what c has; whichever is planned first.
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let context = context(&server);
        for step in order {
            let told = match step {
                0 => plan_living(&context, "a", "172.16.0.0/27", "172.16.0.0/26").await,
                1 => plan_living(&context, "b", "172.16.0.32/27", "172.16.0.64/26").await,
                _ => {
                    let removed = living("c", "172.16.0.64/27").await;
                    let found = call::plan_delete(&Arm(IseSubnet), &context, &removed);
                    assert!(found.await.is_empty());
                    vec![]
                }
            };
            assert_eq!(
                refused(std::slice::from_ref(&told)),
                [false],
                "{order:?} {told:?}"
            );
            // Only what has not been planned is told of.
            let others: &[&str] = match (step, order) {
                (0, [0, ..] | [2, 0, _]) => &["b"],
                (1, [0, 1, _] | [1, ..]) => &["c"],
                _ => &[],
            };
            let names: Vec<_> = told
                .iter()
                .filter_map(|line| line.split("overlapped subnet \"").nth(1)?.split('"').next())
                .collect();
            assert_eq!(names, others, "{order:?} {told:?}");
        }
    }
}

/// Terraform plans a tainted object as if it were new, without telling of the old one.
#[tokio::test]
async fn a_tainted_subnet_may_be_renamed_and_keep_its_range() {
    let properties = json!({ "addressPrefix": "172.16.0.0/27" });
    let first =
        json!({ "id": subnet("first").to_string(), "name": "first", "properties": properties });
    let network = with_subnets(&[("first", "172.16.0.0/27")]);
    let server = server(&[network, (subnet("first"), first)]).await;
    let context = context(&server);
    let prior = living("first", "172.16.0.0/27").await;
    let mut state = Kept::new(Some(prior.clone()), Private::default());
    let refreshed = call::read(&Arm(IseSubnet), &context, &mut state).await;
    refreshed.expect("it is there");
    assert_eq!(state.object(), Some(&prior));
    let told = plan_new(&context, "second", "172.16.0.0/27").await;
    assert_eq!(refused(std::slice::from_ref(&told)), [false], "{told:?}");
    assert!(told[0].contains("\"first\""), "{told:?}");
}

#[tokio::test]
async fn one_subnet_has_one_address() {
    let server = server(&[with_subnets(&[("a", "172.16.0.0/27")])]).await;
    let twice = "error name: Subnet \"A\" is planned twice";
    let new = context(&server);
    plan_new(&new, "a", "172.16.0.0/27").await;
    assert_eq!(plan_new(&new, "A", "172.16.9.0/27").await, [twice]);
    // Renamed to the name of one that stays.
    let renamed = context(&server);
    plan_living(&renamed, "a", "172.16.0.0/27", "172.16.0.0/27").await;
    assert_eq!(plan_new(&renamed, "A", "172.16.9.0/27").await, [twice]);
    // Under another key.
    let moved = context(&server);
    let prior = living("a", "172.16.0.0/27").await;
    assert_eq!(plan_new(&moved, "a", "172.16.0.0/27").await, [""; 0]);
    assert!(
        call::plan_delete(&Arm(IseSubnet), &moved, &prior)
            .await
            .is_empty()
    );
    // A replacement that the user asked for: nothing about the object changes.
    let asked = context(&server);
    let wanted = wanted("a", "172.16.0.0/27");
    let first = plan(
        &Arm(IseSubnet),
        &asked,
        &wanted,
        Some(&prior),
        Private::default(),
    )
    .await;
    assert!(first.requires_replace.is_empty());
    let second = plan(&Arm(IseSubnet), &asked, &wanted, None, first.private).await;
    assert_eq!(
        (told(&second), second.private),
        (vec![], Private::default())
    );
    // The same object at two addresses, of which one goes.
    let found = call::plan_delete(&Arm(IseSubnet), &asked, &prior).await;
    let summaries: Vec<_> = found.iter().map(|found| found.summary.clone()).collect();
    assert_eq!(summaries, ["Subnet \"a\" is in the state twice"]);
}

#[tokio::test]
async fn a_renamed_subnet_may_keep_its_range() {
    let server = server(&[with_subnets(&[("old", "172.16.0.0/27")])]).await;
    let context = context(&server);
    let prior = living("old", "172.16.0.0/27").await;
    let wanted = wanted("new", "172.16.0.0/27");
    let first = plan(
        &Arm(IseSubnet),
        &context,
        &wanted,
        Some(&prior),
        Private::default(),
    )
    .await;
    let second = plan(
        &Arm(IseSubnet),
        &context,
        &wanted,
        None,
        first.private.clone(),
    )
    .await;
    assert_eq!(told(&second), [""; 0]);
    assert_ne!(first.private, Private::default());
    assert_eq!(second.private, Private::default());
}

#[tokio::test]
async fn a_range_is_not_replaced_under_an_environment() {
    let environment = id(ENVIRONMENTS.name, "e");
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
            &Arm(IseSubnet),
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
    plan(
        &Arm(IseSubnet),
        &context,
        &unplaced,
        None,
        Private::default(),
    )
    .await;
    let prior = living("a", "172.16.0.0/27").await;
    let mut endpoints = wanted("a", "172.16.0.0/27");
    endpoints.set(
        "service_endpoints",
        Value::set(["Microsoft.Storage".into()]),
    );
    let plan = plan(
        &Arm(IseSubnet),
        &context,
        &endpoints,
        Some(&prior),
        Private::default(),
    )
    .await;
    assert_eq!((told(&plan), server.lines()), (vec![], vec![]));
    assert!(!get(&network()).is_empty());
}
