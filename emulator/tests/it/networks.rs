//! Virtual networks and subnets.

use serde_json::{Value, json};

use crate::client::{Client, NETWORK_VERSION as VERSION, network};

fn space(prefixes: &[&str]) -> Value {
    json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": prefixes}}})
}

fn subnet(prefix: &str) -> Value {
    json!({"properties": {"addressPrefix": prefix}})
}

async fn with_network() -> Client {
    let client = Client::with_group().await;
    client
        .settle(&network("virtualNetworks/vnet"), space(&["10.0.0.0/16"]))
        .await;
    client
}

#[tokio::test]
async fn a_network_is_created_by_an_operation() {
    let client = Client::with_group().await;
    let path = network("virtualNetworks/Net");
    let mut body = space(&["10.0.0.0/16"]);
    body["properties"]["subnets"] =
        json!([{"name": "one", "properties": {"addressPrefix": "10.0.1.0/24"}}]);
    let created = client.put(&path, VERSION, body).await;
    assert_eq!((created.status, created.header("retry-after")), (201, "3"));
    assert_eq!(created.body["properties"]["provisioningState"], "Updating");
    assert_eq!(
        created.body["properties"]["subnets"][0]["properties"]["provisioningState"],
        "Updating"
    );
    let operation = created.header("azure-asyncoperation").to_owned();
    assert!(operation.contains(created.header("x-ms-request-id")));
    assert_eq!(
        client.follow(&operation).await.body,
        json!({"status": "InProgress"})
    );
    client.advance("10s").await;
    assert_eq!(
        client.follow(&operation).await.body,
        json!({"status": "Succeeded"})
    );
    let read = client.get(&path.to_lowercase(), VERSION).await;
    assert_eq!(
        read.header("etag"),
        read.body["etag"].as_str().expect("an etag")
    );
    assert_eq!(
        read.body["properties"]["subnets"][0]["etag"],
        read.body["etag"]
    );
    assert_eq!(
        read.body["properties"]["subnets"][0]["id"],
        format!("{path}/subnets/one")
    );
    assert_eq!(
        read.body["properties"]["subnets"][0]["properties"]["provisioningState"],
        "Succeeded"
    );
    let members: Vec<&String> = read.body.as_object().expect("an object").keys().collect();
    assert_eq!(
        members,
        ["name", "id", "etag", "type", "location", "properties"]
    );
}

#[tokio::test]
async fn wrong_ranges_and_names_are_refused() {
    let client = with_network().await;
    client
        .settle(
            &network("virtualNetworks/vnet/subnets/a"),
            subnet("10.0.1.0/24"),
        )
        .await;
    for (name, prefix, code) in [
        ("b", "10.0.1.1/24", "InvalidCIDRNotation"),
        ("b", "ten", "InvalidAddressPrefixFormat"),
        ("b", "10.0.1.128/25", "NetcfgSubnetRangesOverlap"),
        ("b", "10.1.0.0/24", "NetcfgSubnetRangeOutsideVnet"),
        ("b", "10.0.0.0/15", "NetcfgSubnetRangeOutsideVnet"),
        ("b", "10.0.2.0/30", "NetcfgInvalidSubnet"),
        ("b-", "10.0.2.0/24", "InvalidResourceName"),
    ] {
        let answer = client
            .put(
                &network(&format!("virtualNetworks/vnet/subnets/{name}")),
                VERSION,
                subnet(prefix),
            )
            .await;
        assert_eq!(answer.error(), (400, code), "{name} {prefix}");
    }
    for (prefixes, code) in [
        (
            vec!["10.0.0.0/16", "10.0.128.0/17"],
            "VnetAddressSpacesOverlap",
        ),
        (vec!["127.0.0.0/16"], "AddressPrefixReserved"),
    ] {
        let answer = client
            .put(&network("virtualNetworks/other"), VERSION, space(&prefixes))
            .await;
        assert_eq!(answer.error(), (400, code));
    }
    let answer = client
        .put(
            &network("virtualNetworks/vnet/subnets/b"),
            VERSION,
            subnet("10.0.1.1/24"),
        )
        .await;
    let message = answer.body["error"]["message"].as_str().expect("a message");
    assert!(
        message.ends_with("For the given prefix length, the address prefix should be 10.0.1.0/24."),
        "{message}"
    );
}

