//! What is left when an operation goes wrong or is cut short, and what the next run makes of it.

mod confirmed;
mod restarted;

use tfplugin_framework::diagnostics::Diagnostics;
use tfplugin_framework::types::value::{Object, Value};

use super::super::pending::{RELEASING, unfinished};
use super::*;
use crate::arm::ResourceId;
use crate::azure::Azure;
use crate::azure::resource::Arm;
use crate::resources::test_plan::{Kept, Planned, call, plan};

const OPERATION: &str = "GET /operations/1";

/// The environment as ARM shows it, in this provisioning state and with this capacity.
fn shown(provisioning_state: &str, capacity: i64) -> Json {
    let mut body = body(&Json::Null);
    body["properties"]["provisioningState"] = json!(provisioning_state);
    body["sku"]["capacity"] = json!(capacity);
    body
}

fn ok(provisioning_state: &str, capacity: i64) -> Reply {
    Reply::json(200, &shown(provisioning_state, capacity))
}

/// The answer to a write that starts an operation.
fn accepted(status: u16) -> Reply {
    Reply::json(status, &shown("InProgress", 0))
        .header("azure-asyncoperation", "{url}/operations/1")
        .header("retry-after-ms", "10")
}

fn operation(status: &str) -> Reply {
    let error = json!({ "code": "OutOfStock", "message": "None left." });
    Reply::json(200, &json!({ "status": status, "error": error }))
}

fn gone() -> Reply {
    Reply::error(404, "ResourceNotFound")
}

fn environment_id() -> ResourceId {
    id(ENVIRONMENTS.name, "e")
}

fn line(method: &str) -> String {
    get(&environment_id()).replacen("GET", method, 1)
}

/// A server with these answers; the subnets are well, unless the script says otherwise.
async fn server(script: &[(String, Vec<Reply>)]) -> TestServer {
    let well = json!({ "id": "s", "properties": { "addressPrefix": "172.16.0.0/27" } });
    let mut all: Vec<_> = ["a", "b", "c", "d"]
        .map(|name| (get(&subnet(name)), vec![Reply::json(200, &well)]))
        .to_vec();
    all.extend_from_slice(script);
    let all: Vec<_> = all
        .iter()
        .map(|(line, replies)| (line.as_str(), replies.clone()))
        .collect();
    TestServer::start(&all).await
}

/// The environment in a state, and what is to become of it.
fn with(provisioning_state: &str, capacity: i64) -> Object {
    let mut object = environment(None);
    object.set("provisioning_state", provisioning_state);
    object.set("capacity", capacity);
    object.set("express_route", false);
    object.set("preflight", off());
    object
}

fn off() -> Value {
    let members = [("mode", Value::from("off")), ("ignore", Value::Null)];
    members.into_iter().collect::<Object>().into()
}

async fn create(context: &Context<Azure>, state: &mut Kept) -> Result<Outcome, Diagnostics> {
    create_with(context, state, off()).await
}

async fn create_with(
    context: &Context<Azure>,
    state: &mut Kept,
    preflight: Value,
) -> Result<Outcome, Diagnostics> {
    let mut planned = with("", 0);
    planned.set("preflight", preflight);
    for name in ["id", "provisioning_state", "state"] {
        planned.set(name, Value::unknown());
    }
    let create = CreateRequest::new(&planned, &planned);
    call::create(&Arm(Ise), context, create, state).await
}

/// An update of the capacity, in the state and with the memory that an earlier run left.
async fn scale(
    context: &Context<Azure>,
    state: &mut Kept,
    capacity: i64,
) -> Result<Outcome, Diagnostics> {
    let prior = state.object().expect("a state").clone();
    let mut planned = prior.clone();
    planned.set("capacity", capacity);
    planned.set("provisioning_state", Value::unknown());
    let update = UpdateRequest::new(&planned, &prior, &planned);
    call::update(&Arm(Ise), context, update, state).await
}

