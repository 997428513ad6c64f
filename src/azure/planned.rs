//! What this run plans: for the plans that come later in it and refer to the same objects.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::arm::ResourceId;
use crate::sdk::value::Object;

/// What becomes of the objects whose plans have been made so far.
///
/// Terraform starts one process for a walk and configures it once, so this lives as long as the walk.
#[derive(Debug, Default)]
pub struct Planned(Mutex<HashMap<ResourceId, Fate>>);

/// What a plan makes of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It will be this, now or after the apply.
    Becomes(Object),
    /// It will be gone.
    Leaves,
}

impl Planned {
    /// Records that the object will be this.
    pub fn becomes(&self, id: ResourceId, object: Object) {
        self.record(id, Fate::Becomes(object));
    }

    /// Records that there will be no object with this ID.
    pub fn leaves(&self, id: ResourceId) {
        self.record(id, Fate::Leaves);
    }

    /// What becomes of an object, if its plan has been made.
    pub fn fate(&self, id: &ResourceId) -> Option<Fate> {
        self.fates().get(id).cloned()
    }

    /// What the object will be, if its plan has been made and does not remove it.
    pub fn object(&self, id: &ResourceId) -> Option<Object> {
        match self.fate(id)? {
            Fate::Becomes(object) => Some(object),
            Fate::Leaves => None,
        }
    }

    /// The planned objects directly below another.
    pub fn children(&self, parent: &ResourceId) -> Vec<(ResourceId, Object)> {
        let is_child = |id: &ResourceId| id.parent().as_ref() == Some(parent);
        let children = |(id, fate): (&ResourceId, &Fate)| match fate {
            Fate::Becomes(object) if is_child(id) => Some((id.clone(), object.clone())),
            _ => None,
        };
        self.fates().iter().filter_map(children).collect()
    }

    fn record(&self, id: ResourceId, fate: Fate) {
        self.fates().insert(id, fate);
    }

    fn fates(&self) -> std::sync::MutexGuard<'_, HashMap<ResourceId, Fate>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_plan_of_an_object_counts_in_whatever_casing() {
        let network = ResourceId::in_group("s", "g", "Microsoft.Network/virtualNetworks", "v");
        let object: Object = [("name", "a")].into_iter().collect();
        let planned = Planned::default();
        planned.leaves(network.child("subnets", "a"));
        planned.leaves(network.child("subnets", "b"));
        planned.becomes(network.child("subnets", "A"), object.clone());
        assert_eq!(
            planned.object(&network.child("SUBNETS", "a")),
            Some(object.clone())
        );
        assert_eq!(
            planned.fate(&network.child("subnets", "b")),
            Some(Fate::Leaves)
        );
        assert_eq!(planned.fate(&network.child("subnets", "c")), None);
        let names: Vec<_> = planned.children(&network).into_iter().collect();
        assert_eq!(names, [(network.child("subnets", "a"), object)]);
    }
}
