use serde_json::json;
use tfplugin_framework::diagnostics::Severity;

use super::super::facts::Owners;
use super::super::network::{Found, Network};
use super::super::subject::Subject;
use super::*;
use crate::validate::network::table::AccessEndpoint;

mod around;
mod judged;

const GROUP: &str = "/subscriptions/s/resourceGroups/g/providers";

fn id(text: &str) -> ResourceId {
    ResourceId::parse(&format!("{GROUP}/{text}")).expect("an ID")
}

fn environment(name: &str) -> ResourceId {
    id(&format!(
        "Microsoft.Logic/integrationServiceEnvironments/{name}"
    ))
}

fn subnet_id(name: &str) -> ResourceId {
    id(&format!(
        "Microsoft.Network/virtualNetworks/v/subnets/{name}"
    ))
}

fn found(body: Json) -> Found {
    match body.is_null() {
        true => Found::Missing,
        false => Found::Known(body),
    }
}

/// Subnets by name with their `properties`, null for one that is missing.
fn subnets(subnets: &[(&str, Json)]) -> Network {
    let subnets = subnets.iter().enumerate();
    let subnets = subnets.map(|(index, (name, properties))| Subnet {
        index,
        seen: Seen {
            id: subnet_id(name),
            found: match properties.is_null() {
                true => Found::Missing,
                false => Found::Known(json!({ "properties": properties })),
            },
        },
        is_planned: false,
    });
    Network {
        subnets: subnets.collect(),
        ..Network::default()
    }
}

fn with_network(body: Json) -> Network {
    let virtual_network = Seen {
        id: id("Microsoft.Network/virtualNetworks/v"),
        found: found(body),
    };
    Network {
        virtual_network: Some(virtual_network),
        ..subnets(&[("a", json!({ "addressPrefix": "172.16.0.0/27" }))])
    }
}

fn subject() -> Subject {
    Subject {
        subnet_ids: Vec::new(),
        is_complete: true,
        location: Some(Location::new("West Europe")),
        access_endpoint: Some(AccessEndpoint::Internal),
        express_route: true,
    }
}

/// What one rule finds: place, object and message.
fn find(rule: &str, network: &Network, owners: &[Owner]) -> Vec<(usize, String, String)> {
    let subject = subject();
    let facts = Facts {
        network,
        subject: &subject,
        owners: Owners {
            certain: owners,
            undecided: &[],
        },
    };
    let name = RuleName::named(rule).expect(rule);
    let rule = RULES.iter().find(|it| it.name == name).expect("a rule");
    let check = (rule.check)(&facts).into_iter();
    check.map(|it| (it.index, it.object, it.message)).collect()
}

/// Checks what a rule finds about a single subnet: a part of the message, or nothing.
fn check_one(rule: &str, table: &[(Json, Option<&str>)]) {
    for (properties, expected) in table {
        let network = subnets(&[("a", properties.clone())]);
        let found = find(rule, &network, &[]);
        match (expected, found.as_slice()) {
            (None, []) => {}
            (Some(expected), [(0, object, message)]) => {
                assert_eq!(object, "Subnet \"a\"");
                assert!(message.contains(expected), "{properties}: {message}");
            }
            _ => panic!("{rule} {properties}: {found:?}"),
        }
    }
}

#[test]
fn missing_subnets() {
    check_one(
        "subnet-missing",
        &[
            (json!(null), Some("there is no /subscriptions/s")),
            (json!({}), None),
        ],
    );
    let mut gone = with_network(json!(null));
    gone.subnets[0].seen.found = Found::Missing;
    let found = find("subnet-missing", &gone, &[]);
    assert!(
        found[0].2.ends_with("Microsoft.Network/virtualNetworks/v"),
        "{found:?}"
    );
}

#[test]
fn regions() {
    let found = |body| find("subnet-region", &with_network(body), &[]);
    assert_eq!(found(json!({ "location": "westeurope" })), []);
    assert_eq!(found(json!({})), []);
    assert_eq!(found(json!(null)), []);
    let other = found(json!({ "location": "northeurope" }));
    let message = "it is in northeurope, and the environment in West Europe";
    assert_eq!(
        other,
        [(0, "Virtual network \"v\"".to_owned(), message.to_owned())]
    );
}

#[test]
fn names_start_with_a_letter_or_an_underscore() {
    for (name, count) in [("a", 0), ("_a", 0), ("1a", 1)] {
        let network = subnets(&[(name, json!({}))]);
        assert_eq!(find("subnet-name", &network, &[]).len(), count, "{name}");
    }
}

