//! Every published example of a write is accepted, and its answer has what the example's answer has.

use serde_json::{Value, json};

use crate::client::{Answer, Client, SUBSCRIPTION};
use crate::coverage::has_example;
use arm_specs::{Documents, Operation, documents, json_file};

/// Members of the examples' answers that ours lack, with the reason.
const ABSENT: &[(&str, &str, &str)] = &[
    (
        "AutoscaleSettings_Update",
        "/tags/$type",
        "a slip of the service, which clients take out again",
    ),
    (
        "Workflows_CreateOrUpdate",
        "/integrationServiceEnvironment",
        "the example's request names none",
    ),
    (
        "Workflows_Update",
        "/integrationAccount",
        "the example's workflow has one already",
    ),
    (
        "IntegrationServiceEnvironments_Update",
        "/encryptionConfiguration",
        "the example's environment has one already",
    ),
    (
        "Workflows_GenerateUpgradedDefinition",
        "/parameters/$connections",
        "the example's workflow has connections",
    ),
    (
        "Workflows_ListSwagger",
        "/simpleManualTrigger/paths/invoke",
        "the example's workflow has another trigger",
    ),
    (
        "IntegrationAccounts_ListKeyVaultKeys",
        "/skipToken",
        "all keys come at once",
    ),
    ("", "/contentLink/contentHash", "contents are not hashed"),
    (
        "IntegrationAccountMaps_CreateOrUpdate",
        "/contentLink/contentSize",
        "contents elsewhere are not fetched",
    ),
    (
        "IntegrationAccountSchemas_CreateOrUpdate",
        "/targetNamespace",
        "schemas are not read",
    ),
    (
        "IntegrationAccountSchemas_CreateOrUpdate",
        "/documentName",
        "schemas are not read",
    ),
    (
        "IntegrationServiceEnvironmentManagedApis_Put",
        "/iconUrl",
        "icons are at addresses of Azure's own",
    ),
    ("", "/flushConnection", "shown once a client has set it"),
    (
        "VirtualNetworks_CreateOrUpdate",
        "/regionalCommunity",
        "the communities of regions are not known",
    ),
    (
        "VirtualNetworkPeerings_CreateOrUpdate",
        "/remoteBgpCommunities",
        "the example's remote network has communities",
    ),
    (
        "VirtualNetworkPeerings_CreateOrUpdate",
        "/remoteVirtualNetworkEncryption",
        "the example's remote network is encrypted",
    ),
    (
        "VirtualNetworkPeerings_CreateOrUpdate",
        "AddressSpace",
        "peerings of subnets are taken as those of their networks",
    ),
    (
        "VirtualNetworkPeerings_CreateOrUpdate",
        "SubnetNames",
        "the example's peering has them already",
    ),
    (
        "",
        "/ipConfigurations",
        "newer answers leave an empty list out",
    ),
    (
        "",
        "/resourceNavigationLinks",
        "newer answers leave an empty list out",
    ),
    ("", "/purpose", "newer answers leave an empty text out"),
    (
        "Subnets_CreateOrUpdate",
        "/sharingScope",
        "the example's request has none",
    ),
    (
        "Subnets_CreateOrUpdate",
        "/defaultOutboundAccess",
        "the example's request has none",
    ),
];

#[tokio::test]
async fn published_examples_of_writes_are_accepted() {
    let Some(documents) = documents() else { return };
    let mut complaints = Vec::new();
    let mut tried = 0;
    for operation in &documents.operations {
        let path = operation.template.join("/");
        let in_group = path
            .to_lowercase()
            .starts_with("subscriptions/{subscriptionid}/resourcegroups/{");
        let newest = documents
            .find(&operation.method, &format!("/{path}"), "")
            .is_some_and(|newest| newest.version == operation.version);
        if !newest
            || !has_example(&operation.name)
            || !in_group
            || !["PUT", "PATCH", "POST"].contains(&operation.method.as_str())
        {
            continue;
        }
        for file in &operation.examples {
            tried += 1;
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            for complaint in attempt(documents, operation, json_file(file)).await {
                complaints.push(format!("{} by {name}: {complaint}", operation.name));
            }
        }
    }
    assert!(tried > 50, "only {tried} examples were found");
    assert!(
        complaints.is_empty(),
        "{tried} examples\n{}",
        complaints.join("\n")
    );
}

