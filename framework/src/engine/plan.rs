//! What an apply will do: the one place where a proposed state becomes a planned state.

use std::collections::BTreeSet;

use crate::diagnostics::Diagnostics;
use crate::private::Private;
use crate::schema::{Attribute, Effect, Kind, Nesting, Recomputed, Schema};
use crate::types::path::Path;
use crate::types::value::{Object, Value};

/// The plan for one object that is created or updated, for a resource to inspect and refine.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the user wrote; write-only values are here only.
    pub config: Object,
    /// The state before; none for a create.
    pub prior: Option<Object>,
    /// The state after, as far as it is known.
    pub planned: Object,
    /// The attributes whose change needs a new object.
    pub requires_replace: BTreeSet<Path>,
    /// What is remembered about the object, and handed on to the apply.
    pub private: Private,
    /// What to tell the user.
    pub diagnostics: Diagnostics,
}

impl Plan {
    /// Plans from Terraform's proposal, by the rules in the schema.
    ///
    /// The order matters: defaults before comparisons, meaning before "did anything change", and unknowns only then.
    pub fn new(
        schema: &Schema,
        config: Object,
        prior: Option<Object>,
        proposed: Object,
        private: Private,
    ) -> Self {
        let mut plan = Self {
            config,
            prior,
            planned: proposed,
            requires_replace: BTreeSet::new(),
            private,
            diagnostics: Diagnostics::new(),
        };
        plan.fill_defaults(schema);
        plan.keep_same_meaning(schema);
        plan.clear_write_only(schema);
        plan.mark_undecided(schema);
        plan.mark_recomputed(schema);
        plan
    }

    /// Ends the plan, after a resource has had its say: what it changed has consequences too.
    pub fn finish(&mut self, schema: &Schema) {
        self.clear_write_only(schema);
        self.mark_recomputed(schema);
        // Terraform asks again without the old object when it replaces; there is nothing to replace then.
        self.requires_replace = self.replacing(schema);
    }

    /// Whether the object is replaced, as far as the plan has been made.
    pub fn replaces(&self, schema: &Schema) -> bool {
        !self.replacing(schema).is_empty()
    }

    /// The attributes because of which it is replaced: those that a resource has named, and those that change.
    fn replacing(&self, schema: &Schema) -> BTreeSet<Path> {
        let Some(prior) = &self.prior else {
            return BTreeSet::new();
        };
        let mut paths = self.requires_replace.clone();
        let (attributes, root) = (&schema.attributes, Path::root());
        replaced_paths(attributes, prior, &self.planned, &root, &mut paths);
        paths
    }

    /// Whether the object is new.
    pub fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Whether the planned value of a top-level attribute differs from the one before, or there was none.
    pub fn changes(&self, name: &str) -> bool {
        self.prior
            .as_ref()
            .is_none_or(|prior| prior.get(name) != self.planned.get(name))
    }

    fn fill_defaults(&mut self, schema: &Schema) {
        self.walk(schema, &mut |attribute, at| {
            if let Some(default) = attribute.default.as_ref().filter(|_| at.config.is_null()) {
                *at.planned = default.clone();
            }
        });
    }

    fn keep_same_meaning(&mut self, schema: &Schema) {
        self.walk(schema, &mut |attribute, at| {
            if attribute.means_same(at.prior, at.planned) {
                *at.planned = at.prior.clone();
            }
        });
    }

    fn clear_write_only(&mut self, schema: &Schema) {
        self.walk(schema, &mut |attribute, at| {
            if attribute.write_only {
                *at.planned = Value::Null;
            }
        });
    }

    /// A value that nobody has decided yet becomes unknown.
    fn mark_undecided(&mut self, schema: &Schema) {
        self.walk(schema, &mut |attribute, at| {
            if at.is_new && is_decided_by_apply(attribute, &at) {
                *at.planned = Value::unknown();
            }
        });
    }

    /// A decided value becomes unknown only where the update may really change it: anything else is a diff for ever.
    fn mark_recomputed(&mut self, schema: &Schema) {
        let Some(prior) = &self.prior else { return };
        let changed = sent_changes(schema, prior, &self.planned);
        self.walk(schema, &mut |attribute, at| {
            let recomputed = match attribute.recomputed {
                Recomputed::Never => false,
                Recomputed::OnUpdate => !changed.is_empty(),
                Recomputed::With(names) => names.iter().any(|name| changed.contains(name)),
            };
            if recomputed && is_decided_by_apply(attribute, &at) {
                *at.planned = Value::unknown();
            }
        });
    }

