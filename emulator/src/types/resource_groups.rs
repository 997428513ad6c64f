//! Microsoft.Resources/resourceGroups.

use time::Duration;

use crate::core::asynchronous::DELETE_GROUP;
use crate::core::definition::{
    Behaviour, Deletion, Naming, Style, TypeDefinition, Work, Write, Written,
};
use crate::core::error::ArmError;
use crate::core::id::{GROUP, ResourceId};
use crate::core::json::{json, set};
use crate::core::locks::{self, Intent};
use crate::core::moving;
use crate::core::operations::{Ending, Failure, Operation};
use crate::core::store::Stored;
use crate::core::versions;
use crate::core::world::World;

/// Resource groups.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    name: GROUP,
    more_versions: versions::RESOURCES,
    located: true,
    naming: Naming::Group,
    behaviour: &ResourceGroups,
};

struct ResourceGroups;

/// How long ARM takes to go through a group.
const DELETION: Duration = Duration::seconds(30);

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

    fn deletion(&self) -> Deletion {
        Deletion::Later(Work {
            kind: DELETE_GROUP,
            lasts: DELETION,
            ending: Ending::ByType,
            style: Style::Group,
        })
    }

    /// Deletes what is in the group, in rounds, since one resource may wait for another to go first.
    /// What refuses to go stays, and so does the group.
    fn finished(&self, world: &mut World, operation: &Operation) {
        if operation.kind != DELETE_GROUP {
            moving::finish(world, operation);
            return;
        }
        let group = &operation.target;
        if operation.failure.is_none() {
            while delete_round(world, group) {}
        }
        // What Microsoft.Authorization gave to the group goes with it.
        let left = world.resources.in_group(group);
        let left: Vec<Stored> = left
            .filter(|stored| stored.id.group.is_some())
            .cloned()
            .collect();
        if left.is_empty() && operation.failure.is_none() {
            world.resources.remove(group);
            return;
        }
        world.resources.set_state(group, "Succeeded");
        if operation.failure.is_none() {
            let failure = blocked(group, &left);
            world.operations.fail(&operation.name, failure);
        }
    }
}

/// Deletes everything in the group that may be deleted now; whether anything was.
fn delete_round(world: &mut World, group: &ResourceId) -> bool {
    let mut any = false;
    let ids: Vec<ResourceId> = world
        .resources
        .in_group(group)
        .filter(|stored| stored.id.pairs.len() == 1)
        .map(|stored| stored.id.clone())
        .collect();
    for id in ids {
        let Some(stored) = world.resources.get(&id).cloned() else {
            continue;
        };
        let Some(definition) = world.types.find(&id.type_name()) else {
            continue;
        };
        let is_free = locks::check(world, &id, Intent::Delete).is_ok();
        if is_free && definition.behaviour.may_delete(world, &stored).is_ok() {
            world.remove(&id);
            any = true;
        }
    }
    any
}

fn blocked(group: &ResourceId, left: &[Stored]) -> Failure {
    let names: Vec<String> = left
        .iter()
        .filter(|stored| stored.id.pairs.len() == 1)
        .map(|stored| format!("{}/{}", stored.id.type_name(), stored.id.name()))
        .collect();
    Failure {
        code: "ResourceGroupDeletionBlocked".to_owned(),
        message: format!(
            "Deletion of resource group '{}' failed as resources with identifiers '{}' could not be deleted. \
             The provisioning state of the resource group will be rolled back.",
            group.name(),
            names.join(",")
        ),
    }
}
