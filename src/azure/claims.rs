//! One object, one address: what the plans of a run say about which object each of them has.

use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, capitalised};
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use super::arm_type::ArmType;
use crate::arm::ResourceId;
use crate::azure::{Azure, Conflict, Planner};

/// The object of a plan, which no plan before it has.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Its ID.
    pub(crate) id: ResourceId,
    /// The plan's place among those of this run.
    pub(crate) order: u64,
}

impl ArmType {
    /// Records what a plan makes of an object, for later plans; nothing while its ID is unknown.
    ///
    /// Says in the plan when another address has it.
    pub(crate) fn claim(
        &self,
        azure: &Azure,
        planner: Planner,
        planned_id: Option<ResourceId>,
        plan: &mut Plan<'_>,
    ) -> Option<Claim> {
        let id = planner.living().cloned().or(planned_id)?;
        azure.plans.give(&id, plan.config);
        match azure.plans.claim(&id, planner, plan.planned.clone()) {
            Ok(order) => Some(Claim { id, order }),
            Err(conflict) => {
                let error = self.shared(conflict, &id).at(Path::attribute("name"));
                plan.diagnostics.add(error);
                None
            }
        }
    }

    /// Records that a plan replaces the object.
    pub(crate) fn make_way(&self, context: &Context<Azure>, planner: &Planner) {
        if let (Some(azure), Some(prior)) = (context.data_if_known(), planner.living()) {
            azure.plans.leaves(prior);
        }
    }

    /// Records that a plan deletes the object, and forbids it where another address keeps it.
    pub(crate) fn plan_deletion(
        &self,
        context: &Context<Azure>,
        prior: &Object,
    ) -> Result<(), Diagnostic> {
        let (Some(azure), Ok(id)) = (context.data_if_known(), self.stored_id(prior)) else {
            return Ok(());
        };
        let deleted = azure.plans.deletes(&id);
        deleted.map_err(|conflict| self.shared(conflict, &id))
    }

    fn shared(&self, conflict: Conflict, id: &ResourceId) -> Diagnostic {
        let what = capitalised(&self.describe(id));
        let (summary, detail) = match conflict {
            Conflict::Planned => (
                format!("{what} is planned twice"),
                format!(
                    "Another resource of this plan has the same ID, {id}; upper and lower case make no difference. Give each a name of \
                     its own. If this is the same object under a new address, tell Terraform so with a moved block."
                ),
            ),
            Conflict::InState => (
                format!("{what} is in the state twice"),
                format!(
                    "Two addresses of this state have {id}, so what is planned for one of them changes or deletes the object of the \
                     other. Let one of them go without touching the object: run terraform state rm ADDRESS, and remove its block if \
                     there is one."
                ),
            ),
        };
        Diagnostic::error(summary, detail)
    }
}
