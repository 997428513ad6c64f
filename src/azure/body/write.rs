//! Writing the difference of two states into the JSON of the remote object.
//!
//! Three things meet here: the state before, the planned one, and what the service has at this moment. What differs
//! between the two states is written, at every depth; all else stays as the service has it, whoever put it there. Where
//! others changed the very same, the plan wins, and what they had is told.

use serde_json::Value as Json;
use tfplugin_framework::schema::{Attribute, Kind, Mode, Nesting, Schema};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};

use super::json::{lookup, member, remove, to_json};
use super::meaning::means_same;
use super::overwritten::Overwritten;
use super::read::{nulls, read_attribute};
use super::{elements, members};
use crate::azure::row::{ArmAttribute as _, Remote, Write};

/// What an apply changes.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The state before; none of an object that is new.
    pub prior: Option<&'a Object>,
    /// The state to reach.
    pub planned: &'a Object,
    /// Attributes that are written although the states do not differ in them: an earlier change of them failed.
    pub again: &'a [String],
}

impl<'a> Change<'a> {
    /// All of a new object.
    pub fn creating(planned: &'a Object) -> Self {
        Self {
            prior: None,
            planned,
            again: &[],
        }
    }

    /// The difference of two states.
    pub fn between(prior: &'a Object, planned: &'a Object) -> Self {
        Self {
            prior: Some(prior),
            planned,
            again: &[],
        }
    }

    /// The same, and these attributes in any case.
    #[must_use]
    pub fn and_again(self, again: &'a [String]) -> Self {
        Self { again, ..self }
    }
}

/// Writes what changes of the configurable attributes into `body`, leaves everything else in it alone, and tells what was
/// overwritten.
pub fn write(schema: &Schema, change: Change<'_>, body: &mut Json) -> Vec<Overwritten> {
    let nothing = schema.null_object();
    let states = (change.prior.unwrap_or(&nothing), change.planned);
    let extent = |name: &str| match change.again.iter().any(|it| it == name) {
        true => Extent::All,
        false => Extent::Differences,
    };
    let mut overwritten = Vec::new();
    write_attributes(&schema.attributes, states, body, &extent, &mut overwritten);
    overwritten
}

/// How much of an attribute is written.
#[derive(Clone, Copy, PartialEq)]
enum Extent {
    /// What the states differ in.
    Differences,
    /// All that is planned, beside what others have put there.
    All,
    /// All that is planned, and nothing else stays.
    Only,
}

/// Writes the attributes of one object, each to its extent.
fn write_attributes(
    attributes: &[Attribute],
    (prior, planned): (&Object, &Object),
    body: &mut Json,
    extent: &dyn Fn(&str) -> Extent,
    overwritten: &mut Vec<Overwritten>,
) {
    // What belongs to another kind of object goes with it.
    let becomes_another = |it: &Attribute| {
        let found = it
            .remote()
            .map(|remote| read_attribute(it, remote, body, &Value::Null));
        let before = match extent(&it.name) {
            Extent::Differences => prior.get(&it.name),
            _ => found.as_ref().unwrap_or(&Value::Null),
        };
        it.is_discriminator() && !it.equal_remotely(before, planned.get(&it.name))
    };
    let is_another_kind = attributes.iter().any(becomes_another);
    for attribute in attributes.iter().filter(|it| it.is_configurable()) {
        let Some(remote) = attribute.remote() else {
            continue;
        };
        let write = Writing {
            attribute,
            remote,
            prior: prior.get(&attribute.name),
            planned: planned.get(&attribute.name),
            extent: match is_another_kind {
                true => Extent::Only,
                false => extent(&attribute.name),
            },
        };
        if write.planned.is_unknown() {
            continue;
        }
        let path = Path::attribute(&*attribute.name);
        let found = write.write(body);
        overwritten.extend(found.into_iter().map(|it| it.below(&path)));
    }
}