/// The plan of the same configuration in the run after.
async fn plan_next(context: &Context<Azure>, state: &Kept) -> Planned {
    let object = state.object().expect("a state");
    let mut config = object.clone();
    for name in ["id", "provisioning_state", "tags_all"] {
        config.set(name, Value::Null);
    }
    plan(
        &Arm(Ise),
        context,
        &config,
        Some(object),
        state.private.clone(),
    )
    .await
}

fn kept(object: Object) -> Kept {
    Kept::new(Some(object), Private::default())
}

fn state_of(state: &Kept) -> &str {
    state.object().map_or("none", super::provisioning_state)
}

fn writes(server: &TestServer) -> Vec<String> {
    let lines = server.lines().into_iter();
    let writes = lines.filter_map(|line| Some(line.split_once(' ')?.0.to_owned()));
    writes.filter(|method| method != "GET").collect()
}

fn summary<T: std::fmt::Debug>(result: Result<T, Diagnostics>) -> String {
    let errors = result.expect_err("an error");
    errors.iter().map(|error| error.summary.as_str()).collect()
}

fn warnings(state: &Kept) -> Vec<&str> {
    let warnings = state.warnings.iter();
    warnings.map(|warning| warning.summary.as_str()).collect()
}

#[tokio::test]
async fn a_creation_that_is_refused_after_a_lost_answer_is_an_error() {
    let script = [
        (line("GET"), vec![gone()]),
        (line("PUT"), vec![Reply::Close, Reply::error(400, "Bad")]),
    ];
    let server = server(&script).await;
    let mut state = Kept::default();
    let result = create(&context(&server), &mut state).await;
    assert_eq!(summary(result), "Error creating environment \"e\"");
    assert!(state.object().is_none());
}

#[tokio::test]
async fn a_creation_without_any_answer_is_kept_and_found_out_later() {
    // One look before the creation, three after it, one in the first reading.
    let mut gets = vec![gone(); 5];
    gets.push(ok("InProgress", 0));
    let script = [(line("GET"), gets), (line("PUT"), vec![Reply::Close])];
    let server = server(&script).await;
    let mut state = Kept::default();
    let context = context(&server);
    create(&context, &mut state).await.expect("no failure");
    assert_eq!(warnings(&state), ["Environment \"e\" may be deploying"]);
    assert!(state.object().is_some());
    // Not found yet, then found.
    let mut forgotten = state.clone();
    call::read(&Arm(Ise), &context, &mut forgotten)
        .await
        .expect("a read");
    assert!(forgotten.object().is_none());
    call::read(&Arm(Ise), &context, &mut state)
        .await
        .expect("a read");
    assert_eq!(state_of(&state), "InProgress");
}

/// The apply that waits learns what the creation left open, and asks for nothing by that.
#[tokio::test]
async fn what_a_creation_left_open_is_learnt_and_not_sent() {
    let gets = vec![ok("InProgress", 0), ok("Succeeded", 0)];
    let server = server(&[(line("GET"), gets)]).await;
    let context = context(&server);
    let mut object = with("InProgress", 0);
    object.set("capacity", Value::Null);
    let identity = |principal_id: Value| -> Value {
        let members = [
            ("type", "SystemAssigned".into()),
            ("identity_ids", Value::Null),
            ("principal_id", principal_id),
            ("tenant_id", Value::Null),
        ];
        members.into_iter().collect::<Object>().into()
    };
    object.set("identity", identity(Value::Null));
    let mut planned = object.clone();
    for name in ["provisioning_state", "capacity", "state"] {
        planned.set(name, Value::unknown());
    }
    planned.set("identity", identity(Value::unknown()));
    let mut state = kept(object.clone());
    let update = UpdateRequest::new(&planned, &object, &planned);
    let updated = call::update(&Arm(Ise), &context, update, &mut state).await;
    updated.expect("it is well");
    assert_eq!(writes(&server), [""; 0]);
    assert_eq!(
        state.object().map(|it| it.get("capacity").clone()),
        Some(0_i64.into())
    );
}

