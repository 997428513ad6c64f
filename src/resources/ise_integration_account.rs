//! `ise_integration_account`: partners, agreements, schemas and maps for the logic apps of an environment.
//!
//! ARM type `Microsoft.Logic/integrationAccounts`. ARM answers at once, so nothing here is waited for but the environment.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::sentence;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported};
use tfplugin_framework::resource::plan::{ModifyPlanRequest, ModifyPlanResponse, Plan};
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ModifyPlan, Outcome,
    ReadRequest, ReadResponse, Resource, UpdateRequest, UpdateResponse,
};
use tfplugin_framework::schema::validator::one_of;
use tfplugin_framework::schema::{Attribute, Schema, Timeouts};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use super::ise;
use crate::arm::{ResourceId, Session};
use crate::azure::arm_type::ArmType;
use crate::azure::body::Change;
use crate::azure::immediate::Failure;
use crate::azure::row::{ArmAttribute as _, KeepPriorWhenAbsent, Remote, asks_arm};
use crate::azure::types::INTEGRATION_ACCOUNTS;
use crate::azure::{Azure, session};
use crate::azure::{attributes, replaced, tags};
use crate::validate;

pub(crate) const ARM: ArmType = ArmType {
    resource_type: &INTEGRATION_ACCOUNTS,
    noun: "integration account",
    resource: "ise_integration_account",
    schema: &SCHEMA,
};

const MINUTE: Duration = Duration::from_secs(60);

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    version: 0,
    description: "An integration account in an integration service environment, for the logic apps of the same environment.".into(),
    attributes: vec![
        attributes::id(),
        attributes::name(validate::names::integration_account, "Name. 1 to 80 letters, digits, `_`, `-`, `.`, `(` or `)`."),
        attributes::resource_group_name(),
        attributes::ise_id(),
        attributes::location_of_environment(),
        Attribute::string("sku")
            .default("Standard")
            .compared_by(attributes::same_ignoring_case)
            .with(KeepPriorWhenAbsent)
            .validator(one_of(["Free", "Basic", "Standard"]))
            .with(Remote::at("sku.name"))
            .doc("`Free`, `Basic` or `Standard`. A Premium environment takes `Standard` only, a Developer one `Free` or `Standard`."),
        attributes::enabled("Whether it may be used."),
        attributes::state().unknown_when_sent(&["enabled"]),
        attributes::provisioning_state(),
        attributes::tags(),
        attributes::tags_all(),
    ],
    blocks: vec![Timeouts {
        create: Some(30 * MINUTE),
        read: Some(5 * MINUTE),
        update: Some(30 * MINUTE),
        delete: Some(30 * MINUTE),
    }.block()],
    ..Schema::default()
}
});

/// The resource.
#[derive(Debug)]
pub struct IseIntegrationAccount;

#[async_trait]
impl Resource<Azure> for IseIntegrationAccount {
    fn type_name(&self) -> &str {
        "ise_integration_account"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<Azure>> {
        Some(self)
    }

    fn import_state(&self) -> Option<&dyn ImportState<Azure>> {
        Some(&ARM)
    }

    async fn create(
        &self,
        context: &Context<Azure>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let diagnostics = &mut response.diagnostics;
        let azure = context.data().report(diagnostics)?;
        let id = ARM.planned_id(azure, request.plan);
        let session = session(context).await.report(diagnostics)?;
        // Told before the environment is waited for; what counts is the look right before it is sent.
        let existing = ARM.refuse_existing(context, &session, &id).await;
        existing.report(diagnostics)?;
        let environment = ise::environment::ready(&session, request.plan.text("ise_id")).await;
        let environment = environment.report(diagnostics)?;
        check_sku(request.plan, &ise::ARM.object_of(&environment)).report(diagnostics)?;
        let mut body = json!({ "location": environment["location"] });
        ARM.write(Change::creating(request.plan), &mut body);
        ARM.create_at_once(context, &session, &id, (&body, request.plan), response)
            .await
    }

    async fn read(
        &self,
        context: &Context<Azure>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        ARM.refresh(context, request, response).await
    }

    async fn update(
        &self,
        context: &Context<Azure>,
        update: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        if !asks_arm(&SCHEMA, update.prior, update.plan) {
            response.state.set(update.plan.clone());
            return Ok(Outcome::Done);
        }
        let diagnostics = &mut response.diagnostics;
        let id = ARM.stored_id(update.prior).report(diagnostics)?;
        let session = session(context).await.report(diagnostics)?;
        if update.changes("sku") {
            let environment = ise::environment::ready(&session, update.plan.text("ise_id")).await;
            let environment = environment.report(diagnostics)?;
            check_sku(update.plan, &ise::ARM.object_of(&environment)).report(diagnostics)?;
        }
        let changed = change(&session, &id, update, diagnostics).await;
        ARM.settle_update(context, &id, update, changed, response)
            .await
    }

    async fn delete(
        &self,
        context: &Context<Azure>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        let deleted = ARM.delete_at_once(context, request.prior).await;
        deleted.report(&mut response.diagnostics)
    }
}

#[async_trait]
impl ModifyPlan<Azure> for IseIntegrationAccount {
    async fn modify(
        &self,
        context: &Context<Azure>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        if let Some(prior) = request.deleted() {
            let deletion = ARM.plan_deletion(context, prior);
            return deletion.report(&mut response.diagnostics);
        }
        if let Some(mut plan) = Plan::of(request, response) {
            modify(context, &mut plan).await;
        }
        Ok(())
    }
}

async fn modify(context: &Context<Azure>, plan: &mut Plan<'_>) {
    tags::plan(context, &SCHEMA, plan);
    let planner = replaced::planner(&ARM, plan);
    if plan.replaces() {
        return ARM.make_way(context, &planner);
    }
    if plan.changes("sku")
        && let Some(environment) = ise::environment::expected(context, plan).await
    {
        let error = check_sku(plan.planned, &environment).err();
        plan.diagnostics.extend(error);
    }
    if let Some(azure) = context.data_if_known() {
        ARM.claim(azure, planner, plan);
    }
}

/// Azure takes only some SKUs of accounts in an environment, depending on the environment's own.
fn check_sku(account: &Object, environment: &Object) -> Result<(), Diagnostic> {
    let (Some(sku), Some(environment)) = (account.str("sku"), environment.str("sku")) else {
        return Ok(());
    };
    validate::sku::account_in_environment(sku, environment).map_err(|message| {
        Diagnostic::error("Invalid sku", sentence(&message)).at(Path::attribute("sku"))
    })
}

/// Makes the changes and gives the account as it is then.
async fn change(
    session: &Session,
    id: &ResourceId,
    update: UpdateRequest<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Json, Failure> {
    let change = Change::between(update.prior, update.plan);
    let write = |body: &mut Json, _: &mut Diagnostics| Ok(ARM.write(change, body));
    ARM.put_change(session, id, write, diagnostics).await?;
    let body = session.of(&INTEGRATION_ACCOUNTS).get(id).await?;
    let write = |change: Change<'_>, body: &mut Json| ARM.write(change, body);
    Ok(ARM.confirm(session, id, update, body, write).await?)
}

#[cfg(test)]
mod tests;
