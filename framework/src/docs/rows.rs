//! Attributes and blocks: what is required, optional and read-only, with what is nested in them.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;

use super::markdown::anchor;
use crate::schema::{Attribute, Block, Kind, Members, Mode, Nesting, Row, Schema, TIMEOUTS};
use crate::types::json;
use crate::types::ty::Type;

/// All rows of a schema. Timeouts have a section of their own.
pub(super) fn rows(schema: &Schema) -> String {
    let has_timeouts = schema.timeouts().is_some();
    let mut list = List::default();
    let members = schema.members().rows();
    let members = members.filter(|row| !(has_timeouts && row.name() == TIMEOUTS));
    list.groups("###", members, "");
    while let Some((path, nested)) = list.nested.pop_front() {
        let _ = write!(
            list.page,
            "<a id=\"{}\"></a>\n### `{path}`\n\n",
            anchor(&path)
        );
        match nested {
            Nested::Rows(members) => list.groups("####", members.rows(), &path),
            Nested::Types(types) => list.types(types, &path),
        }
    }
    list.page
}

/// What a section of its own tells.
enum Nested<'s> {
    /// The rows of a nested attribute or block.
    Rows(Members<'s>),
    /// The attributes of a type.
    Types(&'s BTreeMap<String, Type>),
}

#[derive(Default)]
struct List<'s> {
    page: String,
    nested: VecDeque<(String, Nested<'s>)>,
}

impl<'s> List<'s> {
    fn groups(&mut self, level: &str, rows: impl Iterator<Item = Row<'s>>, parent: &str) {
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|row| row.name());
        for (title, wanted) in [
            ("Required", &[Mode::Required][..]),
            ("Optional", &[Mode::Optional, Mode::OptionalComputed]),
            ("Read-Only", &[Mode::Computed]),
        ] {
            let mut group = rows.iter().filter(|row| wanted.contains(&mode(**row)));
            let Some(first) = group.next() else { continue };
            let _ = write!(self.page, "{level} {title}\n\n");
            for row in [first].into_iter().chain(group) {
                self.row(*row, &below(parent, row.name()));
            }
            self.page.push('\n');
        }
    }

    fn row(&mut self, row: Row<'s>, path: &str) {
        let nested = match row {
            Row::Attribute(Attribute {
                kind: Kind::Value(ty),
                ..
            }) => object(ty).map(Nested::Types),
            // Of a block that takes nothing there is nothing more to tell.
            Row::Block(_) if row.members().is_empty() => None,
            row => Some(Nested::Rows(row.members())),
        };
        let mut words = text(row);
        words.extend(see_below(nested.is_some(), path));
        let (name, kind) = (row.name(), kind(row));
        words.insert(0, format!("- `{name}` ({kind})"));
        self.page.push_str(&words.join(" "));
        self.page.push('\n');
        self.nested
            .extend(nested.map(|nested| (path.to_owned(), nested)));
    }

    fn types(&mut self, types: &'s BTreeMap<String, Type>, parent: &str) {
        for (name, ty) in types {
            let path = format!("{parent}.{name}");
            let nested = object(ty).map(Nested::Types);
            let see = see_below(nested.is_some(), &path).map(|it| format!(" {it}"));
            let (kind, see) = (type_words(ty), see.unwrap_or_default());
            let _ = writeln!(self.page, "- `{name}` ({kind}){see}");
            self.nested.extend(nested.map(|nested| (path, nested)));
        }
        self.page.push('\n');
    }
}

fn below(parent: &str, name: &str) -> String {
    match parent {
        "" => name.to_owned(),
        _ => format!("{parent}.{name}"),
    }
}

fn see_below(is_nested: bool, path: &str) -> Option<String> {
    is_nested.then(|| format!("(see [below](#{}))", anchor(path)))
}

