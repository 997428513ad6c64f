//! Resource groups and what ARM's front answers.

use serde_json::{Value, json};

use crate::client::{
    Client, LOGIC_VERSION, NETWORK_VERSION, SUBSCRIPTION, group, ise, logic, network,
};

const VERSION: &str = "2022-09-01";

#[tokio::test]
async fn a_group_keeps_its_casing_and_is_found_in_any() {
    let client = Client::new().await;
    let path = format!("{SUBSCRIPTION}/resourceGroups/MyGroup");
    let created = client
        .put(
            &path,
            VERSION,
            json!({"location": "West US", "tags": {"a": "b"}}),
        )
        .await;
    assert_eq!(created.status, 201);
    assert_eq!(
        created.body,
        json!({
            "id": path, "name": "MyGroup", "type": "Microsoft.Resources/resourceGroups", "location": "westus",
            "tags": {"a": "b"}, "properties": {"provisioningState": "Succeeded"}
        })
    );
    let found = client
        .get(
            &format!("{SUBSCRIPTION}/resourcegroups/MYGROUP").to_uppercase(),
            VERSION,
        )
        .await;
    assert_eq!((found.status, &found.body), (200, &created.body));
    let again = client
        .put(&path.to_lowercase(), VERSION, json!({"location": "westus"}))
        .await;
    assert_eq!(
        (again.status, &again.body["name"], again.body.get("tags")),
        (200, &json!("MyGroup"), None)
    );
    let moved = client
        .put(&path, VERSION, json!({"location": "northeurope"}))
        .await;
    assert_eq!(moved.error(), (409, "InvalidResourceGroupLocation"));
}

#[tokio::test]
async fn the_front_refuses_what_it_does_not_know() {
    let client = Client::with_group().await;
    let version = NETWORK_VERSION;
    let missing = format!("{SUBSCRIPTION}/resourceGroups/none");
    for (path, version, expected) in [
        (group(), "", (400, "MissingApiVersionParameter")),
        (group(), "1999-01-01", (400, "InvalidApiVersionParameter")),
        (
            network("virtualNetworks/vnet"),
            "1999-01-01",
            (400, "NoRegisteredProviderFound"),
        ),
        (
            network("natGateways/v"),
            version,
            (404, "InvalidResourceType"),
        ),
        (
            format!("{}/providers/Microsoft.Foo/bars/b", group()),
            version,
            (404, "InvalidResourceNamespace"),
        ),
        (missing.clone(), VERSION, (404, "ResourceGroupNotFound")),
        (
            format!("{missing}/providers/Microsoft.Network/virtualNetworks/vnet"),
            version,
            (404, "ResourceGroupNotFound"),
        ),
        (
            network("virtualNetworks/vnet"),
            version,
            (404, "ResourceNotFound"),
        ),
        (
            network("virtualNetworks/vnet/subnets/s"),
            version,
            (404, "ResourceNotFound"),
        ),
        (
            network("virtualNetworks/vnet/subnets"),
            version,
            (404, "ResourceNotFound"),
        ),
        (
            "/subscriptions/mine/resourceGroups".to_owned(),
            VERSION,
            (400, "InvalidSubscriptionId"),
        ),
    ] {
        assert_eq!(client.get(&path, version).await.error(), expected, "{path}");
    }
    let child = client
        .put(
            &network("virtualNetworks/vnet/subnets/s"),
            version,
            json!({}),
        )
        .await;
    assert_eq!(child.error(), (404, "ParentResourceNotFound"));
    assert_eq!(child.header("x-ms-failure-cause"), "gateway");
    assert_eq!(
        client
            .delete(&network("virtualNetworks/vnet"), version)
            .await
            .status,
        204
    );
    let unread = client
        .send(
            "PUT",
            &format!("{}?api-version={VERSION}", group()),
            &[],
            "{".to_owned(),
        )
        .await;
    assert_eq!(unread.error(), (400, "InvalidRequestContent"));
    assert_eq!(
        client.put(&group(), VERSION, json!({})).await.error(),
        (400, "LocationRequired")
    );
}

