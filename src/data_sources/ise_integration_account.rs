//! `ise_integration_account`: an integration account that something else manages.

use crate::azure::look_up::{LookUp, Words};
use crate::resources::ise_integration_account::IseIntegrationAccount;

pub(super) fn data_source() -> LookUp<IseIntegrationAccount> {
    LookUp::new(
        IseIntegrationAccount,
        Words {
            description: "An integration account that something else manages.",
            names: &["name", "resource_group_name"],
            rows: &[
                ("name", "Name."),
                ("resource_group_name", "Name of the resource group."),
                (
                    "ise_id",
                    "ID of the environment that it is in; null for one that is in none.",
                ),
                ("sku", "`Free`, `Basic` or `Standard`."),
                ("tags", "All tags."),
                ("tags_all", "All tags, as `tags` has them."),
            ],
        },
    )
}
