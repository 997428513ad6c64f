//! `ise_subnet`: a subnet that something else manages.

use crate::azure::look_up::{LookUp, Words};
use crate::resources::ise_subnet::IseSubnet;

pub(super) fn data_source() -> LookUp<IseSubnet> {
    LookUp::new(
        IseSubnet,
        Words {
            description: "A subnet that something else manages, in the virtual network of an integration service environment or any other.",
            names: &["name", "virtual_network_id"],
            rows: &[
                ("name", "Name."),
                (
                    "virtual_network_id",
                    "ID of the virtual network, which may be in another subscription.",
                ),
                (
                    "address_prefix",
                    "Address range in CIDR form; of several, the first that is IPv4.",
                ),
                (
                    "delegate_to_ise",
                    "Whether it is delegated to `Microsoft.Logic/integrationServiceEnvironments`.",
                ),
            ],
        },
    )
}
