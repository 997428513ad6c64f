//! An environment that does not exist yet, in four free subnets of the fixtures.

use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{id, subnet_ids};

/// Its configuration, `ise.it`.
pub(crate) fn environment() -> Block {
    Block::resource("ise", "it")
        .with_text("name", "new")
        .with_text("resource_group_name", "integration")
        .with_text("location", "westeurope")
        .with("subnet_ids", &subnet_ids(["a", "b", "c", "d"]))
}

/// Its ID.
pub(crate) fn environment_id() -> String {
    id("Microsoft.Logic/integrationServiceEnvironments/new")
}
