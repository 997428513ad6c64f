//! The table of coverage in the README: what the emulator itself answers for every type that it says it has.
//!
//! `UPDATE_DOCS=1 cargo test -p arm-emulator table` writes it; without the variable the test fails when it is stale.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Answer, Client, SUBSCRIPTION};

/// Between these lines of the README lies the table.
const BEGIN: &str = "<!-- coverage: made by UPDATE_DOCS=1 cargo test -p arm-emulator table -->";
const END: &str = "<!-- end of coverage -->";

/// What lies below a resource or beside it without being one: the type, and how each is asked for.
const BELOW: &[(&str, &[&str])] = &[
    (
        "Microsoft.Resources/resourceGroups",
        &[
            "GET resources",
            "POST exportTemplate",
            "POST moveResources",
            "POST validateMoveResources",
        ],
    ),
    (
        "Microsoft.Network/virtualNetworks",
        &["GET usages", "GET CheckIPAddressAvailability"],
    ),
    (
        "Microsoft.Network/virtualNetworks/subnets",
        &["GET serviceAssociationLinks", "GET resourceNavigationLinks"],
    ),
    (
        "Microsoft.Network/networkSecurityGroups",
        &["GET defaultSecurityRules"],
    ),
    (
        "Microsoft.Logic/integrationServiceEnvironments",
        &["GET skus", "GET health/network", "POST restart"],
    ),
    (
        "Microsoft.Logic/integrationServiceEnvironments/managedApis",
        &["GET apiOperations"],
    ),
    (
        "Microsoft.Logic/integrationAccounts",
        &[
            "POST listCallbackUrl",
            "POST regenerateAccessKey",
            "POST logTrackingEvents",
            "POST listKeyVaultKeys",
        ],
    ),
    (
        "Microsoft.Logic/integrationAccounts/agreements",
        &["POST listContentCallbackUrl"],
    ),
    (
        "Microsoft.Logic/integrationAccounts/assemblies",
        &["POST listContentCallbackUrl"],
    ),
    (
        "Microsoft.Logic/integrationAccounts/maps",
        &["POST listContentCallbackUrl"],
    ),
    (
        "Microsoft.Logic/integrationAccounts/partners",
        &["POST listContentCallbackUrl"],
    ),
    (
        "Microsoft.Logic/integrationAccounts/schemas",
        &["POST listContentCallbackUrl"],
    ),
    (
        "Microsoft.Logic/workflows",
        &[
            "POST enable",
            "POST disable",
            "POST validate",
            "POST move",
            "POST listCallbackUrl",
            "POST regenerateAccessKey",
            "POST listSwagger",
            "POST generateUpgradedDefinition",
            "GET versions",
            "GET triggers",
            "POST triggers/request/run",
            "POST triggers/request/listCallbackUrl",
            "GET triggers/request/histories",
            "GET runs",
        ],
    ),
];

/// What nobody serves, as an answer says it.
const UNKNOWN: [&str; 4] = [
    "InvalidResourceType",
    "InvalidResourceNamespace",
    "HttpMethodNotAllowed",
    "MethodNotAllowed",
];

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[tokio::test]
async fn the_table_of_coverage_is_fresh() {
    let file = folder().join("README.md");
    let readme = std::fs::read_to_string(&file).expect("a README");
    let (before, rest) = readme.split_once(BEGIN).expect("a beginning");
    let (_, after) = rest.split_once(END).expect("an end");
    let wanted = format!("{before}{BEGIN}\n{}{END}{after}", table().await);
    if env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &wanted).expect("a README");
        return;
    }
    assert!(
        readme == wanted,
        "The table of coverage in emulator/README.md is stale. Run `UPDATE_DOCS=1 cargo test -p arm-emulator table`."
    );
}

async fn table() -> String {
    let resources = std::fs::read_to_string(folder().join("tests/coverage/resources.json"));
    let resources: Vec<Value> = serde_json::from_str(&resources.expect("a file")).expect("a list");
    let client = Client::with(resources.clone()).await;
    let mut text = "| type | GET | list | PUT | PATCH | DELETE | besides | api-versions |\n|---|---|---|---|---|---|---|---|\n".to_owned();
    for (name, versions) in types(&client).await {
        let of_type = resources.iter().find(|one| type_of(one) == name);
        let one = of_type.unwrap_or_else(|| {
            panic!("tests/coverage/resources.json has no {name}: add one, so that it can be tried")
        });
        let alone = Client::with(without_users(&resources, one)).await;
        let row = row((&client, &alone), one, &name, &versions).await;
        writeln!(text, "{row}").expect("a text");
    }
    text
}

