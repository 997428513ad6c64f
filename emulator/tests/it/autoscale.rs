//! Autoscale settings.

use serde_json::{Value, json};

use crate::client::{Client, LOGIC_VERSION, environment, group, ise};

const VERSION: &str = "2022-10-01";

fn path() -> String {
    format!(
        "{}/providers/microsoft.insights/autoscalesettings/scale",
        group()
    )
}

fn setting() -> Value {
    json!({
        "location": "westeurope",
        "properties": {
            "enabled": true,
            "targetResourceUri": ise(),
            "profiles": [{
                "name": "busy",
                "capacity": {"minimum": "0", "maximum": "4", "default": "1"},
                "rules": [{
                    "metricTrigger": {
                        "metricName": "IntegrationServiceEnvironmentWorkflowProcessorUsage", "metricResourceUri": ise(),
                        "timeGrain": "PT1M", "timeWindow": "PT10M", "statistic": "Average",
                        "timeAggregation": "Average", "operator": "GreaterThan", "threshold": 80
                    },
                    "scaleAction": {"direction": "Increase", "type": "ChangeCount", "value": "1", "cooldown": "PT30M"}
                }]
            }]
        }
    })
}

#[tokio::test]
async fn a_setting_is_kept_changed_and_deleted() {
    let client = Client::with_group().await;
    let created = client.put(&path(), VERSION, setting()).await;
    assert_eq!(
        (created.status, &created.body["type"]),
        (201, &json!("Microsoft.Insights/autoscaleSettings"))
    );
    assert_eq!(created.body["properties"]["name"], "scale");
    let mut changed = setting();
    changed["properties"]["enabled"] = json!(false);
    let patched = client
        .patch(
            &path(),
            VERSION,
            json!({"properties": changed["properties"]}),
        )
        .await;
    assert_eq!(
        (patched.status, &patched.body["properties"]["enabled"]),
        (200, &json!(false))
    );
    let list = format!("{}/providers/Microsoft.Insights/autoscaleSettings", group());
    let listed = client.get(&list, VERSION).await;
    assert_eq!(listed.body["value"], json!([patched.body]));
    assert_eq!(client.delete(&path(), VERSION).await.status, 200);
    assert_eq!(client.delete(&path(), VERSION).await.status, 204);
}

