use std::collections::BTreeSet;

use super::*;

/// The guide's table, typed in once more: purpose, direction, ports, source and destination.
const GUIDE: [(&str, &str, &str, &str, &str); 19] = [
    (
        "Internal communication inside and between the subnets",
        "Inbound & Outbound",
        "*",
        "VirtualNetwork",
        "VirtualNetwork",
    ),
    (
        "Communication from Azure Logic Apps",
        "Outbound",
        "80 & 443",
        "VirtualNetwork",
        "Internet",
    ),
    (
        "Azure Active Directory",
        "Outbound",
        "80 & 443",
        "VirtualNetwork",
        "AzureActiveDirectory",
    ),
    (
        "Azure Storage dependency",
        "Outbound",
        "80 & 443",
        "VirtualNetwork",
        "Storage",
    ),
    (
        "Intersubnet communication",
        "Inbound & Outbound",
        "80 & 443",
        "VirtualNetwork",
        "VirtualNetwork",
    ),
    (
        "Communication to Azure Logic Apps",
        "Inbound",
        "443",
        "Internet",
        "VirtualNetwork",
    ),
    (
        "Logic app run history",
        "Inbound",
        "443",
        "Internet",
        "VirtualNetwork",
    ),
    (
        "Connection management",
        "Outbound",
        "443",
        "VirtualNetwork",
        "Internet",
    ),
    (
        "Publish Diagnostic Logs & Metrics",
        "Outbound",
        "443",
        "VirtualNetwork",
        "AzureMonitor",
    ),
    (
        "Communication from Azure Traffic Manager",
        "Inbound",
        "443",
        "AzureTrafficManager",
        "VirtualNetwork",
    ),
    (
        "Logic Apps Designer - dynamic properties",
        "Inbound",
        "454",
        "Internet",
        "VirtualNetwork",
    ),
    (
        "App Service Management dependency",
        "Inbound",
        "454 & 455",
        "AppServiceManagement",
        "VirtualNetwork",
    ),
    (
        "Connector deployment",
        "Inbound",
        "454 & 3443",
        "Internet",
        "VirtualNetwork",
    ),
    (
        "Azure SQL dependency",
        "Outbound",
        "1433",
        "VirtualNetwork",
        "SQL",
    ),
    (
        "Azure Resource Health",
        "Outbound",
        "1886",
        "VirtualNetwork",
        "Internet",
    ),
    (
        "API Management - management endpoint",
        "Inbound",
        "3443",
        "APIManagement",
        "VirtualNetwork",
    ),
    (
        "Dependency from Log to Event Hub policy and monitoring agent",
        "Outbound",
        "5672",
        "VirtualNetwork",
        "EventHub",
    ),
    (
        "Access Azure Cache for Redis Instances between Role Instances",
        "Inbound & Outbound",
        "6379-6383",
        "VirtualNetwork",
        "VirtualNetwork",
    ),
    (
        "Azure Load Balancer",
        "Inbound",
        "*",
        "AzureLoadBalancer",
        "VirtualNetwork",
    ),
];

#[test]
fn the_rows_are_those_of_the_guide() {
    assert_eq!(ROWS.len(), GUIDE.len());
    for (row, (purpose, direction, ports, source, destination)) in ROWS.iter().zip(GUIDE) {
        assert_eq!(row.purpose, purpose);
        let directions: Vec<_> = row.directions.iter().map(|it| it.name()).collect();
        assert_eq!(directions.join(" & "), direction, "{purpose}");
        let own: Vec<_> = row.broad.ports.iter().map(Ports::to_string).collect();
        let own = own.join(" & ").replace("0-65535", "*");
        assert_eq!(own, ports, "{purpose}");
        let (near, far) = match row.directions[0] {
            Direction::Inbound => (destination, source),
            Direction::Outbound => (source, destination),
        };
        assert_eq!(near, VIRTUAL_NETWORK, "{purpose}");
        assert!(row.broad.tag.eq_ignore_ascii_case(far), "{purpose}");
    }
}

/// The rows whose later form differs, for an Internal and for an External endpoint.
const LATER: [(&str, &str, &str); 8] = [
    ("azure-storage", "80,443,445 Storage", "80,443,445 Storage"),
    (
        "communication-to-logic-apps",
        "443 VirtualNetwork",
        "443 Internet",
    ),
    ("run-history", "443 VirtualNetwork", "443 Internet"),
    ("connection-management", "443 AppService", "443 AppService"),
    (
        "traffic-manager",
        "454 AzureTrafficManager",
        "443 AzureTrafficManager",
    ),
    (
        "designer-dynamic-properties",
        "454 LogicAppsManagement; 454 LogicApps",
        "454 LogicAppsManagement; 454 LogicApps",
    ),
    (
        "connector-deployment",
        "454 AzureConnectors; 3443 ApiManagement",
        "454 AzureConnectors; 3443 ApiManagement",
    ),
    ("resource-health", "1886 AzureMonitor", "1886 AzureMonitor"),
];

fn shown(forms: &[Form]) -> String {
    let show = |form: &Form| {
        let ports: Vec<_> = form.ports.iter().map(Ports::to_string).collect();
        format!("{} {}", ports.join(","), form.tag)
    };
    forms.iter().map(show).collect::<Vec<_>>().join("; ")
}

#[test]
fn the_later_forms_are_those_of_the_later_page() {
    for row in &ROWS {
        let broad = shown(&[row.broad]);
        let later = LATER.iter().find(|(name, ..)| *name == row.name);
        let (internal, external) = match later {
            Some((_, internal, external)) => (*internal, *external),
            None => (broad.as_str(), broad.as_str()),
        };
        assert_eq!(shown(row.narrow.internal), internal, "{}", row.name);
        assert_eq!(shown(row.narrow.external), external, "{}", row.name);
    }
}

#[test]
fn the_guide_says_without_which_rows_an_environment_lives() {
    let optional: Vec<_> = ROWS
        .iter()
        .filter(|row| !row.required)
        .map(|row| row.name)
        .collect();
    assert_eq!(
        optional,
        [
            "communication-to-logic-apps",
            "run-history",
            "designer-dynamic-properties"
        ]
    );
}

#[test]
fn what_the_guide_notes_about_a_closed_port_is_said() {
    for (name, note, fails) in [
        (
            "communication-to-logic-apps",
            "prevents HTTP calls to logic apps with request triggers",
            "cannot be called over HTTP",
        ),
        (
            "run-history",
            "you can't view the inputs and outputs for each step in that run history",
            "inputs and outputs of the steps in the run history cannot be read",
        ),
        (
            "connector-deployment",
            "causes ISE deployments to fail and prevents connector updates or fixes",
            "the deployment of connectors fails",
        ),
        ("azure-sql", "", "the environment stops working"),
    ] {
        let row = ROWS.iter().find(|row| row.name == name).expect(name);
        assert!(row.notes.contains(note), "{name}: {}", row.notes);
        assert!(row.closed.fails.contains(fails), "{name}");
    }
}

#[test]
fn names_are_those_of_security_rules_and_differ() {
    let names: BTreeSet<_> = ROWS.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), ROWS.len());
    for name in names {
        let good = |letter: char| letter.is_ascii_lowercase() || letter == '-';
        assert!(name.chars().all(good), "{name}");
    }
}

#[test]
fn endpoints_have_the_names_that_arm_gives_them() {
    assert_eq!(
        AccessEndpoint::named("internal"),
        Some(AccessEndpoint::Internal)
    );
    assert_eq!(
        AccessEndpoint::named("External"),
        Some(AccessEndpoint::External)
    );
    assert_eq!(AccessEndpoint::named("None"), None);
}
