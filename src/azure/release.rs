//! The subnets of an environment that is gone: Azure takes an hour or more to let go of them.

use serde_json::Value as Json;
use tokio::time::Instant;

use crate::arm::{self, ResourceId, Session};
use crate::azure::types::SUBNETS;
use crate::azure::wait::{self, Interrupted};

/// How a wait for the subnets ended.
#[derive(Debug)]
pub(crate) enum Release {
    /// All are free, or gone.
    Free,
    /// They may not be read.
    Unreadable(arm::Error),
    /// These are still held.
    Held(Vec<String>, Interrupted),
}

/// Waits until none of the subnets is held by the environment any more.
pub(crate) async fn wait(session: &Session, id: &ResourceId, subnet_ids: &[ResourceId]) -> Release {
    let started = Instant::now();
    let mut intervals = wait::intervals();
    let mut held = names(subnet_ids);
    loop {
        match still_held(session, id, subnet_ids).await {
            Ok(now) if now.is_empty() => return Release::Free,
            Ok(now) => held = now,
            Err(error) if error.is_forbidden() => return Release::Unreadable(error),
            Err(error) => tracing::debug!(%error, "the subnets could not be read this time"),
        }
        tracing::info!(
            ?held,
            elapsed_s = started.elapsed().as_secs(),
            "waiting until the subnets are released"
        );
        if let Err(error) = session.sleep(intervals.pause()).await {
            let interrupted = Interrupted::by(&error).unwrap_or(Interrupted::Stopped);
            return Release::Held(held, interrupted);
        }
    }
}

/// The names of the subnets that the environment still holds. A subnet that is gone is free.
pub(crate) async fn still_held(
    session: &Session,
    id: &ResourceId,
    subnet_ids: &[ResourceId],
) -> Result<Vec<String>, arm::Error> {
    let reads = subnet_ids
        .iter()
        .map(|subnet| session.of(&SUBNETS).get_optional(subnet));
    let mut held = Vec::new();
    for (subnet, body) in subnet_ids
        .iter()
        .zip(futures::future::join_all(reads).await)
    {
        if body?.is_some_and(|body| is_held_by(&body, id)) {
            held.push(subnet.name().to_owned());
        }
    }
    Ok(held)
}

/// Whether a link of the subnet leads to the environment, or to one of the parts that Azure hides inside it.
fn is_held_by(body: &Json, id: &ResourceId) -> bool {
    let links = |name: &str| body["properties"][name].as_array().into_iter().flatten();
    let leads_here = |link: &Json| {
        let target = link["properties"]["link"]
            .as_str()
            .and_then(|link| ResourceId::parse(link).ok());
        target.as_ref() == Some(id)
    };
    // A navigation link names a hidden part by an ID of its own, so any of them counts.
    links("serviceAssociationLinks").any(leads_here)
        || links("resourceNavigationLinks").next().is_some()
}

fn names(subnet_ids: &[ResourceId]) -> Vec<String> {
    subnet_ids.iter().map(|id| id.name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_subnet_is_held_by_a_link_to_the_environment_or_to_a_hidden_part() {
        let environment = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/integrationServiceEnvironments/e";
        let id = ResourceId::parse(environment).expect("an ID");
        let linked = |name: &str, target: &str| json!({ "properties": { name: [{ "properties": { "link": target } }] } });
        assert!(is_held_by(
            &linked("serviceAssociationLinks", &environment.to_uppercase()),
            &id
        ));
        assert!(!is_held_by(
            &linked(
                "serviceAssociationLinks",
                "/subscriptions/s/resourceGroups/g/providers/A/b/c"
            ),
            &id
        ));
        assert!(is_held_by(
            &linked("resourceNavigationLinks", "anything"),
            &id
        ));
        assert!(!is_held_by(&json!({ "properties": {} }), &id));
    }
}