/// Writes in what two objects differ.
fn write_differences(
    attributes: &[Attribute],
    states: (&Object, &Object),
    json: &mut Json,
) -> Vec<Overwritten> {
    let mut overwritten = Vec::new();
    write_attributes(
        attributes,
        states,
        json,
        &|_| Extent::Differences,
        &mut overwritten,
    );
    overwritten
}

/// One attribute on its way into a body.
struct Writing<'a> {
    attribute: &'a Attribute,
    remote: Remote,
    prior: &'a Value,
    planned: &'a Value,
    extent: Extent,
}

impl Writing<'_> {
    /// Writes it; gives what was overwritten, at paths below the attribute.
    fn write(&self, body: &mut Json) -> Vec<Overwritten> {
        let attribute = self.attribute;
        let found = read_attribute(attribute, self.remote, body, &Value::Null);
        if self.extent == Extent::Differences && attribute.equal_remotely(self.prior, self.planned)
        {
            // What the service leaves untold must not get lost in a request that says all there is.
            let is_untold =
                attribute.keeps_prior_when_absent() && attribute.is_null_or_empty(&found);
            if is_untold && !attribute.is_null_or_empty(self.planned) {
                self.store(body);
            }
            return Vec::new();
        }
        // Others have made the same change.
        if matches!(attribute.kind, Kind::Value(_))
            && attribute.equal_remotely(&found, self.planned)
        {
            return Vec::new();
        }
        if let (Write::Plain, Kind::Nested(Nesting::Single, attributes)) =
            (self.remote.write, &attribute.kind)
        {
            return self.write_object(attributes, &found, body);
        }
        if !self.has_parts() {
            return self.replace(&found, body);
        }
        // Between none and empty where these differ, there are no parts to tell apart.
        let is_null = |value: &Value| value.is_null();
        let any_null = [self.prior, self.planned, &found].into_iter().any(is_null);
        let extent = match attribute.empty_is_significant() && any_null {
            true => Extent::Only,
            false => self.extent,
        };
        match extent {
            Extent::Differences => self.write_parts(self.prior, body),
            Extent::All => {
                let overwritten = self.write_parts(self.prior, body);
                self.write_parts(&Value::Null, body);
                overwritten
            }
            Extent::Only => {
                let overwritten = self.conflict(&found);
                self.write_parts(&found, body);
                overwritten
            }
        }
    }

    /// Whether a change can be one of some parts only.
    fn has_parts(&self) -> bool {
        match (self.remote.write, &self.attribute.kind) {
            (Write::Into(_), _) => true,
            (Write::As(_), _) => false,
            (Write::Plain, Kind::Nested(..)) => true,
            (Write::Plain, Kind::Value(_)) => self.remote.path.contains("[]."),
        }
    }

    /// Writes a value that is one.
    fn replace(&self, found: &Value, body: &mut Json) -> Vec<Overwritten> {
        if self.planned.is_null() {
            let overwritten = self.conflict(found);
            remove(body, self.remote.path);
            return overwritten;
        }
        let overwritten = self.conflict(found);
        self.store(body);
        overwritten
    }

    /// Writes the members of an object. It goes as a whole if it cannot be without one of them, and otherwise once nothing
    /// is left of it.
    fn write_object(
        &self,
        attributes: &[Attribute],
        found: &Value,
        body: &mut Json,
    ) -> Vec<Overwritten> {
        let needs_all = attributes.iter().any(|it| it.mode == Mode::Required);
        let says_nothing = |value: &Value| self.attribute.is_null_or_empty(value);
        if needs_all && says_nothing(self.planned) {
            return self.replace(found, body);
        }
        // What others took away as a whole cannot come back in part.
        let extent = match needs_all && says_nothing(found) && !says_nothing(self.prior) {
            true => Extent::Only,
            false => self.extent,
        };
        let nothing = nulls(attributes);
        let object = |value: &'_ Value| value.as_object().cloned();
        let prior = object(self.prior).unwrap_or_else(|| nothing.clone());
        let planned = object(self.planned).unwrap_or(nothing);
        let mut overwritten = Vec::new();
        self.change(body, |json| {
            let states = (&prior, &planned);
            write_attributes(attributes, states, json, &|_| extent, &mut overwritten);
        });
        overwritten
    }

    /// Writes in what the value differs from `prior`, part by part.
    fn write_parts(&self, prior: &Value, body: &mut Json) -> Vec<Overwritten> {
        let mut overwritten = Vec::new();
        match (self.remote.write, &self.attribute.kind) {
            (Write::Into(write), _) => self.change(body, |json| {
                overwritten = write(prior, self.planned, json);
            }),
            (_, Kind::Nested(Nesting::Map, attributes)) => self.change(body, |json| {
                overwritten = members::write_objects(
                    attributes,
                    (prior, self.planned),
                    json,
                    write_differences,
                );
            }),
            (_, Kind::Nested(nesting, attributes)) => self.change(body, |json| {
                let objects = elements::Objects {
                    attributes,
                    key: attributes
                        .iter()
                        .find(|it| self.attribute.key.as_deref() == Some(&it.name)),
                    is_list: *nesting == Nesting::List,
                    write: write_differences,
                };
                overwritten = objects.write((prior, self.planned), json);
            }),
            (_, Kind::Value(_)) => {
                let (array, name) = self.remote.path.split_once("[].").unwrap_or_default();
                self.change_at(array, body, |json| {
                    elements::write_scalars(self.attribute, name, prior, self.planned, json);
                });
            }
        }
        overwritten
    }

    fn change(&self, body: &mut Json, change: impl FnOnce(&mut Json)) {
        self.change_at(self.remote.path, body, change);
    }

    /// Changes what is at a path; what is empty then goes if the plan wants nothing there.
    fn change_at(&self, path: &str, body: &mut Json, change: impl FnOnce(&mut Json)) {
        let before = lookup(body, path).unwrap_or_default();
        let mut after = before.clone();
        change(&mut after);
        let is_empty = match &after {
            Json::Null => true,
            Json::Array(elements) => elements.is_empty(),
            Json::Object(members) => members.is_empty(),
            _ => false,
        };
        let is_unwanted = self.planned.is_null() || self.attribute.is_null_or_empty(self.planned);
        match is_empty && is_unwanted {
            // An empty object says nothing, and may stay; an empty list is one that nothing passes.
            _ if after == before && !after.is_array() => {}
            true => remove(body, path),
            false => *member(body, path) = after,
        }
    }

    fn store(&self, body: &mut Json) {
        match self.remote.write {
            Write::As(write) => *member(body, self.remote.path) = write(self.planned),
            Write::Plain if !self.remote.path.contains("[].") => {
                *member(body, self.remote.path) = to_json(self.planned);
            }
            _ => {
                self.write_parts(&Value::Null, body);
            }
        }
    }

    /// What others have put in the place of the prior value, unless it is what is planned too.
    fn conflict(&self, found: &Value) -> Vec<Overwritten> {
        let attribute = self.attribute;
        let is = |value: &Value| means_same(attribute, found, value);
        let default = attribute.default.as_ref().filter(|_| found.is_null());
        let is_prior = is(self.prior) || default == Some(self.prior);
        let is_untold = attribute.keeps_prior_when_absent() && attribute.is_null_or_empty(found);
        if is_prior || is_untold || is(self.planned) {
            return Vec::new();
        }
        let root = Path::root();
        vec![match is_secret(attribute) {
            true => Overwritten::untold(root),
            false => Overwritten::new(root, to_json(found), to_json(self.planned)),
        }]
    }
}

fn is_secret(attribute: &Attribute) -> bool {
    attribute.sensitive
        || match &attribute.kind {
            Kind::Nested(_, attributes) => attributes.iter().any(is_secret),
            Kind::Value(_) => false,
        }
}

#[cfg(test)]
mod tests;