/// Sends an example to an emulator in which everything that it refers to is there.
pub(crate) async fn send(
    documents: &Documents,
    operation: &Operation,
    example: Value,
) -> (Answer, Value) {
    let subscription = example["parameters"]["subscriptionId"]
        .as_str()
        .unwrap_or("none");
    let example: Value = serde_json::from_str(
        &example
            .to_string()
            .replace(&format!("subscriptions/{subscription}"), &SUBSCRIPTION[1..]),
    )
    .expect("an example");
    let parameters = &example["parameters"];
    let mut path = String::new();
    for segment in &operation.template {
        let name = segment.trim_matches(['{', '}']);
        let value = match name {
            "subscriptionId" => SUBSCRIPTION.rsplit('/').next().unwrap_or_default(),
            name if segment.starts_with('{') => parameters[name].as_str().unwrap_or(name),
            literal => literal,
        };
        // Some names in the examples only say what they stand for.
        let value = value.replace([' ', '<', '>'], "");
        path = format!("{path}/{value}");
    }
    let body = operation
        .body
        .as_ref()
        .map_or(&Value::Null, |name| &parameters[name]);
    let client = Client::new().await;
    let place = Place {
        client: &client,
        documents,
        location: body["location"].as_str().unwrap_or("westus").to_owned(),
    };
    let mut wanted = Vec::new();
    references(body, &mut wanted);
    for reference in wanted {
        // What something is moved to must not be there, but its group must.
        let is_target = operation.name.ends_with("_Move");
        let group = reference.split("/providers/").next().unwrap_or_default();
        place
            .prepare(if is_target { group } else { &reference })
            .await;
    }
    let own = match operation.method.as_str() {
        "PUT" => path.rsplitn(3, '/').last().unwrap_or_default(),
        _ => &path,
    };
    place.prepare(own).await;
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let target = format!("{path}?api-version={}", operation.version);
    let answer = client.send(&operation.method, &target, &[], text).await;
    (answer, example)
}

/// What is wrong with the answer to an example.
async fn attempt(documents: &Documents, operation: &Operation, example: Value) -> Vec<String> {
    let (answer, example) = send(documents, operation, example).await;
    compare(operation, &example, &answer)
}

fn compare(operation: &Operation, example: &Value, answer: &Answer) -> Vec<String> {
    let Some(expected) = example["responses"].get(answer.status.to_string()) else {
        return vec![format!("{} {}", answer.status, answer.body)];
    };
    let mut missing = Vec::new();
    shape(&expected["body"], &answer.body, "", &mut missing);
    missing.retain(|path| {
        !ABSENT.iter().any(|(name, end, _)| {
            (name.is_empty() || *name == operation.name) && path.ends_with(end)
        })
    });
    missing
}

/// The members of an example's answer that ours lacks, or that are of another kind there.
fn shape(expected: &Value, found: &Value, path: &str, missing: &mut Vec<String>) {
    match (expected, found) {
        (Value::Null, _) => {}
        (Value::Object(members), Value::Object(_)) => {
            for (name, value) in members {
                shape(
                    value,
                    &found[name.as_str()],
                    &format!("{path}/{name}"),
                    missing,
                );
            }
        }
        (Value::Array(expected), Value::Array(found)) => {
            if let (Some(expected), Some(found)) = (expected.first(), found.first()) {
                shape(expected, found, &format!("{path}/0"), missing);
            }
        }
        _ if std::mem::discriminant(expected) == std::mem::discriminant(found) => {}
        _ => missing.push(format!("is {found}, not like {expected}: {path}")),
    }
}

/// Every id of a resource in a body.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.to_lowercase().contains("subscriptions/0") => {
            found.push(format!("/{}", text.trim_start_matches('/')));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        Value::Object(members) => members.values().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// An emulator that is being filled for an example.
struct Place<'a> {
    client: &'a Client,
    documents: &'a Documents,
    location: String,
}