#[tokio::test]
async fn a_creation_whose_first_answer_was_lost_is_waited_for() {
    let conflict = Reply::error(409, "IntegrationServiceEnvironmentNotReady");
    let script = [
        (
            line("GET"),
            vec![gone(), ok("InProgress", 0), ok("Succeeded", 0)],
        ),
        (line("PUT"), vec![Reply::Close, conflict]),
    ];
    let server = server(&script).await;
    let mut state = Kept::default();
    create(&context(&server), &mut state).await.expect("well");
    assert_eq!(state_of(&state), "Succeeded");
    assert_eq!(unfinished(&state.private, "Succeeded"), None);
}

/// Through another alias, between the look and the request.
#[tokio::test]
async fn a_creation_that_another_one_outran_leaves_the_other_alone() {
    for (status, code) in [
        (409, "IntegrationServiceEnvironmentNotReady"),
        (200, "changed"),
    ] {
        let outrun = match status {
            200 => accepted(200),
            _ => Reply::error(status, code),
        };
        let script = [
            (line("GET"), vec![gone(), ok("InProgress", 0)]),
            (line("PUT"), vec![outrun]),
        ];
        let server = server(&script).await;
        let mut state = Kept::default();
        let result = create(&context(&server), &mut state).await;
        assert_eq!(
            summary(result),
            "Environment \"e\" already exists",
            "{code}"
        );
        assert!(state.object().is_none());
    }
}

#[tokio::test]
async fn an_environment_that_is_well_after_a_failed_creation_is_kept() {
    let script = [
        (
            line("GET"),
            vec![gone(), ok("InProgress", 0), ok("Succeeded", 0)],
        ),
        (line("PUT"), vec![accepted(201)]),
        (OPERATION.to_owned(), vec![operation("Failed")]),
    ];
    let server = server(&script).await;
    let mut state = Kept::default();
    create(&context(&server), &mut state).await.expect("well");
    assert_eq!(state_of(&state), "Succeeded");
    assert_eq!(
        warnings(&state),
        ["Environment \"e\" succeeded after a failed operation"]
    );
}

#[tokio::test]
async fn a_creation_that_fails_in_a_resumed_wait_is_replaced() {
    let script = [
        (line("GET"), vec![gone(), ok("Failed", 0)]),
        (line("PUT"), vec![accepted(201)]),
        (
            OPERATION.to_owned(),
            vec![operation("InProgress"), operation("Failed")],
        ),
    ];
    let server = server(&script).await;
    let first = context(&server);
    let mut state = Kept::default();
    let stop = async {
        server.asked(OPERATION).await;
        first.cancel.cancel();
    };
    let (created, ()) = tokio::join!(create(&first, &mut state), stop);
    created.expect("a stop is no failure");
    assert_eq!(warnings(&state), ["Environment \"e\" was left deploying"]);
    assert_eq!(state_of(&state), "InProgress");

    let next = context(&server);
    let result = scale(&next, &mut state, 0).await;
    assert_eq!(summary(result), "Error creating environment \"e\"");
    assert_eq!(state_of(&state), "Failed");
    let plan = plan_next(&next, &state).await;
    let replaced: Vec<_> = plan
        .requires_replace
        .iter()
        .map(|it| it.to_string())
        .collect();
    assert_eq!(replaced, ["provisioning_state"]);
}

#[tokio::test]
async fn what_was_imported_as_failed_is_left_alone() {
    let script = [(line("GET"), vec![ok("Failed", 0)])];
    let server = server(&script).await;
    let plan = plan_next(&context(&server), &kept(with("Failed", 0))).await;
    assert!(plan.requires_replace.is_empty());
    assert_eq!(plan.prior.as_ref(), Some(&plan.planned));
}