/// Who gives it; of a block, what is in it says so.
fn mode(row: Row<'_>) -> Mode {
    match row {
        Row::Attribute(attribute) => attribute.mode,
        Row::Block(block) if block.min_items > 0 => Mode::Required,
        Row::Block(_) => {
            let mut inside = row.members().rows().map(mode).peekable();
            let is_computed = inside.peek().is_some() && inside.all(|it| it == Mode::Computed);
            match is_computed {
                true => Mode::Computed,
                false => Mode::Optional,
            }
        }
    }
}

/// Description, choices, default, what a change does, and what to use instead.
fn text(row: Row<'_>) -> Vec<String> {
    let (description, deprecation) = match row {
        Row::Attribute(it) => (&it.description, &it.deprecation_message),
        Row::Block(it) => (&it.description, &it.deprecation_message),
    };
    let mut words = Vec::new();
    words.push(description.to_string());
    for validator in row.validators() {
        let rule = validator.description();
        if !is_said(description, &rule) {
            words.push(rule);
        }
    }
    words.extend(row.default_value().map(|default| {
        let json = json::encode(default).to_string();
        format!("Defaults to `{}`.", json.trim_matches('"'))
    }));
    let modifiers = row.plan_modifiers().iter();
    words.extend(modifiers.map(|it| it.description().into_owned()));
    words.extend(
        deprecation
            .as_ref()
            .map(|it| format!("**Deprecated:** {it}")),
    );
    words.retain(|it| !it.is_empty());
    words
}

/// Whether a text names what a validator asks for: all its choices, or its greatest number.
fn is_said(text: &str, rule: &str) -> bool {
    let choices: Vec<_> = rule.split('`').skip(1).step_by(2).collect();
    let mut numbers = rule.split(|c: char| !c.is_ascii_digit());
    let greatest = numbers.rfind(|number| !number.is_empty());
    match choices.is_empty() {
        true => greatest.is_some_and(|number| text.contains(number)),
        false => choices
            .iter()
            .all(|choice| text.contains(&format!("`{choice}`"))),
    }
}

fn kind(row: Row<'_>) -> String {
    let mut words = match row {
        Row::Attribute(attribute) => vec![attribute_kind(attribute)],
        Row::Block(block) => block_kind(block),
    };
    if let Row::Attribute(attribute) = row {
        words.extend(attribute.sensitive.then(|| "Sensitive".to_owned()));
        words.extend(attribute.write_only.then(|| "Write-only".to_owned()));
    }
    words.join(", ")
}

fn attribute_kind(attribute: &Attribute) -> String {
    match &attribute.kind {
        Kind::Value(ty) => type_words(ty),
        Kind::Nested(nesting, _) => nested_kind("Attributes", *nesting),
    }
}

fn block_kind(block: &Block) -> Vec<String> {
    let mut words = vec![nested_kind("Block", block.nesting)];
    words.extend((block.min_items > 0).then(|| format!("Min: {}", block.min_items)));
    words.extend((block.max_items > 0).then(|| format!("Max: {}", block.max_items)));
    words
}

fn nested_kind(what: &str, nesting: Nesting) -> String {
    match nesting {
        Nesting::Single | Nesting::Group => what.to_owned(),
        Nesting::List => format!("{what} List"),
        Nesting::Map => format!("{what} Map"),
        Nesting::Set => format!("{what} Set"),
    }
}

/// The attributes of the objects that a value of this type holds.
fn object(ty: &Type) -> Option<&BTreeMap<String, Type>> {
    match ty {
        Type::Object(types) => Some(types),
        Type::List(element) | Type::Set(element) | Type::Map(element) => object(element),
        _ => None,
    }
}

pub(super) fn type_words(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", type_words(element)),
        Type::Set(element) => format!("Set of {}", type_words(element)),
        Type::Map(element) => format!("Map of {}", type_words(element)),
        Type::Tuple(types) => {
            let types: Vec<_> = types.iter().map(type_words).collect();
            format!("Tuple of {}", types.join(", "))
        }
        Type::Object(_) => "Object".to_owned(),
    }
}
