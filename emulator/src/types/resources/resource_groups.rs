//! Microsoft.Resources/resourceGroups.

use jiff::SignedDuration;

use super::PROVIDER;
use crate::core::definition::{Behaviour, Deletion, Naming, TypeDefinition, Write, Written};
use crate::core::error::ArmError;
use crate::core::id::GROUP;
use crate::core::json::{json, set};
use crate::core::moving;
use crate::core::operations::{Ending, Operation, Work};
use crate::core::versions;
use crate::core::world::World;

/// Resource groups.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    more_versions: versions::RESOURCES,
    located: true,
    naming: Naming::Group,
    ..TypeDefinition::new(GROUP, &PROVIDER, &ResourceGroups)
};

struct ResourceGroups;

impl Behaviour for ResourceGroups {
    fn put(&self, _world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        set(
            &mut write.body,
            "properties",
            json!({"provisioningState": "Succeeded"}),
        );
        Ok(Written {
            body: write.body,
            hidden: write.hidden,
            work: None,
        })
    }

    /// Only their tags count.
    fn filters(&self) -> &'static [(&'static str, &'static str)] {
        &[("tagName", ""), ("tagValue", "")]
    }

    /// Thirty seconds are what ARM takes to go through a group.
    fn deletion(&self) -> Deletion {
        Deletion::Later(Work {
            kind: "DeleteResourceGroup",
            lasts: SignedDuration::from_secs(30),
            ending: Ending::Empty,
        })
    }

    fn finished(&self, world: &mut World, operation: &Operation) {
        moving::finish(world, operation);
    }
}
