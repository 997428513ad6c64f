//! Microsoft.Resources: the groups that everything lies in.

mod names;
mod resource_groups;
mod tags;

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use jiff::SignedDuration;

use crate::core::asynchronous::{location, version};
use crate::core::call::{Call, Reply};
use crate::core::definition::{Provider, Style};
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::text;
use crate::core::moving;
use crate::core::operations::{Ending, Operation};
use crate::core::route::route;
use crate::core::world::World;

/// The namespace that ARM serves itself.
pub(crate) static PROVIDER: Provider = Provider {
    namespace: "Microsoft.Resources",
    types: &[&resource_groups::DEFINITION],
    routes: &[
        route(
            "GET",
            "subscriptions/*/operationResults/*",
            |request, at| {
                location(request, at[1], |operation| match operation.ending {
                    Ending::Empty => 200,
                    _ => 204,
                })
            },
        ),
        route(
            "GET PUT PATCH DELETE",
            "subscriptions/*/**/providers/Microsoft.Resources/tags/default",
            tags::serve,
        ),
        route(
            "POST",
            "providers/Microsoft.Resources/checkResourceName",
            names::check,
        ),
    ],
    operations: &Style {
        name,
        announce,
        wait: |_| SignedDuration::from_secs(15),
    },
    etags: false,
    busy: None,
    not_found: errors::not_found,
    regional_requests: false,
    first: &[],
    is_arm: true,
};

fn name(world: &mut World, kind: &str, target: &ResourceId) -> String {
    let group = world.resources.get(target);
    let location = group.and_then(|group| text(&group.body, "location"));
    let location = location.unwrap_or_default().to_owned();
    let (name, upper) = (target.name().to_uppercase(), location.to_uppercase());
    // Azure's own token has no number; ours tells two deletions of the same group apart.
    let number = world.random.below(u64::MAX);
    let job = match kind {
        moving::MOVE | moving::VALIDATE => "RESOURCEMOVEJOB",
        _ => "RESOURCEGROUPDELETIONJOB",
    };
    let job = format!(r#"{{"jobId":"{job}-{name}-{upper}-{number}","jobLocation":"{location}"}}"#);
    URL_SAFE.encode(job)
}

fn announce(reply: Reply, call: &Call, _: &World, operation: &Operation) -> Reply {
    let subscription = &operation.target.subscription;
    let url = format!(
        "{}/subscriptions/{subscription}/operationresults/{}?{}",
        call.base,
        operation.name,
        version(call)
    );
    reply.header("Location", url)
}
