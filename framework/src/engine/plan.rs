//! What an apply will do: the one place where a proposed state becomes a planned state.

mod absent;

use std::collections::BTreeSet;

use super::deferral;
use super::identity::{self, IdentityChange};
use super::panic::{catch, reported};
use super::state::check_types;
use super::timeouts::bounded;
use super::{Change, Engine, bug, consistency};
use crate::context::Context;
use crate::deferral::{DeferredReason, ProviderDeferredBehavior};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::private::Private;
use crate::resource::Resource;
use crate::resource::plan::{ModifyPlanRequest, ModifyPlanResponse};
use crate::schema::row::{PlanModifyRequest, PlanModifyResponse};
use crate::schema::walk::{Node, walk};
use crate::schema::{Nesting, Schema};
use crate::types::path::Path;
use crate::types::value::{Object, Value};

/// What Terraform wants to know the outcome of.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// What is to happen, with the state after as Terraform would have it.
    pub change: Change,
    /// The identity as it was stored, if there was one.
    pub identity: Option<Object>,
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
    /// The identity after, as far as it is known.
    pub identity: Option<Object>,
    /// What is remembered about the object, and handed on to the apply.
    pub private: Private,
    /// Why the change is put off, if it is.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// A plan in the making.
#[derive(Clone, Debug)]
struct Plan {
    config: Object,
    prior: Option<Object>,
    planned: Object,
    requires_replace: BTreeSet<Path>,
    private: Private,
    diagnostics: Diagnostics,
}

impl Plan {
    /// The plan that Terraform proposes.
    fn of(config: Object, prior: Option<Object>, proposed: Object, private: Private) -> Self {
        Self {
            config,
            prior,
            planned: proposed,
            requires_replace: BTreeSet::new(),
            private,
            diagnostics: Diagnostics::new(),
        }
    }

    /// The plan as it is answered.
    fn into_response(
        self,
        identity: Option<Object>,
        deferred: Option<DeferredReason>,
    ) -> PlanResponse {
        PlanResponse {
            planned: Some(self.planned),
            requires_replace: self.requires_replace,
            identity,
            private: self.private,
            deferred,
            diagnostics: self.diagnostics,
        }
    }
}

impl Engine {
    /// Plans a create, an update or a delete.
    pub async fn plan<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        context: &Context<D>,
        request: PlanRequest,
    ) -> PlanResponse {
        let skips = ProviderDeferredBehavior::SkipPlanModification;
        let put_off_for = context
            .provider_deferred()
            .filter(|_| resource.provider_deferred_behavior() == skips);
        let PlanRequest {
            change,
            identity,
            private,
        } = request;
        let (config, prior, proposed) = match change {
            Change::Put {
                config,
                prior,
                planned,
            } => (config, prior, planned),
            Change::Delete { prior } => {
                let response = ModifyPlanResponse {
                    identity,
                    private,
                    deferred: put_off_for,
                    ..ModifyPlanResponse::default()
                };
                return match put_off_for {
                    Some(_) => response.into(),
                    None => plan_delete(resource, context, &prior, response).await,
                };
            }
        };
        // A replacement is planned with the identity of what it replaces, and is to have its own.
        let identity = identity.filter(|_| prior.is_some());
        let plan = Plan::of(config, prior, proposed, private);
        match put_off_for {
            Some(reason) => put_off(resource.schema(), plan, identity, reason).await,
            None => self.plan_put(resource, context, plan, identity).await,
        }
    }

    /// A create or an update, with what the resource has to say of it.
    async fn plan_put<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        context: &Context<D>,
        plan: Plan,
        identity: Option<Object>,
    ) -> PlanResponse {
        let schema = resource.schema();
        // What the user wants now holds for the reads of a plan too.
        let context = bounded(context, schema, Some(&plan.planned), "read");
        let kept = plan.private.clone();
        let mut plan = match catch(async { propose(plan, schema) }).await {
            Ok(plan) => plan,
            Err(panic) => return failed(kept, panic),
        };
        let request = ModifyPlanRequest {
            config: Some(&plan.config),
            prior: plan.prior.as_ref(),
            identity: identity.as_ref(),
        };
        let response = ModifyPlanResponse {
            plan: Some(plan.planned),
            requires_replace: plan.requires_replace,
            identity: identity.clone(),
            private: plan.private,
            deferred: None,
            diagnostics: plan.diagnostics,
        };
        let response = modified(resource, &context, request, response).await;
        plan.planned = response.plan.unwrap_or_else(|| schema.null_object());
        plan.requires_replace = response.requires_replace;
        plan.private = response.private;
        plan.diagnostics = response.diagnostics;
        check_types(schema, &mut plan.planned, &mut plan.diagnostics);
        let planned_identity = response.identity;
        finish(&mut plan, schema);
        // What is put off is held against nothing: it is planned again.
        if response.deferred.or(context.provider_deferred()).is_none() {
            self.self_check(&mut plan.diagnostics, || {
                consistency::check_plan(schema, &plan.config, plan.prior.as_ref(), &plan.planned)
            });
            let identities = (identity.as_ref(), planned_identity.as_ref());
            check_identity(resource, identities, &mut plan);
        }
        let response = plan.into_response(planned_identity, response.deferred);
        put_off_if_allowed(response, &context)
    }
}

