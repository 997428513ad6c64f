//! `ise_logic_app`: a logic app that something else manages.

use crate::azure::look_up::{LookUp, Words};
use crate::resources::ise_logic_app::IseLogicApp;

const RANGES: &str = "IPv4 or IPv6: CIDR blocks, ranges of the form `first-last`, or single addresses. Null where nobody is kept out; \
                      empty where everybody is.";

pub(super) fn data_source() -> LookUp<IseLogicApp> {
    LookUp::new(
        IseLogicApp,
        Words {
            description: "A logic app that something else manages. `ise_callback_url` tells under which URL a trigger of it is called.",
            names: &["name", "resource_group_name"],
            rows: &[
                ("name", "Name."),
                ("resource_group_name", "Name of the resource group."),
                (
                    "ise_id",
                    "ID of the environment that it runs in; null for one that runs in none.",
                ),
                ("definition", "The whole workflow definition, as JSON."),
                (
                    "parameters",
                    "Values of the parameters that the definition declares, as a JSON object of name to value. Azure never tells those of \
                     `SecureString` and `SecureObject` parameters.",
                ),
                (
                    "integration_account_id",
                    "ID of the integration account that it uses.",
                ),
                (
                    "access_control.trigger.allowed_caller_ip_ranges",
                    "IPv4 or IPv6: CIDR blocks, ranges of the form `first-last`, or single addresses. Null where anybody may call; empty \
                     where other logic apps may, and nobody else.",
                ),
                ("access_control.actions.allowed_caller_ip_ranges", RANGES),
                ("access_control.contents.allowed_caller_ip_ranges", RANGES),
                (
                    "access_control.workflow_management.allowed_caller_ip_ranges",
                    RANGES,
                ),
                ("location", "Azure region."),
                ("identity.type", "`SystemAssigned` or `UserAssigned`."),
                (
                    "identity.identity_ids",
                    "IDs of the user-assigned identities.",
                ),
                ("tags", "All tags."),
                ("tags_all", "All tags, as `tags` has them."),
            ],
        },
    )
}
