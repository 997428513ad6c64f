//! How a body is held against its schema.

use std::fmt;

use serde_json::Map;

use super::refusal::{Unfit, Wrong};
use super::scalars;
use super::table::{Kind, Schema, Table};
use crate::core::json::Json;

/// Reads the body of one request.
pub(super) struct Reader<'a> {
    pub(super) table: &'a Table,
    /// Whether what the document lacks is refused: it is as new as the request.
    pub(super) is_strict: bool,
    pub(super) is_patch: bool,
}

/// A place in a body, and how it is reached.
pub(super) struct Place<'a> {
    above: Option<(&'a Place<'a>, Step<'a>)>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    /// A member of a model.
    Member(&'a str),
    /// An entry of a map, whose names are the client's.
    Entry(&'a str),
    Element(usize),
}

/// What answers have at a place: more than one value where there are lists on the way.
type Shown<'a> = [&'a Json];

impl Reader<'_> {
    /// The body as the document has it.
    pub(super) fn read(
        &self,
        schema: &Schema,
        value: &Json,
        shown: &Shown<'_>,
    ) -> Result<Json, Unfit> {
        self.value(schema, value, &Place { above: None }, shown)
    }

    fn value(
        &self,
        schema: &Schema,
        value: &Json,
        place: &Place<'_>,
        shown: &Shown<'_>,
    ) -> Result<Json, Unfit> {
        let schema = self.table.resolve(schema);
        let unfit = |wrong| Unfit::new(wrong, place);
        match (schema.kind(), value) {
            (Kind::Any, _) => Ok(value.clone()),
            (Kind::String, Json::String(text)) => {
                let lets_in = || !self.is_strict || shown.contains(&value);
                scalars::text(schema, text, lets_in).map_err(unfit)
            }
            (kind @ (Kind::Integer | Kind::Number), _) => {
                scalars::number(schema, kind, value).map_err(unfit)
            }
            (Kind::Boolean, _) => scalars::boolean(value).map_err(unfit),
            (Kind::Array, Json::Array(elements)) => self.array(schema, elements, place, shown),
            (Kind::Object, Json::Object(members)) => self.object(schema, members, place, shown),
            (Kind::String, _) => Err(unfit(Wrong::Kind("String"))),
            (Kind::Array, _) => Err(unfit(Wrong::Kind("Array"))),
            (Kind::Object, _) => Err(unfit(Wrong::Kind("Object"))),
        }
    }

    fn array(
        &self,
        schema: &Schema,
        elements: &[Json],
        place: &Place<'_>,
        shown: &Shown<'_>,
    ) -> Result<Json, Unfit> {
        let count = elements.len();
        if let Some(least) = schema.min_items.filter(|least| count < *least) {
            return Err(Unfit::new(Wrong::Few(least), place));
        }
        if let Some(most) = schema.max_items.filter(|most| count > *most) {
            return Err(Unfit::new(Wrong::Many(most), place));
        }
        let Some(items) = &schema.items else {
            return Ok(elements.to_vec().into());
        };
        // Elements may have changed their places since they were shown.
        let shown = shown.iter().filter_map(|shown| shown.as_array());
        let shown: Vec<&Json> = shown.flatten().collect();
        let elements = elements.iter().enumerate();
        let given = elements.filter(|(_, element)| !element.is_null());
        let read = given.map(|(number, element)| {
            let place = place.at(Step::Element(number));
            self.value(items, element, &place, &shown)
        });
        read.collect::<Result<Vec<Json>, Unfit>>().map(Json::from)
    }

    fn object(
        &self,
        schema: &Schema,
        members: &Map<String, Json>,
        place: &Place<'_>,
        shown: &Shown<'_>,
    ) -> Result<Json, Unfit> {
        let mut read = Map::new();
        for (name, value) in members {
            let Some((name, member)) = schema.member(name) else {
                self.other(schema, (name, value), place, shown, &mut read)?;
                continue;
            };
            if self.is_own(member) {
                continue;
            }
            let place = place.at(Step::Member(name));
            if value.is_null() {
                if self.removes(&place) {
                    read.insert(name.to_owned(), Json::Null);
                }
                continue;
            }
            let value = self.value(member, value, &place, &below(shown, name))?;
            read.insert(name.to_owned(), value);
        }
        let mut required = schema.required.iter();
        let missing =
            required.find(|name| !read.contains_key(*name) && !self.is_given(schema, name));
        match missing {
            // A change of a model leaves out what stays as it is; new elements are whole.
            Some(name) if !self.is_patch || place.is_new() => {
                Err(Unfit::new(Wrong::Missing(name.clone()), place))
            }
            _ => Ok(read.into()),
        }
    }

    /// A member that the model does not name: an entry of a map, or something that the document does not know.
    fn other(
        &self,
        schema: &Schema,
        (name, value): (&str, &Json),
        place: &Place<'_>,
        shown: &Shown<'_>,
        read: &mut Map<String, Json>,
    ) -> Result<(), Unfit> {
        let place = place.at(Step::Entry(name));
        if let Some(values) = &schema.values {
            if value.is_null() && !self.removes(&place) {
                return Ok(());
            }
            let value = match value {
                Json::Null => Json::Null,
                value => self.value(values, value, &place, &below(shown, name))?,
            };
            read.insert(name.to_owned(), value);
            return Ok(());
        }
        let is_known = !schema.closed || !self.is_strict || !below(shown, name).is_empty();
        if !is_known && !value.is_null() {
            return Err(Unfit::new(Wrong::Unknown(name.to_owned()), &place));
        }
        if is_known {
            read.insert(name.to_owned(), value.clone());
        }
        Ok(())
    }

    /// Whether only the service sets a member.
    fn is_own(&self, member: &Schema) -> bool {
        member.read_only || self.table.resolve(member).read_only
    }

    /// Whether a member that the model requires is the service's own, which is no client's to send.
    fn is_given(&self, schema: &Schema, name: &str) -> bool {
        schema
            .member(name)
            .is_some_and(|(_, member)| self.is_own(member))
    }

    /// Whether null takes away what is there: in a change of tags or of who a resource is.
    fn removes(&self, place: &Place<'_>) -> bool {
        self.is_patch && matches!(place.first(), Some("tags" | "identity"))
    }
}

/// What answers have in a member, in whatever case.
fn below<'a>(shown: &Shown<'a>, name: &str) -> Vec<&'a Json> {
    let objects = shown.iter().filter_map(|shown| shown.as_object());
    objects
        .flatten()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .collect()
}

impl<'a> Place<'a> {
    fn at(&'a self, step: Step<'a>) -> Place<'a> {
        Place {
            above: Some((self, step)),
        }
    }

    /// The member of the resource on the way.
    fn first(&self) -> Option<&str> {
        let (above, step) = self.above.as_ref()?;
        match step {
            Step::Member(name) if above.above.is_none() => Some(name),
            _ => above.first(),
        }
    }

    /// Whether the place is in an element of a list or in an entry of a map.
    fn is_new(&self) -> bool {
        self.above.as_ref().is_some_and(|(above, step)| {
            matches!(step, Step::Element(_) | Step::Entry(_)) || above.is_new()
        })
    }
}

/// As `properties.subnets[0].name`.
impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((above, step)) = &self.above else {
            return Ok(());
        };
        above.fmt(out)?;
        match step {
            Step::Member(name) | Step::Entry(name) if above.above.is_none() => {
                write!(out, "{name}")
            }
            Step::Member(name) | Step::Entry(name) => write!(out, ".{name}"),
            Step::Element(number) => write!(out, "[{number}]"),
        }
    }
}
