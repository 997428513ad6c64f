use serde_json::json;

use super::*;

fn addresses(texts: &[&str]) -> Addresses {
    let read = |text: &&str| Span::read(text).expect(text);
    texts.iter().map(read).collect()
}

fn surroundings(has_gateway: bool) -> Surroundings {
    Surroundings {
        region: "westeurope".to_owned(),
        subnets: addresses(&["10.0.2.0/27"]),
        space: Some(addresses(&["10.0.0.0/16"])),
        blocks: addresses(&["10.0.0.0/16"]).spans().collect(),
        has_gateway,
    }
}

fn table(routes: &[(&str, &str)], learns_routes: bool) -> RouteTable {
    let routes = routes.iter().map(|(prefix, hop)| {
        json!({ "name": prefix, "properties": { "addressPrefix": prefix, "nextHopType": hop } })
    });
    let body = json!({ "properties": {
        "routes": routes.collect::<Vec<_>>(), "disableBgpRoutePropagation": !learns_routes } });
    RouteTable::read("rt", &body)
}

fn course(routes: &[(&str, &str)], far: Far, endpoints: &[&str]) -> Course {
    let endpoints = ServiceEndpoints {
        names: endpoints.iter().map(|it| (*it).to_owned()).collect(),
        may_be_more: false,
    };
    table(routes, false)
        .lead(far, &endpoints, &surroundings(false))
        .course
}

const STORAGE: Far = Far::Service("Storage");
const TRAFFIC_MANAGER: Far = Far::Service("AzureTrafficManager");

use Course::{Elsewhere, Learnt, Perhaps, Straight};

#[test]
fn the_longest_prefix_decides() {
    let tunnel = ("0.0.0.0/0", "VirtualAppliance");
    for (routes, far, expected) in [
        (&[][..], STORAGE, Straight),
        (&[("0.0.0.0/0", "Internet")], STORAGE, Straight),
        (&[tunnel], STORAGE, Elsewhere),
        (&[tunnel], Far::Internet, Elsewhere),
        (
            &[("0.0.0.0/0", "VirtualNetworkGateway")],
            TRAFFIC_MANAGER,
            Elsewhere,
        ),
        (&[("0.0.0.0/0", "None")], STORAGE, Elsewhere),
        (&[tunnel, ("Storage", "Internet")], STORAGE, Straight),
        (
            &[tunnel, ("Storage.WestEurope", "Internet")],
            STORAGE,
            Straight,
        ),
        (
            &[tunnel, ("Storage.NorthEurope", "Internet")],
            STORAGE,
            Elsewhere,
        ),
        (&[tunnel, ("AzureCloud", "Internet")], STORAGE, Straight),
        (
            &[tunnel, ("AzureCloud.westeurope", "Internet")],
            TRAFFIC_MANAGER,
            Perhaps,
        ),
        // What a region's addresses leave open, the wider tag decides.
        (
            &[
                tunnel,
                ("AzureCloud.westeurope", "Internet"),
                ("AzureCloud", "Internet"),
            ],
            TRAFFIC_MANAGER,
            Straight,
        ),
        (
            &[
                ("0.0.0.0/0", "Internet"),
                ("AzureCloud.westeurope", "Internet"),
                ("AzureCloud", "None"),
            ],
            TRAFFIC_MANAGER,
            Perhaps,
        ),
        (
            &[tunnel, ("AzureCloud.westeurope", "None")],
            TRAFFIC_MANAGER,
            Elsewhere,
        ),
        (
            &[("AzureCloud.westeurope", "None")],
            TRAFFIC_MANAGER,
            Perhaps,
        ),
        (
            &[("AzureCloud", "Internet"), ("Storage", "None")],
            STORAGE,
            Elsewhere,
        ),
        (
            &[("Storage", "None"), ("Storage.WestEurope", "Internet")],
            STORAGE,
            Straight,
        ),
        (&[("Sql", "None")], STORAGE, Straight),
        (&[("Sql", "None")], Far::Internet, Perhaps),
        (&[tunnel, ("20.0.0.0/8", "Internet")], STORAGE, Perhaps),
        (
            &[tunnel, ("Storage", "Internet"), ("20.60.0.0/16", "None")],
            STORAGE,
            Perhaps,
        ),
        (
            &[
                ("0.0.0.0/0", "Internet"),
                ("0.0.0.0/1", "None"),
                ("128.0.0.0/1", "None"),
            ],
            STORAGE,
            Elsewhere,
        ),
        (&[("10.0.0.0/8", "None")], Far::Internet, Straight),
        (&[("8.8.8.8/32", "None")], Far::Internet, Perhaps),
    ] {
        assert_eq!(course(routes, far, &[]), expected, "{routes:?} {far:?}");
    }
}

