//! `ise`: an environment that something else manages.

use crate::azure::look_up::{LookUp, Words};
use crate::resources::ise::Ise;

pub(super) fn data_source() -> LookUp<Ise> {
    LookUp::new(
        Ise,
        Words {
            description: "An integration service environment that something else manages.",
            names: &["name", "resource_group_name"],
            rows: &[
                ("name", "Name."),
                ("resource_group_name", "Name of the resource group."),
                ("location", "Azure region."),
                ("sku", "`Premium` or `Developer`."),
                ("capacity", "Additional processing units."),
                (
                    "subnet_ids",
                    "IDs of the four subnets, in the order of the environment.",
                ),
                ("identity.type", "`SystemAssigned` or `UserAssigned`."),
                (
                    "identity.identity_ids",
                    "IDs of the user-assigned identities.",
                ),
                (
                    "customer_managed_key",
                    "The key that encrypts the environment's data.",
                ),
                (
                    "provisioning_state",
                    "What ARM says about the last operation, such as `Succeeded`.",
                ),
                ("tags", "All tags."),
                ("tags_all", "All tags, as `tags` has them."),
            ],
        },
    )
}
