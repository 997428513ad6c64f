//! What a row of a schema says about ARM: where its value is in the JSON of the object, and what a change of it sends.
//!
//! All of that is attached to the row of the framework: `.with(Remote::at("sku.name"))`.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::schema::plan_modifier::use_prior_when_semantically_equal;
use tfplugin_framework::schema::row::{PlanModifier, PlanModifyRequest, PlanModifyResponse};
use tfplugin_framework::schema::{Attribute, Kind, Members, Mode, Nesting, Place, Schema};
use tfplugin_framework::types::value::{Object, Value};

use super::body::overwritten::Overwritten;

/// Where an attribute is in the JSON of the remote object, and how it is written there.
#[derive(Clone, Copy, Debug)]
pub struct Remote {
    /// Member names joined by dots; `[]` after a name goes through the elements of an array (`subnets[].id`), and a number
    /// is a place in one (`hours.0`).
    pub path: &'static str,
    /// How the JSON becomes a value, where it is not plain.
    pub read: Option<fn(&Json) -> Value>,
    /// How the value becomes JSON.
    pub write: Write,
}

/// Writes in what the second value differs from the first, and tells what of others it overwrote.
pub type WriteInto = fn(&Value, &Value, &mut Json) -> Vec<Overwritten>;

/// How a value gets into the JSON of the remote object.
#[derive(Clone, Copy, Debug)]
pub enum Write {
    /// As plain JSON.
    Plain,
    /// In a form of its own, which says all there is to say.
    As(fn(&Value) -> Json),
    /// Into what is there, of which it keeps what it does not know.
    Into(WriteInto),
}

impl Remote {
    /// In this place, as plain JSON.
    pub fn at(path: &'static str) -> Self {
        Self {
            path,
            read: None,
            write: Write::Plain,
        }
    }

    /// The JSON becomes a value in this way.
    #[must_use]
    pub fn read_as(self, read: fn(&Json) -> Value) -> Self {
        Self {
            read: Some(read),
            ..self
        }
    }

    /// The value is kept in a form of its own.
    #[must_use]
    pub fn converted(self, read: fn(&Json) -> Value, write: fn(&Value) -> Json) -> Self {
        Self {
            write: Write::As(write),
            ..self.read_as(read)
        }
    }

    /// The same for a form with members that the value says nothing about.
    #[must_use]
    pub fn merged(self, read: fn(&Json) -> Value, write: WriteInto) -> Self {
        Self {
            write: Write::Into(write),
            ..self.read_as(read)
        }
    }
}

/// When a change of an attribute sends something; always, where a row does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sends {
    /// Whatever changes.
    Always,
    /// Where one value follows another: neither the first one nor the end of the last asks for anything.
    OnlyOnChange,
    /// Never: only the provider knows it.
    Never,
}

/// ARM may leave the attribute out without a meaning; what was known then stays.
#[derive(Clone, Copy, Debug)]
pub struct KeepPriorWhenAbsent;

/// A collection without elements is something else than none.
#[derive(Clone, Copy, Debug)]
pub struct EmptyIsSignificant;

/// A change of the attribute makes another kind of the object that holds it, whose other attributes change with it.
#[derive(Clone, Copy, Debug)]
pub struct Discriminator;

/// The attribute may get a new value from any update that sends something.
#[derive(Clone, Copy, Debug)]
struct ChangesWithUpdates;

/// What rows say about ARM, and the words in which they say several things at once.
pub trait ArmAttribute: Sized {
    /// Two known values for which this is true mean the same, and a change from one to the other is none.
    #[must_use]
    fn compared_by(self, equal: fn(&Value, &Value) -> bool) -> Self;

    /// The computed value changes when one of these top-level attributes changes in ARM.
    #[must_use]
    fn unknown_when_sent(self, names: &'static [&'static str]) -> Self;

    /// The computed value changes with every update that sends something.
    #[must_use]
    fn unknown_in_updates(self) -> Self;

    /// Where it is in ARM's JSON.
    fn remote(&self) -> Option<Remote>;

    /// When a change of it sends something.
    fn sends(&self) -> Sends;

    /// Whether ARM may leave it out without a meaning.
    fn keeps_prior_when_absent(&self) -> bool;

    /// Whether a collection without elements is something else than none.
    fn empty_is_significant(&self) -> bool;

    /// Whether a change of it makes another kind of the object that holds it.
    fn is_discriminator(&self) -> bool;

    /// Whether a change from one to the other asks nothing of the remote object: they mean the same, or say nothing in
    /// whatever form. Terraform shows such a change all the same where one of them is null.
    fn equal_remotely(&self, a: &Value, b: &Value) -> bool;

    /// Null, or a form of it: a collection without elements, or an object of which all is null or empty.
    fn is_null_or_empty(&self, value: &Value) -> bool;
}

impl ArmAttribute for Attribute {
    fn compared_by(self, equal: fn(&Value, &Value) -> bool) -> Self {
        self.semantic_equality(equal)
            .plan(use_prior_when_semantically_equal())
    }

