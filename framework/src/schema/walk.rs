//! One walk through everything that belongs together: an attribute or block with its value in the configuration, in the
//! prior state and in the plan, at every depth.
//!
//! Elements of a list belong together by their index, those of a map by their key, and those of a set by what is
//! configured: an element is the one of before in which every member is equal, or means the same, that the configuration
//! gives. Where a row names a key, elements of a list or set belong to those of before with the same key.

use super::matching::matched;
use super::row::{Members, Nesting, Row};
use crate::types::path::Path;
use crate::types::value::{Object, Value};

/// An attribute or block, with the values that belong together.
///
/// Made by [`walk`]: what it visits.
///
/// ```
/// use tfplugin_framework::schema::walk::Node;
/// use tfplugin_framework::types::value::Value;
///
/// /// Leaves what is computed and was there before as it was.
/// fn keep(node: Node<'_, '_>) {
///     if node.is_decided_by_apply() && !node.prior.is_null() {
///         *node.planned = node.prior.clone();
///     }
/// }
/// # let _ = keep;
/// ```
#[derive(Debug)]
pub struct Node<'s, 'v> {
    /// The attribute or block.
    pub row: Row<'s>,
    /// Where the planned value is. Below a set this is the set.
    pub path: &'v Path,
    /// The value in the configuration; null as well where the object that holds it has no counterpart.
    pub config: &'v Value,
    /// The value before; null as well where the object that holds it has no counterpart.
    pub prior: &'v Value,
    /// The planned value.
    pub planned: &'v mut Value,
    /// Whether the object that holds it was not there before.
    pub is_new: bool,
    /// Whether the object that holds it is in the configuration.
    pub is_written: bool,
    /// Whether it is in an element of a list that was at another index before: Terraform compares it with another one.
    pub is_moved: bool,
    /// Whether it is in a set, at whatever depth.
    pub below_set: bool,
}

impl Node<'_, '_> {
    /// Whether the apply gives the value: the configuration has none, and there is no default.
    pub fn is_decided_by_apply(&self) -> bool {
        self.row.is_computed() && self.config.is_null() && self.row.default_value().is_none()
    }
}

/// Calls `visit` with every row of `planned`: an object before what is in it, as the visit has left it.
///
/// ```
/// use tfplugin_framework::schema::{Attribute, Schema, walk::walk};
///
/// let schema = Schema { attributes: vec![Attribute::string("name").required(), Attribute::string("id").computed()], ..Schema::default() };
/// let mut planned = schema.null_object();
/// planned.set("name", "a");
/// let config = planned.clone();
/// let mut open = Vec::new();
/// walk(schema.members(), Some(&config), None, &mut planned, &mut |node| {
///     if node.is_decided_by_apply() {
///         open.push(node.path.to_string());
///     }
/// });
/// assert_eq!(open, ["id"]);
/// ```
pub fn walk<'s>(
    members: Members<'s>,
    config: Option<&Object>,
    prior: Option<&Object>,
    planned: &mut Object,
    visit: &mut dyn FnMut(Node<'s, '_>),
) {
    let mut walk = Walk {
        visit,
        below_set: false,
        is_moved: false,
    };
    walk.object(members, (config, prior), planned, &Path::root());
}

struct Walk<'w, 's> {
    visit: &'w mut dyn FnMut(Node<'s, '_>),
    below_set: bool,
    is_moved: bool,
}