#[tokio::test]
async fn one_write_at_a_time_per_network() {
    let client = with_network().await;
    let path = network("virtualNetworks/vnet/subnets/a");
    assert_eq!(
        client
            .put(&path, VERSION, subnet("10.0.1.0/24"))
            .await
            .status,
        201
    );
    let second = client
        .put(
            &network("virtualNetworks/vnet/subnets/b"),
            VERSION,
            subnet("10.0.2.0/24"),
        )
        .await;
    assert_eq!(second.error(), (429, "RetryableErrorDueToAnotherOperation"));
    assert_eq!(second.header("retry-after"), "4");
    assert_eq!(
        client.delete(&path, VERSION).await.error(),
        (409, "AnotherOperationInProgress")
    );
    assert_eq!(
        client
            .put(
                &network("virtualNetworks/wnet"),
                VERSION,
                space(&["10.0.0.0/16"])
            )
            .await
            .status,
        201
    );
    client.advance("1m").await;
    let deleted = client.delete(&path, VERSION).await;
    assert_eq!(deleted.status, 202);
    assert_eq!(client.follow(deleted.header("location")).await.status, 202);
    client.advance("1m").await;
    assert_eq!(client.follow(deleted.header("location")).await.status, 204);
    assert_eq!(client.get(&path, VERSION).await.error(), (404, "NotFound"));
    assert_eq!(client.delete(&path, VERSION).await.status, 204);
}

#[tokio::test]
async fn a_put_replaces_the_whole_resource() {
    let client = with_network().await;
    let path = network("virtualNetworks/vnet");
    let mut full = space(&["10.0.0.0/16"]);
    full["tags"] = json!({"a": "b"});
    full["properties"]["dhcpOptions"] = json!({"dnsServers": ["10.0.0.4"]});
    full["properties"]["ofTheFuture"] = json!({"kept": true});
    full["properties"]["resourceGuid"] = json!("mine");
    full["properties"]["subnets"] =
        json!([{"name": "a", "properties": {"addressPrefix": "10.0.1.0/24"}}]);
    // A version that is newer than its document.
    assert_eq!(client.put(&path, "2025-01-01", full).await.status, 200);
    client.advance("1m").await;
    let read = client.get(&path, VERSION).await.body;
    assert_eq!(read["properties"]["ofTheFuture"], json!({"kept": true}));
    assert_ne!(read["properties"]["resourceGuid"], "mine");
    client.settle(&path, space(&["10.0.0.0/16"])).await;
    let bare = client.get(&path, VERSION).await.body;
    assert_eq!(bare.get("tags"), None);
    assert_eq!(bare["properties"].get("dhcpOptions"), None);
    assert_eq!(bare["properties"]["subnets"], json!([]));
    assert_eq!(
        bare["properties"]["resourceGuid"],
        read["properties"]["resourceGuid"]
    );
}

#[tokio::test]
async fn etags_guard_writes() {
    let client = with_network().await;
    let path = network("virtualNetworks/vnet");
    let target = format!("{path}?api-version={VERSION}");
    let etag = client.get(&path, VERSION).await.header("etag").to_owned();
    let body = space(&["10.0.0.0/16"]).to_string();
    for headers in [[("if-match", "W/\"other\"")], [("if-none-match", "*")]] {
        assert_eq!(
            client
                .send("PUT", &target, &headers, body.clone())
                .await
                .error(),
            (412, "PreconditionFailed")
        );
    }
    assert_eq!(
        client
            .send("PUT", &target, &[("if-match", &etag)], body.clone())
            .await
            .status,
        200
    );
    let missing = format!("{}?api-version={VERSION}", network("virtualNetworks/none"));
    assert_eq!(
        client
            .send("PUT", &missing, &[("if-match", "*")], body)
            .await
            .error(),
        (412, "PreconditionFailed")
    );
}

