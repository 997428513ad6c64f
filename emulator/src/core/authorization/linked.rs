//! The resources that a write links to, each with the action that it takes to link to it.

use super::action::Asked;
use crate::core::call::Call;
use crate::core::json::Json;

const JOIN_SUBNET: &str = "Microsoft.Network/virtualNetworks/subnets/join/action";
const JOIN_GROUP: &str = "Microsoft.Network/networkSecurityGroups/join/action";
const JOIN_TABLE: &str = "Microsoft.Network/routeTables/join/action";
const JOIN_ENVIRONMENT: &str = "Microsoft.Logic/integrationServiceEnvironments/join/action";
const JOIN_ACCOUNT: &str = "Microsoft.Logic/integrationAccounts/join/action";
const ASSIGN_IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";

/// The action of a write, the members with the ids it links to (`*` is every element, `#` every name) and what that takes.
const LINKS: &[(&str, &str, &str)] = &[
    (
        "Microsoft.Logic/integrationServiceEnvironments/write",
        "properties/networkConfiguration/subnets/*/id",
        JOIN_SUBNET,
    ),
    (
        "Microsoft.Network/virtualNetworks/subnets/write",
        "properties/networkSecurityGroup/id",
        JOIN_GROUP,
    ),
    (
        "Microsoft.Network/virtualNetworks/subnets/write",
        "properties/routeTable/id",
        JOIN_TABLE,
    ),
    (
        "Microsoft.Network/virtualNetworks/write",
        "properties/subnets/*/properties/networkSecurityGroup/id",
        JOIN_GROUP,
    ),
    (
        "Microsoft.Network/virtualNetworks/write",
        "properties/subnets/*/properties/routeTable/id",
        JOIN_TABLE,
    ),
    (
        "Microsoft.Logic/workflows/write",
        "properties/integrationServiceEnvironment/id",
        JOIN_ENVIRONMENT,
    ),
    (
        "Microsoft.Logic/workflows/write",
        "properties/integrationAccount/id",
        JOIN_ACCOUNT,
    ),
    (
        "Microsoft.Logic/integrationAccounts/write",
        "properties/integrationServiceEnvironment/id",
        JOIN_ENVIRONMENT,
    ),
    (
        "Microsoft.Logic/workflows/write",
        "identity/userAssignedIdentities/#",
        ASSIGN_IDENTITY,
    ),
    (
        "Microsoft.Logic/integrationServiceEnvironments/write",
        "identity/userAssignedIdentities/#",
        ASSIGN_IDENTITY,
    ),
];

/// The actions and the ids they are on.
pub(super) fn links(asked: &Asked, call: &Call) -> Vec<(&'static str, String)> {
    let linking: Vec<_> = LINKS
        .iter()
        .filter(|(write, ..)| *write == asked.action)
        .collect();
    if linking.is_empty() {
        return Vec::new();
    }
    // A body that cannot be read is refused later, with a better reason.
    let body = call.spelled().unwrap_or_default();
    let mut found = Vec::new();
    for (_, path, action) in linking {
        let mut ids = Vec::new();
        collect(&body, path, &mut ids);
        found.extend(ids.into_iter().map(|id| (*action, id)));
    }
    found
}

fn collect(value: &Json, path: &str, ids: &mut Vec<String>) {
    let (member, rest) = path.split_once('/').unwrap_or((path, ""));
    match (member, value) {
        ("", Json::String(id)) => ids.push(id.clone()),
        ("*", Json::Array(elements)) => {
            elements
                .iter()
                .for_each(|element| collect(element, rest, ids));
        }
        ("#", Json::Object(members)) => ids.extend(members.keys().cloned()),
        (member, Json::Object(members)) => {
            if let Some(value) = members.get(member) {
                collect(value, rest, ids);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::json;

    #[test]
    fn ids_are_found_where_they_are() {
        let body = json!({"a": {"list": [{"id": "x"}, {"id": "y"}, {"id": 1}, {}]}, "names": {"p": {}, "q": null}, "one": {"id": "z"}});
        for (path, expected) in [
            ("a/list/*/id", vec!["x", "y"]),
            ("names/#", vec!["p", "q"]),
            ("one/id", vec!["z"]),
            ("one/none", vec![]),
            ("one/id/deeper", vec![]),
        ] {
            let mut ids = Vec::new();
            collect(&body, path, &mut ids);
            assert_eq!(ids, expected, "{path}");
        }
    }
}
