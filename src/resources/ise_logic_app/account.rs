//! The integration account that a logic app uses: Microsoft's ISE guide has both in the same environment.

use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::types::attr::Attr;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use super::super::ise_integration_account::{ARM, Account};
use super::model::LogicApp;
use crate::arm::{ResourceId, Session};
use crate::azure::types::INTEGRATION_ACCOUNTS;
use crate::azure::{Azure, plan_session, report};

/// Checks the account that a plan brings to the logic app, if it is known.
pub(super) async fn at_plan(context: &Context<Azure>, plan: &mut Plan<'_>) {
    if !plan.changes("integration_account_id") && !plan.changes("ise_id") {
        return;
    }
    let (Some(azure), Some((account_id, ise_id))) = (context.data_if_known(), ids(plan.planned))
    else {
        return;
    };
    let Some(session) = plan_session(context, plan).await else {
        return;
    };
    let diagnostic = match ARM.expected(azure, &session, &account_id).await {
        // An account that is not there yet may be another provider's to create: the apply finds out.
        Ok(None) => None,
        Ok(Some(account)) => not_in(&account_id, &account, &ise_id),
        Err(error) => {
            let detail = format!(
                "Whether it is in the logic app's environment was therefore not checked at plan; it is before anything is sent.\n\n{}",
                report::explanation(&error)
            );
            let summary = format!(
                "Integration account {:?} could not be read",
                account_id.name()
            );
            Some(Diagnostic::warning(summary, detail).at(path()))
        }
    };
    plan.diagnostics.extend(diagnostic);
}

/// Checks the account before the logic app is written.
pub(super) async fn at_apply(session: &Session, planned: &Object) -> Result<(), Diagnostic> {
    let Some((account_id, ise_id)) = ids(planned) else {
        return Ok(());
    };
    let found = session
        .of(&INTEGRATION_ACCOUNTS)
        .get_optional(&account_id)
        .await
        .map_err(ARM.failed("reading", &account_id))?;
    let Some(body) = found else {
        let summary = format!("Integration account {:?} does not exist", account_id.name());
        let detail = format!(
            "There is no {account_id}. Create it first, or correct integration_account_id."
        );
        return Err(Diagnostic::error(summary, detail).at(path()));
    };
    match not_in(&account_id, &ARM.object_of(&body), &ise_id) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// The IDs of the account and of the logic app's environment, if both are known.
fn ids(planned: &Object) -> Option<(ResourceId, ResourceId)> {
    let app: LogicApp = planned.model().ok()?;
    app.integration_account().zip(app.environment())
}

/// An error if the account is certainly not in the environment.
fn not_in(account_id: &ResourceId, account: &Object, ise_id: &ResourceId) -> Option<Diagnostic> {
    let account: Account = account.model().ok()?;
    let place = match account.ise_id {
        Attr::Unknown => return None,
        Attr::Known(theirs) if ResourceId::parse(&theirs).as_ref() == Ok(ise_id) => return None,
        Attr::Known(theirs) => format!("in {theirs}"),
        Attr::Null => "in no environment".to_owned(),
    };
    let detail = format!(
        "A logic app in an environment can use only the integration accounts of the same one. The account is {place}, and the logic \
         app is in {ise_id}."
    );
    let summary = format!(
        "Integration account {:?} is not in the logic app's environment",
        account_id.name()
    );
    Some(Diagnostic::error(summary, detail).at(path()))
}

fn path() -> Path {
    Path::attribute("integration_account_id")
}
