//! Changing some elements of a JSON array, of which each stands for an element of a list or set.

use serde_json::{Value as Json, json};
use tfplugin_framework::schema::{Attribute, Kind};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use super::json::{from_json, lookup, member, to_json};
use super::meaning::same_objects;
use super::overwritten::{Overwritten, WriteObject};
use super::read::{nulls, read_object};
use crate::azure::row::ArmAttribute as _;

/// Changes an array of objects whose members `name` are the elements of a collection: what the plan removes goes, what
/// it adds comes, and the rest stays.
pub(super) fn write_scalars(
    attribute: &Attribute,
    name: &str,
    prior: &Value,
    planned: &Value,
    json: &mut Json,
) {
    let (ty, is_list) = match &attribute.kind {
        Kind::Value(Type::List(ty)) => (&**ty, true),
        Kind::Value(Type::Set(ty)) => (&**ty, false),
        _ => return,
    };
    let one = |element: &Value| match is_list {
        true => Value::List(vec![element.clone()]),
        false => Value::set([element.clone()]),
    };
    let same = |a: &Value, b: &Value| attribute.semantically_equal(&one(a), &one(b));
    let is_called = |a: &Value, b: &Value| {
        let texts = a.as_str().zip(b.as_str());
        same(a, b) || texts.is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    let (prior, planned) = (known(prior), known(planned));
    let is_in = |elements: &[&Value], key: &Value| elements.iter().any(|it| is_called(it, key));
    let key = |json: &Json| lookup(json, name).map_or(Value::Null, |key| from_json(&key, ty));
    let mut array = take(json);
    array.retain(|json| !is_in(&prior, &key(json)) || is_in(&planned, &key(json)));
    for element in &planned {
        if prior.iter().any(|before| same(before, element)) {
            continue;
        }
        match array.iter_mut().find(|json| is_called(&key(json), element)) {
            Some(json) => *member(json, name) = to_json(element),
            None => array.push(json!({ name: to_json(element) })),
        }
    }
    if is_list {
        let place = |json: &Json| planned.iter().position(|it| is_called(it, &key(json)));
        array.sort_by_key(|json| place(json).unwrap_or(usize::MAX));
    }
    *json = Json::Array(array);
}

/// An element of the array, and which planned one it stands for.
struct Slot {
    json: Json,
    planned: Option<usize>,
    is_removed: bool,
}

impl Slot {
    fn of(json: Json) -> Self {
        Self {
            json,
            planned: None,
            is_removed: false,
        }
    }

    /// Whether it stands for nothing yet.
    fn is_free(&self) -> bool {
        self.planned.is_none() && !self.is_removed
    }
}

/// The same for objects with a schema, which are known by their key if they have one, and else by their content.
pub(super) struct Objects<'a> {
    pub(super) attributes: &'a [Attribute],
    /// The attribute by which an object is known.
    pub(super) key: Option<&'a Attribute>,
    pub(super) is_list: bool,
    /// Writes in what two objects differ.
    pub(super) write: WriteObject,
}

