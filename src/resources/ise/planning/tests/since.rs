//! What the apply says of what its plan has found.

use super::*;

#[tokio::test]
async fn the_plan_of_an_apply_says_what_changed_in_the_network_since() {
    let (replies, _) = broken("custom-dns");
    let first = plan_new(&server_of(&replies).await, &[]).await;
    let (replies, _) = broken("network-ports");
    let server = server_of(&replies).await;
    let bytes = first.private.to_bytes();
    for (handed_on, expected) in [(true, true), (false, false)] {
        let private = match handed_on {
            true => Private::default().with_planned(&bytes),
            false => Private::default(),
        };
        let wanted = environment(&[]);
        let again = plan(&Arm(Ise), &context(&server), &wanted, None, private).await;
        let mut ports = again.diagnostics.iter();
        let ports = ports.find(|it| it.summary.contains("network-ports"));
        let is_new = |text: &str| {
            text.ends_with("The plan did not find this: the network has changed since.")
        };
        assert_eq!(is_new(&ports.expect("a finding").detail), expected);
        let told = told(&again);
        let gone = told.contains(&"warning : The network has changed since the plan".to_owned());
        assert_eq!(gone, expected, "{told:?}");
    }
}

/// What the plan could not look at may have been so all the time.
#[tokio::test]
async fn nothing_is_said_to_be_new_that_the_plan_could_not_look_at() {
    let mut unknown_ids: Vec<_> = NAMES
        .map(|name| Value::from(subnet(name).to_string()))
        .to_vec();
    let known_ids = unknown_ids.clone();
    unknown_ids[3] = Value::unknown();
    let forbidden = Reply::error(403, "AuthorizationFailed");
    let unknown = |attribute| vec![(attribute, Value::unknown())];
    for (case, first, forbids, is_new) in [
        ("all known", vec![], None, true),
        ("no ID", vec![("subnet_ids", Value::unknown())], None, false),
        (
            "three IDs",
            vec![("subnet_ids", Value::List(unknown_ids))],
            None,
            false,
        ),
        ("a subnet may not be read", vec![], Some(subnet("d")), false),
        // Its rules are about the others too.
        ("another may not be read", vec![], Some(subnet("a")), false),
        (
            "the network may not be read",
            vec![],
            Some(network()),
            false,
        ),
        ("endpoint", unknown("access_endpoint_type"), None, false),
        (
            "rules",
            vec![preflight("enforce", &["network-ports"])],
            None,
            false,
        ),
        ("settings", unknown("preflight"), None, true),
    ] {
        let replies = objects(|_, _| {}).into_iter().map(|(id, body)| {
            let reply = match forbids.as_ref() == Some(&id) {
                true => forbidden.clone(),
                false => Reply::json(200, &body),
            };
            (id, reply)
        });
        let replies: Vec<_> = replies.collect();
        let first = plan_new(&server_of(&replies).await, &first).await;
        let (replies, _) = broken("network-ports");
        let server = server_of(&replies).await;
        let private = Private::default().with_planned(&first.private.to_bytes());
        let wanted = environment(&[("subnet_ids", Value::List(known_ids.clone()))]);
        let again = plan(&Arm(Ise), &context(&server), &wanted, None, private).await;
        let mut found = again.diagnostics.iter();
        let found = found.find(|it| it.summary.contains("network-ports"));
        let detail = &found.expect("a finding").detail;
        assert_eq!(
            detail.contains("The plan did not find this"),
            is_new,
            "{case}: {detail}"
        );
    }
}

/// Nor is anything said to be gone that the apply could not look at.
#[tokio::test]
async fn nothing_is_said_to_be_gone_that_cannot_be_looked_at() {
    let (replies, _) = broken("custom-dns");
    let first = plan_new(&server_of(&replies).await, &[]).await;
    let bytes = first.private.to_bytes();
    for (is_forbidden, is_gone) in [(true, false), (false, true)] {
        let mut replies: Vec<_> = objects(|_, _| {})
            .into_iter()
            .map(|(id, body)| (id, Reply::json(200, &body)))
            .collect();
        if is_forbidden {
            replies[0].1 = Reply::error(403, "AuthorizationFailed");
        }
        let server = server_of(&replies).await;
        let private = Private::default().with_planned(&bytes);
        let again = plan(
            &Arm(Ise),
            &context(&server),
            &environment(&[]),
            None,
            private,
        )
        .await;
        let told = told(&again);
        let gone = told.contains(&"warning : The network has changed since the plan".to_owned());
        assert_eq!(gone, is_gone, "{told:?}");
        for diagnostic in again.diagnostics.iter() {
            assert!(
                !diagnostic.detail.contains("The plan did not find"),
                "{diagnostic:?}"
            );
        }
    }
}
