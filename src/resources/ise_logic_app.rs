//! `ise_logic_app`: a workflow that runs in an environment.
//!
//! ARM type `Microsoft.Logic/workflows`. ARM answers at once, so nothing here is waited for but the environment.

mod account;
mod model;
mod parameters;
mod plain_parameters;
mod policies;
mod schema;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostics, Report as _, Reported};
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::resource::{CreateRequest, UpdateRequest};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use super::ise::environment;
use crate::arm;
use crate::azure::arm_resource::ArmResource;
use crate::azure::arm_type::ArmType;
use crate::azure::body::{Change, Overwritten};
use crate::azure::claims::Claim;
use crate::azure::row::sent_changes;
use crate::azure::types::WORKFLOWS;
use crate::azure::work::Work;
use crate::azure::write::Failure;
use crate::azure::{Azure, attributes};
use model::LogicApp;
pub(crate) use schema::ARM;
use schema::SCHEMA;

/// The resource.
#[derive(Debug)]
pub(crate) struct IseLogicApp;

#[async_trait]
impl ArmResource for IseLogicApp {
    fn arm(&self) -> &'static ArmType {
        &ARM
    }

    fn check_config(&self, config: &Object, diagnostics: &mut Diagnostics) {
        if let Err(message) = attributes::check_identity(config) {
            let path = Path::attribute("identity");
            diagnostics.add_attribute_error(path, "Invalid identity", message);
        }
        match config.model() {
            Ok(app) => parameters::check_values(&app, diagnostics),
            Err(error) => diagnostics.add(error),
        }
    }

    async fn check_plan(&self, context: &Context<Azure>, _: Option<&Claim>, plan: &mut Plan<'_>) {
        let puts = match plan.prior {
            None => true,
            Some(prior) => needs_put(prior, plan.planned),
        };
        if puts {
            // What is missing is told, and what else is wrong as well.
            let _ = parameters::check_secure(plan.config, plan.diagnostics);
        }
        account::at_plan(context, plan).await;
    }

    fn write(&self, config: &Object, change: Change<'_>, body: &mut Json) -> Vec<Overwritten> {
        parameters::write(config, change, body)
    }

    async fn prepare_create(
        &self,
        work: Work<'_>,
        request: CreateRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Json, Reported> {
        // Told before the environment is waited for; what counts is the look right before it is sent.
        let existing = ARM
            .refuse_existing(work.context, work.session, work.id)
            .await;
        existing.report(diagnostics)?;
        parameters::check_secure(request.config, diagnostics)?;
        let account = account::at_apply(work.session, request.plan).await;
        account.report(diagnostics)?;
        let app: LogicApp = request.plan.model().report(diagnostics)?;
        let environment = environment::ready(work.session, app.ise_id()).await;
        let environment = environment.report(diagnostics)?;
        Ok(json!({ "location": environment["location"] }))
    }

    async fn prepare_update(
        &self,
        work: Work<'_>,
        update: UpdateRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        if needs_put(update.prior, update.plan) {
            parameters::check_secure(update.config, diagnostics)?;
        }
        if update.changes("integration_account_id") {
            let account = account::at_apply(work.session, update.plan).await;
            account.report(diagnostics)?;
        }
        Ok(())
    }

    async fn send_update(
        &self,
        work: Work<'_>,
        update: UpdateRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Json, Failure> {
        if needs_put(update.prior, update.plan) {
            put(work, update, diagnostics).await?;
        }
        let body = if update.changes("enabled") {
            let app: LogicApp = update.plan.model().report(diagnostics)?;
            switch(work, app.enabled.known() == Some(&true)).await?
        } else {
            // The answer to a PUT shows a creation time that is not the true one, so the workflow is read.
            work.session.of(&WORKFLOWS).get(work.id).await?
        };
        let write = |change: Change<'_>, body: &mut Json| ARM.write(change, body);
        Ok(ARM.confirm(work, update, body, write).await?)
    }
}

/// Whether anything that is known changes but the state, for which ARM has verbs of its own.
fn needs_put(prior: &Object, planned: &Object) -> bool {
    let changes = sent_changes(&SCHEMA, prior, planned);
    let mut changes = changes.into_iter();
    changes.any(|name| name != "enabled" && !planned.get(name).is_unknown())
}

/// Changes everything but whether it is enabled: a PUT leaves that as it is.
async fn put(
    work: Work<'_>,
    update: UpdateRequest<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let mut planned = update.plan.clone();
    planned.set("enabled", update.prior.get("enabled").clone());
    let change = Change::between(update.prior, &planned);
    let write = |body: &mut Json, diagnostics: &mut Diagnostics| {
        let overwritten = parameters::write(update.config, change, body);
        parameters::check_body(body, update, diagnostics)?;
        Ok(overwritten)
    };
    ARM.put_change(work, None, write, diagnostics).await?;
    Ok(())
}

/// Enables or disables it.
async fn switch(work: Work<'_>, enabled: bool) -> Result<Json, arm::Error> {
    let (action, wanted) = match enabled {
        true => ("enable", "Enabled"),
        false => ("disable", "Disabled"),
    };
    let is_shown = |body: &Json| {
        let state = body["properties"]["state"].as_str();
        state.is_some_and(|state| state.eq_ignore_ascii_case(wanted))
    };
    let missing = format!("the logic app is not {wanted}");
    let api = work.session.of(&WORKFLOWS);
    api.post_until(work.id, action, is_shown, &missing).await
}

#[cfg(test)]
mod tests;
