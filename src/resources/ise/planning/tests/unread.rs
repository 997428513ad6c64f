//! What is unknown, is not looked at, or may not be read.

use super::*;

/// With an endpoint that nobody knows yet, only what both types say is certain.
#[tokio::test]
async fn an_access_endpoint_that_is_unknown_makes_its_rows_unknown() {
    let allow = |name: &str, priority: u32, source: &str, ports: &[&str]| {
        json!({ "name": name, "properties": {
        "protocol": "Tcp", "direction": "Inbound", "access": "Allow", "priority": priority, "sourcePortRange": "*",
        "destinationPortRanges": ports, "sourceAddressPrefix": source, "destinationAddressPrefix": "*" } })
    };
    let mut body = closed_group();
    let rules = body["properties"]["securityRules"].as_array_mut();
    rules.expect("rules").extend([
        allow("network", 100, "VirtualNetwork", &["0-65535"]),
        allow("balancer", 101, "AzureLoadBalancer", &["0-65535"]),
        allow("services", 102, "Internet", &["454", "455"]),
    ]);
    let (mut replies, _) = broken("network-ports");
    if let Some(group) = replies.last_mut() {
        group.1 = Reply::json(200, &body);
    }
    let server = server_of(&replies).await;
    let of = async |endpoint: Value| {
        let plan = plan_new(&server, &[("access_endpoint_type", endpoint)]).await;
        let told = told(&plan).into_iter();
        let told = told.map(|line| line.replace("subnet_ids[3]: Subnet \"d\" ", ""));
        let told: Vec<_> = told
            .map(|line| line.replace(" (preflight rule network-ports)", ""))
            .collect();
        let details: Vec<_> = plan
            .diagnostics
            .iter()
            .map(|it| it.detail.clone())
            .collect();
        (told, details.join("\n"))
    };
    let always = [
        "error closes port 3443 to Internet",
        "error closes port 3443 to ApiManagement",
    ];
    assert_eq!(of("Internal".into()).await.0, always);
    let (external, _) = of("External".into()).await;
    let expected = [
        "warning closes port 443 to Internet",
        "error closes port 443 to AzureTrafficManager",
        always[0],
        always[1],
    ];
    assert_eq!(external, expected);
    let (unknown, details) = of(Value::unknown()).await;
    let expected = [
        "warning may close port 443 to Internet",
        "warning may close port 443 to AzureTrafficManager",
        always[0],
        always[1],
    ];
    assert_eq!(unknown, expected);
    let says = "it matters with access_endpoint_type External, and the type is not known yet";
    assert!(details.contains(says), "{details}");
    assert!(
        details.contains("Internal: port 454 from AzureTrafficManager; External: port 443"),
        "{details}"
    );
}

#[tokio::test]
async fn nothing_is_read_for_rules_that_are_off() {
    let server = server(&objects(|_, _| {})).await;
    plan_new(&server, &[preflight("off", &[])]).await;
    assert_eq!(server.lines(), [""; 0]);
    let about_the_network = [
        "subnet-region",
        "custom-dns",
        "network-ports",
        "network-routes",
    ];
    plan_new(&server, &[preflight("warn", &about_the_network)]).await;
    assert!(!server.lines().contains(&get(&network())));
    let unconfigured = plan(
        &Arm(Ise),
        &unconfigured(),
        &environment(&[]),
        None,
        Private::default(),
    )
    .await;
    assert_eq!(told(&unconfigured), [""; 0]);
}

#[tokio::test]
async fn what_is_forbidden_is_one_warning_and_other_failures_are_another() {
    let forbidden = Reply::error(403, "AuthorizationFailed");
    let mut replies: Vec<_> = objects(|_, _| {})
        .into_iter()
        .map(|(id, body)| (id, Reply::json(200, &body)))
        .collect();
    replies[0].1 = forbidden.clone();
    replies[2].1 = forbidden;
    replies[4].1 = Reply::error(400, "BadRequest");
    let server = server_of(&replies).await;
    let plan = plan_new(&server, &[]).await;
    assert_eq!(
        told(&plan),
        [
            "warning subnet_ids[1]: Preflight may not read subnet \"b\", virtual network \"v\"",
            "warning subnet_ids[3]: Preflight could not read subnet \"d\"",
        ]
    );
    let details: Vec<_> = plan
        .diagnostics
        .iter()
        .map(|it| it.detail.as_str())
        .collect();
    let expected = "The rules that need this were not checked there: subnet-missing, subnet-region, subnet-name, subnet-size, \
                    subnet-reserved-range, subnet-in-use, subnet-delegated, subnet-class-b, network-ports, network-routes, custom-dns. \
                    Grant read access, or name the rules in preflight.ignore.";
    assert!(details[0].starts_with(expected), "{details:?}");
}

/// What is around the subnets may be read in part.
#[tokio::test]
async fn what_was_not_checked_and_what_was_in_part_is_said() {
    let (groups, _) = broken("network-ports");
    let (tables, _) = broken("network-routes");
    let everything = "subnet-missing, subnet-name, subnet-size, subnet-reserved-range, subnet-in-use, subnet-delegated, \
                      subnet-class-b, network-ports, network-routes";
    for (replies, id, rules, in_part) in [
        (
            &groups,
            network(),
            "subnet-region, custom-dns",
            "network-ports, network-routes",
        ),
        (&groups, group(), "network-ports", ""),
        (&tables, table(), "network-routes", "network-ports"),
        (&groups, subnet("a"), everything, ""),
    ] {
        let mut replies = replies.clone();
        for (known, reply) in &mut replies {
            if *known == id {
                *reply = Reply::error(403, "AuthorizationFailed");
            }
        }
        let plan = plan_new(&server_of(&replies).await, &[]).await;
        let mut all = plan.diagnostics.iter();
        let told = all.find(|it| it.summary.starts_with("Preflight may not read"));
        let detail = &told.expect("a warning").detail;
        let mut expected = format!("The rules that need this were not checked there: {rules}.");
        if !in_part.is_empty() {
            expected.push_str(&format!(
                " Judged without it, as far as that goes: {in_part}."
            ));
        }
        assert!(detail.starts_with(&expected), "{detail}");
    }
}
