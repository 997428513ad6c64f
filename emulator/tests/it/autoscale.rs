//! Autoscale settings.

use serde_json::{Value, json};

use crate::client::{Client, group, ise};

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
            json!(4),
            "numbers as texts",
        ),
        (
            "/properties/profiles/0/capacity/default",
            json!("5"),
            "between",
        ),
        ("/properties/profiles/0/rules", Value::Null, "up to 10"),
        (
            "/properties/profiles/0/rules/0/metricTrigger/operator",
            json!("Over"),
            "must be one of",
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
    ] {
        let mut body = setting();
        *body.pointer_mut(pointer).expect("a member") = value;
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
