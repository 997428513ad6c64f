//! Every published operation with an example is served, or listed here with the reason why not.

use arm_specs::{documents, json_file};

use crate::examples::send;

/// What is not served, by the start of its name, with the reason. ARM refuses types that it does not know in the same way.
const NOT_SERVED: &[(&str, &str)] = &[
    (
        "Operations_List",
        "descriptions of roles' actions, for portals",
    ),
    (
        "Providers_GetAtTenantScope",
        "providers are asked for by subscription",
    ),
    (
        "Providers_ProviderPermissions",
        "permissions of applications in other tenants",
    ),
    (
        "ServiceTags_List",
        "the addresses of Azure's services are not known here",
    ),
    (
        "Subnets_PrepareNetworkPolicies",
        "what services of Azure ask of Network",
    ),
    (
        "Subnets_UnprepareNetworkPolicies",
        "what services of Azure ask of Network",
    ),
    ("Subscriptions_CheckZonePeers", "there are no zones"),
    (
        "Tags_Create",
        "names of tags are not kept apart from resources",
    ),
    (
        "Tags_List",
        "names of tags are not kept apart from resources",
    ),
    (
        "Tags_DeleteValue",
        "names of tags are not kept apart from resources",
    ),
    ("Usages_List", "there are no quotas"),
    (
        "VirtualNetworks_ListDdosProtectionStatus",
        "there are no attacks",
    ),
];

/// What tests beside this one send: the examples are about something with a name that the service gave, or about types
/// that are not served.
const SENT_ELSEWHERE: &[&str] = &[
    "ManagementLocks_CreateOrUpdateAtResourceLevel",
    "ManagementLocks_DeleteAtResourceLevel",
    "ManagementLocks_GetAtResourceLevel",
    "ManagementLocks_ListAtResourceLevel",
    "ProviderResourceTypes_List",
    "Providers_Get",
    "ResourceGroups_ExportTemplate",
    "Tags_CreateOrUpdateAtScope",
    "Tags_DeleteAtScope",
    "Tags_GetAtScope",
    "Tags_UpdateAtScope",
    "Tenants_List",
    "WorkflowRunActionRepetitions_ListExpressionTraces",
    "WorkflowRunActions_ListExpressionTraces",
    "WorkflowRuns_Cancel",
    "WorkflowTriggerHistories_Resubmit",
    "WorkflowVersionTriggers_ListCallbackUrl",
];

/// What an answer says when nobody serves an operation.
const UNKNOWN: [&str; 3] = [
    "InvalidResourceType",
    "InvalidResourceNamespace",
    "HttpMethodNotAllowed",
];

/// Whether the published example of an operation is answered as the example says.
pub(crate) fn has_example(operation: &str) -> bool {
    !SENT_ELSEWHERE.contains(&operation)
        && !NOT_SERVED
            .iter()
            .any(|(start, _)| operation.starts_with(start))
}

#[tokio::test]
async fn published_operations_are_served_or_listed() {
    let Some(documents) = documents() else { return };
    let mut wrong = Vec::new();
    for operation in &documents.operations {
        let path = format!("/{}", operation.template.join("/"));
        let newest = documents
            .find(&operation.method, &path, "")
            .is_some_and(|newest| newest.version == operation.version);
        let name = operation.name.as_str();
        let Some(example) = operation.examples.first() else {
            continue;
        };
        if !newest || SENT_ELSEWHERE.contains(&name) {
            continue;
        }
        let (answer, _) = send(documents, operation, json_file(example)).await;
        let message = answer.body["error"]["message"].as_str().unwrap_or_default();
        let served =
            !UNKNOWN.contains(&answer.error().1) && !message.contains("No resource matches");
        if served != has_example(name) {
            wrong.push(format!("{name}: {} {}", answer.status, answer.body));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