#[tokio::test]
async fn a_change_that_failed_is_sent_again_and_nothing_is_replaced() {
    let script = [
        (
            line("GET"),
            vec![
                ok("Succeeded", 0),
                ok("Failed", 2),
                ok("Failed", 2),
                ok("Failed", 2),
                ok("Succeeded", 2),
            ],
        ),
        (line("PATCH"), vec![accepted(202)]),
        (
            OPERATION.to_owned(),
            vec![operation("Failed"), operation("Succeeded")],
        ),
    ];
    let server = server(&script).await;
    let context = context(&server);
    let mut state = kept(with("Succeeded", 0));
    let result = scale(&context, &mut state, 2).await;
    assert_eq!(summary(result), "Error updating environment \"e\"");
    call::read(&Arm(Ise), &context, &mut state)
        .await
        .expect("a read");
    assert_eq!(state_of(&state), "Failed");

    let plan = plan_next(&context, &state).await;
    assert!(plan.requires_replace.is_empty());
    assert!(plan.planned.get("provisioning_state").is_unknown());
    let warning = plan.diagnostics.iter().next().expect("a warning");
    assert_eq!(
        warning.summary,
        "The last change of environment \"e\" failed"
    );
    assert!(
        warning
            .detail
            .ends_with("the apply sends the change of capacity again."),
        "{}",
        warning.detail
    );
    scale(&context, &mut state, 2).await.expect("well");
    assert_eq!(state_of(&state), "Succeeded");
    assert_eq!(writes(&server), ["PATCH", "PATCH"]);
    assert_eq!(unfinished(&state.private, "Succeeded"), None);
}

/// The environment is as it was before: a success would be a lie, and the plan shows the difference anyway.
#[tokio::test]
async fn a_failed_change_that_left_no_trace_is_an_error() {
    for (shows, is_made) in [(0, false), (2, true)] {
        let script = [
            (
                line("GET"),
                vec![ok("Succeeded", 0), ok("Succeeded", shows)],
            ),
            (line("PATCH"), vec![accepted(202)]),
            (OPERATION.to_owned(), vec![operation("Failed")]),
        ];
        let server = server(&script).await;
        let mut state = kept(with("Succeeded", 0));
        let result = scale(&context(&server), &mut state, 2).await;
        assert_eq!(result.is_ok(), is_made);
        assert_eq!(warnings(&state).len(), usize::from(is_made));
        assert_eq!(state.object().expect("kept").get("capacity"), &shows.into());
        assert_eq!(unfinished(&state.private, "Succeeded"), None);
    }
}

#[tokio::test]
async fn a_stopped_change_tells_what_arm_shows_and_is_waited_for_in_the_next_run() {
    let script = [
        (
            line("GET"),
            vec![ok("Succeeded", 0), ok("InProgress", 2), ok("Succeeded", 2)],
        ),
        (line("PATCH"), vec![accepted(202)]),
        (
            OPERATION.to_owned(),
            vec![operation("InProgress"), operation("Succeeded")],
        ),
    ];
    let server = server(&script).await;
    let first = context(&server);
    let mut state = kept(with("Succeeded", 0));
    let stop = async {
        server.asked(OPERATION).await;
        first.cancel.cancel();
    };
    let (stopped, ()) = tokio::join!(scale(&first, &mut state, 2), stop);
    assert_eq!(summary(stopped), "Environment \"e\" is still being changed");
    assert_eq!(state_of(&state), "InProgress");
    let capacity = |state: &Kept| state.object().expect("kept").get("capacity").clone();
    assert_eq!(capacity(&state), 2_i64.into());

    let next = context(&server);
    let plan = plan_next(&next, &state).await;
    let warning = plan.diagnostics.iter().next().expect("a warning");
    assert_eq!(
        warning.summary,
        "Environment \"e\" was still being changed at plan"
    );
    scale(&next, &mut state, 2).await.expect("well");
    assert_eq!(state_of(&state), "Succeeded");
    assert_eq!(writes(&server), ["PATCH"]);
}