/// A delete, with what the resource has to say of it.
async fn plan_delete<D: Send + Sync>(
    resource: &dyn Resource<D>,
    context: &Context<D>,
    prior: &Object,
    response: ModifyPlanResponse,
) -> PlanResponse {
    // There is no configuration any more, so what is stored bounds the reads of a plan.
    let context = bounded(context, resource.schema(), Some(prior), "read");
    let identity = response.identity.clone();
    let request = ModifyPlanRequest {
        config: None,
        prior: Some(prior),
        identity: identity.as_ref(),
    };
    let response = modified(resource, &context, request, response).await;
    put_off_if_allowed(response.into(), &context)
}

/// The answer with the reason of the resource, if that is allowed, or that of the provider.
fn put_off_if_allowed<D>(mut response: PlanResponse, context: &Context<D>) -> PlanResponse {
    let client = context.client_capabilities;
    let reason = deferral::allowed(response.deferred, client, &mut response.diagnostics);
    response.deferred = reason.or(context.provider_deferred());
    response
}

/// What can be said of a change while the provider is deferred: what the schema says without anybody's code.
async fn put_off(
    schema: &Schema,
    mut plan: Plan,
    identity: Option<Object>,
    reason: DeferredReason,
) -> PlanResponse {
    let kept = plan.private.clone();
    let planned = async {
        complete(&mut plan, schema);
        mark_if_changed(&mut plan, schema);
        finish(&mut plan, schema);
        plan
    };
    match catch(planned).await {
        Ok(plan) => plan.into_response(identity, Some(reason)),
        Err(panic) => failed(kept, panic),
    }
}

/// What the resource makes of a plan, if it has anything to say.
async fn modified<D: Send + Sync>(
    resource: &dyn Resource<D>,
    context: &Context<D>,
    request: ModifyPlanRequest<'_>,
    mut response: ModifyPlanResponse,
) -> ModifyPlanResponse {
    let is_delete = request.deleted().is_some();
    if let Some(ability) = resource.modify_plan() {
        let modified = catch(ability.modify(context, request, &mut response)).await;
        // What failed has said why.
        let _ = reported(modified, &mut response.diagnostics);
    }
    if is_delete != response.plan.is_none() {
        let finding =
            "modify_plan turned a deletion into something else, or something else into a deletion";
        response.diagnostics.fail(bug(finding));
    }
    response
}

fn failed(private: Private, error: Diagnostic) -> PlanResponse {
    PlanResponse {
        planned: None,
        requires_replace: BTreeSet::new(),
        identity: None,
        private,
        deferred: None,
        diagnostics: [error].into_iter().collect(),
    }
}

impl From<ModifyPlanResponse> for PlanResponse {
    fn from(response: ModifyPlanResponse) -> Self {
        Self {
            planned: response.plan,
            requires_replace: response.requires_replace,
            identity: response.identity,
            private: response.private,
            deferred: response.deferred,
            diagnostics: response.diagnostics,
        }
    }
}

/// An object that is updated keeps its identity; a new one need not know all of its own yet.
fn check_identity<D: Send + Sync>(
    resource: &dyn Resource<D>,
    (before, after): (Option<&Object>, Option<&Object>),
    plan: &mut Plan,
) {
    let is_new = plan.prior.is_none() || !plan.requires_replace.is_empty();
    if is_new || (before.is_none() && after.is_none()) {
        return;
    }
    let change = IdentityChange {
        operation: "plan",
        before,
        after,
        may_change: false,
    };
    identity::check(resource.identity(), &change, &mut plan.diagnostics);
}

/// Plans from Terraform's proposal, by the rules in the schema.
///
/// The order matters: defaults before comparisons, meaning before "did anything change", unknowns only then, and the
/// modifiers that keep values known after them.
fn propose(mut plan: Plan, schema: &Schema) -> Plan {
    complete(&mut plan, schema);
    let proposed = plan.planned.clone();
    modify(&mut plan, schema, &proposed, true);
    let unmarked = plan.planned.clone();
    mark_if_changed(&mut plan, schema);
    modify(&mut plan, schema, &unmarked, false);
    check_sets(&mut plan, schema);
    plan
}

/// What Terraform leaves open in its proposal.
fn complete(plan: &mut Plan, schema: &Schema) {
    keep_computed(plan, schema);
    fill_defaults(plan, schema);
    clear_write_only(plan, schema);
}

