//! Whatever a client sends, it gets an answer that is no 5xx, and what is there can still be read.
//!
//! `EMULATOR_FUZZ` says how many requests (default 3000), `EMULATOR_SEED` which.

use serde_json::{Value, json};

use crate::client::{
    Client, LOGIC_VERSION, NETWORK_VERSION, SUBSCRIPTION, group, ise, logic, network,
};

const VERBS: [&str; 7] = ["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "OPTIONS"];

/// What paths are made of: words that are served, names that are there, and what is neither.
const SEGMENTS: &[&str] = &[
    "subscriptions",
    "00000000-0000-0000-0000-000000000001",
    "resourceGroups",
    "g",
    "other",
    "providers",
    "Microsoft.Logic",
    "Microsoft.Network",
    "Microsoft.Authorization",
    "Microsoft.Insights",
    "Microsoft.Resources",
    "workflows",
    "flow",
    "integrationServiceEnvironments",
    "ise",
    "integrationAccounts",
    "account",
    "virtualNetworks",
    "vnet",
    "subnets",
    "s1",
    "virtualNetworkPeerings",
    "networkSecurityGroups",
    "routeTables",
    "securityRules",
    "routes",
    "locks",
    "roleAssignments",
    "roleDefinitions",
    "tags",
    "default",
    "metrics",
    "autoscaleSettings",
    "locations",
    "westeurope",
    "operations",
    "operationResults",
    "operationStatuses",
    "availableDelegations",
    "versions",
    "triggers",
    "manual",
    "runs",
    "histories",
    "actions",
    "validate",
    "restart",
    "skus",
    "health",
    "network",
    "managedApis",
    "servicebus",
    "apiOperations",
    "listCallbackUrl",
    "move",
    "moveResources",
    "exportTemplate",
    "resources",
    "register",
    "resourceTypes",
    "maps",
    "sessions",
    "deployments",
    "checkResourceName",
    "tenants",
    "metadata",
    "oauth2",
    "token",
    "v2.0",
    "%2F",
    "a%20b",
    "%",
    "%00",
    "..",
    "",
    "%C3%BC",
    "x",
];

/// Paths that lead somewhere, to which segments are added and of which some are taken away.
fn roots() -> Vec<String> {
    let group = format!("{SUBSCRIPTION}/resourceGroups/g");
    vec![
        String::new(),
        SUBSCRIPTION.to_owned(),
        group,
        ise(),
        logic("workflows/flow"),
        logic("integrationAccounts/account"),
        network("virtualNetworks/vnet"),
        network("virtualNetworks/vnet/subnets/s1"),
    ]
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }

    fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }

    /// Bodies like those that are sent, with wrong values here and there.
    fn body(&mut self, depth: usize) -> Value {
        const MEMBERS: &[&str] = &[
            "location",
            "properties",
            "tags",
            "sku",
            "name",
            "id",
            "definition",
            "parameters",
            "addressSpace",
            "addressPrefixes",
            "addressPrefix",
            "subnets",
            "networkConfiguration",
            "accessEndpoint",
            "type",
            "capacity",
            "remoteVirtualNetwork",
            "level",
            "operation",
            "targetResourceGroup",
            "resources",
            "triggers",
            "value",
            "state",
        ];
        match self.below(if depth > 3 { 6 } else { 9 }) {
            0 => Value::Null,
            1 => json!(self.below(300)),
            2 => json!(true),
            3 => json!(self.one_of(&[
                "westeurope",
                "Premium",
                "10.0.0.0/16",
                "10.0.1.0/27",
                "ReadOnly",
                "Merge",
                "x"
            ])),
            4 => json!(network("virtualNetworks/vnet")),
            5 => json!(-1.5),
            6 => (0..self.below(3)).map(|_| self.body(depth + 1)).collect(),
            _ => {
                let members = (0..self.below(5))
                    .map(|_| (self.one_of(MEMBERS).to_owned(), self.body(depth + 1)));
                Value::Object(members.collect())
            }
        }
    }

    /// A request that would be served, changed here and there.
    fn likely(&mut self, requests: &[(String, String, String, Value)]) -> (String, String, String) {
        let (verb, path, version, body) = &requests[self.below(requests.len())];
        let mut body = body.clone();
        for _ in 0..self.below(4) {
            self.change(&mut body, 0);
        }
        let path = match path.as_str() {
            "" => group(),
            path => format!("{}/providers/{path}", group()),
        };
        let path = format!("{path}?api-version={version}");
        (verb.clone(), path, body.to_string())
    }

    /// Puts something else somewhere, takes something away, or has it twice.
    fn change(&mut self, value: &mut Value, depth: usize) {
        let inner = match value {
            Value::Object(members) if !members.is_empty() => {
                let place = self.below(members.len());
                let name = members.keys().nth(place).cloned().unwrap_or_default();
                if depth > 0 && self.below(8) == 0 {
                    members.shift_remove(&name);
                    return;
                }
                members.get_mut(&name)
            }
            Value::Array(elements) if !elements.is_empty() => {
                let place = self.below(elements.len());
                if self.below(4) == 0 {
                    elements.push(elements[place].clone());
                    return;
                }
                elements.get_mut(place)
            }
            _ => None,
        };
        match inner {
            Some(inner) if depth == 0 || self.below(6) > 0 => self.change(inner, depth + 1),
            _ if self.below(3) == 0 => *value = self.odd(),
            _ => *value = self.body(3),
        }
    }

    /// Values that are hard to read.
    fn odd(&mut self) -> Value {
        match self.below(10) {
            0 => json!("9".repeat(self.below(400))),
            1 => json!(i64::MIN),
            2 => json!(1e300),
            3 => json!("\u{0}\u{1F600}\u{FEFF}e\u{301}"),
            4 => json!("0.0.0.0/0"),
            5 => json!("::/0"),
            6 => json!("P99999999Y"),
            7 => json!("9999-12-31T23:59:59.9999999Z"),
            8 => json!("@{"),
            _ => json!("x".repeat(self.below(9000))),
        }
    }

    fn path(&mut self, roots: &[String]) -> String {
        let root = &roots[self.below(roots.len())];
        let mut segments: Vec<&str> = root.split('/').collect();
        if self.below(4) == 0 {
            let place = self.below(segments.len());
            segments[place] = self.one_of(SEGMENTS);
        }
        for _ in 0..self.below(5) {
            segments.push(self.one_of(SEGMENTS));
        }
        let path = segments.join("/");
        let version = self.one_of(&[
            LOGIC_VERSION,
            NETWORK_VERSION,
            "2021-04-01",
            "2022-12-01",
            "2020-05-01",
            "2022-04-01",
            "2019-07-01",
            "",
            "x",
        ]);
        let more = self.one_of(&[
            "",
            "&$top=2",
            "&$filter=name eq 'x'",
            "&$skipToken=x",
            "&$expand=x",
            "&metricnames=x",
        ]);
        format!(
            "/{}?api-version={version}{}",
            path.trim_start_matches('/'),
            more.replace(' ', "%20")
        )
    }
}

