//! ARM's published OpenAPI documents as a contract: every answer that tests get is held against them.
//!
//! The documents are not part of this repository: `ARM_SPECS` names a folder with them. Without it nothing is checked.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    reason = "a document that cannot be read ends a test, which says why"
)]

mod documents;
mod tables;

use serde_json::Value;

pub use documents::{Documents, Operation, documents, json_file};
pub use tables::tables;

/// Tells CI that tests have used something that is not part of this repository, and without which they pass unseen: leaves
/// a file of this name in the folder that `TESTED_WITH` names, if it names one.
pub fn tested_with(input: &str) {
    if let Some(folder) = std::env::var_os("TESTED_WITH") {
        std::fs::write(std::path::Path::new(&folder).join(input), "").expect("the folder is there");
    }
}

/// What ARM itself answers although its documents do not say so.
struct Deviation {
    /// How the operation's name starts.
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
        operation: "Tenants_List",
        complaint: "missing properties 'nextLink'",
        reason: "the same",
    },
    Deviation {
        operation: "IntegrationAccounts_CreateOrUpdate",
        complaint: "/error/details: not documented",
        reason: "the errors of ARM's own front have details, which Logic's document does not know",
    },
    Deviation {
        operation: "Workflows_",
        complaint: "/value: want object",
        reason: "the document says that a parameter's value is an object; it is any JSON, as workflow definitions have it",
    },
];

/// The member that tests plant, in requests and behind a client's back, to see that what nobody knows is kept.
const PLANTED: &str = "ofTheFuture";

/// Holds an answer to a request for `target`, a path with its query, against the document of its operation, if there is
/// one: what is wrong with it, and is no known deviation.
pub fn complaint(method: &str, target: &str, status: u16, body: &Value) -> Option<String> {
    let documents = documents()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let version = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("api-version="))
        .unwrap_or_default();
    let operation = documents.find(method, path, version)?;
    let is_known = |complaint: &String| {
        DEVIATIONS.iter().any(|deviation| {
            operation.name.starts_with(deviation.operation)
                && complaint.contains(deviation.complaint)
        })
    };
    let body = &without_planted(body.clone());
    let mut complaints = documents.complaints(operation, status, body);
    complaints.retain(|complaint| !is_known(complaint));
    if complaints.is_empty() {
        return None;
    }
    Some(format!(
        "{} ({method} {target}, status {status}) is not as published: {}\n{body:#}",
        operation.name,
        complaints.join("; ")
    ))
}

fn without_planted(mut body: Value) -> Value {
    match &mut body {
        Value::Object(members) => {
            members.remove(PLANTED);
            members
                .values_mut()
                .for_each(|member| *member = without_planted(member.take()));
        }
        Value::Array(elements) => elements
            .iter_mut()
            .for_each(|element| *element = without_planted(element.take())),
        _ => {}
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_as_published_is_found() {
        let Some(documents) = documents() else { return };
        let path = "/subscriptions/s/RESOURCEGROUPS/g/providers/microsoft.network/virtualNetworks/v/subnets/a";
        let get = documents
            .find("GET", path, "2024-01-01")
            .expect("an operation");
        assert_eq!(get.name, "Subnets_Get");
        for (status, body, complaints) in [
            (200, json!({"name": "a"}), &[][..]),
            (
                200,
                json!({"name": 1}),
                &["/name: want string, but got number"],
            ),
            (200, json!({"nam": "a"}), &["/nam: not documented"]),
            (
                200,
                json!({"nam": "a", "nom": "a"}),
                &["/nam: not documented", "/nom: not documented"],
            ),
            (
                200,
                json!({"properties": {"delegations": [{"nam": "a"}]}}),
                &["/properties/delegations/0/nam: not documented"],
            ),
            (
                200,
                json!({"properties": {"provisioningState": "Odd"}}),
                &["must be one of"],
            ),
            (200, Value::Null, &["has a body"]),
            (201, json!({}), &["status 201 is not documented"]),
            (
                404,
                json!({"error": {"code": "NotFound", "message": "No."}}),
                &[],
            ),
            (404, json!({"code": "NotFound"}), &["/code: not documented"]),
        ] {
            let found = documents.complaints(get, status, &body);
            assert_eq!(found.len(), complaints.len(), "{status} {body}: {found:?}");
            for (complaint, part) in found.iter().zip(complaints) {
                assert!(complaint.contains(part), "{status} {body}: {found:?}");
            }
        }
    }

    #[test]
    fn a_deviation_excuses_only_itself() {
        if documents().is_none() {
            return;
        }
        let target = "/subscriptions?api-version=2022-12-01";
        let missing = json!({"value": []});
        assert_eq!(complaint("GET", target, 200, &missing), None);
        let odd = json!({"value": 1});
        assert!(complaint("GET", target, 200, &odd).is_some());
        let target = "/subscriptions/s/resourceGroups/g?api-version=2022-09-01";
        let planted = json!({"location": "westus", "properties": {"ofTheFuture": {"kept": 1}}});
        assert_eq!(complaint("GET", target, 200, &planted), None);
        let unknown = json!({"location": "westus", "ofTheFuture": 1, "unheardOf": 1});
        assert!(complaint("GET", target, 200, &unknown).is_some());
    }
}