#[tokio::test]
async fn every_answer_carries_the_headers_of_arm() {
    let client = Client::with_group().await;
    let id = "6f0e7a66-9b35-4c57-8a6d-0d6f7c0fb0f1";
    let headers = [
        ("x-ms-correlation-request-id", id),
        ("x-ms-client-request-id", "mine"),
        ("x-ms-return-client-request-id", "true"),
    ];
    let answer = client
        .send(
            "GET",
            &format!("{}?api-version={VERSION}", group()),
            &headers,
            String::new(),
        )
        .await;
    assert_eq!(answer.header("x-ms-correlation-request-id"), id);
    assert_eq!(answer.header("x-ms-client-request-id"), "mine");
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert!(
        answer
            .header("x-ms-routing-request-id")
            .starts_with("WESTEUROPE:")
    );
    assert!(
        answer
            .header("x-ms-ratelimit-remaining-subscription-reads")
            .parse::<u32>()
            .is_ok()
    );
}

#[tokio::test]
async fn deleting_a_group_takes_what_is_in_it_along() {
    let client = Client::with_group().await;
    let vnet = network("virtualNetworks/vnet");
    client.settle(&vnet, json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}})).await;
    let accepted = client.delete(&group(), VERSION).await;
    assert_eq!((accepted.status, &accepted.body), (202, &Value::Null));
    let location = accepted.header("location").to_owned();
    let waiting = client.follow(&location).await;
    assert_eq!((waiting.status, waiting.header("retry-after")), (202, "15"));
    assert_eq!(
        client.get(&group(), VERSION).await.body["properties"]["provisioningState"],
        "Deleting"
    );
    let refused = client
        .put(
            &logic("workflows/w"),
            "2019-05-01",
            json!({"location": "westeurope"}),
        )
        .await;
    assert!(refused.status >= 400);
    let refused = client
        .put(&vnet, NETWORK_VERSION, json!({"location": "westeurope"}))
        .await;
    assert_eq!(refused.error(), (409, "ResourceGroupBeingDeleted"));
    client.advance("1m").await;
    let done = client.follow(&location).await;
    assert_eq!((done.status, &done.body), (200, &Value::Null));
    assert_eq!(
        client.get(&vnet, NETWORK_VERSION).await.error(),
        (404, "ResourceGroupNotFound")
    );
}

#[tokio::test]
async fn providers_and_subscriptions_are_listed() {
    let client = Client::with_group().await;
    let providers = client
        .get(&format!("{SUBSCRIPTION}/providers"), VERSION)
        .await;
    let names: Vec<&Value> = providers.body["value"]
        .as_array()
        .expect("providers")
        .iter()
        .map(|one| &one["namespace"])
        .collect();
    assert!(names.contains(&&json!("Microsoft.Network")), "{names:?}");
    let registered = client
        .post(
            &format!("{SUBSCRIPTION}/providers/microsoft.network/register"),
            "2016-02-01",
            json!({}),
        )
        .await;
    assert_eq!(
        (registered.status, &registered.body["registrationState"]),
        (200, &json!("Registered"))
    );
    // In two spellings it is one subscription.
    let other = "/subscriptions/bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb";
    for group in [
        format!("{other}/resourceGroups/one"),
        format!(
            "{}/resourceGroups/two",
            other.replace('b', "B").replace("suB", "sub")
        ),
    ] {
        let created = client
            .put(&group, VERSION, json!({"location": "westeurope"}))
            .await;
        assert_eq!(created.status, 201, "{created:?}");
    }
    let subscriptions = client.get("/subscriptions", "2022-12-01").await;
    assert_eq!(subscriptions.body["value"][0]["id"], SUBSCRIPTION);
    assert_eq!(
        subscriptions.body["value"].as_array().map(Vec::len),
        Some(2),
        "{subscriptions:?}"
    );
}

