//! What this run plans: for the plans that come later in it and refer to the same objects.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tfplugin_framework::types::value::Object;

use crate::arm::ResourceId;

/// What becomes of the objects whose plans have been made so far.
///
/// Terraform starts one process for a walk and configures it once, so this lives as long as the walk. Plans come in any
/// order, and none waits for another: each records what it makes of its object, and then looks at those before it.
#[derive(Debug, Default)]
pub struct PlanRegistry(Mutex<Plans>);

#[derive(Debug, Default)]
struct Plans {
    count: u64,
    entries: HashMap<ResourceId, Entry>,
}

/// What is known of one ID.
#[derive(Debug, Default)]
struct Entry {
    /// What there will be, now or after the apply.
    planned: Option<Planned>,
    /// A plan replaces the object that is there now by one with another ID.
    leaves: bool,
    /// The plan of an address deletes the object that is there now.
    is_deleted: bool,
    /// The object as this run has read it.
    read: Option<Object>,
    /// The arguments that the configuration of an address gives.
    given: BTreeSet<String>,
}

/// An object that there will be.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// What is planned.
    pub object: Object,
    /// Which plan says so.
    pub planner: Planner,
    /// Its place among the plans of this run.
    pub order: u64,
}

/// What a plan is about. A provider is never told the address, so this tells the plans of one address from those of others.
#[derive(Clone, Debug, PartialEq)]
pub enum Planner {
    /// A new object, or a tainted one, of which Terraform does not tell.
    New,
    /// The object with this ID, which stays.
    Living(ResourceId),
    /// The successor of the object with this ID: Terraform asks a second time for it, without telling of the old one.
    Successor(ResourceId),
}

impl Planner {
    /// The planner by the object before, and by what the first plan about a replacement has told the second.
    pub fn of(prior: Option<ResourceId>, replaced: Option<ResourceId>) -> Self {
        match (prior, replaced) {
            (Some(prior), _) => Self::Living(prior),
            (None, Some(replaced)) => Self::Successor(replaced),
            (None, None) => Self::New,
        }
    }

    /// Whether it makes an object.
    pub fn creates(&self) -> bool {
        !matches!(self, Self::Living(_))
    }

    /// The object that stays, if it does.
    pub fn living(&self) -> Option<&ResourceId> {
        match self {
            Self::Living(prior) => Some(prior),
            Self::New | Self::Successor(_) => None,
        }
    }

    fn prior(&self) -> Option<&ResourceId> {
        match self {
            Self::New => None,
            Self::Living(prior) | Self::Successor(prior) => Some(prior),
        }
    }
}

/// Two addresses cannot have one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// Both plans make an object with this ID.
    Planned,
    /// Both addresses have the object with this ID in the state.
    InState,
}

impl PlanRegistry {
    /// Records that there will be this object, and gives the plan's place among all; an error if another address has it.
    pub fn claim(
        &self,
        id: &ResourceId,
        planner: Planner,
        object: Object,
    ) -> Result<u64, Conflict> {
        let mut plans = self.plans();
        plans.count += 1;
        let order = plans.count;
        let entry = plans.entries.entry(id.clone()).or_default();
        let has_it = planner.prior() == Some(id);
        if let Some(other) = &entry.planned {
            // Users may ask for the replacement of what the provider would keep: it is planned as both.
            let is_same = match (&other.planner, &planner) {
                (Planner::Living(prior), Planner::Successor(replaced)) => prior == replaced,
                _ => false,
            };
            match other.planner.prior() == Some(id) && has_it {
                _ if is_same => {}
                true => return Err(Conflict::InState),
                false => return Err(Conflict::Planned),
            }
        }
        if entry.is_deleted && has_it {
            return Err(Conflict::InState);
        }
        entry.planned = Some(Planned {
            object,
            planner,
            order,
        });
        Ok(order)
    }