impl Place<'_> {
    /// Creates a resource and everything above it, as far as the types are served.
    async fn prepare(&self, id: &str) {
        let segments: Vec<&str> = id.split('/').filter(|one| !one.is_empty()).collect();
        let [_, _, _, group, rest @ ..] = segments.as_slice() else {
            return;
        };
        let group = format!("{SUBSCRIPTION}/resourceGroups/{group}");
        self.create(&group, "2022-09-01", json!({"location": self.location}))
            .await;
        let [_, namespace, pairs @ ..] = rest else {
            return;
        };
        for depth in 1..=pairs.len() / 2 {
            let path = format!(
                "{group}/providers/{namespace}/{}",
                pairs[..2 * depth].join("/")
            );
            let kinds: Vec<&str> = pairs[..2 * depth].iter().step_by(2).copied().collect();
            let Some((version, body)) = self.body(&kinds.join("/"), &path, id).await else {
                return;
            };
            self.create(&path, &version, body).await;
        }
    }

    async fn create(&self, path: &str, version: &str, body: Value) {
        let found = self.client.get(path, version).await;
        let unknown = ["InvalidResourceNamespace", "InvalidResourceType"];
        if found.status == 200 || unknown.contains(&found.error().1) {
            return;
        }
        let answer = self.client.put(path, version, body).await;
        assert!(answer.status < 300, "{path}: {answer:?}");
        self.client.advance("3h").await;
    }

    /// What a resource of a type is created with: the least, or a published example.
    async fn body(&self, kinds: &str, path: &str, id: &str) -> Option<(String, Value)> {
        let location = &self.location;
        let body = match kinds.to_lowercase().as_str() {
            "virtualnetworks" => {
                // Networks that are peered lie apart.
                let space = if path.ends_with('2') {
                    "12.0.0.0/8"
                } else {
                    "10.0.0.0/8"
                };
                json!({"location": location, "properties": {"addressSpace": {"addressPrefixes": [space]}}})
            }
            "virtualnetworks/virtualnetworkpeerings" => {
                let networks = path.split("/virtualNetworks/").next().unwrap_or_default();
                let remote = format!("{networks}/virtualNetworks/remote2");
                Box::pin(self.prepare(&remote)).await;
                json!({"properties": {"remoteVirtualNetwork": {"id": remote}}})
            }
            "virtualnetworks/subnets" => {
                let parent = path.rsplitn(3, '/').last().unwrap_or_default();
                let vnet = self.client.get(parent, "2024-01-01").await.body;
                let number = vnet["properties"]["subnets"].as_array().map_or(0, Vec::len);
                json!({"properties": {"addressPrefix": format!("10.200.{number}.0/24")}})
            }
            "networksecuritygroups" | "routetables" => {
                json!({"location": location, "properties": {}})
            }
            "workflows" => self.workflow(id),
            "integrationaccounts" => {
                json!({"location": location, "sku": {"name": "Standard"}, "properties": {}})
            }
            "integrationserviceenvironments" => {
                let network = path.split("/Microsoft.Logic/").next().unwrap_or_default();
                let mut subnets = Vec::new();
                for number in 1..=4 {
                    let id = format!(
                        "{network}/Microsoft.Network/virtualNetworks/prepared/subnets/s{number}"
                    );
                    Box::pin(self.prepare(&id)).await;
                    subnets.push(json!({ "id": id }));
                }
                let access = json!({"type": "Internal"});
                json!({"location": location, "sku": {"name": "Developer", "capacity": 0},
                    "properties": {"networkConfiguration": {"accessEndpoint": access, "subnets": subnets}}})
            }
            _ => {
                let creation = self.documents.find("PUT", path, "")?;
                let example = json_file(creation.examples.first()?);
                let body = &example["parameters"][creation.body.as_deref()?];
                return Some((creation.version.clone(), body.clone()));
            }
        };
        let version = self
            .documents
            .find("PUT", path, "")
            .map(|found| found.version.clone());
        Some((version?, body))
    }

    /// A workflow with the trigger that an id is about.
    fn workflow(&self, id: &str) -> Value {
        let trigger = id.split("/triggers/").nth(1);
        let trigger = trigger
            .and_then(|rest| rest.split('/').next())
            .unwrap_or("manual");
        let definition = json!({
            "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
            "contentVersion": "1.0.0.0",
            "triggers": {trigger: {"type": "Request", "kind": "Http", "inputs": {"schema": {}}}},
            "actions": {}
        });
        json!({"location": self.location, "properties": {"definition": definition}})
    }
}
