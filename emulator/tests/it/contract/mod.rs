//! The published OpenAPI documents as a contract: every answer that the tests here get is held against them.
//!
//! The documents are not part of this repository: `ARM_SPECS` names a folder with them. Without it nothing is checked.

mod coverage;
mod documents;
mod examples;

use serde_json::{Value, json};

use documents::documents;

/// What ARM itself answers although its documents do not say so.
struct Deviation {
    operation: &'static str,
    /// A part of the complaint.
    complaint: &'static str,
    #[expect(dead_code, reason = "for people")]
    reason: &'static str,
}

const DEVIATIONS: &[Deviation] = &[
    Deviation {
        operation: "ResourceGroups_Get",
        complaint: "status 5",
        reason: "a fault gives an answer without a body, as Azure's front ends do when they fail",
    },
    Deviation {
        operation: "IntegrationServiceEnvironmentNetworkHealth_Get",
        complaint: "networkDependencyHealthState: value must be one of",
        reason: "the document's own example says Healthy, which its list of values lacks",
    },
    Deviation {
        operation: "Subscriptions_List",
        complaint: "missing properties 'nextLink'",
        reason: "ARM has no link on a last page, though the document requires one",
    },
    Deviation {
        operation: "IntegrationAccounts_CreateOrUpdate",
        complaint: "/error/details: not documented",
        reason: "the errors of ARM's own front have details, which Logic's document does not know",
    },
    Deviation {
        operation: "",
        complaint: "/properties/novel: not documented",
        reason: "members that a client sends and the emulator does not know are kept: a test sends this one",
    },
];

/// Holds an answer against the document of its operation, if there is one.
pub(crate) fn check(method: &str, target: &str, status: u16, body: &Value) {
    let Some(documents) = documents() else { return };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let version = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("api-version="))
        .unwrap_or_default();
    let Some(operation) = documents.find(method, path, version) else {
        return;
    };
    let Some(complaint) = documents.complaint(operation, status, body) else {
        return;
    };
    let known = DEVIATIONS.iter().any(|deviation| {
        ["", operation.name.as_str()].contains(&deviation.operation)
            && complaint.contains(deviation.complaint)
    });
    assert!(
        known,
        "{} ({method} {target}) is not as published: {complaint}\n{body:#}",
        operation.name
    );
}

#[test]
fn what_is_not_as_published_is_found() {
    let Some(documents) = documents() else { return };
    let path =
        "/subscriptions/s/RESOURCEGROUPS/g/providers/microsoft.network/virtualNetworks/v/subnets/a";
    let get = documents
        .find("GET", path, "2024-01-01")
        .expect("an operation");
    assert_eq!(get.name, "Subnets_Get");
    for (status, body, complaint) in [
        (200, json!({"name": "a"}), None),
        (
            200,
            json!({"name": 1}),
            Some("/name: want string, but got number"),
        ),
        (200, json!({"nam": "a"}), Some("/nam: not documented")),
        (
            200,
            json!({"properties": {"delegations": [{"nam": "a"}]}}),
            Some("/properties/delegations/0/nam: not documented"),
        ),
        (
            200,
            json!({"properties": {"provisioningState": "Odd"}}),
            Some("must be one of"),
        ),
        (200, Value::Null, Some("has a body")),
        (201, json!({}), Some("status 201 is not documented")),
        (
            404,
            json!({"error": {"code": "NotFound", "message": "No."}}),
            None,
        ),
        (
            404,
            json!({"code": "NotFound"}),
            Some("/code: not documented"),
        ),
    ] {
        let found = documents.complaint(get, status, &body);
        match (complaint, &found) {
            (None, None) => {}
            (Some(part), Some(text)) if text.contains(part) => {}
            _ => panic!("{status} {body}: {found:?}, not {complaint:?}"),
        }
    }
}