#[test]
fn sizes() {
    check_one(
        "subnet-size",
        &[
            (json!({ "addressPrefix": "10.0.0.0/27" }), None),
            (
                json!({ "addressPrefix": "10.0.0.0/28" }),
                Some("has 16 addresses"),
            ),
            (
                json!({ "addressPrefixes": ["10.0.0.0/29"] }),
                Some("has 8 addresses"),
            ),
            (
                json!({ "addressPrefixes": ["10.0.0.0/29", "10.0.1.0/24", "fd00::/64"] }),
                None,
            ),
            (json!({}), None),
        ],
    );
}

#[test]
fn reserved_ranges() {
    check_one(
        "subnet-reserved-range",
        &[
            (json!({ "addressPrefix": "172.16.0.0/24" }), None),
            (
                json!({ "addressPrefix": "100.64.0.0/24" }),
                Some("carrier-grade NAT"),
            ),
        ],
    );
}

#[test]
fn class_b_space() {
    check_one(
        "subnet-class-b",
        &[
            (json!({ "addressPrefix": "172.16.0.0/24" }), None),
            (
                json!({ "addressPrefix": "10.0.0.0/24" }),
                Some("outside of Class B"),
            ),
        ],
    );
    let mut planned = subnets(&[("a", json!({ "addressPrefix": "10.0.0.0/24" }))]);
    planned.subnets[0].is_planned = true;
    assert_eq!(find("subnet-class-b", &planned, &[]), []);
}

#[test]
fn subnets_in_use() {
    let link = |target: &ResourceId| json!([{ "properties": { "link": target.to_string() } }]);
    let part = json!([{ "name": "redisCache_1", "properties": {} }]);
    let owner = |subnet_ids: &[ResourceId]| Owner {
        id: environment("mine"),
        subnet_ids: subnet_ids.to_vec(),
    };
    let (mine, theirs) = (link(&environment("MINE")), link(&environment("theirs")));
    let nic = json!([{ "id": format!("{GROUP}/Microsoft.Network/networkInterfaces/n/ipConfigurations/c") }]);
    let parts = json!({ "resourceNavigationLinks": part });
    for (properties, owners, expected) in [
        (json!({}), vec![], None),
        (
            json!({ "serviceAssociationLinks": [], "ipConfigurations": [] }),
            vec![],
            None,
        ),
        (
            json!({ "serviceAssociationLinks": theirs }),
            vec![owner(&[])],
            Some("Environments/theirs"),
        ),
        (
            json!({ "serviceAssociationLinks": mine }),
            vec![],
            Some("Environments/MINE"),
        ),
        (
            json!({ "serviceAssociationLinks": mine }),
            vec![owner(&[])],
            None,
        ),
        (
            json!({ "serviceAssociationLinks": mine, "resourceNavigationLinks": part, "ipConfigurations": nic }),
            vec![owner(&[])],
            None,
        ),
        // Only a hidden part is left, whose owner nobody can tell but who knows its subnets.
        (parts.clone(), vec![owner(&[])], Some("redisCache_1")),
        (parts.clone(), vec![owner(&[subnet_id("A")])], None),
        (parts, vec![owner(&[subnet_id("b")])], Some("redisCache_1")),
        (
            json!({ "serviceAssociationLinks": theirs }),
            vec![owner(&[subnet_id("a")])],
            Some("theirs"),
        ),
        (
            json!({ "ipConfigurations": nic }),
            vec![owner(&[])],
            Some("networkInterfaces/n"),
        ),
        (
            json!({ "privateEndpoints": [{ "id": "/p" }] }),
            vec![],
            Some("/p"),
        ),
    ] {
        let network = subnets(&[("a", properties.clone())]);
        let found = find("subnet-in-use", &network, &owners);
        match expected {
            None => assert_eq!(found, [], "{properties}"),
            Some(expected) => assert!(
                found.len() == 1 && found[0].2.contains(expected),
                "{properties}: {found:?}"
            ),
        }
    }
}