#[tokio::test]
async fn a_setting_that_cannot_be_is_refused() {
    let client = Client::with_group().await;
    for (pointer, value, part) in [
        ("/properties/profiles", json!([]), "1 to 20"),
        ("/properties/profiles/0/name", json!(""), "a name"),
        (
            "/properties/profiles/0/capacity/maximum",
            json!("four"),
            "numbers as texts",
        ),
        (
            "/properties/profiles/0/capacity/default",
            json!("5"),
            "between",
        ),
        (
            "/properties/profiles/0/rules",
            vec![setting()["properties"]["profiles"][0]["rules"][0].clone(); 11].into(),
            "up to 10",
        ),
        (
            "/properties/profiles/0/rules/0/metricTrigger/timeWindow",
            json!("PT1M"),
            "limits",
        ),
        (
            "/properties/profiles/0/rules/0/scaleAction/cooldown",
            json!("P8D"),
            "limits",
        ),
        (
            "/properties/profiles/0/rules/0/scaleAction/value",
            json!("many"),
            "a number",
        ),
        (
            "/properties/profiles/0/capacity/maximum",
            json!("11"),
            "beyond",
        ),
        (
            "/properties/profiles/0/recurrence",
            json!({"frequency": "Week", "schedule": {"timeZone": "Europe/Berlin", "days": ["Monday"], "hours": [0], "minutes": [0]}}),
            "recurrence.schedule.timeZone",
        ),
    ] {
        let mut body = setting();
        let (parent, member) = pointer.rsplit_once('/').expect("a member");
        let parent = body.pointer_mut(parent).expect("its object");
        parent[member] = value;
        let refused = client.put(&path(), VERSION, body).await;
        assert_eq!(
            refused.error(),
            (400, "InvalidAutoscaleSetting"),
            "{pointer}"
        );
        let message = refused.body["error"]["message"]
            .as_str()
            .unwrap_or_default();
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test]
async fn a_setting_that_cannot_be_read_is_refused() {
    let client = Client::with_group().await;
    for (pointer, value, place) in [
        (
            "/properties/profiles/0/capacity/maximum",
            json!(4),
            "properties.profiles[0].capacity.maximum",
        ),
        (
            "/properties/profiles/0/rules",
            Value::Null,
            "properties.profiles[0]",
        ),
        (
            "/properties/profiles/0/rules/0/metricTrigger/operator",
            json!("Over"),
            "properties.profiles[0].rules[0].metricTrigger.operator",
        ),
    ] {
        let mut body = setting();
        *body.pointer_mut(pointer).expect("a member") = value;
        let refused = client.put(&path(), VERSION, body).await;
        assert_eq!(refused.error(), (400, "InvalidRequestContent"), "{pointer}");
        let message = refused.body["error"]["message"].to_string();
        assert!(message.contains(&format!("Path '{place}'")), "{message}");
    }
}

/// A profile with its limits and rules.
fn profile(name: &str, least: u32, most: u32, usual: u32, rules: Value) -> Value {
    let counts = [least, most, usual].map(|count| count.to_string());
    json!({
        "name": name,
        "capacity": {"minimum": counts[0], "maximum": counts[1], "default": counts[2]},
        "rules": rules
    })
}

/// A rule on a metric of the environment, over ten minutes.
fn rule(metric: &str, operator: &str, threshold: u32, direction: &str, value: u32) -> Value {
    json!({
        "metricTrigger": {
            "metricName": metric, "metricResourceUri": ise(), "timeGrain": "PT1M", "timeWindow": "PT10M",
            "statistic": "Average", "timeAggregation": "Average", "operator": operator, "threshold": threshold
        },
        "scaleAction": {"direction": direction, "type": "ChangeCount", "value": value.to_string(), "cooldown": "PT30M"}
    })
}

async fn scale_by(client: &Client, profiles: Value) {
    let body = json!({
        "location": "westeurope",
        "properties": {"enabled": true, "targetResourceUri": ise(), "profiles": profiles}
    });
    let answer = client.put(&path(), VERSION, body).await;
    assert!(answer.status < 300, "{answer:?}");
}

/// The capacity of the environment, and whether it is changing.
async fn capacity(client: &Client) -> (u64, String) {
    let body = client.get(&ise(), LOGIC_VERSION).await.body;
    let state = body["properties"]["provisioningState"].as_str();
    (
        body["sku"]["capacity"].as_u64().expect("a capacity"),
        state.unwrap_or_default().to_owned(),
    )
}

async fn expect(client: &Client, units: u64, state: &str) {
    assert_eq!(capacity(client).await, (units, state.to_owned()));
}

async fn measure(client: &Client, metric: &str, value: Value) {
    let body = json!({"resource": ise(), "metric": metric, "value": value});
    client.control("POST", "metrics", body).await;
}

#[tokio::test]
async fn a_fixed_count_holds_at_once_and_again_after_a_change_by_hand() {
    let client = Client::with_environment("Premium").await;
    scale_by(&client, json!([profile("fixed", 2, 2, 2, json!([]))])).await;
    expect(&client, 2, "InProgress").await;
    client.advance("49m").await;
    expect(&client, 2, "InProgress").await;
    client.advance("1m").await;
    expect(&client, 2, "Succeeded").await;

    let by_hand = json!({"sku": {"capacity": 5}});
    assert_eq!(
        client.patch(&ise(), LOGIC_VERSION, by_hand).await.status,
        200
    );
    client.advance("75m").await;
    expect(&client, 2, "InProgress").await;
    client.advance("75m").await;
    expect(&client, 2, "Succeeded").await;

    let body = json!({"properties": {"enabled": false, "targetResourceUri": ise(), "profiles": [profile("fixed", 7, 7, 7, json!([]))]}});
    assert_eq!(client.patch(&path(), VERSION, body).await.status, 200);
    client.advance("1d").await;
    expect(&client, 2, "Succeeded").await;
}

#[tokio::test]
async fn a_setting_waits_for_the_deployment_and_leaves_developers_alone() {
    for (sku, units) in [("Premium", 3), ("Developer", 0)] {
        let client = Client::with_subnets().await;
        scale_by(&client, json!([profile("fixed", 3, 3, 3, json!([]))])).await;
        client.put(&ise(), LOGIC_VERSION, environment(sku, 0)).await;
        client.advance("119m").await;
        expect(&client, 0, "InProgress").await;
        client.advance("1m").await;
        let state = if units == 0 {
            "Succeeded"
        } else {
            "InProgress"
        };
        expect(&client, units, state).await;
        client.advance("75m").await;
        expect(&client, units, "Succeeded").await;
    }
}

#[tokio::test]
async fn rules_scale_out_until_the_limit_and_in_again() {
    let client = Client::with_environment("Premium").await;
    let rules = json!([
        rule("Cpu", "GreaterThan", 80, "Increase", 1),
        rule("Memory", "GreaterThan", 90, "Increase", 2),
        rule("Cpu", "LessThan", 30, "Decrease", 1),
        rule("Memory", "LessThan", 40, "Decrease", 2)
    ]);
    scale_by(&client, json!([profile("busy", 0, 4, 0, rules)])).await;
    measure(&client, "cpu", json!(20)).await;
    client.advance("1h").await;
    expect(&client, 0, "Succeeded").await;
    // The average of the last ten minutes is over 80 when nine of them had 95.
    measure(&client, "Cpu", json!(95)).await;
    client.advance("7m").await;
    expect(&client, 0, "Succeeded").await;
    client.advance("2m").await;
    expect(&client, 1, "InProgress").await;
    // 25 minutes of work, then five more until the cooldown is over.
    client.advance("26m").await;
    expect(&client, 1, "Succeeded").await;
    measure(&client, "Memory", json!(99)).await;
    client.advance("4m").await;
    expect(&client, 3, "InProgress").await;
    client.advance("5h").await;
    expect(&client, 4, "Succeeded").await;
    // Both rules must want to scale in, and the one that takes less away decides.
    measure(&client, "Cpu", json!(10)).await;
    client.advance("2h").await;
    expect(&client, 4, "Succeeded").await;
    measure(&client, "Memory", json!(10)).await;
    client.advance("35m").await;
    expect(&client, 3, "Succeeded").await;
    client.advance("5h").await;
    expect(&client, 0, "Succeeded").await;
}

#[tokio::test]
async fn without_data_the_default_counts_but_only_upwards() {
    let client = Client::with_environment("Premium").await;
    let rules = json!([rule("Cpu", "GreaterThan", 80, "Increase", 1)]);
    scale_by(&client, json!([profile("busy", 0, 4, 2, rules.clone())])).await;
    expect(&client, 2, "InProgress").await;
    client.advance("1h").await;
    scale_by(&client, json!([profile("busy", 0, 4, 1, rules)])).await;
    client.advance("1h").await;
    expect(&client, 2, "Succeeded").await;
}

#[tokio::test]
async fn profiles_take_turns_while_days_pass() {
    let client = Client::with_environment("Premium").await;
    let every = json!([
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday"
    ]);
    let daily = |name: &str, units: u32, hour: u32| {
        let mut profile = profile(name, units, units, units, json!([]));
        let schedule = json!({"timeZone": "UTC", "days": every, "hours": [hour], "minutes": [0]});
        profile["recurrence"] = json!({"frequency": "Week", "schedule": schedule});
        profile
    };
    scale_by(&client, json!([daily("day", 2, 6), daily("night", 0, 18)])).await;
    client.advance("9d").await;
    // Every change took two steps of 25 minutes, in its own time.
    let clock = client.control("GET", "clock", Value::Null).await.body;
    let hour: u64 = clock["now"].as_str().expect("a time")[11..13]
        .parse()
        .expect("an hour");
    let noon = (24 + 12 - hour) % 24;
    client.advance(&format!("{noon}h")).await;
    expect(&client, 2, "Succeeded").await;
    client.advance("12h").await;
    expect(&client, 0, "Succeeded").await;
    client.advance("365d").await;
    expect(&client, 0, "Succeeded").await;
}

#[tokio::test]
async fn a_locked_environment_is_scaled_once_it_is_free() {
    let client = Client::with_environment("Premium").await;
    let lock = format!("{}/providers/Microsoft.Authorization/locks/l", ise());
    let body = json!({"properties": {"level": "ReadOnly"}});
    client.put(&lock, "2020-05-01", body).await;
    scale_by(&client, json!([profile("fixed", 1, 1, 1, json!([]))])).await;
    client.advance("1d").await;
    expect(&client, 0, "Succeeded").await;
    client.delete(&lock, "2020-05-01").await;
    client.advance("15m").await;
    expect(&client, 1, "InProgress").await;
}

#[tokio::test]
async fn a_resource_has_one_setting_and_metrics_need_a_resource() {
    let client = Client::with_environment("Premium").await;
    scale_by(&client, json!([profile("fixed", 0, 0, 0, json!([]))])).await;
    let second = client
        .put(&format!("{}2", path()), VERSION, setting())
        .await;
    assert_eq!(second.error(), (409, "AutoscaleSettingConflict"));
    let wrong = [
        json!({"resource": format!("{}x", ise()), "metric": "Cpu", "value": 1}),
        json!({"resource": ise(), "metric": "", "value": 1}),
        json!({"resource": ise(), "metric": "Cpu", "value": "1"}),
        json!({"resource": ise(), "metric": "Cpu"}),
        json!({"resource": "ise", "metric": "Cpu", "value": 1}),
    ];
    for body in wrong {
        let answer = client
            .send("POST", "/_emulator/metrics", &[], body.to_string())
            .await;
        assert!([400, 404].contains(&answer.status), "{body}: {answer:?}");
    }
    measure(&client, "Cpu", json!(1.5)).await;
    let listed = client.control("GET", "metrics", Value::Null).await.body;
    assert_eq!(listed["value"][0]["value"], json!(1.5), "{listed}");
    client.control("DELETE", "metrics", Value::Null).await;
    let listed = client.control("GET", "metrics", Value::Null).await.body;
    assert_eq!(listed["value"], json!([]));
}

#[tokio::test]
async fn metrics_can_be_read() {
    let client = Client::with_environment("Premium").await;
    measure(&client, "Load", json!(10)).await;
    client.advance("5m").await;
    measure(&client, "Load", json!(30)).await;
    client.advance("5m").await;
    let read = async |query: &str| {
        let target = format!(
            "{}/providers/microsoft.insights/metrics?api-version=2018-01-01&{query}",
            ise()
        );
        client.send("GET", &target, &[], String::new()).await
    };
    let metric = read("metricnames=load&interval=PT1H&aggregation=Maximum,Minimum,Count")
        .await
        .body;
    let series = &metric["value"][0];
    assert_eq!(
        (&series["name"]["value"], &metric["resourceregion"]),
        (&json!("Load"), &json!("westeurope"))
    );
    let point = &series["timeseries"][0]["data"][0];
    assert_eq!(
        (&point["maximum"], &point["minimum"], &point["average"]),
        (&json!(30.0), &json!(10.0), &Value::Null)
    );
    assert_eq!(point["count"], json!(10.0));
    let minutes = read("metricnames=Load").await.body;
    let minutes = minutes["value"][0]["timeseries"][0]["data"]
        .as_array()
        .expect("points")
        .clone();
    assert_eq!(
        (
            minutes.len(),
            &minutes[59]["average"],
            minutes[0].get("average")
        ),
        (60, &json!(30.0), None)
    );
    let unset = read("metricnames=IntegrationServiceEnvironmentWorkflowMemoryUsage")
        .await
        .body;
    assert_eq!(unset["value"][0]["unit"], "Percent");
    for wrong in [
        "",
        "metricnames=none",
        "metricnames=Load&interval=PT1S",
        "metricnames=Load&aggregation=Mean",
        "metricnames=Load&timespan=2024-01-02T00:00:00Z/2024-01-01T00:00:00Z",
        "metricnames=Load&timespan=2024-01-01T00:00:00Z/2025-01-01T00:00:00Z",
        "metricnames=Load&timespan=2024-01-01T00:00:00Z/2024-05-01T00:00:00Z&interval=P30D",
        "metricnames=Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load,Load",
    ] {
        assert_eq!(read(wrong).await.error(), (400, "BadRequest"), "{wrong}");
    }
}
