//! The deletion of an environment, which outlives a run: Azure holds its subnets for an hour or more.

use super::pending::is_terminal;
use crate::arm::{self, ResourceId, Session};
use crate::azure::types::ENVIRONMENTS;

/// Deletes the environment, until ARM says that it is gone; one that is busy deploying is waited for.
pub(super) async fn send(session: &Session, id: &ResourceId) -> Result<(), arm::Error> {
    let mut was_at_rest = false;
    loop {
        let refused = match session.of(&ENVIRONMENTS).delete_for_good(id).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_conflict() => error,
            Err(error) => return Err(error),
        };
        let Some(body) = session.of(&ENVIRONMENTS).get_optional(id).await? else {
            return Ok(());
        };
        if arm::provisioning_state(&body).is_none_or(is_terminal) {
            // It may have come to rest just now; refused once more, the reason is another one.
            if was_at_rest {
                return Err(refused);
            }
            was_at_rest = true;
            continue;
        }
        // However the deployment ends, the environment can be deleted afterwards.
        let deploying = arm::Operation::on_resource(arm::Intent::Write);
        match session.of(&ENVIRONMENTS).wait(&deploying, id).await {
            Err(error) if !error.is_not_found() => return Err(error),
            _ => {}
        }
    }
}