    /// Records which arguments the configuration gives; before the claim, so that whoever sees that sees these too.
    pub fn give(&self, id: &ResourceId, config: &Object) {
        let given = config.iter().filter(|(_, value)| !value.is_null());
        let given = given.map(|(name, _)| name.to_owned()).collect();
        self.plans().entries.entry(id.clone()).or_default().given = given;
    }

    /// Whether the configuration of an object that was planned gives an argument.
    pub fn gives(&self, id: &ResourceId, name: &str) -> bool {
        let plans = self.plans();
        plans
            .entries
            .get(id)
            .is_some_and(|it| it.given.contains(name))
    }

    /// Records that the object that is there now makes room for one with another ID, or for a new one.
    pub fn leaves(&self, id: &ResourceId) {
        self.plans().entries.entry(id.clone()).or_default().leaves = true;
    }

    /// Records that an address deletes the object; an error if another one has it, and keeps it.
    pub fn deletes(&self, id: &ResourceId) -> Result<(), Conflict> {
        let mut plans = self.plans();
        let entry = plans.entries.entry(id.clone()).or_default();
        entry.is_deleted = true;
        let other = entry.planned.as_ref();
        match other.is_some_and(|other| other.planner.prior() == Some(id)) {
            true => Err(Conflict::InState),
            false => Ok(()),
        }
    }

    /// Records what this run has read.
    pub fn read(&self, id: &ResourceId, object: &Object) {
        self.plans().entries.entry(id.clone()).or_default().read = Some(object.clone());
    }

    /// Whether a plan has been made for the object with this ID.
    pub fn is_decided(&self, id: &ResourceId) -> bool {
        self.plans().entries.get(id).is_some_and(Entry::is_decided)
    }

    /// Whether a plan keeps the object with this ID as it is there.
    pub fn keeps(&self, id: &ResourceId) -> bool {
        let plans = self.plans();
        let planned = plans.entries.get(id).and_then(|it| it.planned.as_ref());
        planned.is_some_and(|planned| !planned.planner.creates())
    }

    /// What there will be, if its plan has been made.
    pub fn object(&self, id: &ResourceId) -> Option<Object> {
        let plans = self.plans();
        let planned = plans.entries.get(id)?.planned.as_ref()?;
        Some(planned.object.clone())
    }

    /// What the plans before this one leave or make, by ID.
    pub fn before(
        &self,
        order: u64,
        is_wanted: impl Fn(&ResourceId) -> bool,
    ) -> Vec<(ResourceId, Planned)> {
        let plans = self.plans();
        let entries = plans.entries.iter().filter(|(id, _)| is_wanted(id));
        let mut planned: Vec<_> = entries
            .filter_map(|(id, entry)| Some((id.clone(), entry.planned.clone()?)))
            .filter(|(_, planned)| planned.order < order)
            .collect();
        planned.sort_by_key(|(id, _)| id.to_string());
        planned
    }

    /// What this run has read and not planned yet.
    pub fn undecided(&self) -> Vec<(ResourceId, Object)> {
        let plans = self.plans();
        let entries = plans.entries.iter();
        entries
            .filter(|(_, entry)| !entry.is_decided())
            .filter_map(|(id, entry)| Some((id.clone(), entry.read.clone()?)))
            .collect()
    }

    fn plans(&self) -> MutexGuard<'_, Plans> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn is_decided(&self) -> bool {
        self.planned.is_some() || self.leaves || self.is_deleted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> ResourceId {
        ResourceId::in_group("s", "g", "Microsoft.Logic/workflows", name)
    }

    fn living(name: &str) -> Planner {
        Planner::Living(id(name))
    }

    fn successor(name: &str) -> Planner {
        Planner::Successor(id(name))
    }

    /// What comes of these claims, one after the other.
    fn claims(claims: &[(&str, Planner)]) -> Vec<Option<Conflict>> {
        let plans = PlanRegistry::default();
        let claim = |(name, planner): &(&str, Planner)| {
            let claimed = plans.claim(&id(name), planner.clone(), Object::default());
            claimed.err()
        };
        claims.iter().map(claim).collect()
    }

