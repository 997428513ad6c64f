//! A restart that a stop left: it goes on, and is waited for once.

use super::*;

fn triggers(value: &str) -> Value {
    Value::Map([("dns".to_owned(), value.into())].into())
}

/// An environment that is being restarted for as long as these polls say.
async fn restarting(environment: Vec<Reply>, polls: &[&str]) -> TestServer {
    let restart = write("POST", &environment_id(), "/restart");
    let polls: Vec<_> = polls.iter().map(|status| operation(status)).collect();
    server(&[
        (line("GET"), environment),
        (restart, vec![accepted(202)]),
        (OPERATION.to_owned(), polls),
    ])
    .await
}

/// Restarts because the triggers become these.
async fn restart(
    context: &Context<Azure>,
    state: &mut Kept,
    to: &str,
) -> Result<Outcome, Diagnostics> {
    let prior = state.object().expect("a state").clone();
    let mut planned = prior.clone();
    planned.set("restart_triggers", triggers(to));
    planned.set("provisioning_state", Value::unknown());
    let update = UpdateRequest::new(&planned, &prior, &planned);
    call::update(&Arm(Ise), context, update, state).await
}

fn before() -> Kept {
    let mut object = with("Succeeded", 0);
    object.set("restart_triggers", triggers("1"));
    kept(object)
}

fn triggers_of(state: &Kept) -> &Value {
    state.object().expect("a state").get("restart_triggers")
}

/// Restarts, and is stopped while that goes on.
async fn leave(server: &TestServer, state: &mut Kept) {
    let first = context(server);
    let stop = async {
        server.asked(OPERATION).await;
        first.cancel.cancel();
    };
    let (left, ()) = tokio::join!(restart(&first, state, "2"), stop);
    assert_eq!(summary(left), "Environment \"e\" is still being changed");
}

/// Some environments read `Succeeded` all the while.
#[tokio::test]
async fn a_restart_that_was_left_is_waited_for_and_not_done_twice() {
    for shown in ["InProgress", "Succeeded"] {
        let environment = vec![ok(shown, 0), ok(shown, 0), ok("Succeeded", 0)];
        let polls = ["InProgress", "InProgress", "InProgress", "Succeeded"];
        let server = restarting(environment, &polls).await;
        let mut state = before();
        leave(&server, &mut state).await;
        let next = context(&server);
        call::read(&Arm(Ise), &next, &mut state)
            .await
            .expect("a read");
        assert_eq!(state_of(&state), shown);
        let kept = state.object().expect("a state");
        assert_eq!(kept.get("restart_triggers"), &triggers("2"));

        let planned = plan_next(&next, &state).await;
        let goes_on = planned.planned.get("provisioning_state").is_unknown();
        assert!(goes_on, "{shown}");
        restart(&next, &mut state, "2").await.expect("well");
        assert_eq!(state_of(&state), "Succeeded");
        assert_eq!(writes(&server), ["POST"], "{shown}");
        assert_eq!(unfinished(&state.private, "Succeeded"), None);
    }
}

/// Its end was never seen, and there is nothing left to do.
#[tokio::test]
async fn a_restart_that_ended_between_two_runs_leaves_nothing_to_plan() {
    let succeeded = operation("Succeeded");
    for ended in [succeeded, Reply::error(404, "OperationNotFound")] {
        let restart = write("POST", &environment_id(), "/restart");
        let polls = vec![operation("InProgress"), ended];
        let server = server(&[
            (line("GET"), vec![ok("InProgress", 0), ok("Succeeded", 0)]),
            (restart, vec![accepted(202)]),
            (OPERATION.to_owned(), polls),
        ])
        .await;
        let mut state = before();
        leave(&server, &mut state).await;
        let next = context(&server);
        call::read(&Arm(Ise), &next, &mut state)
            .await
            .expect("a read");
        let kept = state.object().expect("a state");
        assert_eq!(kept.get("restart_triggers"), &triggers("2"));
        let planned = plan_next(&next, &state).await;
        assert_eq!(planned.prior.as_ref(), Some(&planned.planned));
    }
}

/// Nobody knows whether it was accepted, and one too many does less harm than none.
#[tokio::test]
async fn a_restart_without_an_answer_is_asked_for_again() {
    let shown = vec![ok("Succeeded", 0)];
    let restart_line = write("POST", &environment_id(), "/restart");
    let server = server(&[
        (line("GET"), shown),
        (
            restart_line,
            vec![
                Reply::Close,
                Reply::Close,
                Reply::Close,
                Reply::Close,
                Reply::Close,
            ],
        ),
    ])
    .await;
    let mut state = before();
    let left = restart(&context(&server), &mut state, "2").await;
    assert_eq!(summary(left), "Error updating environment \"e\"");
    assert_eq!(
        state.object().expect("kept").get("restart_triggers"),
        &triggers("1")
    );
}

