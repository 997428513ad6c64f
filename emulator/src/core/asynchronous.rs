//! How long-running operations are told: what they have in common.

use super::call::{Call, Outcome, Reply};
use super::clock::seconds;
use super::definition::{Provider, Request, Style};
use super::error::ArmError;
use super::errors;
use super::id::ResourceId;
use super::json::{Json, json};
use super::operations::{Operation, Progress, Work};
use super::world::World;

/// Starts an operation, and adds to the answer to its request where it is followed and when to ask.
pub(crate) fn start(
    request: &mut Request<'_>,
    provider: &Provider,
    work: Work,
    id: &ResourceId,
    reply: Reply,
) -> Reply {
    let style = provider.operations;
    let name = (style.name)(request.world, work.kind, id);
    let operation = request.world.start(name, work, id, request.doom.take());
    let wait = (style.wait)(&request.call.method);
    (style.announce)(reply, request.call, request.world, &operation)
        .retry_after(&request.world.clock, wait)
}

/// The body of a status in ARM's common form.
pub(crate) fn common_status(request: &Request<'_>, name: &str) -> Outcome {
    let (operation, style) = find(request, name)?;
    let mut body = json!({
        "id": request.call.path,
        "name": operation.name,
        "status": status(operation),
        "startTime": seconds(operation.started),
    });
    match &operation.progress {
        Progress::Running => {}
        Progress::Succeeded => body["endTime"] = seconds(operation.ends).into(),
        Progress::Failed(failure) => {
            body["endTime"] = seconds(operation.ends).into();
            body["error"] = json!({"code": failure.code, "message": failure.message});
        }
    }
    Ok(running(
        Reply::json(200, body),
        request.world,
        operation,
        style,
    ))
}

/// The answer at a Location address: 202 until the operation has ended.
pub(crate) fn location(request: &Request<'_>, name: &str, done: fn(&Operation) -> u16) -> Outcome {
    let (operation, style) = find(request, name)?;
    match &operation.progress {
        Progress::Running => {
            let call = request.call;
            let url = format!("{}{}?{}", call.base, call.path, version(call));
            let reply = Reply::empty(202).header("Location", url);
            Ok(running(reply, request.world, operation, style))
        }
        Progress::Succeeded => Ok(Reply::empty(done(operation))),
        Progress::Failed(failure) => Err(ArmError {
            code: failure.code.clone().into(),
            ..ArmError::front(409, "", failure.message.clone())
        }),
    }
}

/// The version that a request names, as a parameter of an address.
pub(crate) fn version(call: &Call) -> String {
    let version = call.query("api-version").unwrap_or_default();
    format!("api-version={version}")
}

/// The operation of that name, and how it is told.
pub(crate) fn find<'a>(
    request: &'a Request<'_>,
    name: &str,
) -> Result<(&'a Operation, &'static Style), ArmError> {
    let operation = request.world.operations.get(name);
    let style = operation.and_then(|operation| {
        let provider = request.types.provider(&operation.target.namespace)?;
        Some(provider.operations)
    });
    let found = operation.zip(style);
    found.ok_or_else(|| errors::invalid_operation_id(name))
}

/// The word for how far an operation is.
pub(crate) fn status(operation: &Operation) -> Json {
    match operation.progress {
        Progress::Running => "InProgress".into(),
        Progress::Succeeded => "Succeeded".into(),
        Progress::Failed(_) => "Failed".into(),
    }
}

/// Tells how long to wait, while there is something to wait for.
pub(crate) fn running(reply: Reply, world: &World, operation: &Operation, style: &Style) -> Reply {
    if operation.progress == Progress::Running {
        return reply.retry_after(&world.clock, (style.wait)("GET"));
    }
    reply
}
