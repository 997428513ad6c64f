//! Role definitions: the built-in ones that matter here, and those that clients make.

use crate::core::glob::glob;
use crate::core::json::{Json, json, list, text};
use crate::core::scope::NAMESPACE;
use crate::core::world::World;

/// The kind of object that a role definition is.
pub(super) const KIND: &str = "roleDefinitions";

/// A role that Azure defines.
struct BuiltIn {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    actions: &'static [&'static str],
    not_actions: &'static [&'static str],
}

/// The role that may do everything.
pub(super) const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

const BUILT_IN: [BuiltIn; 6] = [
    BuiltIn {
        id: OWNER,
        name: "Owner",
        description: "Everything, and who may do what.",
        actions: &["*"],
        not_actions: &[],
    },
    BuiltIn {
        id: "b24988ac-6180-42a0-ab88-20f7382dd24c",
        name: "Contributor",
        description: "Everything but who may do what.",
        actions: &["*"],
        not_actions: &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ],
    },
    BuiltIn {
        id: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        name: "Reader",
        description: "Reading, and no more.",
        actions: &["*/read"],
        not_actions: &[],
    },
    BuiltIn {
        id: "4d97b98b-1d4f-4787-a291-c67834d212e7",
        name: "Network Contributor",
        description: "Networks, but not access to them.",
        actions: &[
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Network/*",
            "Microsoft.ResourceHealth/availabilityStatuses/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Support/*",
        ],
        not_actions: &[],
    },
    BuiltIn {
        id: "87a39d53-fc1b-424a-814c-f7e04687dc9e",
        name: "Logic App Contributor",
        description: "Logic apps, but not access to them.",
        actions: &[
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Insights/diagnosticSettings/*",
            "Microsoft.Insights/logdefinitions/*",
            "Microsoft.Insights/metricAlerts/*",
            "Microsoft.Insights/metricDefinitions/*",
            "Microsoft.Logic/*",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/operationresults/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Storage/storageAccounts/listkeys/action",
            "Microsoft.Storage/storageAccounts/read",
            "Microsoft.Support/*",
            "Microsoft.Web/connectionGateways/*",
            "Microsoft.Web/connections/*",
            "Microsoft.Web/customApis/*",
            "Microsoft.Web/serverFarms/join/action",
            "Microsoft.Web/serverFarms/read",
            "Microsoft.Web/sites/functions/listSecrets/action",
        ],
        not_actions: &[],
    },
    BuiltIn {
        id: "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        name: "User Access Administrator",
        description: "Who may do what.",
        actions: &["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
        not_actions: &[],
    },
];

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
