//! The managed identity that a resource may have.

use crate::core::json::{Json, set, set_default, text};
use crate::core::random::Random;
use crate::core::world::World;

/// Gives a system-assigned identity its principal and tenant, and takes them from a resource that has none.
pub(crate) fn complete(world: &mut World, body: &mut Json) {
    match text(body, "identity/type") {
        Some(kind) if kind.eq_ignore_ascii_case("SystemAssigned") => {
            let (principal, tenant) = (world.random.guid(), TENANT);
            set_default(body, "identity/principalId", principal.into());
            set_default(body, "identity/tenantId", tenant.into());
        }
        Some(kind) if kind.eq_ignore_ascii_case("UserAssigned") => {
            let ids: Vec<String> = body["identity"]["userAssignedIdentities"]
                .as_object()
                .map(|identities| identities.keys().cloned().collect())
                .unwrap_or_default();
            for id in ids {
                let value = &mut body["identity"]["userAssignedIdentities"][id.as_str()];
                if !value.is_object() {
                    *value = serde_json::json!({});
                }
                for member in ["principalId", "clientId"] {
                    // The same identity is the same principal wherever it is assigned.
                    set(
                        value,
                        member,
                        Random::of(&format!("{member}{}", id.to_lowercase()))
                            .guid()
                            .into(),
                    );
                }
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

/// The one tenant of this emulator.
const TENANT: &str = "11111111-1111-1111-1111-111111111111";

fn forget(body: &mut Json) {
    for member in ["identity/principalId", "identity/tenantId"] {
        crate::core::json::take(body, member);
    }
}
