//! Objects that are there already: found before a create, or imported.

use crate::arm::ResourceId;
use crate::azure::Azure;
use crate::sdk::context::Context;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};

/// What to tell a user whose new object exists, with the block that imports it.
pub(crate) fn already_exists(type_name: &str, what: &str, id: &ResourceId) -> Diagnostics {
    // Indented lines are those that the CLI does not wrap.
    let detail = format!(
        "It is not managed by this Terraform state yet, and nothing was changed. To manage it, import it:\n\n\
        \x20   import {{\n\
        \x20     to = {type_name}.NAME\n\
        \x20     id = \"{id}\"\n\
        \x20   }}\n\n\
        {type_name}.NAME is the address printed beside \"with\"."
    );
    Diagnostic::error(format!("{what} already exists"), detail).into()
}

/// Reads an import ID of the type, in the subscription that the provider is configured for.
pub(crate) fn parse_import_id(context: &Context<Azure>, id: &str, resource_type: &str) -> Result<ResourceId, Diagnostics> {
    let parsed = ResourceId::parse_as(id, resource_type)
        .map_err(|error| Diagnostic::error("Invalid import ID", error.to_string()))?;
    let expected = &context.client()?.subscription_id;
    match parsed.subscription_id() {
        Some(subscription_id) if subscription_id.eq_ignore_ascii_case(expected) => Ok(parsed),
        other => {
            let detail = format!(
                "The ID is of subscription {}, but the provider is configured for subscription {expected}. Give an ID of that \
                 subscription, or configure the provider for the other one.",
                other.unwrap_or("(none)"),
            );
            Err(Diagnostic::error("Invalid import ID", detail).into())
        }
    }
}