#[tokio::test]
async fn tags_are_patched_at_once() {
    let client = with_network().await;
    let patched = client
        .patch(
            &network("virtualNetworks/vnet"),
            VERSION,
            json!({"tags": {"x": "y"}}),
        )
        .await;
    assert_eq!(
        (patched.status, &patched.body["tags"]),
        (200, &json!({"x": "y"}))
    );
    let wrong = client
        .patch(
            &network("virtualNetworks/vnet"),
            VERSION,
            json!({"tags": {"x?": "y"}}),
        )
        .await;
    assert_eq!(wrong.error(), (400, "InvalidTagNameCharacters"));
    for (name, status) in [("hidden-link:/subscriptions/x", 200), ("link:/x", 400)] {
        let named = client
            .patch(
                &network("virtualNetworks/vnet"),
                VERSION,
                json!({"tags": {name: "Resource"}}),
            )
            .await;
        assert_eq!(named.status, status, "{name}");
    }
    let child = client
        .patch(
            &network("virtualNetworks/vnet/subnets/a"),
            VERSION,
            json!({"tags": {"x": "y"}}),
        )
        .await;
    assert_eq!(child.error(), (405, "HttpMethodNotAllowed"));
}

#[tokio::test]
async fn delegations_are_completed() {
    let client = with_network().await;
    let path = network("virtualNetworks/vnet/subnets/a");
    let mut body = subnet("10.0.1.0/24");
    body["properties"]["delegations"] = json!([{"name": "d", "properties": {"serviceName": "Microsoft.Logic/integrationServiceEnvironments"}}]);
    client.settle(&path, body).await;
    let delegation = &client.get(&path, VERSION).await.body["properties"]["delegations"][0];
    assert_eq!(delegation["id"], format!("{path}/delegations/d"));
    assert_eq!(
        delegation["properties"]["actions"],
        json!(["Microsoft.Network/virtualNetworks/subnets/action"])
    );
}

#[tokio::test]
async fn lists_are_cut_into_pages() {
    let client = with_network().await;
    for number in 1..4 {
        client
            .settle(
                &network(&format!("virtualNetworks/vnet/subnets/s{number}")),
                subnet(&format!("10.0.{number}.0/24")),
            )
            .await;
    }
    let list = format!(
        "{}?api-version={VERSION}&$top=2",
        network("virtualNetworks/vnet/subnets")
    );
    let first = client.send("GET", &list, &[], String::new()).await;
    assert_eq!(first.body["value"].as_array().map(Vec::len), Some(2));
    let second = client
        .follow(first.body["nextLink"].as_str().expect("a next page"))
        .await;
    assert_eq!(second.body["value"][0]["name"], "s3");
    assert_eq!(second.body.get("nextLink"), None);
}

#[tokio::test]
async fn a_network_tells_which_addresses_are_free() {
    let client = Client::with_subnets().await;
    let path = network("virtualNetworks/vnet");
    let usages = client.get(&format!("{path}/usages"), VERSION).await.body;
    assert_eq!(usages["value"].as_array().map(Vec::len), Some(4));
    assert_eq!(usages["value"][0]["limit"].as_f64(), Some(27.0));
    let ask = async |address: &str| {
        let check = "CheckIPAddressAvailability";
        let target = format!("{path}/{check}?ipAddress={address}&api-version={VERSION}");
        client.send("GET", &target, &[], String::new()).await
    };
    assert_eq!(ask("10.0.1.4").await.body["available"], true);
    for reserved in ["10.0.1.3", "10.0.1.31"] {
        let taken = ask(reserved).await.body;
        let others = ["10.0.1.4", "10.0.1.5", "10.0.1.6", "10.0.1.7", "10.0.1.8"];
        assert_eq!(
            taken,
            json!({"available": false, "availableIPAddresses": others, "isPlatformReserved": true})
        );
    }
    let outside = ask("10.0.9.4").await;
    assert_eq!(outside.error(), (400, "PrivateIPAddressNotInAnySubnet"));
    assert_eq!(ask("ten").await.error(), (400, "InvalidIPAddress"));
}

