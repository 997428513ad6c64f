//! Planning as Terraform does it.

use bytes::Bytes;
use tfplugin_proto::v6::provider_server::Provider as Service;

use super::calls::{Calls, PlanCall, PlanResult};
use super::checks::{self, value_at};
use super::convert::ObjectType;
use super::difference::difference;
use super::failure::Failure;
use super::options::Options;
use super::propose::{proposed_new, without_empty_blocks};
use crate::deferral::DeferredReason;
use crate::diagnostics::Diagnostic;
use crate::types::path::Path;
use crate::types::value::{Object, Value};

/// What Terraform would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Make a new object.
    Create,
    /// Change the object in place.
    Update,
    /// Delete the object, and make another one.
    Replace,
    /// Delete the object.
    Delete,
}

/// A plan for one resource.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn planned<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     let planned: Planned = core.plan("memory_thing", json!({ "name": unknown() })).await?;
///     assert_eq!((planned.action, planned.unknowns()), (Action::Create, vec!["name"]));
///     // At apply all of the configuration is known.
///     core.apply_plan_with(planned, json!({ "name": "a" })).await?;
///     let planned = core.plan_destroy("memory_thing").await?;
///     assert_eq!(planned.action, Action::Delete);
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Planned {
    /// Which resource.
    pub address: String,
    /// What an apply does.
    pub action: Action,
    /// The state before, after it was refreshed.
    pub prior: Option<Object>,
    /// The state after, as far as it is known.
    pub planned: Option<Object>,
    /// On account of which attributes the object is replaced.
    pub requires_replace: Vec<Path>,
    /// Why the change is put off to a later run, if it is. An apply then leaves the object alone.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub warnings: Vec<Diagnostic>,
    /// The identity after, as far as it is known.
    pub identity: Option<Object>,
    pub(super) prior_identity: Option<Object>,
    pub(super) config: Option<Object>,
    pub(super) private: Bytes,
}

impl Planned {
    /// The names of top-level attributes and blocks in which something is known only after apply.
    pub fn unknowns(&self) -> Vec<&str> {
        let members = self.planned.iter().flat_map(Object::iter);
        members
            .filter(|(_, value)| !value.is_wholly_known())
            .map(|(name, _)| name)
            .collect()
    }

    /// The places at which something changes, or may: as deep as there is something before and after, and a set as a whole.
    /// For an object that is made or deleted these are all that hold something.
    ///
    /// ```no_run
    /// # async fn example<S: tfplugin_proto::v6::provider_server::Provider>(core: tfplugin_framework::testing::Core<S>)
    /// # -> Result<(), tfplugin_framework::testing::Failure> {
    /// use serde_json::json;
    /// use tfplugin_framework::types::path::Path;
    ///
    /// let planned = core.plan("memory_thing", json!({ "name": "x", "tags": { "a": "new" } })).await?;
    /// let tag = Path::attribute("tags").with_key("a");
    /// assert_eq!(planned.changes(), [tag.clone()]);
    /// assert_eq!(planned.value(&tag), Some(&"new".into()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn changes(&self) -> Vec<Path> {
        let object = |object: &Option<Object>| object.clone().unwrap_or_default();
        let found = difference(&object(&self.prior), &object(&self.planned));
        let is_nothing = |path: &Path| {
            let value = |object: &Option<Object>| {
                let found = object.as_ref().and_then(|it| value_at(it, path));
                found.is_none_or(Value::is_null)
            };
            value(&self.prior) && value(&self.planned)
        };
        found.into_iter().filter(|path| !is_nothing(path)).collect()
    }

    /// What is planned at a place; all below an unknown value is unknown. Nothing where there is no such place.
    pub fn value(&self, path: &Path) -> Option<&Value> {
        value_at(self.planned.as_ref()?, path)
    }
}

/// What there is before a plan.
#[derive(Clone, Debug)]
pub(super) struct Prior<'a> {
    pub(super) object: Option<&'a Object>,
    pub(super) private: Bytes,
    pub(super) identity: Option<&'a Object>,
    pub(super) is_tainted: bool,
}

