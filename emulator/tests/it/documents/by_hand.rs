//! What was once accepted although no document has it.

use serde_json::{Value, json};

use super::{GROUPS, LOCKS, with_parents};
use crate::client::{
    Client, LOGIC_VERSION as LOGIC, NETWORK_VERSION as NETWORK, group, ise, logic, network,
};

/// The code with which a service refuses a body.
const CONTENT: &str = "InvalidRequestContent";
const FORMAT: &str = "InvalidRequestFormat";

#[tokio::test]
async fn wrong_kinds_of_values_and_unknown_ones_are_refused() {
    let client = with_parents().await;
    let space = json!({"addressPrefixes": ["10.0.0.0/16"]});
    let in_network = |member: &str, value: Value| {
        let mut body = json!({"location": "westeurope", "properties": {"addressSpace": space}});
        body["properties"][member] = value;
        (network("virtualNetworks/bad"), NETWORK, body, FORMAT)
    };
    let in_subnet = |member: &str, value: Value| {
        let mut body = json!({"properties": {"addressPrefix": "10.0.9.0/24"}});
        body["properties"][member] = value;
        (
            network("virtualNetworks/vnet/subnets/z"),
            NETWORK,
            body,
            FORMAT,
        )
    };
    let in_agreement = |member: &str, value: Value| {
        let party = json!({"qualifier": "AA", "value": "ZZ"});
        let mut body = json!({"properties": {"agreementType": "AS2", "hostPartner": "h", "guestPartner": "g",
            "hostIdentity": party, "guestIdentity": party, "content": {}}});
        body["properties"][member] = value;
        (
            logic("integrationAccounts/parent/agreements/g"),
            LOGIC,
            body,
            CONTENT,
        )
    };
    let rule = json!({"priority": "high", "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
        "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": 80});
    let lock = |properties: Value| {
        let path = format!("{}/providers/Microsoft.Authorization/locks/l", group());
        (path, LOCKS, json!({ "properties": properties }), CONTENT)
    };
    let account = json!({"location": "westeurope", "sku": {"name": "Standard"}, "properties": {"state": "Nonsense"}});
    for (path, version, body, code) in [
        in_network("enableDdosProtection", json!("maybe")),
        in_network("dhcpOptions", json!(7)),
        in_network("flowTimeoutInMinutes", json!("x")),
        in_network("addressSpace", json!("10.0.0.0/16")),
        (
            network("virtualNetworks/bad"),
            NETWORK,
            json!({"location": 5, "properties": {"addressSpace": space}}),
            FORMAT,
        ),
        in_subnet("serviceEndpoints", json!("x")),
        in_subnet("networkSecurityGroup", json!("x")),
        in_subnet("delegations", json!("x")),
        in_subnet("privateEndpointNetworkPolicies", json!("Nonsense")),
        (
            network("routeTables/r"),
            NETWORK,
            json!({"location": "westeurope", "properties": {"disableBgpRoutePropagation": "x"}}),
            FORMAT,
        ),
        (
            network("networkSecurityGroups/parent/securityRules/r"),
            NETWORK,
            json!({ "properties": rule }),
            FORMAT,
        ),
        (logic("integrationAccounts/a"), LOGIC, account, CONTENT),
        in_agreement("agreementType", json!("Nonsense")),
        in_agreement("guestPartner", json!(5)),
        in_agreement("hostIdentity", json!(1)),
        in_agreement("content", json!("x")),
        (
            group(),
            GROUPS,
            json!({"location": "westeurope", "properties": "x"}),
            CONTENT,
        ),
        (
            group(),
            GROUPS,
            json!({"location": "westeurope", "managedBy": 7}),
            CONTENT,
        ),
        lock(json!({"level": "CanNotDelete", "notes": 5})),
        lock(json!({"level": "CanNotDelete", "owners": [5]})),
        lock(json!({"level": "CanNotDelete", "owners": "me"})),
    ] {
        let answer = client.put(&path, version, body.clone()).await;
        assert_eq!(answer.error(), (400, code), "{path} {body}: {answer:?}");
    }
}

#[tokio::test]
async fn what_only_the_service_sets_is_dropped() {
    let client = Client::with_environment("Premium").await;
    let connector = json!({"properties": {
        "policies": {"content": "<mine/>"}, "apiDefinitionUrl": "http://mine", "metadata": {"source": "mine"},
        "connectionParameters": {"mine": {"type": "string"}}, "backendService": {"serviceUrl": "http://mine"},
        "apiDefinitions": {"originalSwaggerUrl": "http://mine"}
    }});
    let path = format!("{}/managedApis/servicebus", ise());
    let created = client.put(&path, LOGIC, connector).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert!(!created.body.to_string().contains("mine"), "{created:?}");

    let account = json!({"location": "westeurope", "sku": {"name": "Standard"}});
    client
        .put(&logic("integrationAccounts/a"), LOGIC, account)
        .await;
    // A link to a content elsewhere is the client's: a published example has one. What is said of it is not.
    let map = json!({"properties": {"mapType": "Xslt", "contentLink": {
        "uri": "http://elsewhere", "contentVersion": "mine", "contentSize": 7, "contentHash": {"algorithm": "mine", "value": "mine"}
    }}});
    let created = client
        .put(&logic("integrationAccounts/a/maps/m"), LOGIC, map)
        .await;
    let link = &created.body["properties"]["contentLink"];
    assert_eq!(
        (created.status, &link["uri"]),
        (201, &json!("http://elsewhere"))
    );
    assert!(
        !created.body.to_string().contains("mine") && link.get("contentSize").is_none(),
        "{link}"
    );
}

#[tokio::test]
async fn null_takes_a_tag_away() {
    let client = Client::with_subnets().await;
    let tags = json!({"tags": {"a": "1", "b": "2"}});
    let path = network("virtualNetworks/vnet");
    for (path, version) in [(path, NETWORK), (group(), GROUPS)] {
        client.patch(&path, version, tags.clone()).await;
        let change = json!({"tags": {"a": null, "b": "c"}});
        let changed = client.patch(&path, version, change).await;
        assert_eq!(changed.body["tags"], json!({"b": "c"}), "{changed:?}");
        let none = client.patch(&path, version, json!({"tags": null})).await;
        assert_eq!(
            (none.status, none.body.get("tags")),
            (200, None),
            "{none:?}"
        );
    }
}

#[tokio::test]
async fn plural_fields_of_rules_take_no_stars_and_no_tags() {
    let client = with_parents().await;
    let path = network("networkSecurityGroups/parent/securityRules/r");
    for (singular, plural, value) in [
        ("sourcePortRange", "sourcePortRanges", "*"),
        ("destinationPortRange", "destinationPortRanges", "*"),
        ("sourceAddressPrefix", "sourceAddressPrefixes", "*"),
        ("sourceAddressPrefix", "sourceAddressPrefixes", "Internet"),
        (
            "destinationAddressPrefix",
            "destinationAddressPrefixes",
            "*",
        ),
        (
            "destinationAddressPrefix",
            "destinationAddressPrefixes",
            "VirtualNetwork",
        ),
    ] {
        let mut body = json!({"properties": {
            "priority": 200, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": "*",
            "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*"
        }});
        let taken = client.put(&path, NETWORK, body.clone()).await;
        assert!(taken.status < 300, "{taken:?}");
        client.advance("1m").await;
        body["properties"][singular] = Value::Null;
        body["properties"][plural] = json!([value]);
        let answer = client.put(&path, NETWORK, body).await;
        let code = "SecurityRuleParameterContainsUnsupportedValue";
        assert_eq!(answer.error(), (400, code), "{plural} {value}");
    }
}