impl Objects<'_> {
    /// Changes the elements of an array in which two collections differ, and leaves the others as they are.
    pub(super) fn write(
        &self,
        (prior, planned): (&Value, &Value),
        json: &mut Json,
    ) -> Vec<Overwritten> {
        let (prior, planned) = (objects(prior), objects(planned));
        let pairs = self.pairs(&prior, &planned);
        let mut array: Vec<Slot> = take(json).into_iter().map(Slot::of).collect();
        let mut overwritten = Vec::new();
        for (index, before) in prior.iter().enumerate() {
            let slot = self.find(before, &array);
            let stays = pairs.iter().position(|pair| *pair == Some(index));
            match (slot, stays) {
                (Some(slot), None) => {
                    if !self.is(before, &array[slot].json) {
                        overwritten.push(Overwritten::untold(Path::root()));
                    }
                    array[slot].is_removed = true;
                }
                (Some(slot), stays) => array[slot].planned = stays,
                (None, _) => {}
            }
        }
        for (index, element) in planned.iter().enumerate() {
            let path = match self.is_list {
                true => Path::root().with_index(index),
                false => Path::root(),
            };
            let before = pairs[index].map(|index| prior[index]);
            if before.is_some_and(|before| same_objects(self.attributes, before, element)) {
                self.keep_place(pairs[index], index, &mut array);
                continue;
            }
            let told = self.write_one(index, before, element, &mut array);
            overwritten.extend(told.into_iter().map(|it| it.below(&path)));
        }
        array.retain(|slot| !slot.is_removed);
        if self.is_list {
            array.sort_by_key(|slot| slot.planned.unwrap_or(usize::MAX));
        }
        *json = array.into_iter().map(|slot| slot.json).collect();
        overwritten
    }

    /// Lets an object that does not change, and that others have changed beyond recognition, stay in its place.
    fn keep_place(&self, prior: Option<usize>, planned: usize, array: &mut [Slot]) {
        let is_known = array.iter().any(|slot| slot.planned == Some(planned));
        let slot = prior.and_then(|place| array.get_mut(place));
        if self.key.is_none()
            && !is_known
            && let Some(slot) = slot.filter(|slot| slot.is_free())
        {
            slot.planned = Some(planned);
        }
    }

    /// The prior object that each planned one was: of the same name or content, or else what was left in its place.
    fn pairs(&self, prior: &[&Object], planned: &[&Object]) -> Vec<Option<usize>> {
        let mut left: Vec<_> = (0..prior.len()).collect();
        let mut pairs: Vec<Option<usize>> = Vec::new();
        for element in planned {
            let found = left
                .iter()
                .position(|it| self.is_called(prior[*it], element));
            pairs.push(found.map(|found| left.remove(found)));
        }
        if self.key.is_none() {
            for (index, pair) in pairs.iter_mut().enumerate() {
                let in_place = || left.contains(&index).then_some(index);
                *pair = pair.or_else(in_place);
            }
        }
        pairs
    }

    /// Writes a planned object into the element that it was or is, or into a new one.
    fn write_one(
        &self,
        index: usize,
        before: Option<&Object>,
        element: &Object,
        array: &mut Vec<Slot>,
    ) -> Vec<Overwritten> {
        let own = array.iter().position(|slot| slot.planned == Some(index));
        let alike = || {
            let called = |slot: &Slot| slot.is_free() && self.is_element(element, &slot.json);
            array.iter().position(called)
        };
        // What others have changed beyond recognition is looked for in its place.
        let in_place = || {
            let is_unnamed = self.key.is_none() && before.is_some();
            (is_unnamed && array.get(index).is_some_and(Slot::is_free)).then_some(index)
        };
        let mut overwritten = Vec::new();
        let nothing = nulls(self.attributes);
        let slot = own.or_else(alike).or_else(in_place);
        let (slot, before) = match slot {
            Some(slot) => (slot, before),
            None => {
                if before.is_some() {
                    overwritten.push(Overwritten::untold(Path::root()));
                }
                array.push(Slot::of(Json::Null));
                (array.len() - 1, None)
            }
        };
        array[slot].planned = Some(index);
        let states = (before.unwrap_or(&nothing), element);
        overwritten.extend((self.write)(self.attributes, states, &mut array[slot].json));
        overwritten
    }

    /// The element that is the prior object.
    fn find(&self, object: &Object, array: &[Slot]) -> Option<usize> {
        let is_it = |slot: &Slot| slot.is_free() && self.is_element(object, &slot.json);
        array.iter().position(is_it)
    }

    fn is_element(&self, object: &Object, json: &Json) -> bool {
        self.is_called(object, &read_object(self.attributes, json))
    }

    fn is(&self, object: &Object, json: &Json) -> bool {
        same_objects(self.attributes, object, &read_object(self.attributes, json))
    }

    fn is_called(&self, a: &Object, b: &Object) -> bool {
        match self.key {
            Some(key) => key.equal_remotely(a.get(&key.name), b.get(&key.name)),
            None => same_objects(self.attributes, a, b),
        }
    }
}

fn take(json: &mut Json) -> Vec<Json> {
    match json.take() {
        Json::Array(elements) => elements,
        _ => Vec::new(),
    }
}

fn known(value: &Value) -> Vec<&Value> {
    let elements = value.as_elements().unwrap_or_default().iter();
    elements.filter(|it| it.is_wholly_known()).collect()
}

fn objects(value: &Value) -> Vec<&Object> {
    let elements = value.as_elements().unwrap_or_default().iter();
    elements.filter_map(Value::as_object).collect()
}