#[tokio::test]
async fn a_subnet_has_one_form_of_prefix() {
    let client = with_network().await;
    let path = network("virtualNetworks/vnet/subnets/a");
    let both =
        json!({"properties": {"addressPrefix": "10.0.1.0/24", "addressPrefixes": ["10.0.2.0/24"]}});
    client.settle(&path, both).await;
    let shown = client.get(&path, VERSION).await.body;
    assert_eq!(shown["properties"]["addressPrefix"], "10.0.1.0/24");
    assert_eq!(shown["properties"].get("addressPrefixes"), None);
    let many = json!({"properties": {"addressPrefixes": ["10.0.1.0/24", "10.0.3.0/24"]}});
    client.settle(&path, many.clone()).await;
    let shown = client.get(&path, VERSION).await.body;
    assert_eq!(
        shown["properties"]["addressPrefixes"],
        many["properties"]["addressPrefixes"]
    );
    assert_eq!(shown["properties"].get("addressPrefix"), None);
    for none in [
        json!({}),
        json!({"addressPrefix": ""}),
        json!({"addressPrefixes": []}),
    ] {
        let answer = client
            .put(&path, VERSION, json!({ "properties": none }))
            .await;
        assert_eq!(
            answer.error(),
            (400, "AddressPrefixStringCannotBeNullOrEmpty")
        );
    }
}

#[tokio::test]
async fn a_subnet_of_ipv6_has_64_bits() {
    let client = Client::with_group().await;
    let path = network("virtualNetworks/vnet");
    client
        .settle(&path, space(&["10.0.0.0/16", "fd00::/48"]))
        .await;
    let path = format!("{path}/subnets/a");
    let answer = client.put(&path, VERSION, subnet("fd00::/63")).await;
    assert_eq!(answer.error(), (400, "NetcfgInvalidSubnet"));
    assert_eq!(
        client.put(&path, VERSION, subnet("fd00::/64")).await.status,
        201
    );
}

#[tokio::test]
async fn children_inside_a_network_are_named_once() {
    let client = with_network().await;
    let path = network("virtualNetworks/vnet");
    let put = async |subnets: Value| {
        let mut body = space(&["10.0.0.0/16"]);
        body["properties"]["subnets"] = subnets;
        client.put(&path, VERSION, body).await
    };
    let part = |name: &str, number: u32| json!({"name": name, "properties": {"addressPrefix": format!("10.0.{number}.0/24")}});
    let twice = put(json!([part("a", 1), part("A", 2)])).await;
    assert_eq!(twice.error(), (400, "InvalidRequestFormat"));
    assert_eq!(
        twice.body["error"]["details"][0],
        json!({"code": "DuplicateResourceName", "message": format!("Resource {path} has two child resources with the same name (A).")})
    );
    let none = put(json!({"a": 1})).await;
    assert_eq!(none.error(), (400, "InvalidRequestFormat"));
}

#[tokio::test]
async fn a_network_shows_its_subnets_in_the_order_in_which_they_came() {
    let client = with_network().await;
    let path = network("virtualNetworks/vnet");
    let part = |name: &str, number: u32| json!({"name": name, "properties": {"addressPrefix": format!("10.0.{number}.0/24")}});
    let names = async || {
        let shown = client.get(&path, VERSION).await.body;
        let subnets = shown["properties"]["subnets"].as_array().cloned();
        let names = subnets.expect("subnets").into_iter();
        names
            .map(|subnet| subnet["name"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let mut body = space(&["10.0.0.0/16"]);
    body["properties"]["subnets"] = json!([part("c", 1), part("a", 2)]);
    client.settle(&path, body.clone()).await;
    client
        .settle(&format!("{path}/subnets/b"), subnet("10.0.3.0/24"))
        .await;
    assert_eq!(names().await, ["c", "a", "b"]);
    let deleted = client.delete(&format!("{path}/subnets/c"), VERSION).await;
    assert_eq!(deleted.status, 202);
    client.advance("1m").await;
    client
        .settle(&format!("{path}/subnets/a"), subnet("10.0.2.0/25"))
        .await;
    client
        .settle(&format!("{path}/subnets/c"), subnet("10.0.1.0/24"))
        .await;
    assert_eq!(names().await, ["a", "b", "c"]);
    body["properties"]["subnets"] = json!([part("b", 3), part("a", 2)]);
    client.settle(&path, body).await;
    assert_eq!(names().await, ["b", "a"]);
}
