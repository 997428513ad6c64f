//! The beginning of an environment: it is sent until ARM shows it, or tells where its deployment can be followed.

use serde_json::{Value as Json, json};
use tfplugin_framework::types::value::Object;

use super::schema::ARM;
use crate::arm::{self, PutOptions, ResourceId, Session};
use crate::azure::body::Change;
use crate::azure::types::ENVIRONMENTS;

/// What came of a creation that was sent.
pub(super) enum Begun {
    /// The environment as it begins, and where ARM tells how it goes.
    Creation(Json, Option<arm::Operation>),
    /// It came to be in the moment before, and ARM took this for a change of it.
    WroteOver,
    /// It came to be in the moment before, and was left alone.
    Exists,
}

/// Sends the creation, until ARM shows it or tells where it can be followed.
pub(super) async fn begin(
    session: &Session,
    id: &ResourceId,
    planned: &Object,
) -> Result<Begun, arm::Error> {
    let body = new_body(planned);
    let mut sent = 0;
    loop {
        sent += 1;
        let put = session
            .of(&ENVIRONMENTS)
            .put(id, &body, PutOptions::default());
        let error = match put.await {
            Ok(accepted) => {
                let status = accepted.status;
                if let Some(begun) = begun(session, id, accepted, sent == 1).await {
                    return Ok(begun);
                }
                let finding = "there is no such environment";
                session
                    .of(&ENVIRONMENTS)
                    .count("PUT", sent, status, finding, id)?;
                continue;
            }
            // The one before may have come to something after all.
            Err(error) if sent > 1 => error.after_acceptance(),
            Err(error) => error,
        };
        return match all_the_same(session, id, &error).await {
            Some(Some(body)) if error.may_have_been_applied() => Ok(Begun::Creation(body, None)),
            // One that deploys cannot be changed: another one of the same name was faster.
            Some(Some(_)) => Ok(Begun::Exists),
            // What was accepted once may be on its way.
            Some(None) if sent == 1 => Err(error.without_doubt()),
            Some(None) => Err(error),
            None => Err(error),
        };
    }
}

/// What came of a PUT that was accepted; nothing if there is no environment.
async fn begun(
    session: &Session,
    id: &ResourceId,
    accepted: arm::Accepted,
    is_first: bool,
) -> Option<Begun> {
    let wrote_over = is_first && accepted.wrote_over();
    let poll = accepted.operation.as_ref().map(|operation| &operation.poll);
    let is_told = poll.is_some_and(|poll| *poll != arm::Poll::ProvisioningState);
    let found = match is_told && !wrote_over {
        true => Ok(accepted.body),
        false => session.of(&ENVIRONMENTS).find_written(id).await,
    };
    match found {
        Ok(None) if !is_told => None,
        _ if wrote_over => Some(Begun::WroteOver),
        Ok(body) => Some(Begun::Creation(
            body.unwrap_or_default(),
            accepted.operation,
        )),
        // ARM took it: whoever waits for it finds out.
        Err(_) => Some(Begun::Creation(Json::Null, accepted.operation)),
    }
}

/// What ARM has of an environment whose creation ended in an error: it, or certainly nothing; nothing at all when
/// nobody can tell.
async fn all_the_same(
    session: &Session,
    id: &ResourceId,
    error: &arm::Error,
) -> Option<Option<Json>> {
    if !error.may_have_been_applied() && !error.is_conflict() {
        return None;
    }
    // What was answered has had its effect, what is lost may still be on its way.
    let (found, is_certain) = match error.is_from_stranger() {
        true => {
            // A gateway may have given up before ARM did.
            let is_over = !error.is_of_gateway();
            (session.of(&ENVIRONMENTS).find_written(id).await, is_over)
        }
        // Where the answer to a first attempt was lost, a second one may be refused because the first one was accepted.
        false => {
            let is_refused = error.status().is_some() && !error.is_transient();
            (session.of(&ENVIRONMENTS).find_written(id).await, is_refused)
        }
    };
    found.ok().filter(|found| found.is_some() || is_certain)
}

/// The body that creates an environment.
fn new_body(planned: &Object) -> Json {
    let mut body = json!({ "name": planned.text("name") });
    ARM.write(Change::creating(planned), &mut body);
    // Nobody manages the capacity: it starts at the least.
    if body["sku"]["capacity"].is_null() {
        body["sku"]["capacity"] = json!(0);
    }
    body
}
