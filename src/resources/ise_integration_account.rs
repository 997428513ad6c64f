//! `ise_integration_account`: partners, agreements, schemas and maps for the logic apps of an environment.
//!
//! ARM type `Microsoft.Logic/integrationAccounts`. ARM answers at once, so nothing here is waited for but the environment.

use std::sync::LazyLock;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported, sentence};
use tfplugin_framework::model::Model;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::resource::{CreateRequest, UpdateRequest};
use tfplugin_framework::schema::validator::one_of;
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::attr::Attr;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use super::ise::{self, Environment, environment};
use crate::azure::arm_resource::ArmResource;
use crate::azure::arm_type::ArmType;
use crate::azure::claims::Claim;
use crate::azure::row::{ArmAttribute as _, KeepPriorWhenAbsent, Remote};
use crate::azure::types::INTEGRATION_ACCOUNTS;
use crate::azure::work::Work;
use crate::azure::{Azure, attributes};
use crate::validate;

pub(crate) const ARM: ArmType = ArmType {
    resource_type: &INTEGRATION_ACCOUNTS,
    noun: "integration account",
    resource: "ise_integration_account",
    schema: &SCHEMA,
};

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
    blocks: vec![attributes::TIMEOUTS.block()],
    ..Schema::default()
}
});

/// The resource.
#[derive(Debug)]
pub(crate) struct IseIntegrationAccount;

#[async_trait]
impl ArmResource for IseIntegrationAccount {
    fn arm(&self) -> &'static ArmType {
        &ARM
    }

    async fn check_plan(&self, context: &Context<Azure>, _: Option<&Claim>, plan: &mut Plan<'_>) {
        if plan.changes("sku")
            && let Some(environment) = environment::expected(context, plan).await
        {
            let checked = plan.planned.model().and_then(|account| {
                let environment = environment.model()?;
                check_sku(&account, &environment)
            });
            plan.diagnostics.extend(checked.err());
        }
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
        let environment = environment_for(work, request.plan).await;
        let environment = environment.report(diagnostics)?;
        Ok(json!({ "location": environment["location"] }))
    }

    async fn prepare_update(
        &self,
        work: Work<'_>,
        update: UpdateRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        if update.changes("sku") {
            let environment = environment_for(work, update.plan).await;
            environment.report(diagnostics)?;
        }
        Ok(())
    }
}

/// What the rules between an account and its environment look at.
#[derive(Debug, Model)]
#[model(partial)]
pub(super) struct Account {
    pub(super) ise_id: Attr<String>,
    sku: Attr<String>,
}

/// The environment, once it is deployed, if it takes the account.
async fn environment_for(work: Work<'_>, planned: &Object) -> Result<Json, Diagnostic> {
    let account: Account = planned.model()?;
    let ise_id = account.ise_id.known().map_or("", String::as_str);
    let environment = environment::ready(work.session, ise_id).await?;
    check_sku(&account, &ise::ARM.object_of(&environment).model()?)?;
    Ok(environment)
}

/// Azure takes only some SKUs of accounts in an environment, depending on the environment's own.
fn check_sku(account: &Account, environment: &Environment) -> Result<(), Diagnostic> {
    let (Some(sku), Some(environment)) = (account.sku.known(), environment.sku.known()) else {
        return Ok(());
    };
    validate::sku::account_in_environment(sku, environment).map_err(|message| {
        Diagnostic::error("Invalid sku", sentence(&message)).at(Path::attribute("sku"))
    })
}

#[cfg(test)]
mod tests;
