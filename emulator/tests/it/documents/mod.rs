//! Requests are held against the published documents.

mod actions;
mod by_hand;
mod fresh;
mod generated;
mod lenient;
mod table;

use serde_json::{Value, json};

use crate::client::{Answer, Client, LOGIC_VERSION, NETWORK_VERSION, logic, network};

const GROUPS: &str = "2022-09-01";
const AUTOSCALE: &str = "2022-10-01";
const LOCKS: &str = "2020-05-01";

/// Whether a request was refused because its body is not as published.
fn is_refused(answer: &Answer) -> bool {
    let codes = ["InvalidRequestContent", "InvalidRequestFormat"];
    let (status, code) = answer.error();
    status == 400 && codes.contains(&code) && answer.body.to_string().contains("Path '")
}

/// A client with one resource of every type that has children.
async fn with_parents() -> Client {
    let client = Client::with_environment("Premium").await;
    for kind in ["networkSecurityGroups/parent", "routeTables/parent"] {
        client
            .settle(&network(kind), json!({"location": "westeurope"}))
            .await;
    }
    let account = json!({"location": "westeurope", "sku": {"name": "Standard"}});
    let created = client
        .put(&logic("integrationAccounts/parent"), LOGIC_VERSION, account)
        .await;
    assert_eq!(created.status, 201);
    client
}

/// A body of each type that is accepted, with its path and its version.
fn accepted() -> Vec<(String, &'static str, Value)> {
    let mut bodies = vec![
        (
            crate::client::group().replace("/g", "/new"),
            GROUPS,
            json!({"location": "westeurope", "managedBy": "me", "tags": {"a": "b"}}),
        ),
        (
            format!(
                "{}/providers/Microsoft.Insights/autoscaleSettings/new",
                crate::client::group()
            ),
            AUTOSCALE,
            json!({"location": "westeurope", "properties": {"profiles": [
                {"name": "all", "capacity": {"minimum": "0", "maximum": "1", "default": "0"}, "rules": []}
            ]}}),
        ),
        (
            format!(
                "{}/providers/Microsoft.Authorization/locks/new",
                logic("integrationAccounts/parent")
            ),
            LOCKS,
            json!({"properties": {"level": "CanNotDelete", "notes": "n", "owners": [{"applicationId": "a"}]}}),
        ),
    ];
    let rule = json!({"properties": {
        "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": "*",
        "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "80"
    }});
    let route = json!({"properties": {"addressPrefix": "10.0.0.0/8", "nextHopType": "Internet"}});
    let space = json!({"addressPrefixes": ["10.0.0.0/16"]});
    for (path, body) in [
        (
            "virtualNetworks/new",
            json!({"location": "westeurope", "properties": {"addressSpace": space}}),
        ),
        (
            "virtualNetworks/vnet/virtualNetworkPeerings/new",
            json!({"properties": {"remoteVirtualNetwork": {"id": network("virtualNetworks/other")}}}),
        ),
        (
            "virtualNetworks/vnet/subnets/new",
            json!({"properties": {"addressPrefix": "10.0.9.0/24"}}),
        ),
        (
            "networkSecurityGroups/new",
            json!({"location": "westeurope", "properties": {}}),
        ),
        ("networkSecurityGroups/parent/securityRules/new", rule),
        (
            "routeTables/new",
            json!({"location": "westeurope", "properties": {}}),
        ),
        ("routeTables/parent/routes/new", route),
    ] {
        bodies.push((network(path), NETWORK_VERSION, body));
    }
    let definition = json!({"$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
        "contentVersion": "1.0.0.0", "triggers": {}, "actions": {}});
    let party = json!({"qualifier": "AA", "value": "ZZ"});
    for (path, body) in [
        (
            "workflows/new",
            json!({"location": "westeurope", "properties": {"definition": definition}}),
        ),
        (
            "integrationAccounts/new",
            json!({"location": "westeurope", "sku": {"name": "Free"}, "properties": {}}),
        ),
        (
            "integrationServiceEnvironments/new",
            crate::client::environment("Premium", 0),
        ),
        (
            "integrationServiceEnvironments/ise/managedApis/new",
            json!({"properties": {}}),
        ),
        (
            "integrationAccounts/parent/assemblies/new",
            json!({"properties": {"assemblyName": "a", "content": "x"}}),
        ),
        (
            "integrationAccounts/parent/batchConfigurations/new",
            json!({"properties": {"batchGroupName": "b", "releaseCriteria": {"messageCount": 1}}}),
        ),
        (
            "integrationAccounts/parent/certificates/new",
            json!({"properties": {}}),
        ),
        (
            "integrationAccounts/parent/maps/new",
            json!({"properties": {"mapType": "Xslt", "content": "<x/>"}}),
        ),
        (
            "integrationAccounts/parent/partners/new",
            json!({"properties": {"partnerType": "B2B", "content": {}}}),
        ),
        (
            "integrationAccounts/parent/schemas/new",
            json!({"properties": {"schemaType": "Xml", "content": "<x/>"}}),
        ),
        (
            "integrationAccounts/parent/sessions/new",
            json!({"properties": {"content": {}}}),
        ),
        (
            "integrationAccounts/parent/agreements/new",
            json!({"properties": {
                "agreementType": "AS2", "hostPartner": "h", "guestPartner": "g", "hostIdentity": party, "guestIdentity": party, "content": {}
            }}),
        ),
    ] {
        bodies.push((logic(path), LOGIC_VERSION, body));
    }
    bodies
}