/// A plan that changes anything may change all that the provider gives: modifiers say what stays.
fn mark_if_changed(plan: &mut Plan, schema: &Schema) {
    if plan.prior.as_ref() != Some(&plan.planned) {
        mark_computed(plan, schema);
    }
}

/// Terraform counts the elements of a set of nested attributes, and takes it for the provider's fault if there are fewer than
/// are written, unless the set is the prior one. It does not count those of blocks, nor what is below a set.
fn check_sets(plan: &mut Plan, schema: &Schema) {
    let mut found = BTreeSet::new();
    walk_plan(plan, schema, &mut |node| {
        let is_nested = node.row.attribute().is_some() && node.row.nesting().is_some();
        let is_prior = *node.planned == *node.prior && !node.is_moved;
        let is_counted = is_nested && !is_prior && !node.below_set;
        if let (true, Value::Set(config), Value::Set(planned)) =
            (is_counted, node.config, &*node.planned)
            && planned.len() < config.len()
        {
            found.insert((node.path.clone(), node.row.name().to_owned()));
        }
    });
    for (path, name) in found {
        let detail = format!(
            "Elements of {name} differ only in what means the same to the provider, such as a default that one of them writes and \
             the other leaves out. Keep one of them."
        );
        let diagnostics = &mut plan.diagnostics;
        diagnostics.add_attribute_error(path, "Equal elements", detail);
    }
}

/// Ends the plan, after a resource has had the last word.
fn finish(plan: &mut Plan, schema: &Schema) {
    clear_write_only(plan, schema);
    // Terraform asks again without the old object when it replaces; there is nothing to replace then.
    if plan.prior.is_none() {
        plan.requires_replace.clear();
    }
}

/// What the configuration leaves out stays as it was. Terraform proposes that too, but knows no keys of lists, and no meaning in sets.
fn keep_computed(plan: &mut Plan, schema: &Schema) {
    walk_plan(plan, schema, &mut |node| {
        if node.is_written && node.is_decided_by_apply() {
            *node.planned = node.prior.clone();
        } else if node.row.nesting() == Some(Nesting::Set) && matches!(node.config, Value::Set(_)) {
            // Terraform gives prior elements away in their order. Elements that then have become equal are lost to it.
            *node.planned = node.config.clone();
        }
    });
}

fn fill_defaults(plan: &mut Plan, schema: &Schema) {
    walk_plan(plan, schema, &mut |node| {
        if !node.is_written || !node.config.is_null() {
            return;
        }
        match node.row.default_value() {
            Some(default) => *node.planned = default.clone(),
            None if node.row.has_defaults_below() => {
                absent::fill(node.row, node.planned, node.is_new);
            }
            None => {}
        }
    });
}

fn clear_write_only(plan: &mut Plan, schema: &Schema) {
    walk_plan(plan, schema, &mut |node| {
        if node.row.is_write_only() {
            *node.planned = Value::Null;
        }
    });
}

fn mark_computed(plan: &mut Plan, schema: &Schema) {
    walk_plan(plan, schema, &mut |node| {
        if node.is_decided_by_apply() {
            *node.planned = match node.row.has_defaults_below() {
                true => absent::open(node.row, (!node.is_new).then_some(node.prior)),
                false => Value::unknown(),
            };
        }
    });
}

/// Runs the modifiers of all rows that run before, or after, what is computed is marked.
fn modify(plan: &mut Plan, schema: &Schema, unmarked: &Object, before_marking: bool) {
    let before = plan.planned.clone();
    let Plan {
        config,
        prior,
        planned,
        requires_replace,
        diagnostics,
        ..
    } = plan;
    let (config, prior) = (&*config, prior.as_ref());
    let members = schema.members();
    walk(members, Some(config), prior, planned, &mut |node| {
        // Terraform compares place by place, and would not know the value of another place.
        if before_marking && node.is_moved {
            return;
        }
        for modifier in node.row.plan_modifiers() {
            if modifier.runs_before_marking() != before_marking {
                continue;
            }
            let request = PlanModifyRequest {
                path: node.path,
                row: node.row,
                config_value: node.config,
                prior_value: node.prior,
                is_new: node.is_new,
                members,
                config,
                prior,
                plan: &before,
                unmarked,
            };
            let mut response = PlanModifyResponse::new(node.planned, diagnostics);
            modifier.modify(&request, &mut response);
            if response.requires_replace {
                requires_replace.insert(node.path.clone());
            }
        }
    });
}

fn walk_plan(plan: &mut Plan, schema: &Schema, visit: &mut dyn FnMut(Node<'_, '_>)) {
    let (config, prior) = (Some(&plan.config), plan.prior.as_ref());
    walk(schema.members(), config, prior, &mut plan.planned, visit);
}

#[cfg(test)]
mod tests;
