//! Microsoft.Insights/autoscaleSettings: profiles, limits and rules that change the capacity of an environment.

mod limits;
mod rules;
mod scaling;
mod schedule;

use self::limits::counts;
use self::scaling::target_of;
use super::PROVIDER;
use crate::core::definition::{Behaviour, TypeDefinition, Wish, Write, Written};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, json, set_default};
use crate::core::store::Stored;
use crate::core::world::World;

/// Autoscale settings.
pub(super) static DEFINITION: TypeDefinition = TypeDefinition {
    more_versions: &["2021-05-01-preview", "2015-04-01", "2014-04-01"],
    located: true,
    watches: &["Microsoft.Logic/integrationServiceEnvironments"],
    ..TypeDefinition::new(
        "Microsoft.Insights/autoscaleSettings",
        &PROVIDER,
        &AutoscaleSettings,
    )
};

struct AutoscaleSettings;

impl Behaviour for AutoscaleSettings {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        limits::check(&write.body)?;
        check_alone(world, write.id, &write.body)?;
        let body = &mut write.body;
        set_default(body, "properties/enabled", json!(false));
        set_default(body, "properties/name", json!(write.id.name()));
        set_default(body, "properties/notifications", json!([]));
        world.agenda.wake(world.now, write.id);
        Ok(Written {
            body: write.body,
            hidden: write.hidden,
            work: None,
        })
    }

    /// Replaces the tags and the whole of `properties` where they are given.
    fn patch(&self, existing: &Stored, patch: &Json) -> Result<Json, ArmError> {
        let mut body = existing.body.to_json();
        for member in ["tags", "properties"] {
            if let Some(value) = at(patch, member) {
                body[member] = value.clone();
            }
        }
        Ok(body)
    }

    fn patch_is_put(&self) -> bool {
        true
    }

    fn removed(&self, world: &mut World, stored: &Stored) {
        world.agenda.sleep(&stored.id);
    }

    fn woken(&self, world: &mut World, id: &ResourceId, _note: &Json) -> Option<Wish> {
        scaling::act(world, id)
    }

    fn answered(&self, world: &mut World, id: &ResourceId, fulfilled: bool) {
        scaling::answered(world, id, fulfilled);
    }

    fn noticed(&self, world: &mut World, changed: Option<&ResourceId>) {
        scaling::look(world, changed);
    }
}

/// A resource has one setting at most. The code is ours.
fn check_alone(world: &World, id: &ResourceId, body: &Json) -> Result<(), ArmError> {
    let Some(target) = target_of(body) else {
        return Ok(());
    };
    let mut others = world.resources.of_type(DEFINITION.name);
    let rival = others.find(|other| {
        !other.id.same(id) && target_of(&other.body).is_some_and(|theirs| theirs.same(&target))
    });
    let Some(rival) = rival else { return Ok(()) };
    Err(errors::autoscale_setting_conflict(target, &rival.id))
}
