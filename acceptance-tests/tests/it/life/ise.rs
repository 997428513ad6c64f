use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, id, subnet_ids};

use super::{Life, local, replaces, sends, text, writes};

#[test]
fn lives() -> Result {
    life().live()
}

pub(super) fn life() -> Life {
    let identity = id("Microsoft.ManagedIdentity/userAssignedIdentities/robot");
    let key_vault = id("Microsoft.KeyVault/vaults/safe");
    let key = format!(r#"{{ key_vault_id = "{key_vault}", key_name = "key", key_version = "1" }}"#);
    Life {
        fixture: Fixture::Network,
        block: Block::resource("ise", "it")
            .with_text("name", "it")
            .with_text("resource_group_name", "integration")
            .with_text("location", "West Europe")
            .with("capacity", "0")
            .with_text("access_endpoint_type", "External")
            .with("subnet_ids", &subnet_ids(["a", "b", "c", "d"]))
            .with("identity", r#"{ type = "SystemAssigned" }"#)
            .with("preflight", r#"{ mode = "off" }"#),
        id: id("Microsoft.Logic/integrationServiceEnvironments/it"),
        rows: vec![
            replaces("name", text("renamed")),
            replaces("resource_group_name", text("other")),
            replaces("location", text("northeurope")),
            replaces("sku", text("Developer")),
            replaces("access_endpoint_type", text("Internal")),
            replaces("subnet_ids", subnet_ids(["m", "n", "o", "p"])),
            replaces("customer_managed_key", key),
            sends("capacity", "3", "/sku/capacity", 3),
            local("express_route", "true"),
            sends(
                "identity",
                format!(r#"{{ type = "UserAssigned", identity_ids = ["{identity}"] }}"#),
                "/identity/type",
                "UserAssigned",
            ),
            // Triggers that are written for the first time say nothing about a change.
            local("restart_triggers", r#"{ dns = "1" }"#),
            writes(
                "restart_triggers",
                r#"{ dns = "2" }"#,
                "POST integrationServiceEnvironments/it/restart",
            ),
            local("preflight", r#"{ mode = "warn", ignore = ["custom-dns"] }"#),
            sends(
                "tags",
                r#"{ team = "integration" }"#,
                "/tags/team",
                "integration",
            ),
            local("timeouts", r#"{ create = "7h" }"#),
        ],
    }
}