impl<'s> Walk<'_, 's> {
    fn object(
        &mut self,
        members: Members<'s>,
        (config, prior): (Option<&Object>, Option<&Object>),
        planned: &mut Object,
        parent: &Path,
    ) {
        for row in members.rows() {
            let path = match self.below_set {
                true => parent.clone(),
                false => parent.with_attribute(row.name()),
            };
            let config_value = config.map_or(&Value::Null, |it| it.get(row.name()));
            let prior_value = prior.map_or(&Value::Null, |it| it.get(row.name()));
            let planned = planned.get_mut(row.name());
            (self.visit)(Node {
                row,
                path: &path,
                config: config_value,
                prior: prior_value,
                planned,
                is_new: prior.is_none(),
                is_written: config.is_some(),
                is_moved: self.is_moved,
                below_set: self.below_set,
            });
            self.nested(row, config_value, prior_value, planned, &path);
        }
    }

    fn nested(
        &mut self,
        row: Row<'s>,
        config: &Value,
        prior: &Value,
        planned: &mut Value,
        path: &Path,
    ) {
        let Some(nesting) = row.nesting() else { return };
        match (nesting, planned) {
            (Nesting::Single | Nesting::Group, Value::Object(planned)) => {
                let others = (config.as_object(), prior.as_object());
                self.object(row.members(), others, planned, path);
            }
            (Nesting::List, Value::List(elements)) => {
                let pairs = pair_elements(row, config, prior, elements);
                for (index, (element, pair)) in elements.iter_mut().zip(pairs).enumerate() {
                    if let Value::Object(planned) = element {
                        let path = match self.below_set {
                            true => path.clone(),
                            false => path.with_index(index),
                        };
                        let is_moved = self.is_moved || pair.is_moved;
                        let outer = std::mem::replace(&mut self.is_moved, is_moved);
                        let others = (pair.config, pair.prior);
                        self.object(row.members(), others, planned, &path);
                        self.is_moved = outer;
                    }
                }
            }
            (Nesting::Map, Value::Map(elements)) => {
                for (key, element) in elements {
                    if let Value::Object(planned) = element {
                        let others = (element_of(config, key), element_of(prior, key));
                        let path = match self.below_set {
                            true => path.clone(),
                            false => path.with_key(key),
                        };
                        self.object(row.members(), others, planned, &path);
                    }
                }
            }
            (Nesting::Set, value @ Value::Set(_)) => {
                let Value::Set(mut elements) = std::mem::replace(value, Value::Null) else {
                    return;
                };
                let pairs = pair_elements(row, config, prior, &elements);
                let outer = std::mem::replace(&mut self.below_set, true);
                for (element, pair) in elements.iter_mut().zip(pairs) {
                    if let Value::Object(planned) = element {
                        let others = (pair.config, pair.prior);
                        self.object(row.members(), others, planned, path);
                    }
                }
                self.below_set = outer;
                *value = Value::set(elements);
            }
            _ => {}
        }
    }
}

/// Calls `visit` with each nested object of a row's value and its place, in the order of the value.
///
/// ```
/// use tfplugin_framework::schema::walk::for_each_nested;
/// use tfplugin_framework::schema::{Attribute, Nesting, Row};
/// use tfplugin_framework::types::path::Path;
/// use tfplugin_framework::types::value::{Object, Value};
///
/// let attribute = Attribute::nested("rules", Nesting::List, vec![Attribute::string("name").required()]);
/// let rule: Object = [("name", "a")].into_iter().collect();
/// let (rules, mut seen) = (Value::List(vec![rule.into()]), Vec::new());
/// for_each_nested(Row::Attribute(&attribute), &rules, &Path::attribute("rules"), &mut |path, rule| {
///     seen.push(format!("{path}: {}", rule.str_or_empty("name")));
/// });
/// assert_eq!(seen, ["rules[0]: a"]);
/// ```
pub fn for_each_nested<'v>(
    row: Row<'_>,
    value: &'v Value,
    path: &Path,
    visit: &mut dyn FnMut(Path, &'v Object),
) {
    if row.nesting().is_none() {
        return;
    }
    let mut object = |path: Path, element: &'v Value| {
        if let Value::Object(object) = element {
            visit(path, object);
        }
    };
    match value {
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                object(path.with_index(index), element);
            }
        }
        Value::Map(elements) => {
            for (key, element) in elements {
                object(path.with_key(key), element);
            }
        }
        // Paths cannot point into a set, so its findings are reported at the set itself.
        Value::Set(elements) => elements.iter().for_each(|it| object(path.clone(), it)),
        value => object(path.clone(), value),
    }
}

fn element_of<'v>(map: &'v Value, key: &str) -> Option<&'v Object> {
    map.as_map()?.get(key)?.as_object()
}

