//! Microsoft.Network.

mod address;
mod addresses;
mod attached;
mod delegations;
mod network_security_groups;
mod operations;
mod peerings;
pub(super) mod ranges;
mod route_tables;
pub(crate) mod subnets;
pub(super) mod traffic;
mod virtual_networks;

use jiff::SignedDuration;

pub(super) use address::prefixes;
use operations::{announce, name};

use crate::core::asynchronous::location;
use crate::core::definition::{Provider, Style};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::operations::{Ending, Work};
use crate::core::route::route;

/// The accepted versions of which no document is shipped.
const VERSIONS: &[&str] = &[
    "2026-03-01",
    "2025-07-01",
    "2025-05-01",
    "2025-03-01",
    "2025-01-01",
    "2024-10-01",
    "2024-07-01",
    "2024-05-01",
    "2024-03-01",
    "2023-11-01",
    "2023-09-01",
    "2023-06-01",
    "2023-05-01",
    "2023-04-01",
    "2023-02-01",
    "2022-11-01",
    "2022-09-01",
    "2022-07-01",
    "2022-05-01",
    "2022-01-01",
    "2021-08-01",
    "2021-05-01",
    "2021-03-01",
    "2021-02-01",
    "2020-11-01",
    "2020-07-01",
    "2020-06-01",
    "2020-05-01",
    "2020-04-01",
    "2020-03-01",
    "2019-12-01",
    "2019-11-01",
    "2019-09-01",
    "2019-07-01",
    "2019-06-01",
    "2019-04-01",
    "2019-02-01",
    "2018-12-01",
    "2018-11-01",
];

/// What it takes to let a subnet refer to a security group or a route table.
const JOIN_GROUP: &str = "Microsoft.Network/networkSecurityGroups/join/action";
const JOIN_TABLE: &str = "Microsoft.Network/routeTables/join/action";

/// The namespace of networks.
pub(crate) static PROVIDER: Provider = Provider {
    namespace: "Microsoft.Network",
    types: &[
        &network_security_groups::DEFINITION,
        &network_security_groups::RULES,
        &route_tables::DEFINITION,
        &route_tables::ROUTES,
        &virtual_networks::DEFINITION,
        &subnets::DEFINITION,
        &peerings::DEFINITION,
    ],
    routes: &[
        route(
            "GET",
            "subscriptions/*/providers/Microsoft.Network/locations/*/operations/*",
            |request, at| operations::status(request, at[2]),
        ),
        route(
            "GET",
            "subscriptions/*/providers/Microsoft.Network/locations/*/operationResults/*",
            |request, at| location(request, at[2], |_| 204),
        ),
        route(
            "GET",
            "subscriptions/*/providers/Microsoft.Network/locations/*/availableDelegations",
            delegations::list,
        ),
        route(
            "GET",
            "subscriptions/*/resourceGroups/*/providers/Microsoft.Network/locations/*/availableDelegations",
            delegations::list,
        ),
    ],
    operations: &Style {
        name,
        announce,
        wait: |method| match method {
            "DELETE" => SignedDuration::from_secs(10),
            _ => SignedDuration::from_secs(3),
        },
    },
    etags: true,
    busy: Some(operations::busy),
    not_found,
    regional_requests: false,
    first: &["name", "id", "etag", "type"],
    is_arm: false,
};

/// Children have a text of their own.
fn not_found(id: &ResourceId) -> ArmError {
    if id.pairs.len() > 1 {
        return errors::child_not_found(id);
    }
    errors::not_found(id)
}

/// The operation that a write starts.
const fn work(kind: &'static str) -> Work {
    Work {
        kind,
        lasts: SignedDuration::from_secs(4),
        ending: Ending::Settle,
    }
}

/// The operation that a deletion starts, which takes so many seconds.
const fn removal(kind: &'static str, seconds: i64) -> Work {
    Work {
        kind,
        lasts: SignedDuration::from_secs(seconds),
        ending: Ending::Remove,
    }
}