#[tokio::test]
async fn a_provider_serves_while_it_is_registered() {
    let client = Client::with_group().await;
    let provider = format!("{SUBSCRIPTION}/providers/microsoft.logic");
    let state = async || {
        let body = client.get(&provider, VERSION).await.body;
        body["registrationState"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let account = logic("integrationAccounts/account");
    let body = json!({"location": "westeurope", "sku": {"name": "Free"}, "properties": {}});
    client.put(&account, "2019-05-01", body.clone()).await;
    let unregister = format!("{provider}/UNREGISTER");
    let used = client.post(&unregister, VERSION, json!({})).await;
    assert_eq!(used.error(), (409, "ResourceProviderInUse"));

    client.delete(&account, "2019-05-01").await;
    let going = client.post(&unregister, VERSION, json!({})).await;
    assert_eq!(
        (going.status, &going.body["registrationState"]),
        (200, &json!("Unregistering"))
    );
    client.advance("1m").await;
    assert_eq!(state().await, "Unregistered");
    let refused = client.put(&account, "2019-05-01", body.clone()).await;
    assert_eq!(refused.error(), (409, "MissingSubscriptionRegistration"));
    assert_eq!(
        refused.body["error"]["message"],
        "The subscription is not registered to use namespace 'Microsoft.Logic'. \
         See https://aka.ms/rps-not-found for how to register subscriptions."
    );
    // Another subscription has registrations of its own.
    let other = provider.replace("0001/", "0002/");
    let other = client.get(&other, VERSION).await.body;
    assert_eq!(other["registrationState"], "Registered");

    let register = format!("{provider}/register");
    let coming = client.post(&register, "2016-02-01", json!({})).await;
    assert_eq!(coming.body["registrationState"], "Registering");
    client.advance("30s").await;
    client.post(&register, "2016-02-01", json!({})).await;
    client.advance("30s").await;
    assert_eq!(state().await, "Registered");
    assert_eq!(client.put(&account, "2019-05-01", body).await.status, 201);
    let own = format!("{SUBSCRIPTION}/providers/Microsoft.Resources/unregister");
    let own = client.post(&own, VERSION, json!({})).await;
    assert_eq!(own.error(), (409, "ResourceProviderInUse"));
}

#[tokio::test]
async fn lists_are_filtered_expanded_and_cut_into_pages() {
    let client = Client::with_group().await;
    let other = format!("{SUBSCRIPTION}/resourceGroups/other");
    let tagged = json!({"location": "westus", "tags": {"team": "b", "cost": "a"}});
    client.put(&other, VERSION, tagged).await;
    for (number, team) in [(1, "a"), (2, "b"), (3, "b")] {
        let path = network(&format!("routeTables/t{number}"));
        client
            .settle(
                &path,
                json!({"location": "westus", "tags": {"team": team}, "properties": {}}),
            )
            .await;
    }
    let names = async |path: &str, query: &str| {
        let target = format!("{path}?api-version={VERSION}&{query}");
        let answer = client.send("GET", &target, &[], String::new()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let value = answer.body["value"].as_array().expect("a list").iter();
        value
            .map(|one| one["name"].as_str().expect("a name").to_owned())
            .collect::<Vec<_>>()
    };
    let resources = format!("{SUBSCRIPTION}/resources");
    for (query, expected) in [
        (
            "$filter=resourceType%20eq%20'microsoft.network/ROUTETABLES'",
            &["t1", "t2", "t3"][..],
        ),
        (
            "$filter=name%20eq%20't2'%20or%20name%20eq%20't3'",
            &["t2", "t3"],
        ),
        (
            "$filter=tagName%20eq%20'team'%20and%20tagValue%20eq%20'b'",
            &["t2", "t3"],
        ),
        ("$filter=resourceGroup%20eq%20'other'", &[]),
        ("$filter=location%20ne%20'westus'", &[]),
    ] {
        assert_eq!(names(&resources, query).await, expected, "{query}");
    }
    let groups = format!("{SUBSCRIPTION}/resourcegroups");
    let query = "$filter=tagname%20eq%20'team'%20and%20tagvalue%20eq%20'b'";
    assert_eq!(names(&groups, query).await, ["other"]);
    let query = "$filter=tagname%20eq%20'team'%20and%20tagvalue%20eq%20'a'";
    assert!(
        names(&groups, query).await.is_empty(),
        "the value of another tag"
    );

    let target =
        format!("{resources}?api-version={VERSION}&$top=2&$expand=createdTime,provisioningState");
    let first = client.send("GET", &target, &[], String::new()).await.body;
    assert_eq!(first["value"][0]["provisioningState"], "Succeeded");
    assert!(
        first["value"][0]["createdTime"].is_string() && first["value"][0]["changedTime"].is_null()
    );
    let link = first["nextLink"].as_str().expect("a link");
    let last = client.follow(link).await.body;
    assert_eq!(
        (&last["value"][0]["name"], last.get("nextLink")),
        (&json!("t3"), None)
    );
    for wrong in [
        "$filter=size%20eq%20'1'",
        "$expand=secrets",
        "$top=many",
        "$skipToken=2",
    ] {
        let target = format!("{resources}?api-version={VERSION}&{wrong}");
        let refused = client.send("GET", &target, &[], String::new()).await;
        assert_eq!(refused.status, 400, "{wrong}: {refused:?}");
    }
    // The token of one list is none of another.
    let token = link.split("skipToken=").nth(1).expect("a token");
    let target = format!(
        "{}/resources?api-version={VERSION}&$skipToken={token}",
        group()
    );
    assert_eq!(
        client
            .send("GET", &target, &[], String::new())
            .await
            .error(),
        (400, "InvalidParameter")
    );
}

#[tokio::test]
async fn regions_are_known_and_others_refused() {
    let client = Client::with_group().await;
    let listed = client
        .get(&format!("{SUBSCRIPTION}/locations"), "2022-12-01")
        .await
        .body;
    let listed = listed["value"].as_array().expect("regions");
    let west = listed
        .iter()
        .find(|region| region["name"] == "westeurope")
        .expect("West Europe");
    assert_eq!(
        (&west["displayName"], &west["regionalDisplayName"]),
        (&json!("West Europe"), &json!("(Europe) West Europe"))
    );
    let nowhere = json!({"location": "West Europa"});
    let group = client
        .put(
            &format!("{SUBSCRIPTION}/resourceGroups/x"),
            VERSION,
            nowhere.clone(),
        )
        .await;
    assert_eq!(group.error(), (400, "LocationNotAvailableForResourceGroup"));
    let table = client
        .put(&network("routeTables/t"), NETWORK_VERSION, nowhere)
        .await;
    assert_eq!(table.error(), (400, "LocationNotAvailableForResourceType"));
}

#[tokio::test]
async fn types_and_delegations_are_listed() {
    let client = Client::with_group().await;
    let types = client
        .get(
            &format!("{SUBSCRIPTION}/providers/microsoft.logic/resourceTypes"),
            VERSION,
        )
        .await
        .body;
    let environments = types["value"]
        .as_array()
        .expect("types")
        .iter()
        .find(|one| one["resourceType"] == "integrationServiceEnvironments");
    assert_eq!(
        environments.expect("environments")["apiVersions"],
        json!(["2019-05-01"])
    );
    for scope in [SUBSCRIPTION, &group()] {
        let path = format!(
            "{scope}/providers/Microsoft.Network/locations/westeurope/availableDelegations"
        );
        let listed = client.get(&path, NETWORK_VERSION).await;
        let first = &listed.body["value"][0];
        assert_eq!(
            first["serviceName"], "Microsoft.Logic/integrationServiceEnvironments",
            "{listed:?}"
        );
        assert!(first["id"].as_str().expect("an id").starts_with(scope));
    }
}

#[tokio::test]
async fn null_tags_are_removed_by_a_patch_of_any_type() {
    let client = Client::with_environment("Premium").await;
    let account = json!({"location": "westeurope", "sku": {"name": "Standard"}, "properties": {}});
    client
        .put(&logic("integrationAccounts/a"), LOGIC_VERSION, account)
        .await;
    let setting = format!(
        "{}/providers/Microsoft.Insights/autoscaleSettings/s",
        group()
    );
    let profile = json!({"name": "p", "capacity": {"minimum": "0", "maximum": "1", "default": "0"}, "rules": []});
    let body = json!({"location": "westeurope", "properties": {"targetResourceUri": ise(), "profiles": [profile]}});
    assert_eq!(client.put(&setting, "2022-10-01", body).await.status, 201);
    for (path, version) in [
        (group(), VERSION),
        (network("virtualNetworks/vnet"), NETWORK_VERSION),
        (ise(), LOGIC_VERSION),
        (logic("integrationAccounts/a"), LOGIC_VERSION),
        (setting, "2022-10-01"),
    ] {
        let body = json!({"tags": {"a": null, "b": "c"}});
        let patched = client.patch(&path, version, body).await;
        assert_eq!(patched.status, 200, "{path}: {patched:?}");
        let read = client.get(&path, version).await.body;
        assert_eq!(read["tags"], json!({"b": "c"}), "{path}");
        client.advance("1m").await;
        let patched = client.patch(&path, version, json!({"tags": null})).await;
        assert_eq!(patched.status, 200, "{path}: {patched:?}");
        let read = client.get(&path, version).await.body;
        assert_eq!(read.get("tags"), None, "{path}");
    }
}

#[tokio::test]
async fn a_subscription_has_one_spelling() {
    let client = Client::new().await;
    let id = "00000000-0000-0000-0000-000000000001";
    for other in [
        id.replace('-', ""),
        format!("%7B{id}%7D"),
        format!("urn:uuid:{id}"),
        "x".to_owned(),
    ] {
        for below in ["", "/resourceGroups", "/resourceGroups/g"] {
            let path = format!("/subscriptions/{other}{below}");
            let refused = client.get(&path, VERSION).await;
            assert_eq!(refused.error(), (400, "InvalidSubscriptionId"), "{path}");
        }
    }
    let upper = "/subscriptions/AAAAAAAA-0000-0000-0000-000000000001";
    assert_eq!(client.get(upper, VERSION).await.status, 200);
}

#[tokio::test]
async fn requests_that_were_taken_without_a_look_are_refused() {
    let client = Client::with_group().await;
    let export = format!("{}/exportTemplate", group());
    let body = json!({"resources": "x"});
    let refused = client.post(&export, VERSION, body).await;
    assert_eq!(refused.error(), (400, "InvalidRequestContent"));
    let list = format!("{SUBSCRIPTION}/resourceGroups?$top=0&api-version={VERSION}");
    let refused = client.send("GET", &list, &[], String::new()).await;
    assert_eq!(refused.error(), (400, "InvalidParameter"));
    let twice = json!({"location": "westeurope", "tags": {"a": "1", "A": "2"}});
    let refused = client.put(&group(), VERSION, twice).await;
    assert_eq!(refused.error(), (400, "InvalidRequestContent"));
    let headers = [
        ("x-ms-return-client-request-id", "True"),
        ("x-ms-client-request-id", "mine"),
    ];
    let path = format!("{}?api-version={VERSION}", group());
    let answer = client.send("GET", &path, &headers, String::new()).await;
    assert_eq!(answer.header("x-ms-client-request-id"), "mine");
    let answer = client
        .send("GET", "/_emulator", &[("authorization", "")], String::new())
        .await;
    assert_eq!(answer.error(), (404, "NotFound"));
}
