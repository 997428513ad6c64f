//! Who decides about the capacity of an environment.

use super::*;

/// An environment of this capacity, if any, whose network nobody looks at.
fn environment_config(capacity: Option<i64>) -> Object {
    let off: Object = [("mode", Value::from("off")), ("ignore", Value::Null)]
        .into_iter()
        .collect();
    config(
        &Arm(Ise),
        &[
            ("name", "e".into()),
            ("resource_group_name", "g".into()),
            ("location", "westeurope".into()),
            (
                "subnet_ids",
                Value::strings(["a", "b", "c", "d"].map(|name| subnet(name).to_string())),
            ),
            ("capacity", capacity.into()),
            ("preflight", off.into()),
        ],
    )
}

/// Both are planned in one run, in either order.
async fn planned_together(
    setting_arguments: &Json,
    capacity: Option<i64>,
    setting_first: bool,
) -> Vec<String> {
    let plans = plan_together(setting_arguments, capacity, setting_first).await;
    plans.iter().flat_map(told).collect()
}

async fn plan_together(
    setting_arguments: &Json,
    capacity: Option<i64>,
    setting_first: bool,
) -> Vec<Planned> {
    let server = server(&[(environment(), environment_body("Premium", 0))]).await;
    let context = context(&server);
    let setting = setting(setting_arguments);
    let ise = environment_config(capacity);
    let mut plans = Vec::new();
    for is_setting in [setting_first, !setting_first] {
        let planned: Planned = match is_setting {
            true => {
                plan(
                    &Arm(IseAutoscaleSetting),
                    &context,
                    &setting,
                    None,
                    Private::default(),
                )
                .await
            }
            false => plan(&Arm(Ise), &context, &ise, None, Private::default()).await,
        };
        plans.push(planned);
    }
    plans
}

#[tokio::test]
async fn a_capacity_that_is_managed_twice_is_told_once() {
    let scales = json!({ "instance_count": 2 });
    let disabled = json!({ "instance_count": 2, "enabled": false });
    let two = json!({ "minimum": 2, "maximum": 2, "default": 2 });
    let agrees = json!({ "profiles": [profile("p", &two), profile("q", &two)] });
    let differs = json!({ "profiles": [profile("p", &two), profile("q", &json!({}))] });
    for (setting_first, path) in [(true, "capacity"), (false, "ise_id")] {
        let expected = format!("warning {path}: Capacity of environment \"e\" is managed twice");
        for (setting, capacity, fights) in [
            (&scales, 1, true),
            (&differs, 2, true),
            (&scales, 2, false),
            (&agrees, 2, false),
        ] {
            let plans = plan_together(setting, Some(capacity), setting_first).await;
            let found: Vec<_> = plans.iter().flat_map(told).collect();
            assert_eq!(found, [expected.as_str()], "{setting}");
            let details = plans.iter().flat_map(|it| it.diagnostics.iter());
            let details: String = details.map(|it| it.detail.as_str()).collect();
            assert_eq!(details.contains("moves it again"), fights, "{details}");
            assert_eq!(details.contains("They agree"), !fights, "{details}");
        }
        for (setting, capacity) in [(&scales, None), (&disabled, Some(1))] {
            let told = planned_together(setting, capacity, setting_first).await;
            assert_eq!(told, [""; 0], "{setting} {capacity:?}");
        }
    }
}

#[tokio::test]
async fn a_developer_environment_has_nothing_to_scale() {
    for (sku, expected) in [
        ("Premium", &[][..]),
        (
            "Developer",
            &["warning ise_id: Autoscale setting \"s\" targets a Developer environment"],
        ),
    ] {
        let server = server(&[(environment(), environment_body(sku, 0))]).await;
        let config = setting(&json!({ "instance_count": 0 }));
        let planned = plan(
            &Arm(IseAutoscaleSetting),
            &context(&server),
            &config,
            None,
            Private::default(),
        )
        .await;
        assert_eq!(told(&planned), expected);
    }
}

/// An environment whose capacity somebody has moved: who that may be, as far as ARM says.
async fn told_of_a_move(listed: Reply, is_deleted: bool) -> Vec<String> {
    let list = format!(
        "GET /subscriptions/{SUBSCRIPTION}/providers/Microsoft.Insights/autoscaleSettings?api-version={}",
        AUTOSCALE_SETTINGS.api_version
    );
    let server = TestServer::start(&[(&list, vec![listed])]).await;
    let context = context(&server);
    let config = environment_config(Some(1));
    let fresh = plan(&Arm(Ise), &context, &config, None, Private::default()).await;
    let mut prior = applied(&fresh, &[("id", environment().to_string().into())]);
    prior.set("provisioning_state", "Succeeded");
    prior.set("capacity", 3_i64);
    let again = test_plan::context(&server);
    if is_deleted {
        let azure = again.data_if_known().expect("configured");
        assert_eq!(azure.plans.deletes(&setting_id()), Ok(()));
    }
    told(&plan(&Arm(Ise), &again, &config, Some(&prior), Private::default()).await)
}

#[tokio::test]
async fn who_moved_the_capacity_is_looked_up() {
    let page = |settings: Json| Reply::json(200, &json!({ "value": settings }));
    let mut disabled = setting_body(&fixed("x", 3));
    disabled["properties"]["enabled"] = json!(false);
    let mut of_another = setting_body(&fixed("x", 3));
    of_another["properties"]["targetResourceUri"] = json!("/subscriptions/x");
    let warning = "warning capacity: Capacity of environment \"e\" is managed twice".to_owned();
    let found = || page(json!([of_another, setting_body(&fixed("x", 3))]));
    for (listed, is_deleted, expected) in [
        (found(), false, vec![warning]),
        // It goes in the same run.
        (found(), true, vec![]),
        (page(json!([disabled])), false, vec![]),
        // It moves the capacity to where the configuration has it.
        (page(json!([setting_body(&fixed("x", 1))])), false, vec![]),
        (page(json!([])), false, vec![]),
        (Reply::error(403, "AuthorizationFailed"), false, vec![]),
    ] {
        assert_eq!(told_of_a_move(listed, is_deleted).await, expected);
    }
}
