//! Creations and deletions count once ARM shows them; subnets of an environment that is no more are waited for.

use tfplugin_framework::types::value::{Object, Value};

use super::*;
use crate::azure::resource::Arm;

/// Whoever answers the DELETE: the subnets are waited for once ARM says that the environment is gone, and not before.
#[tokio::test]
async fn a_deletion_is_over_when_arm_says_that_the_environment_is_gone() {
    let idle = [
        Reply::Close,
        Reply::stranger(200, "<html>gateway</html>"),
        Reply::stranger(204, ""),
        Reply::stranger(
            404,
            r#"{"error":{"code":"ResourceNotFound","message":"m"}}"#,
        ),
        Reply::text(200, ""),
        Reply::text(204, ""),
        Reply::text(202, ""),
    ];
    for delete in idle {
        for (gets, is_deleted) in [
            (vec![ok("Succeeded", 0)], false),
            (vec![Reply::stranger(404, "<html>")], false),
            (vec![gone()], true),
        ] {
            // ARM answers 202 where there is more to come, and that is waited for.
            let is_accepted = matches!(&delete, Reply::Answer { status: 202, .. });
            if is_accepted && !is_deleted {
                continue;
            }
            let script = [(line("DELETE"), vec![delete.clone()]), (line("GET"), gets)];
            let server = server(&script).await;
            let mut state = kept(with("Succeeded", 0));
            let result = call::delete(&Arm(Ise), &context(&server), &mut state).await;
            assert_eq!(result.is_ok(), is_deleted, "{result:?}");
            let asked = server.lines().contains(&get(&subnet("a")));
            assert_eq!(asked, is_deleted, "the wait for the subnets");
            assert!(is_deleted || state_of(&state) == "Succeeded");
        }
    }
}

/// Whoever answers the PUT: no state is left of an environment that ARM does not know.
#[tokio::test]
async fn a_creation_of_which_nothing_came_leaves_no_state() {
    let running = json!({ "status": "Succeeded" });
    for put in [
        Reply::stranger(200, "<html>gateway</html>"),
        Reply::stranger(201, r#"{"id":"/x","name":"e","properties":{}}"#),
        Reply::stranger(204, ""),
        Reply::text(200, ""),
        Reply::text(201, "{}"),
        Reply::text(204, ""),
        ok("Succeeded", 0),
        accepted(201),
    ] {
        let script = [
            (line("GET"), vec![gone()]),
            (line("PUT"), vec![put]),
            (OPERATION.to_owned(), vec![Reply::json(200, &running)]),
        ];
        let server = server(&script).await;
        let mut state = Kept::default();
        let result = create(&context(&server), &mut state).await;
        assert_eq!(summary(result), "Error creating environment \"e\"");
        assert!(state.object().is_none());
        assert_eq!(warnings(&state), [""; 0]);
    }
}

/// Somebody else deleted what was there before, by whatever name: its subnets are waited for, where that is looked up.
#[tokio::test]
async fn the_subnets_of_an_environment_that_is_no_more_are_waited_for() {
    let old = id(ENVIRONMENTS.name, "old");
    let link = json!([{ "properties": { "link": old.to_string() } }]);
    let held = json!({ "id": "s", "properties": { "serviceAssociationLinks": link } });
    let free = json!({ "id": "s", "properties": {} });
    for (mode, ignore, reads) in [
        ("warn", Value::Null, 3),
        ("warn", Value::set([Value::from("subnet-in-use")]), 0),
        ("off", Value::Null, 0),
    ] {
        let script = [
            (line("GET"), vec![gone(), ok("Succeeded", 0)]),
            (get(&old), vec![gone()]),
            (
                get(&subnet("c")),
                vec![Reply::json(200, &held), Reply::json(200, &free)],
            ),
            (line("PUT"), vec![Reply::json(201, &shown("Succeeded", 0))]),
        ];
        let server = server(&script).await;
        let members = [("mode", Value::from(mode)), ("ignore", ignore)];
        let mut state = Kept::default();
        let preflight: Object = members.into_iter().collect();
        create_with(&context(&server), &mut state, preflight.into())
            .await
            .expect("created");
        let asked = server.lines();
        let asked = asked.iter().filter(|it| **it == get(&subnet("c")));
        assert_eq!(asked.count(), reads, "{mode}");
    }
}

#[tokio::test]
async fn a_stop_while_subnets_are_waited_for_creates_nothing() {
    let link = json!([{ "properties": { "link": environment_id().to_string() } }]);
    let held = json!({ "id": "s", "properties": { "serviceAssociationLinks": link } });
    let script = [
        (line("GET"), vec![gone()]),
        (get(&subnet("c")), vec![Reply::json(200, &held)]),
    ];
    let server = server(&script).await;
    let context = context(&server);
    let mut state = Kept::default();
    let members = [("mode", Value::from("warn")), ("ignore", Value::Null)];
    let preflight: Object = members.into_iter().collect();
    let stop = async {
        server.asked(&get(&subnet("c"))).await;
        // The second look at the subnet is that of the wait.
        while server
            .lines()
            .iter()
            .filter(|it| **it == get(&subnet("c")))
            .count()
            < 2
        {
            tokio::task::yield_now().await;
        }
        context.cancel.cancel();
    };
    let created = create_with(&context, &mut state, preflight.into());
    let (result, ()) = tokio::join!(created, stop);
    assert_eq!(
        summary(result),
        "The subnets for environment \"e\" are not free yet"
    );
    assert!(state.object().is_none());
    assert_eq!(writes(&server), [""; 0]);
}
