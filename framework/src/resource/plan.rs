//! What a resource adds to the plans that its schema makes.

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::context::Context;
use crate::deferral::DeferredReason;
use crate::diagnostics::{Diagnostics, Reported};
use crate::private::Private;
use crate::schema::Schema;
use crate::schema::walk::walk;
use crate::types::path::Path;
use crate::types::value::{Object, Value};

/// Looking at plans, and refining them.
///
/// ```
/// use async_trait::async_trait;
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::diagnostics::Reported;
/// use tfplugin_framework::resource::ModifyPlan;
/// use tfplugin_framework::resource::plan::{ModifyPlanRequest, ModifyPlanResponse, Plan};
///
/// use tfplugin_framework::schema::Schema;
///
/// struct File(Schema);
///
/// #[async_trait]
/// impl ModifyPlan<()> for File { // In its `impl Resource`: fn modify_plan(&self) -> Option<&dyn ModifyPlan<()>> { Some(self) }
///     async fn modify(&self, _: &Context<()>, request: ModifyPlanRequest<'_>, response: &mut ModifyPlanResponse) -> Result<(), Reported> {
///         if request.deleted().is_some_and(|file| file.bool("keep") == Some(true)) {
///             return Err(response.diagnostics.add_error("The file is kept", "Set `keep` to false first."));
///         }
///         if let Some(mut plan) = Plan::of(request, response) {
///             // What is known already is shown in the plan: of a new file, or when its content changes.
///             let size = plan.planned.str("content").map(str::len);
///             if let (Some(size), true) = (size, plan.is_create() || plan.changes("content")) {
///                 plan.planned.set("size", size as i64);
///             }
///             // What an unfinished creation has left open, the apply finds out.
///             plan.mark_missing(&self.0);
///             if plan.replaces() {
///                 plan.diagnostics.add_warning("The file is replaced", "For a moment there is none.");
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait ModifyPlan<D: Send + Sync>: Send + Sync {
    /// Refines the plan of a create or an update once the schema's own rules are done, and has the last word about it; or
    /// looks at the plan to delete an object, with errors that forbid it.
    async fn modify(
        &self,
        context: &Context<D>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported>;
}

/// What a plan begins with.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ModifyPlanRequest<'a> {
    /// What the user wrote, write-only values too; none for a delete.
    pub config: Option<&'a Object>,
    /// The state before; none for a create.
    pub prior: Option<&'a Object>,
    /// The identity as it was stored; none for a create.
    pub identity: Option<&'a Object>,
}

impl<'a> ModifyPlanRequest<'a> {
    /// The state of an object that is to be deleted; none if this is no delete.
    pub fn deleted(&self) -> Option<&'a Object> {
        self.prior.filter(|_| self.config.is_none())
    }
}

/// What becomes of a plan.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ModifyPlanResponse {
    /// The state after, as far as it is known; none for a delete.
    pub plan: Option<Object>,
    /// The attributes whose change needs a new object.
    pub requires_replace: BTreeSet<Path>,
    /// The identity after, as far as it is known: it may be set for what is created or replaced.
    pub identity: Option<Object>,
    /// What is remembered about the object, and handed on to the apply.
    pub private: Private,
    /// Why the change is put off, where the client allows that.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

/// The plan of an object that is created or updated: request and response in one, for a resource to inspect and refine.
#[derive(Debug)]
#[non_exhaustive]
pub struct Plan<'a> {
    /// What the user wrote; write-only values are here only.
    pub config: &'a Object,
    /// The state before; none for a create.
    pub prior: Option<&'a Object>,
    /// The state after, as far as it is known.
    pub planned: &'a mut Object,
    /// The attributes whose change needs a new object.
    pub requires_replace: &'a mut BTreeSet<Path>,
    /// What is remembered about the object, and handed on to the apply.
    pub private: &'a mut Private,
    /// Why the change is put off, where the client allows that.
    pub deferred: &'a mut Option<DeferredReason>,
    /// Messages to the user.
    pub diagnostics: &'a mut Diagnostics,
}

impl<'a> Plan<'a> {
    /// The plan, unless it is one to delete.
    pub fn of(
        request: ModifyPlanRequest<'a>,
        response: &'a mut ModifyPlanResponse,
    ) -> Option<Self> {
        Some(Self {
            config: request.config?,
            prior: request.prior,
            planned: response.plan.as_mut()?,
            requires_replace: &mut response.requires_replace,
            private: &mut response.private,
            deferred: &mut response.deferred,
            diagnostics: &mut response.diagnostics,
        })
    }

    /// Whether the object is replaced, as far as the plan has been made.
    pub fn replaces(&self) -> bool {
        self.prior.is_some() && !self.requires_replace.is_empty()
    }

    /// Whether the object is new.
    pub fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Marks all that is computed and was null before as unknown, at every depth: the apply is to learn what an unfinished
    /// creation has left open.
    pub fn mark_missing(&mut self, schema: &Schema) {
        let (config, prior) = (Some(self.config), self.prior);
        walk(schema.members(), config, prior, self.planned, &mut |node| {
            // Blocks are never null in a state.
            if node.is_decided_by_apply() && node.row.is_left_out(node.prior) {
                *node.planned = Value::unknown();
            }
        });
    }

    /// Whether the planned value of a top-level attribute differs from the one before, or there was none.
    pub fn changes(&self, name: &str) -> bool {
        self.prior
            .is_none_or(|prior| prior.get(name) != self.planned.get(name))
    }
}