/// The environment of a failed restart is well, but has not learnt what the restart was for.
#[tokio::test]
async fn a_restart_that_fails_keeps_the_old_triggers_and_is_asked_for_again() {
    for environment in ["Succeeded", "Failed"] {
        let shown = vec![ok(environment, 0), ok("Succeeded", 0)];
        let server = restarting(shown, &["InProgress", "Failed", "Succeeded"]).await;
        let (context, mut state) = (context(&server), before());
        let failed = restart(&context, &mut state, "2").await;
        assert_eq!(summary(failed), "Error restarting environment \"e\"");
        assert_eq!(triggers_of(&state), &triggers("1"), "{environment}");

        restart(&context, &mut state, "2").await.expect("well");
        assert_eq!(triggers_of(&state), &triggers("2"), "{environment}");
        assert_eq!(writes(&server), ["POST", "POST"], "{environment}");
        assert_eq!(unfinished(&state.private, "Succeeded"), None);
    }
}

/// Its failure is seen by the next refresh, or by the apply where there is none.
#[tokio::test]
async fn a_restart_that_fails_after_it_was_left_is_asked_for_again() {
    for refreshes in [true, false] {
        let polls = ["InProgress", "Failed", "Succeeded"];
        let server = restarting(vec![ok("Succeeded", 0)], &polls).await;
        let mut state = before();
        leave(&server, &mut state).await;
        let next = context(&server);
        if refreshes {
            state.warnings = Diagnostics::default();
            let read = call::read(&Arm(Ise), &next, &mut state).await;
            read.expect("a read");
            let told: Vec<_> = state.warnings.iter().map(|it| &it.summary).collect();
            assert_eq!(told, ["The restart of environment \"e\" failed"]);
        } else {
            let failed = restart(&next, &mut state, "2").await;
            assert_eq!(summary(failed), "Error restarting environment \"e\"");
        }
        assert_eq!(triggers_of(&state), &triggers("1"), "{refreshes}");
        assert_eq!(unfinished(&state.private, "Succeeded"), None);

        restart(&next, &mut state, "2").await.expect("well");
        assert_eq!(triggers_of(&state), &triggers("2"), "{refreshes}");
        assert_eq!(writes(&server), ["POST", "POST"], "{refreshes}");
    }
}

/// The environment shows the first failure, so it is sent again: by then the state has the new triggers, but no restart has
/// come of them.
#[tokio::test]
async fn a_restart_that_fails_again_and_again_is_not_forgotten() {
    let environment = vec![ok("InProgress", 0), ok("Failed", 0), ok("Succeeded", 0)];
    let polls = ["InProgress", "Failed", "Succeeded"];
    let server = restarting(environment, &polls).await;
    let mut state = left_and_failed(&server).await;
    let next = context(&server);
    let failed = restart(&next, &mut state, "2").await;
    assert_eq!(summary(failed), "Error restarting environment \"e\"");
    assert_eq!(triggers_of(&state), &triggers("1"));

    restart(&next, &mut state, "2").await.expect("well");
    assert_eq!(triggers_of(&state), &triggers("2"));
    assert_eq!(writes(&server).len(), 3);
}

/// Of what is sent again, too, nobody may know whether it was accepted.
#[tokio::test]
async fn a_restart_that_is_sent_again_without_an_answer_is_not_forgotten() {
    let answers = vec![accepted(202), Reply::Close];
    let environment = vec![ok("InProgress", 0), ok("Failed", 0), ok("Succeeded", 0)];
    let server = server(&[
        (line("GET"), environment),
        (write("POST", &environment_id(), "/restart"), answers),
        (OPERATION.to_owned(), vec![operation("InProgress")]),
    ])
    .await;
    let mut state = left_and_failed(&server).await;
    let next = context(&server);
    let left = restart(&next, &mut state, "2").await;
    assert_eq!(summary(left), "Error updating environment \"e\"");
    let read = call::read(&Arm(Ise), &next, &mut state).await;
    read.expect("a read");
    assert_eq!(triggers_of(&state), &triggers("1"));
}

/// What is left of a restart that was stopped, once its environment reads `Failed`.
async fn left_and_failed(server: &TestServer) -> Kept {
    let mut state = before();
    leave(server, &mut state).await;
    let next = context(server);
    while state_of(&state) != "Failed" {
        let read = call::read(&Arm(Ise), &next, &mut state).await;
        read.expect("a read");
    }
    assert_eq!(triggers_of(&state), &triggers("2"));
    state
}
