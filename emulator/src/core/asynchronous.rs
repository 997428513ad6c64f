//! How long-running operations are told: addresses, waits and status bodies.

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use time::Duration;

use super::call::{Call, Reply};
use super::clock::seconds;
use super::definition::Style;
use super::error::ArmError;
use super::id::ResourceId;
use super::json::{Json, json, text};
use super::operations::{Operation, Progress};
use super::world::World;

/// The kind of the operation that deletes a group.
pub(crate) const DELETE_GROUP: &str = "DeleteResourceGroup";

/// A name for an operation, in the form of its service.
pub(crate) fn name(world: &mut World, style: Style, kind: &str, target: &ResourceId) -> String {
    match style {
        Style::Network => world.random.guid(),
        Style::Logic => {
            let sequence = format!("0858{:016}", world.random.below(10_u64.pow(16)));
            URL_SAFE.encode(format!(
                r#"{{"flowOperation":"{kind}","operationSequenceId":"{sequence}"}}"#
            ))
        }
        Style::Group => {
            let location = world
                .resources
                .get(target)
                .and_then(|group| text(&group.body, "location"))
                .unwrap_or_default();
            let (name, upper) = (target.name().to_uppercase(), location.to_uppercase());
            // Azure's own token has no number; ours tells two deletions of the same group apart.
            let number = world.random.below(u64::MAX);
            let job = if kind == DELETE_GROUP {
                "RESOURCEGROUPDELETIONJOB"
            } else {
                "RESOURCEMOVEJOB"
            };
            let job = format!(
                r#"{{"jobId":"{job}-{name}-{upper}-{number}","jobLocation":"{location}"}}"#
            );
            URL_SAFE.encode(job)
        }
    }
}

/// Adds the headers of an operation to the answer that starts it.
pub(crate) fn announce(
    reply: Reply,
    call: &Call,
    world: &World,
    operation: &Operation,
    style: Style,
) -> Reply {
    let version = call.query("api-version").unwrap_or_default();
    let reply = match style {
        Style::Network => {
            let (status, result) = network_urls(call, world, operation);
            let reply = reply
                .header("Azure-AsyncOperation", status)
                .header("x-ms-request-id", operation.name.clone());
            if call.method == "DELETE" {
                reply.header("Location", result)
            } else {
                reply
            }
        }
        Style::Logic => {
            let url = format!(
                "{}{}/operationStatuses/{}?api-version={version}",
                call.base, operation.target, operation.name
            );
            reply.header("azure-AsyncOperation", url)
        }
        Style::Group => {
            let subscription = &operation.target.subscription;
            let url = format!(
                "{}/subscriptions/{subscription}/operationresults/{}?api-version={version}",
                call.base, operation.name
            );
            reply.header("Location", url)
        }
    };
    reply.retry_after(&world.clock, wait(style, &call.method))
}

/// The address at which a network operation is followed.
pub(crate) fn network_urls(call: &Call, world: &World, operation: &Operation) -> (String, String) {
    let version = call.query("api-version").unwrap_or_default();
    let located = world.resources.get(&operation.target.root());
    let location = located
        .and_then(|stored| text(&stored.body, "location"))
        .unwrap_or("global");
    let url = |kind: &str| {
        format!(
            "{}/subscriptions/{}/providers/Microsoft.Network/locations/{location}/{kind}/{}?api-version={version}",
            call.base, operation.target.subscription, operation.name
        )
    };
    (url("operations"), url("operationResults"))
}

/// The body of a Network status: its state and nothing else.
pub(crate) fn network_status(world: &World, name: &str) -> Result<Reply, ArmError> {
    let operation = find(world, name)?;
    let mut body = json!({"status": status(operation)});
    if let Progress::Failed(failure) = &operation.progress {
        body["error"] = json!({"code": failure.code, "message": failure.message, "details": []});
    }
    Ok(running(
        Reply::json(200, body),
        world,
        operation,
        Style::Network,
    ))
}

/// The body of a status in ARM's common form.
pub(crate) fn common_status(world: &World, call: &Call, name: &str) -> Result<Reply, ArmError> {
    let operation = find(world, name)?;
    let mut body = json!({
        "id": call.path,
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
        world,
        operation,
        Style::Logic,
    ))
}

/// The answer at a Location address: 202 until the operation has ended.
pub(crate) fn location(
    world: &World,
    call: &Call,
    name: &str,
    style: Style,
    done: u16,
) -> Result<Reply, ArmError> {
    let operation = find(world, name)?;
    match &operation.progress {
        Progress::Running => {
            let url = if call.path.is_empty() {
                String::new()
            } else {
                format!("{}{}?{}", call.base, call.path, version(call))
            };
            Ok(running(
                Reply::empty(202).header("Location", url),
                world,
                operation,
                style,
            ))
        }
        Progress::Succeeded if operation.kind == DELETE_GROUP || style != Style::Group => {
            Ok(Reply::empty(done))
        }
        Progress::Succeeded => Ok(Reply::empty(204)),
        Progress::Failed(failure) => Err(ArmError {
            code: failure.code.clone().into(),
            ..ArmError::gateway(409, "", failure.message.clone())
        }),
    }
}

fn version(call: &Call) -> String {
    format!(
        "api-version={}",
        call.query("api-version").unwrap_or_default()
    )
}

fn find<'a>(world: &'a World, name: &str) -> Result<&'a Operation, ArmError> {
    world.operations.get(name).ok_or_else(|| {
        ArmError::new(
            404,
            "InvalidOperationId",
            format!("The operation '{name}' could not be found."),
        )
    })
}

fn status(operation: &Operation) -> Json {
    match operation.progress {
        Progress::Running => "InProgress".into(),
        Progress::Succeeded => "Succeeded".into(),
        Progress::Failed(_) => "Failed".into(),
    }
}

/// Tells how long to wait, while there is something to wait for.
fn running(reply: Reply, world: &World, operation: &Operation, style: Style) -> Reply {
    if operation.progress == Progress::Running {
        return reply.retry_after(&world.clock, wait(style, "GET"));
    }
    reply
}

/// What the services ask for; Logic's is an assumption.
fn wait(style: Style, method: &str) -> Duration {
    match style {
        Style::Network if method == "DELETE" => Duration::seconds(10),
        Style::Network => Duration::seconds(3),
        Style::Logic | Style::Group => Duration::seconds(15),
    }
}