    fn walk(&mut self, schema: &Schema, visit: &mut dyn FnMut(&Attribute, Position<'_>)) {
        let prior = self.prior.as_ref();
        walk(
            &schema.attributes,
            Some(&self.config),
            prior,
            &mut self.planned,
            visit,
        );
    }
}

/// One attribute of the plan with its counterparts.
struct Position<'a> {
    config: &'a Value,
    prior: &'a Value,
    planned: &'a mut Value,
    /// Whether the object that holds it is new.
    is_new: bool,
}

/// Whether the apply gives the value: nobody wrote one, and there is no default.
fn is_decided_by_apply(attribute: &Attribute, at: &Position<'_>) -> bool {
    attribute.is_computed() && at.config.is_null() && attribute.default.is_none()
}

fn walk(
    attributes: &[Attribute],
    config: Option<&Object>,
    prior: Option<&Object>,
    planned: &mut Object,
    visit: &mut dyn FnMut(&Attribute, Position<'_>),
) {
    for attribute in attributes {
        let config = config.map_or(&Value::Null, |config| config.get(attribute.name));
        let prior_value = prior.map_or(&Value::Null, |prior| prior.get(attribute.name));
        let planned = planned.get_mut(attribute.name);
        visit(
            attribute,
            Position {
                config,
                prior: prior_value,
                planned,
                is_new: prior.is_none(),
            },
        );
        if let Kind::Nested(nesting, attributes) = &attribute.kind {
            walk_nested(*nesting, attributes, config, prior_value, planned, visit);
        }
    }
}

fn walk_nested(
    nesting: Nesting,
    attributes: &[Attribute],
    config: &Value,
    prior: &Value,
    planned: &mut Value,
    visit: &mut dyn FnMut(&Attribute, Position<'_>),
) {
    match (nesting, planned) {
        (Nesting::Single, Value::Object(planned)) => {
            walk(
                attributes,
                config.as_object(),
                prior.as_object(),
                planned,
                visit,
            );
        }
        (Nesting::List, Value::List(elements)) => {
            for (index, element) in elements.iter_mut().enumerate() {
                let counterpart =
                    |value: &'_ Value| value.as_elements()?.get(index)?.as_object().cloned();
                if let Value::Object(planned) = element {
                    walk(
                        attributes,
                        counterpart(config).as_ref(),
                        counterpart(prior).as_ref(),
                        planned,
                        visit,
                    );
                }
            }
        }
        (Nesting::Map, Value::Map(elements)) => {
            for (key, element) in elements {
                let counterpart = |value: &'_ Value| value.as_map()?.get(key)?.as_object().cloned();
                if let Value::Object(planned) = element {
                    walk(
                        attributes,
                        counterpart(config).as_ref(),
                        counterpart(prior).as_ref(),
                        planned,
                        visit,
                    );
                }
            }
        }
        // Elements of a set have no counterparts: they are what the configuration says.
        _ => {}
    }
}

/// The top-level attributes whose change asks something of the remote system: by their meaning, and but for what only the
/// provider knows. Without any, an update in place sends nothing.
pub fn sent_changes(schema: &Schema, prior: &Object, planned: &Object) -> BTreeSet<&'static str> {
    let is_sent = |attribute: &&Attribute| {
        let (before, after) = (prior.get(attribute.name), planned.get(attribute.name));
        let sent = match attribute.effect {
            Effect::Sent => true,
            Effect::SentAfterFirst => !attribute.is_nothing(before),
            Effect::Local => false,
        };
        sent && !attribute.amounts_to_same(before, after)
    };
    schema
        .attributes
        .iter()
        .filter(is_sent)
        .map(|attribute| attribute.name)
        .collect()
}

fn replaced_paths(
    attributes: &[Attribute],
    prior: &Object,
    planned: &Object,
    parent: &Path,
    paths: &mut BTreeSet<Path>,
) {
    for attribute in attributes {
        let (before, after) = (prior.get(attribute.name), planned.get(attribute.name));
        let path = parent.with_attribute(attribute.name);
        if attribute.replaces && before != after {
            paths.insert(path);
        } else if let (
            Kind::Nested(Nesting::Single, attributes),
            Value::Object(before),
            Value::Object(after),
        ) = (&attribute.kind, before, after)
        {
            replaced_paths(attributes, before, after, &path, paths);
        }
    }
}

#[cfg(test)]
mod tests;