    #[test]
    fn one_address_has_one_object() {
        use Conflict::{InState, Planned};
        use Planner::New;
        for (made, expected) in [
            (vec![("a", New), ("b", New)], None),
            (vec![("a", New), ("A", New)], Some(Planned)),
            (vec![("a", living("a")), ("a", New)], Some(Planned)),
            (vec![("a", New), ("a", living("a"))], Some(Planned)),
            // The user asked for a replacement of what would stay.
            (vec![("a", living("a")), ("A", successor("a"))], None),
            // One is renamed to what another one is renamed from.
            (vec![("b", successor("a")), ("a", successor("b"))], None),
            (
                vec![("b", living("b")), ("b", successor("a"))],
                Some(Planned),
            ),
            (
                vec![("c", successor("a")), ("c", successor("b"))],
                Some(Planned),
            ),
            (vec![("a", successor("a")), ("a", New)], Some(Planned)),
            (vec![("a", living("a")), ("a", living("A"))], Some(InState)),
            (
                vec![("a", successor("a")), ("a", successor("a"))],
                Some(InState),
            ),
        ] {
            assert_eq!(claims(&made), [None, expected], "{made:?}");
        }
    }

    #[test]
    fn what_goes_makes_room_in_either_order() {
        for (planner, conflict) in [
            (Planner::New, None),
            (successor("b"), None),
            (living("a"), Some(Conflict::InState)),
            (successor("a"), Some(Conflict::InState)),
        ] {
            let plans = PlanRegistry::default();
            assert_eq!(plans.deletes(&id("A")), Ok(()));
            let claimed = plans.claim(&id("a"), planner.clone(), Object::default());
            assert_eq!(claimed.err(), conflict, "{planner:?}");

            let plans = PlanRegistry::default();
            let claimed = plans.claim(&id("a"), planner.clone(), Object::default());
            assert!(claimed.is_ok());
            assert_eq!(plans.deletes(&id("A")).err(), conflict, "{planner:?}");
            assert!(plans.object(&id("a")).is_some(), "whatever goes before");
        }
    }

    #[test]
    fn only_earlier_plans_are_seen() {
        let plans = PlanRegistry::default();
        let claim = |name: &str, planner| {
            let claimed = plans.claim(&id(name), planner, Object::default());
            claimed.expect("free")
        };
        let first = claim("a", Planner::New);
        let second = claim("b", living("b"));
        let names = |order: u64| -> Vec<_> {
            let before = plans.before(order, |id| id.name() != "c").into_iter();
            before.map(|(id, _)| id.name().to_owned()).collect()
        };
        assert_eq!(
            (names(first), names(second)),
            (vec![], vec!["a".to_owned()])
        );
        // Planned again, as its own successor.
        let third = claim("b", successor("b"));
        claim("c", Planner::New);
        assert_eq!(names(third), ["a"]);
        assert_eq!(names(third + 1), ["a", "b"]);
    }

    #[test]
    fn what_was_read_is_undecided_until_it_is_planned() {
        let decide: [fn(&PlanRegistry); 3] = [
            |plans| plans.leaves(&id("A")),
            |plans| assert_eq!(plans.deletes(&id("a")), Ok(())),
            |plans| {
                assert!(
                    plans
                        .claim(&id("a"), living("a"), Object::default())
                        .is_ok()
                )
            },
        ];
        for decide in decide {
            let plans = PlanRegistry::default();
            plans.read(&id("a"), &Object::default());
            let undecided = |plans: &PlanRegistry| plans.undecided().len();
            assert_eq!((undecided(&plans), plans.is_decided(&id("a"))), (1, false));
            decide(&plans);
            assert_eq!((undecided(&plans), plans.is_decided(&id("a"))), (0, true));
        }
    }
}
