use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, id};

use super::{Life, local, nothing, replaces, sends, text, writes};

#[test]
fn lives() -> Result {
    life().live()
}

pub(super) fn life() -> Life {
    let account = id("Microsoft.Logic/integrationAccounts/partners");
    Life {
        fixture: Fixture::Environment,
        block: Block::resource("ise_logic_app", "it")
            .with_text("name", "it")
            .with_text("resource_group_name", "integration")
            .with_text(
                "ise_id",
                &id("Microsoft.Logic/integrationServiceEnvironments/existing"),
            )
            .with("definition", &definition("1.0.0.0"))
            .with("secure_parameters_wo", r#"jsonencode({ key = "first" })"#)
            .with("secure_parameters_version", "1"),
        id: id("Microsoft.Logic/workflows/it"),
        rows: vec![
            replaces("name", text("renamed")),
            replaces("resource_group_name", text("other")),
            replaces(
                "ise_id",
                text(&id(
                    "Microsoft.Logic/integrationServiceEnvironments/developer",
                )),
            ),
            sends(
                "definition",
                definition("2.0.0.0"),
                "/properties/definition/contentVersion",
                "2.0.0.0",
            ),
            sends(
                "parameters",
                r#"jsonencode({ greeting = "hello" })"#,
                "/properties/parameters/greeting/value",
                "hello",
            ),
            // Nobody can tell that it changed but the version beside it.
            nothing("secure_parameters_wo", r#"jsonencode({ key = "second" })"#),
            writes("secure_parameters_version", "2", "PUT workflows/it"),
            writes("enabled", "false", "POST workflows/it/disable"),
            sends(
                "integration_account_id",
                text(&account),
                "/properties/integrationAccount/id",
                account,
            ),
            sends(
                "access_control",
                r#"{
                    trigger = {
                      allowed_caller_ip_ranges     = ["172.16.0.0/16"]
                      open_authentication_policies = { staff = { iss = "https://sts.windows.net/contoso/" } }
                    }
                    actions             = { allowed_caller_ip_ranges = ["10.0.0.1-10.0.0.9"] }
                    contents            = { allowed_caller_ip_ranges = [] }
                    workflow_management = { allowed_caller_ip_ranges = ["10.0.0.0/8"] }
                }"#,
                "/properties/accessControl/actions/allowedCallerIpAddresses/0/addressRange",
                "10.0.0.1-10.0.0.9",
            ),
            sends(
                "identity",
                r#"{ type = "SystemAssigned" }"#,
                "/identity/type",
                "SystemAssigned",
            ),
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

fn definition(version: &str) -> String {
    format!(
        r#"jsonencode({{
            "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
            contentVersion = "{version}"
            parameters = {{
              greeting = {{ type = "String", defaultValue = "hi" }}
              key      = {{ type = "SecureString" }}
            }}
            triggers = {{ request = {{ type = "Request", kind = "Http" }} }}
            actions  = {{ answer = {{ type = "Response", inputs = {{ statusCode = 200, body = "@parameters('greeting')" }} }} }}
        }})"#
    )
}