#[tokio::test]
async fn a_deletion_without_an_answer_forgets_no_subnets() {
    let link = json!([{ "properties": { "link": environment_id().to_string() } }]);
    let held = json!({ "id": "s", "properties": { "serviceAssociationLinks": link } });
    let free = json!({ "id": "s", "properties": {} });
    let holds = vec![
        Reply::json(200, &held),
        Reply::error(403, "AuthorizationFailed"),
        Reply::json(200, &held),
        Reply::json(200, &free),
    ];
    let script = [
        (line("DELETE"), vec![Reply::Close]),
        // What became of the deletion may not be read at first.
        (
            line("GET"),
            vec![Reply::error(403, "AuthorizationFailed"), gone()],
        ),
        (get(&subnet("c")), holds),
    ];
    let server = server(&script).await;
    let context = context(&server);
    let mut state = kept(with("Succeeded", 0));
    let result = call::delete(&Arm(Ise), &context, &mut state).await;
    assert_eq!(summary(result), "Error deleting environment \"e\"");
    assert_eq!(state_of(&state), "Succeeded");
    // Held, not to be read, held, free.
    for expected in [RELEASING, RELEASING, RELEASING, "none"] {
        call::read(&Arm(Ise), &context, &mut state)
            .await
            .expect("a read");
        assert_eq!(state_of(&state), expected);
    }
}

#[tokio::test]
async fn what_somebody_else_deleted_is_gone() {
    let server = server(&[(line("GET"), vec![gone()])]).await;
    let mut state = kept(with("Succeeded", 0));
    call::read(&Arm(Ise), &context(&server), &mut state)
        .await
        .expect("a read");
    assert_eq!(state_of(&state), "none");
    assert_eq!(server.lines(), [line("GET")]);
}

#[tokio::test]
async fn subnets_that_may_not_be_read_end_a_deletion_with_a_warning() {
    let script = [
        (line("DELETE"), vec![Reply::text(200, "")]),
        (line("GET"), vec![gone()]),
        (
            get(&subnet("b")),
            vec![Reply::error(403, "AuthorizationFailed")],
        ),
    ];
    let server = server(&script).await;
    let mut state = kept(with("Succeeded", 0));
    call::delete(&Arm(Ise), &context(&server), &mut state)
        .await
        .expect("deleted");
    assert_eq!(
        warnings(&state),
        ["Subnets of environment \"e\" may still be held"]
    );
}

#[tokio::test]
async fn a_deletion_waits_for_the_deployment_that_is_in_its_way() {
    let conflict = || Reply::error(409, "Conflict");
    for (deletes, gets, is_deleted) in [
        (
            vec![conflict(), Reply::text(200, "")],
            vec![
                ok("InProgress", 0),
                ok("InProgress", 0),
                ok("Failed", 0),
                gone(),
            ],
            true,
        ),
        // It came to rest between the refusal and the look.
        (
            vec![conflict(), Reply::text(200, "")],
            vec![ok("Succeeded", 0), gone()],
            true,
        ),
        // Something else is in the way.
        (vec![conflict()], vec![ok("Succeeded", 0)], false),
    ] {
        let server = server(&[(line("DELETE"), deletes), (line("GET"), gets)]).await;
        let mut state = kept(with("InProgress", 0));
        let result = call::delete(&Arm(Ise), &context(&server), &mut state).await;
        assert_eq!(result.is_ok(), is_deleted);
        assert_eq!(writes(&server), ["DELETE", "DELETE"]);
    }
}

#[tokio::test]
async fn a_stop_before_anything_is_sent_leaves_nothing() {
    let server = server(&[(line("GET"), vec![Reply::Hang])]).await;
    let context = context(&server);
    let mut state = Kept::default();
    let line = line("GET");
    let stop = async {
        server.asked(&line).await;
        context.cancel.cancel();
    };
    let (result, ()) = tokio::join!(create(&context, &mut state), stop);
    assert_eq!(summary(result), "Error creating environment \"e\"");
    assert!(state.object().is_none());
    assert_eq!(writes(&server), [""; 0]);
}
