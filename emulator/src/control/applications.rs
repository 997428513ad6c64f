//! The applications of the directory, registered by hand: Microsoft Graph is not served.

use super::body;
use crate::core::call::{Call, Outcome, Reply};
use crate::core::directory::Application;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{Json, json};
use crate::state::State;

/// The applications.
pub(super) fn list(state: &mut State, _: &Call, _: &[&str]) -> Outcome {
    let applications = state.world.directory.applications.values();
    let shown: Vec<Json> = applications.map(Application::show).collect();
    Ok(Reply::json(200, json!({ "value": shown })))
}

/// The one of that client id.
pub(super) fn get(state: &mut State, _: &Call, at: &[&str]) -> Outcome {
    let found = state.world.directory.application(at[0]);
    found
        .map(|application| Reply::json(200, application.show()))
        .ok_or_else(|| not_found(at[0]))
}

/// Registers an application.
pub(super) fn put(state: &mut State, call: &Call, at: &[&str]) -> Outcome {
    let directory = &mut state.world.directory;
    let is_there = directory.application(at[0]).is_some();
    let application = directory.register(at[0], &body(call)?)?;
    let status = if is_there { 200 } else { 201 };
    Ok(Reply::json(status, application.show()))
}

/// Forgets one.
pub(super) fn delete(state: &mut State, _: &Call, at: &[&str]) -> Outcome {
    let applications = &mut state.world.directory.applications;
    let gone = applications.remove(&at[0].to_lowercase());
    Ok(Reply::empty(if gone.is_some() { 200 } else { 204 }))
}

fn not_found(client: &str) -> ArmError {
    errors::no_application(client)
}
