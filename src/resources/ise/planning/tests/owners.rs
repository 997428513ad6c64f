//! Whose the subnets are, and whose the address.

use super::*;

#[tokio::test]
async fn a_living_environment_is_only_warned_and_holds_its_own_subnets() {
    let server = server(&objects(|_, properties| {
        properties["serviceAssociationLinks"] = link(&environment_id("E"));
        properties["addressPrefix"] = json!("172.16.0.0/28");
    }))
    .await;
    let state = living().await;
    let context = context(&server);
    let plan = plan(
        &Arm(Ise),
        &context,
        &environment(&[]),
        Some(&state),
        Private::default(),
    )
    .await;
    let expected = NAMES.iter().enumerate().map(|(index, name)| {
        format!(
            "warning subnet_ids[{index}]: Subnet {name:?} is too small (preflight rule subnet-size)"
        )
    });
    assert_eq!(told(&plan), expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_replacement_may_have_the_subnets_of_what_it_replaces() {
    let server = server(&objects(|name, properties| {
        if name == "a" {
            properties["resourceNavigationLinks"] = json!([{ "name": "redis", "properties": {} }]);
        }
        properties["serviceAssociationLinks"] = match name {
            "a" => json!([]),
            _ => link(&environment_id("e")),
        };
    }))
    .await;
    let context = context(&server);
    let wanted = environment(&[("name", "new".into())]);
    let state = living().await;
    let first = plan(
        &Arm(Ise),
        &context,
        &wanted,
        Some(&state),
        Private::default(),
    )
    .await;
    assert_eq!(first.requires_replace.len(), 1);
    assert_eq!(told(&first), [""; 0]);
    assert_eq!(server.lines(), [""; 0]);
    let second = plan(&Arm(Ise), &context, &wanted, None, first.private).await;
    assert_eq!(told(&second), [""; 0]);
    let mut left = second.private;
    assert_eq!(left.take_note::<Owner>("replaces"), None);
    // What preflight has found is for the plan of the apply.
    left.forget_notes();
    assert_eq!(left, Private::default());
    let stranger = plan(
        &Arm(Ise),
        &context_of(&server),
        &wanted,
        None,
        Private::default(),
    )
    .await;
    assert_eq!(told(&stranger).len(), 4);
}

/// Terraform plans a tainted environment as if it were new, without telling of the old one, which it has just read.
#[tokio::test]
async fn a_tainted_environment_may_be_renamed_and_keep_its_subnets() {
    let holder = environment_id("e");
    let server = server(
        &objects(|_, properties| properties["serviceAssociationLinks"] = link(&holder))
            .into_iter()
            .chain([(
                holder.clone(),
                json!({ "id": holder.to_string(), "name": "e", "properties": {} }),
            )])
            .collect::<Vec<_>>(),
    )
    .await;
    let wanted = environment(&[("name", "new".into())]);
    let severities = |plan: &Planned| -> BTreeSet<_> {
        let told = told(plan).into_iter();
        told.map(|line| line.split(' ').next().unwrap_or_default().to_owned())
            .collect()
    };
    let context = context(&server);
    let strange = plan(&Arm(Ise), &context, &wanted, None, Private::default()).await;
    assert_eq!(severities(&strange), ["error".to_owned()].into());
    for (is_kept, expected) in [(false, "warning"), (true, "error")] {
        let context = context_of(&server);
        let mut state = Kept::new(Some(living().await), Private::default());
        call::read(&Arm(Ise), &context, &mut state)
            .await
            .expect("it is there");
        let state = state.object().cloned();
        if is_kept {
            let lives = environment(&[]);
            plan(
                &Arm(Ise),
                &context,
                &lives,
                state.as_ref(),
                Private::default(),
            )
            .await;
        }
        let plan = plan(&Arm(Ise), &context, &wanted, None, Private::default()).await;
        assert_eq!(severities(&plan), [expected.to_owned()].into(), "{is_kept}");
        let ends = "The apply looks again, before anything is sent.";
        let detail = &plan.diagnostics.iter().next().expect("told").detail;
        assert_eq!(detail.ends_with(ends), !is_kept, "{detail}");
    }
}

#[tokio::test]
async fn two_environments_do_not_share_a_subnet() {
    let server = server(&objects(|_, _| {})).await;
    let shared = |severity: &str| {
        NAMES
            .iter()
            .enumerate()
            .map(|(index, name)| {
                format!(
                    "{severity} subnet_ids[{index}]: Subnet {name:?} is planned for two environments (preflight rule subnet-in-use)"
                )
            })
            .collect::<Vec<_>>()
    };
    let lax = || preflight("warn", &[]);
    for (first, second, expected) in [
        (
            preflight("enforce", &[]),
            preflight("enforce", &[]),
            Some("error"),
        ),
        (lax(), preflight("enforce", &[]), Some("error")),
        (preflight("enforce", &[]), lax(), Some("error")),
        (lax(), lax(), Some("warning")),
        (preflight("off", &[]), lax(), Some("warning")),
        (
            preflight("off", &[]),
            preflight("enforce", &["subnet-in-use"]),
            None,
        ),
    ] {
        let context = context(&server);
        let first = environment(&[("name", "first".into()), first]);
        let first = plan(&Arm(Ise), &context, &first, None, Private::default()).await;
        assert_eq!(told(&first), [""; 0]);
        let second = environment(&[("name", "second".into()), second]);
        let second = plan(&Arm(Ise), &context, &second, None, Private::default()).await;
        assert_eq!(told(&second), expected.map(shared).unwrap_or_default());
        // One that lives is as much in the way, whichever is planned first.
        let (lives, state) = (environment(&[]), living().await);
        let third = plan(
            &Arm(Ise),
            &context,
            &lives,
            Some(&state),
            Private::default(),
        )
        .await;
        let third = told(&third);
        assert_eq!(!third.is_empty(), expected.is_some(), "{third:?}");
    }
}

#[tokio::test]
async fn one_environment_has_one_address() {
    let server = server(&objects(|_, _| {})).await;
    let context = context(&server);
    let twice = "error name: Environment \"E\" is planned twice";
    let state = living().await;
    let wanted = environment(&[]);
    let first = plan(
        &Arm(Ise),
        &context,
        &wanted,
        Some(&state),
        Private::default(),
    )
    .await;
    // A replacement that the user asked for.
    let second = plan(&Arm(Ise), &context, &wanted, None, first.private).await;
    assert_eq!(told(&second), [""; 0]);
    let wanted = environment(&[("name", "E".into())]);
    let other = plan(&Arm(Ise), &context, &wanted, None, Private::default()).await;
    assert!(
        told(&other).contains(&twice.to_owned()),
        "{:?}",
        told(&other)
    );
    let deleted = call::plan_delete(&Arm(Ise), &context, &state).await;
    assert!(deleted.has_error());
}
