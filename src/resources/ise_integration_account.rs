//! `ise_integration_account`: partners, agreements, schemas and maps for the logic apps of an environment.
//!
//! ARM type `Microsoft.Logic/integrationAccounts`. ARM answers at once, so nothing here is waited for but the environment.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::ise;
use super::shared::arm_type::ArmType;
use super::shared::at_once::Failure;
use super::shared::{environment, replaced, rows, tags};
use crate::arm::{ResourceId, Session};
use crate::azure::row::{ArmAttribute as _, KeepPriorWhenAbsent, Remote, asks_arm};
use crate::azure::{Azure, session};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::Path;
use crate::sdk::plan::Plan;
use crate::sdk::private::Private;
use crate::sdk::remote::Change;
use crate::sdk::resource::{Create, Resource, State, Update};
use crate::sdk::schema::validator::one_of;
use crate::sdk::schema::{Attribute, Schema, Timeouts};
use crate::sdk::validation::sentence;
use crate::sdk::value::Object;
use crate::validate;

pub(crate) const ARM: ArmType = ArmType {
    name: "Microsoft.Logic/integrationAccounts",
    api_version: "2019-05-01",
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
        rows::id(),
        rows::name(validate::names::integration_account, "Name. 1 to 80 letters, digits, `_`, `-`, `.`, `(` or `)`."),
        rows::resource_group_name(),
        rows::ise_id(),
        rows::location_of_environment(),
        Attribute::string("sku")
            .default("Standard")
            .compared_by(rows::same_ignoring_case)
            .with(KeepPriorWhenAbsent)
            .validator(one_of(["Free", "Basic", "Standard"]))
            .with(Remote::at("sku.name"))
            .doc("`Free`, `Basic` or `Standard`. A Premium environment takes `Standard` only, a Developer one `Free` or `Standard`."),
        rows::enabled("Whether it may be used."),
        rows::state().unknown_when_sent(&["enabled"]),
        rows::provisioning_state(),
        rows::tags(),
        rows::tags_all(),
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
    fn name(&self) -> &'static str {
        "ise_integration_account"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn modify_plan(&self, context: &Context<Azure>, plan: &mut Plan) {
        tags::plan(context, &SCHEMA, plan);
        let planner = replaced::planner(&ARM, plan);
        if plan.replaces() {
            return ARM.make_way(context, &planner);
        }
        if plan.changes("sku")
            && let Some(environment) = environment::expected(context, plan).await
        {
            let error = check_sku(&plan.planned, &environment).err();
            plan.diagnostics.extend(error);
        }
        if let Some(azure) = context.client_if_known() {
            ARM.claim(azure, planner, plan);
        }
    }

    async fn plan_delete(
        &self,
        context: &Context<Azure>,
        prior: &Object,
        _: &mut Private,
    ) -> Diagnostics {
        ARM.plan_deletion(context, prior)
    }

    async fn create(
        &self,
        context: &Context<Azure>,
        create: Create<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let id = ARM.planned_id(context.client()?, create.planned);
        let session = session(context)?;
        // Told before the environment is waited for; what counts is the look right before it is sent.
        ARM.refuse_existing(context, &session, &id).await?;
        let environment = environment::ready(&session, create.planned.text("ise_id")).await?;
        check_sku(create.planned, &ise::ARM.object_of(&environment))?;
        let mut body = json!({ "location": environment["location"] });
        ARM.write(Change::creating(create.planned), &mut body);
        ARM.create_at_once(context, &session, &id, &body, create.planned, state)
            .await
    }

    async fn read(&self, context: &Context<Azure>, state: &mut State) -> Result<(), Diagnostics> {
        ARM.refresh(context, state).await
    }

    async fn update(
        &self,
        context: &Context<Azure>,
        update: Update<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        if !asks_arm(&SCHEMA, update.prior, update.planned) {
            state.set(update.planned.clone());
            return Ok(());
        }
        let id = ARM.stored_id(update.prior)?;
        let session = session(context)?;
        if update.changes("sku") {
            let environment = environment::ready(&session, update.planned.text("ise_id")).await?;
            check_sku(update.planned, &ise::ARM.object_of(&environment))?;
        }
        let changed = change(&session, &id, update, state).await;
        ARM.settle_update(context, &id, update, changed, state)
            .await
    }

    async fn delete(&self, context: &Context<Azure>, state: &mut State) -> Result<(), Diagnostics> {
        ARM.delete_at_once(context, state).await
    }

    async fn import(
        &self,
        context: &Context<Azure>,
        id: &str,
        state: &mut Object,
    ) -> Result<(), Diagnostics> {
        ARM.import(context, id, state)
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
    update: Update<'_>,
    state: &mut State,
) -> Result<Json, Failure> {
    let change = Change::between(update.prior, update.planned);
    let write = |body: &mut Json| Ok(ARM.write(change, body));
    ARM.put_change(session, id, write, state).await?;
    let body = session.get(id, ARM.api_version).await?;
    let write = |change: Change<'_>, body: &mut Json| ARM.write(change, body);
    Ok(ARM.confirm(session, id, update, body, write).await?)
}

#[cfg(test)]
mod tests;
