//! What an apply will do: the one place where a proposed state becomes a planned state.

use std::collections::BTreeSet;

use super::panic::catch;
use super::timeouts::bounded;
use super::{Engine, consistency, incomplete_request};
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::private::Private;
use crate::resource::Resource;
use crate::resource::plan::Plan;
use crate::schema::changes::sent_changes;
use crate::schema::{Attribute, Kind, Nesting, Recomputed, Schema};
use crate::types::path::Path;
use crate::types::value::{Object, Value};

/// What Terraform wants to know the outcome of.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// What the user wrote; none for a delete.
    pub config: Option<Object>,
    /// The state before; none for a create.
    pub prior: Option<Object>,
    /// The state after as Terraform would have it; none for a delete.
    pub proposed: Option<Object>,
    /// What is remembered about the object.
    pub private: Private,
}

/// What an apply will do.
#[derive(Clone, Debug)]
pub struct PlanResponse {
    /// The state after, as far as it is known; none for a delete.
    pub planned: Option<Object>,
    /// The attributes whose change needs a new object.
    pub requires_replace: BTreeSet<Path>,
    /// What is remembered about the object, and handed on to the apply.
    pub private: Private,
    /// What to tell the user.
    pub diagnostics: Diagnostics,
}

impl Engine {
    /// Plans a create, an update or a delete.
    pub async fn plan<C: Send + Sync>(
        &self,
        resource: &dyn Resource<C>,
        context: &Context<C>,
        request: PlanRequest,
    ) -> Result<PlanResponse, Diagnostics> {
        let schema = resource.schema();
        // What the user wants now holds for the reads of a plan too; a deletion has the state only.
        let timeouts = request.proposed.as_ref().or(request.prior.as_ref());
        let context = bounded(context, schema, timeouts, "read");
        let PlanRequest {
            config,
            prior,
            proposed,
            mut private,
        } = request;
        let Some(proposed) = proposed else {
            let prior = prior.unwrap_or_else(|| schema.null_object());
            let diagnostics = catch(resource.plan_delete(&context, &prior, &mut private)).await?;
            return Ok(PlanResponse {
                planned: None,
                requires_replace: BTreeSet::new(),
                private,
                diagnostics,
            });
        };
        let config = config.ok_or_else(|| incomplete_request("configuration"))?;
        let mut plan = propose(schema, config, prior, proposed, private);
        catch(resource.modify_plan(&context, &mut plan)).await?;
        finish(&mut plan, schema);
        self.self_check(&mut plan.diagnostics, || {
            consistency::check_plan(schema, &plan.config, plan.prior.as_ref(), &plan.planned)
        });
        Ok(PlanResponse {
            planned: Some(plan.planned),
            requires_replace: plan.requires_replace,
            private: plan.private,
            diagnostics: plan.diagnostics,
        })
    }
}

/// Plans from Terraform's proposal, by the rules in the schema.
///
/// The order matters: defaults before comparisons, meaning before "did anything change", and unknowns only then.
fn propose(
    schema: &Schema,
    config: Object,
    prior: Option<Object>,
    proposed: Object,
    private: Private,
) -> Plan {
    let mut plan = Plan {
        config,
        prior,
        planned: proposed,
        requires_replace: BTreeSet::new(),
        private,
        diagnostics: Diagnostics::new(),
    };
    fill_defaults(&mut plan, schema);
    keep_same_meaning(&mut plan, schema);
    clear_write_only(&mut plan, schema);
    mark_undecided(&mut plan, schema);
    mark_recomputed(&mut plan, schema);
    plan
}

/// Ends the plan, after a resource has had its say: what it changed has consequences too.
fn finish(plan: &mut Plan, schema: &Schema) {
    clear_write_only(plan, schema);
    mark_recomputed(plan, schema);
    // Terraform asks again without the old object when it replaces; there is nothing to replace then.
    plan.requires_replace = plan.replacing(schema);
}

fn fill_defaults(plan: &mut Plan, schema: &Schema) {
    walk_plan(plan, schema, &mut |attribute, at| {
        if let Some(default) = attribute.default.as_ref().filter(|_| at.config.is_null()) {
            *at.planned = default.clone();
        }
    });
}

fn keep_same_meaning(plan: &mut Plan, schema: &Schema) {
    walk_plan(plan, schema, &mut |attribute, at| {
        if attribute.means_same(at.prior, at.planned) {
            *at.planned = at.prior.clone();
        }
    });
}

fn clear_write_only(plan: &mut Plan, schema: &Schema) {
    walk_plan(plan, schema, &mut |attribute, at| {
        if attribute.write_only {
            *at.planned = Value::Null;
        }
    });
}

/// A value that nobody has decided yet becomes unknown.
fn mark_undecided(plan: &mut Plan, schema: &Schema) {
    walk_plan(plan, schema, &mut |attribute, at| {
        if at.is_new && is_decided_by_apply(attribute, &at) {
            *at.planned = Value::unknown();
        }
    });
}

/// A decided value becomes unknown only where the update may really change it: anything else is a diff for ever.
fn mark_recomputed(plan: &mut Plan, schema: &Schema) {
    let Some(prior) = &plan.prior else { return };
    let changed = sent_changes(schema, prior, &plan.planned);
    walk_plan(plan, schema, &mut |attribute, at| {
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

fn walk_plan(plan: &mut Plan, schema: &Schema, visit: &mut dyn FnMut(&Attribute, Position<'_>)) {
    let prior = plan.prior.as_ref();
    walk(
        &schema.attributes,
        Some(&plan.config),
        prior,
        &mut plan.planned,
        visit,
    );
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

#[cfg(test)]
mod tests;
