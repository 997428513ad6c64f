//! How Network tells of its operations.

use jiff::SignedDuration;

use crate::core::asynchronous::{find, running, status as word, version};
use crate::core::call::{Call, Outcome, Reply};
use crate::core::definition::Request;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{json, text};
use crate::core::operations::{Operation, Progress};
use crate::core::world::World;

pub(super) fn name(world: &mut World, _: &str, _: &ResourceId) -> String {
    world.random.guid()
}

/// A deletion has an address for its result as well.
pub(super) fn announce(reply: Reply, call: &Call, world: &World, operation: &Operation) -> Reply {
    let status = url(call, world, operation, "operations");
    let reply = reply
        .header("Azure-AsyncOperation", status)
        .header("x-ms-request-id", operation.name.clone());
    if call.method == "DELETE" {
        reply.header("Location", url(call, world, operation, "operationResults"))
    } else {
        reply
    }
}

/// The body of a status: its state and nothing else.
pub(super) fn status(request: &Request<'_>, name: &str) -> Outcome {
    let (operation, style) = find(request, name)?;
    let mut body = json!({"status": word(operation)});
    if let Progress::Failed(failure) = &operation.progress {
        body["error"] = json!({"code": failure.code, "message": failure.message, "details": []});
    }
    Ok(running(
        Reply::json(200, body),
        request.world,
        operation,
        style,
    ))
}

/// Refuses a write while another one runs in the same virtual network, group of rules or route table.
pub(super) fn busy(world: &World, call: &Call, id: &ResourceId, running: &Operation) -> ArmError {
    if call.method == "DELETE" {
        let url = url(call, world, running, "operations");
        return errors::another_operation_in_progress(url);
    }
    let (kind, name) = (&running.kind, &running.name);
    let mut error = errors::retryable_error_due_to_another_operation(id, kind, name);
    error.retry_after = Some((running.ends - world.now).max(SignedDuration::ZERO));
    error
}

/// An address at which an operation is followed.
fn url(call: &Call, world: &World, operation: &Operation, kind: &str) -> String {
    let located = world.resources.get(&operation.target.root());
    let location = located.and_then(|stored| text(&stored.body, "location"));
    format!(
        "{}/subscriptions/{}/providers/Microsoft.Network/locations/{}/{kind}/{}?{}",
        call.base,
        operation.target.subscription,
        location.unwrap_or("global"),
        operation.name,
        version(call)
    )
}
