//! What is around the subnets: their groups and tables, and what connects their network.

use serde_json::json;

use super::*;

/// A network whose only subnet has this group and this table, as far as they are given.
pub(super) fn guarded(group: Option<Json>, table: Option<Json>) -> Network {
    let (group_id, table_id) = (
        id("Microsoft.Network/networkSecurityGroups/nsg"),
        id("Microsoft.Network/routeTables/rt"),
    );
    let mut properties = json!({ "addressPrefix": "172.16.0.0/27" });
    if group.is_some() {
        properties["networkSecurityGroup"] = json!({ "id": group_id.to_string() });
    }
    if table.is_some() {
        properties["routeTable"] = json!({ "id": table_id.to_string() });
    }
    let seen = |id: &ResourceId, body: Option<Json>| {
        body.map(|body| Seen {
            id: id.clone(),
            found: found(body),
        })
    };
    Network {
        subnets: subnets(&[("a", properties)]).subnets,
        security_groups: seen(&group_id, group).into_iter().collect(),
        route_tables: seen(&table_id, table).into_iter().collect(),
        ..with_network(json!({ "location": "westeurope", "properties": {
            "addressSpace": { "addressPrefixes": ["172.16.0.0/16"] } } }))
    }
}

pub(super) fn security_rule(
    name: &str,
    priority: i64,
    direction: &str,
    access: &str,
    ports: &[&str],
) -> Json {
    json!({ "name": name, "properties": {
        "priority": priority, "direction": direction, "access": access, "protocol": "Tcp", "sourcePortRange": "*",
        "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRanges": ports } })
}

pub(super) fn security_group(rules: &[Json]) -> Json {
    let mut all = rules.to_vec();
    for direction in ["Inbound", "Outbound"] {
        all.push(security_rule(
            "AllowAll",
            4000,
            direction,
            "Allow",
            &["0-65535"],
        ));
    }
    json!({ "properties": { "securityRules": all } })
}

/// Severity, summary, message and remedy of what a rule finds.
fn found_by(rule: RuleName, network: &Network) -> Vec<Finding> {
    let subject = subject();
    let facts = Facts {
        network,
        subject: &subject,
        owners: Owners::default(),
    };
    let rule = RULES.iter().find(|it| it.name == rule).expect("a rule");
    (rule.check)(&facts)
}

#[test]
fn a_closed_port_is_explained() {
    let deny = security_rule("no-sql", 120, "Outbound", "Deny", &["1433"]);
    let network = guarded(Some(security_group(&[deny])), None);
    let found = found_by(RuleName::NetworkPorts, &network);
    let told: Vec<_> = found
        .iter()
        .map(|it| (it.severity, it.object.as_str(), it.problem.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (
                Severity::Error,
                "Subnet \"a\"",
                "does not open the way to all ports of VirtualNetwork"
            ),
            (
                Severity::Error,
                "Subnet \"a\"",
                "closes the way to port 1433 of Sql"
            ),
        ]
    );
    assert_eq!(
        found[1].message,
        "the rule \"no-sql\" (priority 120) of its network security group \"nsg\" denies it. It is needed for:\n  \
         - Azure SQL dependency (port 1433 to Sql). Without it, the deployment of the environment fails, or the environment stops \
         working."
    );
    assert_eq!(
        found[1].remedy,
        "a rule that opens it: outbound, priority 101, access Allow, protocol Tcp, source VirtualNetwork, any source port, \
         destination Sql, destination port 1433"
    );
}

#[test]
fn both_forms_of_a_row_are_named() {
    let deny = security_rule("no-connectors", 120, "Inbound", "Deny", &["454", "3443"]);
    let network = guarded(Some(security_group(&[deny])), None);
    let found = found_by(RuleName::NetworkPorts, &network);
    let internet = found
        .iter()
        .find(|it| it.problem.ends_with("to Internet"))
        .expect("the connectors");
    assert_eq!(internet.problem, "closes ports 454 and 3443 to Internet");
    for part in [
        "Logic Apps Designer - dynamic properties (port 454 from Internet in Microsoft's guide, port 454 from LogicAppsManagement and \
         port 454 from LogicApps on its later page)",
        "Connector deployment (ports 454 and 3443 from Internet in Microsoft's guide, port 454 from AzureConnectors and port 3443 from \
         ApiManagement on its later page). Without it, the deployment of connectors fails",
    ] {
        assert!(internet.message.contains(part), "{}", internet.message);
    }
    assert_eq!(internet.severity, Severity::Error);
}

