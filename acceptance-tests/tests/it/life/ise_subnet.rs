use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, id, subnet_id};

use super::{Life, local, replaces, sends, text};

#[test]
fn lives() -> Result {
    life().live()
}

pub(super) fn life() -> Life {
    let network = id("Microsoft.Network/virtualNetworks/network");
    let other_network = id("Microsoft.Network/virtualNetworks/other");
    let guard = id("Microsoft.Network/networkSecurityGroups/guard");
    let routes = id("Microsoft.Network/routeTables/routes");
    Life {
        fixture: Fixture::Network,
        block: Block::resource("ise_subnet", "it")
            .with_text("name", "it")
            .with_text("virtual_network_id", &network)
            .with_text("address_prefix", "172.16.10.0/27"),
        id: subnet_id("it"),
        rows: vec![
            replaces("name", text("renamed")),
            replaces("virtual_network_id", text(&other_network)),
            replaces("address_prefix", text("172.16.11.0/27")),
            local("address_class", text("enforce")),
            sends(
                "network_security_group_id",
                text(&guard),
                "/properties/networkSecurityGroup/id",
                guard,
            ),
            sends(
                "route_table_id",
                text(&routes),
                "/properties/routeTable/id",
                routes,
            ),
            sends(
                "service_endpoints",
                r#"["Microsoft.Storage"]"#,
                "/properties/serviceEndpoints/0/service",
                "Microsoft.Storage",
            ),
            sends(
                "delegate_to_ise",
                "true",
                "/properties/delegations/0/properties/serviceName",
                "Microsoft.Logic/integrationServiceEnvironments",
            ),
            local("timeouts", r#"{ create = "1h" }"#),
        ],
    }
}
