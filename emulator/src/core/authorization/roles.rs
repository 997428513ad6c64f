//! Role definitions: the built-in ones that matter here, and those that clients make.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::core::glob::glob;
use crate::core::json::{Json, json, list, text};
use crate::core::scope::NAMESPACE;
use crate::core::world::World;

/// The kind of object that a role definition is.
pub(super) const KIND: &str = "roleDefinitions";

/// The role that may do everything.
pub(super) const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/// A role that Azure defines.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BuiltIn {
    id: String,
    name: String,
    description: String,
    actions: Vec<String>,
    not_actions: Vec<String>,
}

static BUILT_IN: LazyLock<Vec<BuiltIn>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/roles.json")).unwrap_or_default());

impl BuiltIn {
    fn show(&self, scope: &str) -> Json {
        json!({
            "properties": {
                "roleName": self.name, "type": "BuiltInRole", "description": self.description, "assignableScopes": ["/"],
                "permissions": [{"actions": self.actions, "notActions": self.not_actions, "dataActions": [], "notDataActions": []}]
            },
            "id": format!("{scope}/providers/{NAMESPACE}/{KIND}/{}", self.id),
            "type": format!("{NAMESPACE}/{KIND}"),
            "name": self.id
        })
    }
}

/// The built-in roles as they are seen from a scope.
pub(super) fn built_in(scope: &str) -> impl Iterator<Item = Json> + use<'_> {
    BUILT_IN.iter().map(|role| role.show(scope))
}

/// The names of the built-in roles that have an action.
pub(crate) fn names_with(action: &str) -> Vec<String> {
    let covering = built_in("").filter(|role| cover(role, action));
    let name = |role: Json| Some(text(&role, "properties/roleName")?.to_owned());
    covering.filter_map(name).collect()
}

/// The role of a name (a GUID), seen from a subscription.
pub(super) fn find(world: &World, subscription: &str, name: &str) -> Option<Json> {
    let is_it =
        |body: &Json| text(body, "name").is_some_and(|known| known.eq_ignore_ascii_case(name));
    let own = world
        .resources
        .authorizations(subscription, KIND)
        .map(|stored| stored.body.to_json())
        .find(is_it);
    own.or_else(|| built_in(&format!("/subscriptions/{subscription}")).find(is_it))
}

/// Whether the permissions of a role, or the prohibitions of a deny assignment, cover an action.
pub(super) fn cover(definition: &Json, action: &str) -> bool {
    let fits = |permission: &Json, member: &str| {
        list(permission, member)
            .iter()
            .filter_map(Json::as_str)
            .any(|pattern| glob(&pattern.to_lowercase(), &action.to_lowercase()))
    };
    list(definition, "properties/permissions")
        .iter()
        .any(|permission| fits(permission, "actions") && !fits(permission, "notActions"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_cover_what_they_say() {
        let covers = |role: &str, action: &str| {
            let role = built_in("").find(|body| text(body, "properties/roleName") == Some(role));
            cover(&role.unwrap_or_default(), action)
        };
        for (role, action, expected) in [
            (
                "Owner",
                "Microsoft.Authorization/roleAssignments/write",
                true,
            ),
            (
                "Contributor",
                "Microsoft.Logic/workflows/enable/action",
                true,
            ),
            (
                "Contributor",
                "Microsoft.Authorization/roleAssignments/write",
                false,
            ),
            (
                "Contributor",
                "Microsoft.Authorization/roleAssignments/read",
                true,
            ),
            ("Reader", "Microsoft.Logic/workflows/read", true),
            ("Reader", "Microsoft.Logic/workflows/write", false),
            (
                "Reader",
                "Microsoft.Logic/workflows/listCallbackUrl/action",
                false,
            ),
            (
                "Network Contributor",
                "microsoft.network/virtualNetworks/subnets/join/action",
                true,
            ),
            (
                "Network Contributor",
                "Microsoft.Logic/workflows/read",
                false,
            ),
            (
                "Logic App Contributor",
                "Microsoft.Logic/integrationServiceEnvironments/join/action",
                true,
            ),
            (
                "Logic App Contributor",
                "Microsoft.Network/virtualNetworks/read",
                false,
            ),
            (
                "User Access Administrator",
                "Microsoft.Authorization/locks/delete",
                true,
            ),
        ] {
            assert_eq!(covers(role, action), expected, "{role} {action}");
        }
    }
}