/// Azure's service is behind the later page's tag: where nothing of that passes, other parts of the internet do not help.
#[test]
fn what_the_later_page_names_is_as_good_as_closed() {
    let mut deny = security_rule("no-connectors", 300, "Inbound", "Deny", &["454"]);
    deny["properties"]["sourceAddressPrefix"] = json!("AzureConnectors");
    let mut out = security_rule("no-apps", 300, "Outbound", "Deny", &["443"]);
    out["properties"]["destinationAddressPrefix"] = json!("AppService");
    let group = security_group(&[deny, out]);
    let found = found_by(RuleName::NetworkPorts, &guarded(Some(group), None));
    let told: Vec<_> = found
        .iter()
        .map(|it| (it.severity, it.problem.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (
                Severity::Warning,
                "closes a part of the way to port 443 of Internet and all of the way to port 443 of AppService"
            ),
            (
                Severity::Warning,
                "closes a part of port 454 to Internet and all of port 454 to AzureConnectors"
            ),
        ]
    );
    for (finding, purpose, other) in [
        (
            &found[0],
            "Connection management",
            "certificates cannot be verified, without which the deployment of the environment fails.\n",
        ),
        (
            &found[1],
            "Connector deployment",
            "when the environment or a connector is deployed. At port 454,",
        ),
    ] {
        let lead = format!(
            "nothing passes of what Microsoft's later page names for {purpose}, so take that for closed: the rule \"no-"
        );
        assert!(finding.message.starts_with(&lead), "{finding:?}");
        let (_, row) = finding
            .message
            .split_once(&format!("  - {purpose} ("))
            .expect("the row");
        assert!(
            row.contains("nothing passes of what the later page names."),
            "{row}"
        );
        assert!(finding.message.contains(other), "{finding:?}");
    }
}

#[test]
fn what_nobody_knows_is_not_wrong() {
    let closed = || json!({ "properties": { "securityRules": [security_rule("deny", 100, "Inbound", "Deny", &["0-65535"])] } });
    assert!(!found_by(RuleName::NetworkPorts, &guarded(Some(closed()), None)).is_empty());
    // A group that is planned elsewhere is not there yet, or has no ID.
    assert_eq!(
        found_by(RuleName::NetworkPorts, &guarded(Some(json!(null)), None)).len(),
        0
    );
    let mut planned = guarded(None, None);
    planned.subnets = subnets(&[(
        "a",
        json!({ "addressPrefix": "172.16.0.0/27", "networkSecurityGroup": {}, "routeTable": {} }),
    )])
    .subnets;
    for rule in [RuleName::NetworkPorts, RuleName::NetworkRoutes] {
        assert_eq!(found_by(rule, &planned).len(), 0);
    }
    assert_eq!(
        found_by(RuleName::NetworkRoutes, &guarded(None, Some(json!(null)))).len(),
        0
    );
}

#[test]
fn what_routes_do_to_tags_is_told() {
    let rule = |name: &str, priority, source: &str, destination: &str, access: &str| {
        let mut rule = security_rule(name, priority, "Inbound", access, &["0-65535"]);
        rule["properties"]["sourceAddressPrefix"] = json!(source);
        rule["properties"]["destinationAddressPrefix"] = json!(destination);
        rule
    };
    let out = security_rule("out", 100, "Outbound", "Allow", &["0-65535"]);
    let group = json!({ "properties": { "securityRules": [
        rule("network", 100, "VirtualNetwork", "VirtualNetwork", "Allow"),
        rule("balancer", 101, "AzureLoadBalancer", "*", "Allow"),
        rule("rest", 102, "*", "*", "Deny"),
        out,
    ] } });
    let route = json!({ "properties": { "routes": [
        { "name": "default", "properties": { "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet" } } ] } });
    let found = found_by(RuleName::NetworkPorts, &guarded(Some(group), Some(route)));
    assert!(!found.is_empty());
    for finding in found {
        assert_eq!(finding.severity, Severity::Warning, "{finding:?}");
        assert!(
            finding.message.contains("changes which addresses"),
            "{finding:?}"
        );
    }
}