    fn unknown_when_sent(self, names: &'static [&'static str]) -> Self {
        self.plan(UnknownWhenSent(Some(names)))
    }

    fn unknown_in_updates(self) -> Self {
        self.plan(UnknownWhenSent(None)).with(ChangesWithUpdates)
    }

    fn remote(&self) -> Option<Remote> {
        self.extension().copied()
    }

    fn sends(&self) -> Sends {
        self.extension().copied().unwrap_or(Sends::Always)
    }

    fn keeps_prior_when_absent(&self) -> bool {
        self.extension::<KeepPriorWhenAbsent>().is_some()
    }

    fn empty_is_significant(&self) -> bool {
        self.extension::<EmptyIsSignificant>().is_some()
    }

    fn is_discriminator(&self) -> bool {
        self.extension::<Discriminator>().is_some()
    }

    fn equal_remotely(&self, a: &Value, b: &Value) -> bool {
        if let (Kind::Nested(Nesting::Single, attributes), Value::Object(a), Value::Object(b)) =
            (&self.kind, a, b)
        {
            return equal_objects(attributes, a, b);
        }
        if let (Kind::Nested(Nesting::List, attributes), Value::List(a), Value::List(b)) =
            (&self.kind, a, b)
            && a.len() == b.len()
        {
            let mut pairs = a.iter().zip(b);
            return pairs.all(|pair| match pair {
                (Value::Object(a), Value::Object(b)) => equal_objects(attributes, a, b),
                (a, b) => a == b,
            });
        }
        let both_known = a.is_wholly_known() && b.is_wholly_known();
        let custom = self.custom_type.as_ref();
        let mean_the_same = || custom.is_some_and(|it| it.semantically_equal(a, b));
        let say_nothing = || self.is_null_or_empty(a) && self.is_null_or_empty(b);
        a == b || (both_known && (mean_the_same() || say_nothing()))
    }

    fn is_null_or_empty(&self, value: &Value) -> bool {
        match (&self.kind, value) {
            (Kind::Nested(Nesting::Single, attributes), Value::Object(object)) => attributes
                .iter()
                .all(|attribute| attribute.is_null_or_empty(object.get(&attribute.name))),
            _ => value.is_null() || (value.is_empty_collection() && !self.empty_is_significant()),
        }
    }
}

fn equal_objects(attributes: &[Attribute], a: &Object, b: &Object) -> bool {
    // To learn what ARM alone decides asks for nothing.
    let is_open = |it: &Attribute| it.mode == Mode::Computed && b.get(&it.name).is_unknown();
    let mut attributes = attributes.iter();
    attributes.all(|it| is_open(it) || it.equal_remotely(a.get(&it.name), b.get(&it.name)))
}

/// The top-level attributes whose change asks something of ARM: by their meaning, and but for what only the provider
/// knows. Without any, an update in place sends nothing.
pub fn sent_changes<'s>(schema: &'s Schema, prior: &Object, planned: &Object) -> BTreeSet<&'s str> {
    sent_among(schema.members(), prior, planned)
}

fn sent_among<'s>(members: Members<'s>, prior: &Object, planned: &Object) -> BTreeSet<&'s str> {
    let is_sent = |attribute: &&Attribute| {
        let (before, after) = (prior.get(&attribute.name), planned.get(&attribute.name));
        let sent = match attribute.sends() {
            Sends::Always => true,
            Sends::OnlyOnChange => ![before, after]
                .iter()
                .any(|it| attribute.is_null_or_empty(it)),
            Sends::Never => false,
        };
        sent && !attribute.equal_remotely(before, after)
    };
    let sent = members.attributes.iter().filter(is_sent);
    sent.map(|attribute| &*attribute.name).collect()
}

/// Whether an update asks anything of ARM: it changes what ARM has, or is to learn what ARM has.
pub fn asks_arm(schema: &Schema, prior: &Object, planned: &Object) -> bool {
    !Value::Object(planned.clone()).is_wholly_known()
        || !sent_changes(schema, prior, planned).is_empty()
}

/// Marks what changes with an update that sends something, for a plan that a resource has changed itself.
pub fn mark_update(schema: &Schema, plan: &mut Plan<'_>) {
    if plan.is_create() {
        return;
    }
    let changing = |it: &&Attribute| it.extension::<ChangesWithUpdates>().is_some();
    for attribute in schema.attributes.iter().filter(changing) {
        plan.planned.set(&attribute.name, Value::unknown());
    }
}

/// An update leaves the computed value as it was, unless it sends a change of one of these attributes, or of any.
struct UnknownWhenSent(Option<&'static [&'static str]>);

impl PlanModifier for UnknownWhenSent {
    fn modify(&self, request: &PlanModifyRequest<'_>, response: &mut PlanModifyResponse<'_>) {
        let Some(prior) = request.prior.filter(|_| !request.is_new) else {
            return;
        };
        let sent = sent_among(request.members, prior, request.unmarked);
        let is_sent = match self.0 {
            Some(names) => names.iter().any(|name| sent.contains(name)),
            None => !sent.is_empty(),
        };
        if response.plan_value.is_unknown() && !is_sent {
            *response.plan_value = request.prior_value.clone();
        }
    }

    fn validate_implementation(&self, place: &Place<'_>) -> Result<(), String> {
        if !place.row.is_computed() {
            return Err("only what is computed is unknown in a plan".into());
        }
        let mut names = self.0.unwrap_or_default().iter();
        match names.find(|name| place.members.row(name).is_none()) {
            Some(name) => Err(format!("there is no top-level attribute {name:?}")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