/// Everything that is there can be read: as a list, and each by itself.
async fn read_all(client: &Client) {
    let list = client.control("GET", "resources", Value::Null).await;
    assert_eq!(list.status, 200);
    for one in list.body["value"].as_array().into_iter().flatten() {
        let id = one["id"].as_str().unwrap_or_default();
        let version = match one["type"].as_str().unwrap_or_default() {
            "Microsoft.Authorization/locks" => "2020-05-01",
            "Microsoft.Insights/autoscaleSettings" => "2022-10-01",
            kind if kind.starts_with("Microsoft.Authorization/") => "2022-04-01",
            kind if kind.starts_with("Microsoft.Network/") => NETWORK_VERSION,
            kind if kind.starts_with("Microsoft.Logic/") => LOGIC_VERSION,
            _ => "2022-09-01",
        };
        let answer = client.get(id, version).await;
        assert_eq!(answer.status, 200, "{id}: {}", answer.body);
    }
}

#[tokio::test]
async fn no_request_breaks_the_emulator() {
    let number = |name: &str, default| {
        let value = std::env::var(name).ok();
        value.map_or(default, |value| value.parse().expect("a number"))
    };
    let mut random = Random(number("EMULATOR_SEED", 7));
    let roots = roots();
    let requests: Vec<(String, String, String, Value)> =
        serde_json::from_str(include_str!("requests.json")).expect("requests");
    let mut client = Client::with_environment("Premium").await;
    let mut served = 0;
    let count = number("EMULATOR_FUZZ", 3000);
    for number in 0..count {
        // What was broken or deleted is there again now and then.
        if number % 1000 == 999 {
            read_all(&client).await;
            client = Client::with_environment("Premium").await;
        }
        let (verb, path, body) = if random.below(2) == 0 {
            random.likely(&requests)
        } else {
            let (verb, path) = (random.one_of(&VERBS), random.path(&roots));
            let body = match random.below(10) {
                0 => String::new(),
                1 => "{".to_owned(),
                _ => random.body(0).to_string(),
            };
            (verb.to_owned(), path, body)
        };
        let answer = client.unchecked(&verb, &path, body.clone()).await;
        assert!(answer < 500, "{verb} {path} {body}: {answer}");
        served += u64::from(answer < 300);
        if random.below(50) == 0 {
            client.advance("10m").await;
        }
    }
    read_all(&client).await;
    // Most of what is only refused would show little.
    assert!(served > count / 10, "{served} of {count} were served");
}