#[test]
fn forced_tunnelling_is_explained() {
    let routes = json!({ "properties": { "disableBgpRoutePropagation": true, "routes": [
        { "name": "tunnel", "properties": { "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance" } } ] } });
    let found = found_by(RuleName::NetworkRoutes, &guarded(None, Some(routes)));
    assert_eq!(found.len(), 1);
    let finding = &found[0];
    assert_eq!(finding.severity, Severity::Warning);
    assert!(
        finding
            .problem
            .starts_with("sends traffic to Internet, AzureActiveDirectory, Storage")
    );
    assert!(
        finding.problem.contains("AppServiceManagement"),
        "{}",
        finding.problem
    );
    assert!(
        finding
            .message
            .contains("\"tunnel\" (0.0.0.0/0 to VirtualAppliance)")
    );
    assert!(
        finding
            .remedy
            .contains("Microsoft.Storage, Microsoft.Sql, Microsoft.EventHub"),
        "{}",
        finding.remedy
    );
}

/// The priorities that remedies name, in their order.
fn advised(findings: &[Finding]) -> Vec<String> {
    let remedies = findings.iter().filter_map(|it| {
        let (_, rest) = it.remedy.split_once("priority ")?;
        Some(rest.split(',').next()?.to_owned())
    });
    remedies.collect()
}

#[test]
fn what_is_advised_for_a_group_can_all_be_added() {
    let mut rules = vec![
        security_rule("no-sql", 120, "Outbound", "Deny", &["1433"]),
        security_rule("no-events", 121, "Outbound", "Deny", &["5672"]),
    ];
    let mut ping = security_rule("no-ping", 100, "Outbound", "Deny", &["0-65535"]);
    ping["properties"]["protocol"] = json!("Icmp");
    rules.push(ping);
    let found = found_by(
        RuleName::NetworkPorts,
        &guarded(Some(security_group(&rules)), None),
    );
    assert_eq!(advised(&found), ["101", "102", "103"], "{found:?}");
}

#[test]
fn one_rule_is_advised_for_all_subnets_of_a_group() {
    let deny = security_rule("no-sql", 120, "Outbound", "Deny", &["1433"]);
    let mut network = guarded(Some(security_group(&[deny])), None);
    let group = id("Microsoft.Network/networkSecurityGroups/nsg").to_string();
    network.subnets = subnets(&["0", "32"].map(|first| {
        let properties = json!({
            "addressPrefix": format!("172.16.0.{first}/27"), "networkSecurityGroup": { "id": group } });
        (first, properties)
    }))
    .subnets;
    let found = found_by(RuleName::NetworkPorts, &network);
    assert_eq!(advised(&found), ["100", "101", "100", "101"], "{found:?}");
    assert_eq!(found[0].remedy, found[2].remedy);
}

/// What the tag `Internet` means is in doubt then, so a rule that names it may change nothing.
#[test]
fn where_routes_change_the_internet_the_rule_names_everything() {
    let route = json!({ "properties": { "routes": [
        { "name": "default", "properties": { "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet" } } ] } });
    let deny = security_rule("no-web", 200, "Outbound", "Deny", &["80"]);
    let mut inside = security_rule("inside", 100, "Outbound", "Allow", &["0-65535"]);
    inside["properties"]["destinationAddressPrefix"] = json!("VirtualNetwork");
    let group = security_group(&[deny, inside]);
    let found = found_by(RuleName::NetworkPorts, &guarded(Some(group), Some(route)));
    let web = found.iter().find(|it| it.problem.contains("of Internet"));
    let web = web.expect("a finding");
    assert!(web.problem.starts_with("may close"), "{web:?}");
    assert!(web.remedy.contains("destination *"), "{web:?}");
    let storage = found.iter().find(|it| it.problem.contains("of Storage"));
    let storage = storage.expect("a finding");
    assert!(
        storage.remedy.contains("destination Storage"),
        "{storage:?}"
    );
}