/// The counterparts of a planned element of a list or set.
#[derive(Clone, Copy, Debug, Default)]
struct Pair<'v> {
    config: Option<&'v Object>,
    prior: Option<&'v Object>,
    is_moved: bool,
}

fn pair_elements<'v>(
    row: Row<'_>,
    config: &'v Value,
    prior: &'v Value,
    planned: &[Value],
) -> Vec<Pair<'v>> {
    let config = config.as_elements().unwrap_or_default();
    let prior = prior.as_elements().unwrap_or_default();
    let is_set = row.nesting() == Some(Nesting::Set);
    let (written, before): (Vec<Option<usize>>, Vec<Option<usize>>) = match is_set {
        true => pair_set(row, config, prior, planned),
        // Terraform plans a list with just the elements of the configuration.
        false => {
            let by_index: Vec<_> = (0..planned.len()).map(Some).collect();
            let before = match row.key() {
                None => by_index.clone(),
                Some(key) => pair_by_key(row, key, prior, planned),
            };
            (by_index, before)
        }
    };
    let written: Vec<_> = written
        .into_iter()
        .map(|index| config.get(index?))
        .collect();
    let object = |value: Option<&'v Value>| value.and_then(Value::as_object);
    let pairs = written.into_iter().zip(before).enumerate();
    let pair = |(index, (config, before)): (usize, (_, Option<usize>))| Pair {
        config: object(config),
        prior: object(before.and_then(|before| prior.get(before))),
        is_moved: !is_set && before != Some(index),
    };
    pairs.map(pair).collect()
}

/// For each planned element of a set the indices of its counterparts in the configuration and in the prior state.
///
/// Which element was which is decided by the configuration, not by Terraform's proposal: that gives a prior element to the
/// first configured one that it fits, and may leave none for another one.
fn pair_set(
    row: Row<'_>,
    config: &[Value],
    prior: &[Value],
    planned: &[Value],
) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let filled: Vec<_> = config
        .iter()
        .map(|it| with_defaults(row.members(), it))
        .collect();
    let fits =
        |config: &Value, prior: &Value| is_counterpart(row, config.as_object(), config, prior);
    let stays = matched(
        config,
        prior,
        &[
            &|a, b| config[a] == prior[b],
            // Who has written it all goes before those that leave something open.
            &|a, b| is_counterpart(row, None, &filled[a], &prior[b]),
            &|a, b| fits(&filled[a], &prior[b]),
            // Something else has changed what had its default.
            &|a, b| fits(&config[a], &prior[b]),
        ],
    );
    let is_as_before = |planned_index: usize, config_index: usize| {
        let stays = stays[config_index].map(|index| &prior[index]);
        stays == Some(&planned[planned_index])
    };
    let written = matched(
        planned,
        config,
        &[&is_as_before, &|a, b| planned[a] == config[b], &|a, b| {
            is_counterpart(row, config[b].as_object(), &planned[a], &config[b])
        }],
    );
    if let Some(key) = row.key() {
        return (written, pair_by_key(row, key, prior, planned));
    }
    let mut before: Vec<_> = written.iter().map(|index| stays[(*index)?]).collect();
    // What is not in the configuration is known again by all that it has.
    let is_left = |index: &usize| !before.contains(&Some(*index));
    let left: Vec<usize> = (0..prior.len()).filter(is_left).collect();
    let added: Vec<usize> = (0..planned.len())
        .filter(|index| written[*index].is_none())
        .collect();
    let found = matched(
        &added,
        &left,
        &[&|a, b| planned[added[a]] == prior[left[b]], &|a, b| {
            is_counterpart(row, None, &planned[added[a]], &prior[left[b]])
        }],
    );
    for (planned, found) in added.into_iter().zip(found) {
        before[planned] = found.map(|found| left[found]);
    }
    (written, before)
}

