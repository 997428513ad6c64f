//! What is there already is never taken over or overwritten unasked.

use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, capitalised};

use super::arm_type::ArmType;
use crate::arm::{ResourceId, Session};
use crate::azure::Azure;

impl ArmType {
    /// Fails if the object that is to be created is there already, and stays.
    ///
    /// The same apply may delete it for another address: that is waited for, and for a while that it begins.
    pub(crate) async fn refuse_existing(
        &self,
        context: &Context<Azure>,
        session: &Session,
        id: &ResourceId,
    ) -> Result<(), Diagnostic> {
        let fail = self.failed("creating", id);
        let deletions = &context.data()?.deletions;
        let ids = std::slice::from_ref(id);
        let mut patience = deletions.patience_for_the_name();
        loop {
            deletions.ended(session, ids).await.map_err(&fail)?;
            let found = session
                .of(self.resource_type)
                .get_optional(id)
                .await
                .map_err(&fail)?;
            if deletions.ended(session, ids).await.map_err(&fail)? {
                // That was a look at something that changed.
                continue;
            }
            if found.is_none() {
                return Ok(());
            }
            let waited = deletions.wait(session, ids, &mut patience).await;
            if !waited.map_err(&fail)? {
                return Err(self.already_exists(id));
            }
        }
    }

    /// What to tell a user whose new object exists, with the block that imports it.
    pub(crate) fn already_exists(&self, id: &ResourceId) -> Diagnostic {
        self.told_existing(
            id,
            "It is in Azure, and nothing was changed. A provider is not told which of these it is:",
        )
    }

    /// The same, where ARM answered the creation as the change of an object that nobody had seen a moment before.
    pub(crate) fn written_over(&self, id: &ResourceId) -> Diagnostic {
        self.told_existing(
            id,
            "It came to be in the very moment in which it was to be created, such as by another resource of the same name, and ARM took \
             the creation for a change of it. It has what was written last, and is not in this state under this address. A provider is \
             not told which of these it is:",
        )
    }

    fn told_existing(&self, id: &ResourceId, what_happened: &str) -> Diagnostic {
        let resource = self.resource;
        // Indented lines are those that the CLI does not wrap.
        let detail = format!(
            "{what_happened}\n\n\
             Either it is not in this Terraform state. To manage it, import it; {resource}.NAME is the address printed beside \"with\":\n\n\
             \x20   import {{\n\
             \x20     to = {resource}.NAME\n\
             \x20     id = \"{id}\"\n\
             \x20   }}\n\n\
             Or it is in this state, and this was the half of its replacement that creates, which comes first under \
             create_before_destroy: its own, or that of a resource that depends on it. Two objects of one name cannot be there at a \
             time: remove create_before_destroy from both, or give the new object another name.\n\n\
             Where another address of this state had it and this apply deletes it, as with a renamed key, apply again; a moved block \
             keeps it instead."
        );
        let summary = format!("{} already exists", capitalised(&self.describe(id)));
        Diagnostic::error(summary, detail)
    }
}