#[test]
fn service_endpoints_are_longer_still() {
    let tunnel = [("0.0.0.0/0", "VirtualAppliance"), ("EventHub", "None")];
    let endpoints = ["microsoft.storage", "Microsoft.EventHub"];
    assert_eq!(course(&tunnel, STORAGE, &endpoints), Straight);
    assert_eq!(
        course(&tunnel, Far::Service("EventHub"), &endpoints),
        Straight
    );
    assert_eq!(course(&tunnel, Far::Service("Sql"), &endpoints), Elsewhere);
    assert_eq!(
        course(&tunnel, STORAGE, &["Microsoft.Storage.Global"]),
        Straight
    );
}

#[test]
fn what_a_gateway_has_learnt_is_unknown() {
    for (routes, learns, has_gateway, expected) in [
        (&[][..], true, true, Learnt),
        (&[], false, true, Straight),
        (&[], true, false, Straight),
        (&[("0.0.0.0/0", "Internet")], true, true, Straight),
        (&[("Storage", "Internet")], true, true, Straight),
        (&[("0.0.0.0/0", "None")], true, true, Elsewhere),
    ] {
        let table = table(routes, learns);
        let lead = table.lead(
            STORAGE,
            &ServiceEndpoints::default(),
            &surroundings(has_gateway),
        );
        assert_eq!(lead.course, expected, "{routes:?} {learns} {has_gateway}");
    }
}

#[test]
fn between_the_subnets_the_networks_own_route_counts() {
    for (routes, expected) in [
        (&[][..], Straight),
        (&[("0.0.0.0/0", "None")], Straight),
        (&[("10.0.0.0/8", "None")], Straight),
        (&[("10.0.0.0/16", "None")], Elsewhere),
        (&[("10.0.0.0/16", "VirtualAppliance")], Straight),
        (
            &[("10.0.0.0/16", "None"), ("10.0.2.0/24", "VnetLocal")],
            Straight,
        ),
        (&[("10.0.2.16/28", "Internet")], Perhaps),
        (&[("10.0.3.0/24", "None")], Straight),
    ] {
        assert_eq!(course(routes, Far::Subnets, &[]), expected, "{routes:?}");
    }
}

#[test]
fn routes_that_change_what_tags_mean() {
    for (routes, expected) in [
        (&[][..], &[][..]),
        (&[("0.0.0.0/0", "Internet")], &["0.0.0.0/0"]),
        (&[("Storage", "Internet")], &["0.0.0.0/0"]),
        (&[("20.0.0.0/8", "None")], &["20.0.0.0/8"]),
    ] {
        let rerouted = table(routes, false).rerouted();
        assert_eq!(rerouted.addresses(), addresses(expected), "{routes:?}");
    }
    assert_eq!(Rerouted::Unknown.addresses(), addresses(&["0.0.0.0/0"]));
    assert!(RouteTable::none().learns_routes);
}

#[test]
fn service_endpoints_are_read_with_those_that_nobody_knows() {
    let read = |endpoints: Json| {
        ServiceEndpoints::read(&json!({ "properties": { "serviceEndpoints": endpoints } }))
    };
    assert!(read(json!([])).names.is_empty() && !read(json!(null)).may_be_more);
    let partly = read(json!([{ "service": "microsoft.sql" }, {}]));
    let table = table(&[("0.0.0.0/0", "None")], false);
    for (service, expected) in [
        ("Sql", Straight),
        ("Storage", Course::WithoutEndpoint),
        ("AzureMonitor", Elsewhere),
    ] {
        let lead = table.lead(Far::Service(service), &partly, &surroundings(false));
        assert_eq!(lead.course, expected, "{service}");
    }
}

/// A route that leads straight out is not among those that lead elsewhere.
#[test]
fn what_leads_out_is_not_blamed() {
    let named = |routes: &[(&str, &str)], has_gateway: bool| {
        let table = table(routes, has_gateway);
        let around = surroundings(has_gateway);
        let lead = table.lead(TRAFFIC_MANAGER, &ServiceEndpoints::default(), &around);
        let routes = lead.routes.iter().map(|route| route.text.clone());
        (lead.course, routes.collect::<Vec<_>>())
    };
    let regional = ("AzureCloud.westeurope", "Internet");
    let tunnel = ("0.0.0.0/0", "VirtualAppliance");
    let by_tunnel = (Perhaps, vec!["0.0.0.0/0".to_owned()]);
    assert_eq!(named(&[tunnel, regional], false), by_tunnel);
    assert_eq!(named(&[regional], true), (Learnt, Vec::new()));
}
