//! The creation of a subnet: nothing is sent before its name and its addresses are free.

use serde_json::Value as Json;
use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::schema::duration;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use super::model::{Subnet, in_form_of_one};
use super::network::lock;
use super::planning::{Occupied, overlap, overlapping};
use super::schema::{ARM, SCHEMA};
use crate::arm::{self, Created, Intent, Operation, PutOptions, ResourceId, Session};
use crate::azure::body::{self, Change};
use crate::azure::subnet;
use crate::azure::types::{SUBNETS, VIRTUAL_NETWORKS};
use crate::azure::wait;
use crate::azure::work::Work;

/// What is in the way of a new subnet.
enum Obstacle {
    /// A subnet has its name.
    Exists,
    /// Subnets have its addresses.
    Overlaps(Vec<Occupied>),
    /// ARM says so, and nobody can see whose they are.
    Refused(arm::Error),
}

/// What came of an attempt.
enum Attempt {
    /// It was sent, with this result.
    Sent(Result<Json, arm::Error>),
    /// Something is in the way.
    Hindered(Obstacle),
}

/// Writes a new subnet and waits until the network has taken it over.
///
/// What is in its way may be about to go: the same apply may delete it, without any order between the two. So it is
/// waited for, without keeping others from writing in the network. The outer error is that of a subnet that was not sent.
pub(super) async fn create(
    work: Work<'_>,
    planned: &Object,
    body: &Json,
) -> Result<Result<Json, arm::Error>, Diagnostic> {
    let Work {
        context,
        session,
        id,
    } = work;
    let deletions = &context.data()?.deletions;
    let mut with_the_name = deletions.patience_for_the_name();
    let mut with_others = deletions.patience_for_addresses();
    loop {
        let obstacle = match attempt(session, id, planned, body).await? {
            Attempt::Sent(result) => return Ok(result),
            Attempt::Hindered(obstacle) => obstacle,
        };
        let (ids, patience) = match &obstacle {
            Obstacle::Exists => (vec![id.clone()], &mut with_the_name),
            Obstacle::Overlaps(others) => {
                let ids = others.iter().map(|other| other.id.clone()).collect();
                (ids, &mut with_others)
            }
            Obstacle::Refused(_) => (Vec::new(), &mut with_others),
        };
        let waited = match deletions.wait(session, &ids, patience).await {
            Ok(true) => continue,
            Ok(false) => format!("for {}", duration::format(patience.lasts())),
            // What is in the way says more than that the time is up.
            Err(error) if error.is_timeout() => "until the create timeout passed".to_owned(),
            Err(error) => return Err(ARM.failed("creating", id)(error)),
        };
        return Err(obstacle.told(id, planned, &waited));
    }
}

/// Sends the subnet, unless something is in its way.
async fn attempt(
    session: &Session,
    id: &ResourceId,
    planned: &Object,
    body: &Json,
) -> Result<Attempt, Diagnostic> {
    let fail = ARM.failed("creating", id);
    let _lock = lock(session, id).await?;
    if let Some(obstacle) = look(session, id, planned).await.map_err(&fail)? {
        return Ok(Attempt::Hindered(obstacle));
    }
    let only_new = PutOptions {
        if_none_match: Some("*".to_owned()),
        ..Default::default()
    };
    let error = match session.of(&SUBNETS).create(id, body, only_new).await {
        Err(error) => error,
        Ok(Created::New(body)) => return Ok(Attempt::Sent(Ok(body))),
        Ok(Created::WroteOver) => return Err(ARM.written_over(id)),
    };
    let is_outcome_unknown = error.may_have_been_applied();
    Ok(match error.code() {
        Some("NetcfgSubnetRangesOverlap") if !is_outcome_unknown => {
            Attempt::Hindered(Obstacle::Refused(error))
        }
        _ if !error.is_precondition_failed() => Attempt::Sent(Err(error)),
        _ if !is_outcome_unknown => Attempt::Hindered(Obstacle::Exists),
        _ => resume(session, id, planned, error).await,
    })
}

/// Goes on with what is there, if it is what was sent before without an answer.
async fn resume(
    session: &Session,
    id: &ResourceId,
    planned: &Object,
    error: arm::Error,
) -> Attempt {
    match session.of(&SUBNETS).get_optional(id).await {
        Ok(Some(found)) if is_as_planned(&found, planned) => {
            let writing = Operation::on_resource(Intent::Write);
            let settled = wait::follow(session.of(&SUBNETS), &writing, id).await;
            Attempt::Sent(settled.map_err(arm::Error::after_acceptance))
        }
        Ok(Some(_)) => Attempt::Hindered(Obstacle::Exists),
        Ok(None) | Err(_) => Attempt::Sent(Err(error)),
    }
}

/// Whether a subnet is what was sent, and not another one of the name.
fn is_as_planned(found: &Json, planned: &Object) -> bool {
    let range = Subnet::of(planned).range();
    if range.is_none_or(|range| subnet::prefixes(found) != [range]) {
        return false;
    }
    let found = in_form_of_one(found, planned);
    let mut again = found.clone();
    body::write(&SCHEMA, Change::creating(planned), &mut again);
    ARM.same_bodies(&again, &found)
}

/// What is in the way now. A network that may not be read is left to ARM, which looks as well.
async fn look(
    session: &Session,
    id: &ResourceId,
    planned: &Object,
) -> Result<Option<Obstacle>, arm::Error> {
    if session.of(&SUBNETS).get_optional(id).await?.is_some() {
        return Ok(Some(Obstacle::Exists));
    }
    let (Some(range), Some(network)) = (Subnet::of(planned).range(), id.parent()) else {
        return Ok(None);
    };
    let network = match session.of(&VIRTUAL_NETWORKS).get_optional(&network).await {
        Ok(network) => network.unwrap_or_default(),
        Err(error) if error.is_forbidden() => Json::Null,
        Err(error) => return Err(error),
    };
    let others = overlapping(id, &network, &range);
    Ok((!others.is_empty()).then_some(Obstacle::Overlaps(others)))
}

impl Obstacle {
    fn told(self, id: &ResourceId, planned: &Object, waited: &str) -> Diagnostic {
        let others = match self {
            Self::Exists => return ARM.already_exists(id),
            Self::Refused(error) => return ARM.failed("creating", id)(error),
            Self::Overlaps(others) => others,
        };
        let ids: Vec<_> = others.iter().map(|other| other.id.to_string()).collect();
        let detail = format!(
            "Subnets of a virtual network have no address in common. The addresses of {id} were waited for {waited}, and are still those of \
             {}. Nothing was sent for it. Choose a range that is free. If the other one is to go, delete it or move it in an apply of its \
             own first; if it is the old half of a replacement under create_before_destroy, remove that.",
            ids.join(", "),
        );
        let summary = Subnet::of(planned)
            .range()
            .map_or_else(String::new, |range| overlap(&range, &others));
        Diagnostic::error(summary, detail).at(Path::attribute("address_prefix"))
    }
}

#[cfg(test)]
mod tests;