/// A table that could not be read, or that the same plan is about to create.
#[test]
fn a_table_that_nobody_knows_is_not_said_to_have_routes() {
    let of_azure = |name: &str, priority: i64, access: &str, source: &str| {
        let mut rule = security_rule(name, priority, "Inbound", access, &["0-65535"]);
        rule["properties"]["protocol"] = json!("*");
        rule["properties"]["sourceAddressPrefix"] = json!(source);
        rule
    };
    let default = json!({ "properties": { "securityRules": [
        security_rule("out", 100, "Outbound", "Allow", &["0-65535"]),
        of_azure("AllowVnetInBound", 65000, "Allow", "VirtualNetwork"),
        of_azure("AllowAzureLoadBalancerInBound", 65001, "Allow", "AzureLoadBalancer"),
        of_azure("DenyAllInBound", 65500, "Deny", "*"),
    ] } });
    let mut own = default.clone();
    let rules = own["properties"]["securityRules"].as_array_mut();
    rules.expect("rules").extend([
        of_azure("network", 100, "Allow", "VirtualNetwork"),
        of_azure("balancer", 101, "Allow", "AzureLoadBalancer"),
        of_azure("rest", 102, "Deny", "*"),
    ]);
    let mut denied = guarded(None, Some(json!({})));
    denied.route_tables[0].found = Found::Unreadable(crate::arm::Error::not_connected("down"));
    for table in [
        denied.route_tables,
        guarded(None, Some(json!(null))).route_tables,
    ] {
        let network = |group: &Json| {
            let mut network = guarded(Some(group.clone()), Some(json!({})));
            network.route_tables = table
                .iter()
                .map(|seen| Seen {
                    id: seen.id.clone(),
                    found: match &seen.found {
                        Found::Unreadable(_) => {
                            Found::Unreadable(crate::arm::Error::not_connected("down"))
                        }
                        _ => Found::Missing,
                    },
                })
                .collect();
            network
        };
        // What only Azure's own rules would let through by such routes is closed.
        let found = found_by(RuleName::NetworkPorts, &network(&default));
        assert!(!found.is_empty());
        for finding in found {
            assert_eq!(finding.severity, Severity::Error, "{finding:?}");
        }
        let found = found_by(RuleName::NetworkPorts, &network(&own));
        assert!(!found.is_empty());
        for finding in found {
            assert_eq!(finding.severity, Severity::Warning, "{finding:?}");
            let says = "the route table of the subnet is not known here";
            assert!(finding.message.contains(says), "{finding:?}");
        }
    }
}

/// Azure gives what a gateway has learnt to every subnet whose table does not refuse it.
#[test]
fn a_subnet_without_a_table_takes_over_what_a_gateway_has_learnt() {
    let route = |hop: &str| json!([{ "name": "default", "properties": { "addressPrefix": "0.0.0.0/0", "nextHopType": hop } }]);
    for (table, is_told) in [
        (None, true),
        (Some(json!({ "properties": {} })), true),
        (
            Some(json!({ "properties": { "disableBgpRoutePropagation": true } })),
            false,
        ),
        (
            Some(json!({ "properties": { "routes": route("Internet") } })),
            false,
        ),
    ] {
        let mut network = guarded(None, table.clone());
        assert_eq!(found_by(RuleName::NetworkRoutes, &network).len(), 0);
        let gateway = json!({ "location": "westeurope", "properties": {
            "addressSpace": { "addressPrefixes": ["172.16.0.0/16"] }, "subnets": [{ "name": "GatewaySubnet" }] } });
        if let Some(seen) = &mut network.virtual_network {
            seen.found = Found::Known(gateway);
        }
        let found = found_by(RuleName::NetworkRoutes, &network);
        assert_eq!(!found.is_empty(), is_told, "{table:?} {found:?}");
        for finding in found {
            assert!(finding.problem.starts_with("may send"), "{finding:?}");
            let (says, cure) = match table {
                Some(_) => (
                    "its route table \"rt\" has no default route",
                    "turn the propagation",
                ),
                None => ("it has no route table", "link it with a route table"),
            };
            assert!(finding.message.starts_with(says), "{finding:?}");
            assert!(finding.remedy.starts_with(cure), "{finding:?}");
        }
    }
}

#[test]
fn service_endpoints_that_nobody_knows_may_lead_there() {
    let routes = json!({ "properties": { "disableBgpRoutePropagation": true, "routes": [
        { "name": "tunnel", "properties": { "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance" } } ] } });
    let mut network = guarded(None, Some(routes));
    let Found::Known(body) = &mut network.subnets[0].seen.found else {
        panic!("it is known");
    };
    body["properties"]["serviceEndpoints"] = json!([{ "service": "Microsoft.Sql" }, {}]);
    let found = found_by(RuleName::NetworkRoutes, &network);
    let told: Vec<_> = found.iter().map(|it| it.problem.as_str()).collect();
    assert_eq!(
        told,
        [
            "sends traffic to Internet, AzureActiveDirectory, AzureMonitor, AzureTrafficManager, AppServiceManagement, ApiManagement \
             elsewhere",
            "may send traffic to Storage, EventHub elsewhere",
        ]
    );
    let says =
        "unless a service endpoint leads there, and those of the subnet are not all known yet";
    assert!(found[1].message.contains(says), "{found:?}");
}