/// A configured value as it is planned where the provider has no say.
pub(crate) fn with_defaults(members: Members<'_>, config: &Value) -> Value {
    let inner = |value: &Value| with_defaults(members, value);
    if members.is_empty() {
        return config.clone();
    }
    match config {
        Value::Object(object) => {
            let value = |row: Row<'_>| match (object.get(row.name()), row.default_value()) {
                (Value::Null, Some(default)) => default.clone(),
                (value, _) => with_defaults(row.members(), value),
            };
            let rows = members.rows();
            let object: Object = rows.map(|row| (row.name(), value(row))).collect();
            object.into()
        }
        Value::List(elements) => Value::List(elements.iter().map(inner).collect()),
        Value::Set(elements) => Value::set(elements.iter().map(inner)),
        Value::Map(elements) => {
            let elements = elements.iter().map(|(key, it)| (key.clone(), inner(it)));
            Value::Map(elements.collect())
        }
        other => other.clone(),
    }
}

fn pair_by_key(row: Row<'_>, key: &str, prior: &[Value], planned: &[Value]) -> Vec<Option<usize>> {
    matched(
        planned,
        prior,
        &[
            &|a, b| planned[a] == prior[b] && has_same_key(row, key, &planned[a], &prior[b]),
            &|a, b| has_same_key(row, key, &planned[a], &prior[b]),
        ],
    )
}

fn has_same_key(row: Row<'_>, key: &str, planned: &Value, prior: &Value) -> bool {
    let (Some(key), Value::Object(planned), Value::Object(prior)) =
        (row.members().row(key), planned, prior)
    else {
        return false;
    };
    let (before, after) = (prior.get(key.name()), planned.get(key.name()));
    !before.is_null() && key.semantically_equal(before, after)
}

/// Whether two elements of a set are the same one: all that is configured is equal, or means the same.
fn is_counterpart(row: Row<'_>, config: Option<&Object>, a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => are_counterparts(row.members(), config, a, b),
        (a, b) => a == b,
    }
}

fn are_counterparts(members: Members<'_>, config: Option<&Object>, a: &Object, b: &Object) -> bool {
    members.rows().all(|row| {
        let written = config.map(|config| config.get(row.name()));
        let is_open = row.is_computed() && written.is_some_and(Value::is_null);
        let (a, b) = (a.get(row.name()), b.get(row.name()));
        // What a plan leaves open may have become anything.
        let is_open = is_open || b.is_unknown();
        if is_open || !row.is_configurable() || row.is_write_only() {
            return true;
        }
        row.semantically_equal(b, a) || hold_counterparts(row, written, a, b)
    })
}

fn hold_counterparts(row: Row<'_>, config: Option<&Value>, a: &Value, b: &Value) -> bool {
    let is_counterpart = |config: Option<&Value>, a: &Value, b: &Value| {
        let config = config.and_then(Value::as_object);
        matches!(a, Value::Object(_)) && is_counterpart(row, config, a, b)
    };
    match (row.nesting(), a, b) {
        (None, ..) => false,
        (_, Value::List(a), Value::List(b)) => {
            let config = |index: usize| config?.as_elements()?.get(index);
            let mut pairs = a.iter().zip(b).enumerate();
            a.len() == b.len() && pairs.all(|(index, (a, b))| is_counterpart(config(index), a, b))
        }
        (_, Value::Map(a), Value::Map(b)) => {
            let config = |key: &str| config?.as_map()?.get(key);
            let mut pairs = a.iter().zip(b.values());
            a.keys().eq(b.keys()) && pairs.all(|((key, a), b)| is_counterpart(config(key), a, b))
        }
        (_, Value::Set(a), Value::Set(b)) => {
            // Which element of the configuration is meant is not known here: what is computed in any of them is open.
            let configs = config.and_then(Value::as_elements).unwrap_or_default();
            let belongs = |left: usize, right: usize| {
                let (a, b) = (&a[left], &b[right]);
                is_counterpart(None, a, b)
                    || configs.iter().any(|it| is_counterpart(Some(it), a, b))
            };
            let pairs = matched(a, b, &[&belongs]);
            a.len() == b.len() && pairs.iter().all(Option::is_some)
        }
        (_, a, b) => is_counterpart(config, a, b),
    }
}