/// The types by name and their versions, as the emulator lists its providers.
async fn types(client: &Client) -> Vec<(String, Vec<String>)> {
    let listed = client
        .get(&format!("{SUBSCRIPTION}/providers"), "2021-04-01")
        .await;
    let providers = listed.body["value"].as_array().expect("a list").clone();
    let mut types = BTreeMap::new();
    for provider in providers {
        let namespace = provider["namespace"].as_str().expect("a name");
        for kind in provider["resourceTypes"].as_array().expect("a list") {
            let name = kind["resourceType"].as_str().expect("a name");
            let versions: Vec<String> =
                serde_json::from_value(kind["apiVersions"].clone()).expect("a list");
            types.insert(format!("{namespace}/{name}"), versions);
        }
    }
    types.into_iter().collect()
}

fn type_of(resource: &Value) -> String {
    let id = resource["id"].as_str().expect("an id");
    let (namespace, pairs) = match id.rsplit_once("/providers/") {
        Some((_, below)) => below.split_once('/').expect("a type"),
        None => ("Microsoft.Resources", &id[SUBSCRIPTION.len() + 1..]),
    };
    let kinds: Vec<&str> = pairs.split('/').step_by(2).collect();
    format!("{namespace}/{}", kinds.join("/"))
}

/// All but what refers to a resource, or to something that does: nothing then stands in the way of its deletion.
fn without_users(resources: &[Value], resource: &Value) -> Vec<Value> {
    let id = |one: &Value| one["id"].as_str().expect("an id").to_owned();
    let mut gone = vec![id(resource)];
    loop {
        let uses = |one: &Value| {
            let text = one.to_string();
            !gone.contains(&id(one)) && gone.iter().any(|gone| text.contains(gone.as_str()))
        };
        let users: Vec<String> = resources.iter().filter(|one| uses(one)).map(id).collect();
        if users.is_empty() {
            break;
        }
        gone.extend(users);
    }
    let stays = |one: &&Value| !gone[1..].contains(&id(one));
    resources.iter().filter(stays).cloned().collect()
}

/// A row: everything is there for the first client, and nothing is in the way of a deletion for the second.
async fn row(
    (client, alone): (&Client, &Client),
    resource: &Value,
    name: &str,
    versions: &[String],
) -> String {
    let id = resource["id"].as_str().expect("an id");
    let version = versions.first().expect("a version");
    let (list, _) = id.rsplit_once('/').expect("a list");
    let mut body = client.get(id, version).await.body;
    let all = ["id", "name", "type", "etag"];
    body.as_object_mut()
        .expect("a resource")
        .retain(|member, _| !all.contains(&member.as_str()));
    let mut cells = Vec::new();
    for (method, path, body) in [
        ("GET", id, Value::Null),
        ("GET", list, Value::Null),
        ("PUT", id, body),
        ("PATCH", id, json!({"tags": {"a": "b"}})),
        ("DELETE", id, Value::Null),
    ] {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let path = format!("{path}?api-version={version}");
        let client = if method == "DELETE" { alone } else { client };
        let answer = client.send(method, &path, &[], text).await;
        cells.push(depth(method, &answer));
        client.control("POST", "reset", Value::Null).await;
    }
    format!(
        "| `{name}` | {} | {} | {} |",
        cells.join(" | "),
        besides(client, id, name, version).await,
        span(versions)
    )
}

/// How deep an answer goes: refused as ARM refuses it, done at once, or an operation on the clock.
fn depth(method: &str, answer: &Answer) -> &'static str {
    if UNKNOWN.contains(&answer.error().1) {
        return "–";
    }
    assert!(answer.status < 300, "{method}: {answer:?}");
    if answer.headers.contains_key("azure-asyncoperation")
        || answer.headers.contains_key("location")
        || answer.body["properties"]["provisioningState"] == "InProgress"
    {
        "on the clock"
    } else {
        "yes"
    }
}

/// What is served below a resource, each of it tried.
async fn besides(client: &Client, id: &str, name: &str, version: &str) -> String {
    let known = BELOW.iter().find(|(known, _)| *known == name);
    let mut shown = Vec::new();
    for asked in known.map_or(&[][..], |(_, asked)| *asked) {
        let (method, path) = asked.split_once(' ').expect("a method");
        let answer = match method {
            "GET" => client.get(&format!("{id}/{path}"), version).await,
            _ => {
                client
                    .post(&format!("{id}/{path}"), version, json!({}))
                    .await
            }
        };
        assert!(
            !UNKNOWN.contains(&answer.error().1) && answer.error().1 != "NotFound",
            "{asked} of {name}: {answer:?}"
        );
        shown.push(format!("`{path}`"));
        client.control("POST", "reset", Value::Null).await;
    }
    match shown.is_empty() {
        true => "–".to_owned(),
        false => shown.join(", "),
    }
}

fn span(versions: &[String]) -> String {
    let mut sorted: Vec<&str> = versions.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    match sorted.as_slice() {
        [one] => (*one).to_owned(),
        [first, .., last] => format!("{} from {first} to {last}", sorted.len()),
        [] => "–".to_owned(),
    }
}
