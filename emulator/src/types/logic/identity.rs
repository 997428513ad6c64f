//! The managed identity that a resource may have.

use crate::core::json::{Json, set, set_default, text};
use crate::core::world::World;

/// Gives a system-assigned identity its principal and tenant, and takes them from a resource that has none.
pub(crate) fn complete(world: &mut World, body: &mut Json) {
    match text(body, "identity/type") {
        Some("SystemAssigned") => {
            let (principal, tenant) = (world.random.guid(), world.directory.tenant.id.clone());
            set_default(body, "identity/principalId", principal.into());
            set_default(body, "identity/tenantId", tenant.into());
        }
        Some("UserAssigned") => {
            let ids: Vec<String> = body["identity"]["userAssignedIdentities"]
                .as_object()
                .map(|identities| identities.keys().cloned().collect())
                .unwrap_or_default();
            for id in ids {
                let value = &mut body["identity"]["userAssignedIdentities"][id.as_str()];
                // The same identity is the same principal wherever it is assigned.
                let identity = world.directory.user_identity(&id);
                set(value, "principalId", identity.object_id.into());
                set(value, "clientId", identity.client_id.into());
            }
            forget(body);
        }
        Some(_) => forget(body),
        // What was kept of an identity that the request no longer names is no identity.
        None => drop(
            body.as_object_mut()
                .and_then(|members| members.shift_remove("identity")),
        ),
    }
}

fn forget(body: &mut Json) {
    for member in ["identity/principalId", "identity/tenantId"] {
        crate::core::json::take(body, member);
    }
}