#[test]
fn subnets_of_an_environment_that_is_no_more_are_waited_for() {
    let link = |name: &str| json!({ "serviceAssociationLinks": [{ "properties": { "link": environment(name).to_string() } }] });
    let looked_at = |name: &str, body: Json| Seen {
        id: environment(name),
        found: found(body),
    };
    let mut network = subnets(&[("a", link("MINE")), ("b", link("theirs")), ("c", json!({}))]);
    network.environments = vec![
        looked_at("mine", json!(null)),
        looked_at("theirs", json!({ "properties": {} })),
    ];
    // Its own ID does not make it the holder: there is no such environment.
    let owner = Owner {
        id: environment("mine"),
        subnet_ids: Vec::new(),
    };
    let subject = subject();
    let facts = Facts {
        network: &network,
        subject: &subject,
        owners: Owners {
            certain: &[owner],
            undecided: &[],
        },
    };
    let in_use = RuleName::SubnetInUse;
    let rule = RULES.iter().find(|it| it.name == in_use).expect("a rule");
    let found = (rule.check)(&facts);
    let found: Vec<_> = found.iter().map(|it| (it.index, it.passes)).collect();
    assert_eq!(found, [(0, true), (1, false)]);
    assert_eq!(
        network.not_released(),
        [(environment("mine"), vec![subnet_id("a")])]
    );
    // Whether one lives that could not be read is unknown.
    network.environments[0].found = Found::Unreadable(crate::arm::Error::not_connected("down"));
    assert_eq!(network.not_released(), []);
    assert_eq!(find("subnet-in-use", &network, &[]).len(), 2);
}

#[test]
fn delegations_to_other_services_and_a_second_one_to_environments() {
    let to = |service: &str| json!({ "delegations": [{ "name": "d", "properties": { "serviceName": service } }] });
    let ise = to("microsoft.logic/INTEGRATIONSERVICEENVIRONMENTS");
    let network = subnets(&[
        ("a", json!({ "delegations": [] })),
        ("b", ise.clone()),
        ("c", to("Microsoft.Web/serverFarms")),
        ("d", ise),
    ]);
    let found = find("subnet-delegated", &network, &[]);
    let places: Vec<_> = found.iter().map(|it| it.0).collect();
    assert_eq!(places, [2, 3]);
    assert_eq!(found[0].2, "it is delegated to Microsoft.Web/serverFarms");
    assert!(found[1].2.contains("so is subnet \"b\""), "{found:?}");
}

#[test]
fn express_route_needs_a_default_route_to_the_internet() {
    let table = id("Microsoft.Network/routeTables/t");
    let linked = json!({ "routeTable": { "id": table.to_string().to_uppercase() } });
    let route = |prefix: &str, hop: &str| {
        json!({ "properties": { "routes": [
            { "properties": { "addressPrefix": "10.0.0.0/8", "nextHopType": "Internet" } },
            { "properties": { "addressPrefix": prefix, "nextHopType": hop } },
        ] } })
    };
    for (properties, body, expected) in [
        (json!({}), json!({}), Some("it has no route table")),
        (linked.clone(), json!(null), Some("does not exist")),
        (
            linked.clone(),
            json!({ "properties": {} }),
            Some("has no route 0.0.0.0/0"),
        ),
        (
            linked.clone(),
            route("0.0.0.0/1", "Internet"),
            Some("has no route 0.0.0.0/0"),
        ),
        (
            linked.clone(),
            route("0.0.0.0/0", "VirtualAppliance"),
            Some("sends 0.0.0.0/0 to VirtualAppliance"),
        ),
        (linked, route("0.0.0.0/0", "Internet"), None),
        // A table that is planned, whose ID nobody knows.
        (json!({ "routeTable": {} }), json!({}), None),
    ] {
        let mut network = subnets(&[("a", properties.clone())]);
        network.route_tables = vec![Seen {
            id: table.clone(),
            found: found(body.clone()),
        }];
        let found = find("express-route", &network, &[]);
        match expected {
            None => assert_eq!(found, [], "{properties} {body}"),
            Some(expected) => assert!(
                found.len() == 1 && found[0].2.contains(expected),
                "{properties} {body}: {found:?}"
            ),
        }
    }
}

#[test]
fn dns_servers_of_the_network() {
    let servers =
        |servers: Json| json!({ "properties": { "dhcpOptions": { "dnsServers": servers } } });
    let found = |body| find("custom-dns", &with_network(body), &[]);
    assert_eq!(found(json!({ "properties": {} })), []);
    assert_eq!(found(servers(json!([]))), []);
    let two = found(servers(json!(["10.0.0.4", "10.0.0.5"])));
    assert_eq!(two[0].2, "its DNS servers are 10.0.0.4, 10.0.0.5");
}

#[test]
fn what_could_not_be_read_breaks_no_rule() {
    let unread = || Found::Unreadable(crate::arm::Error::not_connected("down"));
    let mut network = with_network(json!({}));
    network.subnets[0].seen.found = unread();
    network.virtual_network = network.virtual_network.map(|seen| Seen {
        found: unread(),
        ..seen
    });
    for rule in &RULES {
        let name = rule.name.as_str();
        assert_eq!(find(name, &network, &[]), [], "{name}");
    }
    let whats: Vec<_> = network.unreadable().into_iter().map(|it| it.what).collect();
    assert_eq!(whats, ["subnet \"a\"", "virtual network \"v\""]);
}
