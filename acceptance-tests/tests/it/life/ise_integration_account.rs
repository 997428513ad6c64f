use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, id};

use super::{Life, local, replaces, sends, sends_for_good, text};

#[test]
fn lives() -> Result {
    life().live()
}

pub(super) fn life() -> Life {
    Life {
        fixture: Fixture::Environment,
        // A Developer environment takes accounts of two SKUs, a Premium one of one.
        block: Block::resource("ise_integration_account", "it")
            .with_text("name", "it")
            .with_text("resource_group_name", "integration")
            .with_text(
                "ise_id",
                &id("Microsoft.Logic/integrationServiceEnvironments/developer"),
            )
            .with_text("sku", "Free"),
        id: id("Microsoft.Logic/integrationAccounts/it"),
        rows: vec![
            sends_for_good("sku", text("Standard"), "/sku/name", "Standard"),
            replaces("name", text("renamed")),
            replaces("resource_group_name", text("other")),
            replaces(
                "ise_id",
                text(&id(
                    "Microsoft.Logic/integrationServiceEnvironments/existing",
                )),
            ),
            sends("enabled", "false", "/properties/state", "Disabled"),
            sends(
                "tags",
                r#"{ team = "integration" }"#,
                "/tags/team",
                "integration",
            ),
            local("timeouts", r#"{ create = "1h" }"#),
        ],
    }
}