/// What a plan comes to.
pub(super) struct Decision {
    pub(super) action: Action,
    pub(super) requires_replace: Vec<Path>,
    pub(super) answer: PlanResult,
}

/// Plans that there shall be what `config` says.
pub(super) async fn plan<S: Service>(
    calls: &Calls<S>,
    of: &ObjectType,
    address: &str,
    config: &Object,
    prior: Prior<'_>,
    (planned_private, options): (Bytes, Options),
) -> Result<Decision, Failure> {
    let config = &match options.computed_blocks_allowed {
        true => without_empty_blocks(of.schema.members(), config),
        false => config.clone(),
    };
    // What is tainted is planned as if it were not there, and then replaced.
    let before = prior.object.filter(|_| !prior.is_tainted);
    let (private, identity) = match before {
        Some(_) => (prior.private, prior.identity),
        None => (Bytes::new(), None),
    };
    let ask = async |before: Option<&Object>, remembered: (Bytes, Option<&Object>, Bytes)| {
        let call = PlanCall {
            config: Some(config),
            prior: before,
            proposed: None,
            prior_private: remembered.0,
            prior_identity: remembered.1,
            planned_private: remembered.2,
            options,
        };
        ask(calls, of, address, config, call).await
    };
    let mut answer = ask(before, (private, identity, planned_private)).await?;
    let planned = answer.planned.as_ref();
    let paths = &answer.requires_replace;
    let requires_replace = checks::replacing(address, of, paths, before, planned)?;
    let action = match (prior.object, before) {
        (None, _) => Action::Create,
        (Some(_), None) => Action::Replace,
        (_, before) if before == planned => Action::NoOp,
        _ if requires_replace.is_empty() => Action::Update,
        _ => Action::Replace,
    };
    if action == Action::Replace && before.is_some() && answer.deferred.is_none() {
        // The plan to replace is one to create, which is asked for with what the first plan remembers. Its warnings are
        // those of the first one.
        let private = answer.private.clone();
        let warnings = std::mem::take(&mut answer.warnings);
        // Terraform hands on the identity that the first plan answered.
        let identity = answer.identity.take();
        answer = ask(None, (private, identity.as_ref(), Bytes::new())).await?;
        answer.warnings = warnings;
    }
    let is_new = matches!(action, Action::Create | Action::Replace);
    checks::identity(address, answer.identity.as_ref().filter(|_| !is_new))?;
    Ok(Decision {
        action,
        requires_replace,
        answer,
    })
}

async fn ask<S: Service>(
    calls: &Calls<S>,
    of: &ObjectType,
    address: &str,
    config: &Object,
    call: PlanCall<'_>,
) -> Result<PlanResult, Failure> {
    let prior = call.prior;
    let proposed = proposed_new(of.schema.members(), config, prior);
    let call = PlanCall {
        proposed: Some(&proposed),
        ..call
    };
    let answer = calls.plan(of, call).await?;
    // Terraform holds a plan that is put off against nothing.
    if answer.deferred.is_none() {
        checks::plan(address, of, config, prior, answer.planned.as_ref())?;
    }
    Ok(answer)
}

/// Plans that there shall be nothing any more. Without the provider's say, where it does not want to be asked.
pub(super) async fn plan_delete<S: Service>(
    calls: &Calls<S>,
    of: &ObjectType,
    address: &str,
    prior: Prior<'_>,
    (is_asked, options): (bool, Options),
) -> Result<PlanResult, Failure> {
    if !is_asked {
        return Ok(PlanResult {
            planned: None,
            requires_replace: Vec::new(),
            identity: prior.identity.cloned(),
            private: prior.private,
            deferred: None,
            warnings: Vec::new(),
        });
    }
    let call = PlanCall {
        config: None,
        prior: prior.object,
        proposed: None,
        prior_private: prior.private,
        prior_identity: prior.identity,
        planned_private: Bytes::new(),
        options,
    };
    let answer = calls.plan(of, call).await?;
    if answer.planned.is_some() {
        let finding = format!("{address}: planned for existence but config wants absence");
        return Err(checks::refused("Provider produced invalid plan", finding).into());
    }
    Ok(answer)
}
