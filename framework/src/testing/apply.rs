//! Making a plan true as Terraform does it, and what a failure leaves behind.

use bytes::Bytes;
use tfplugin_proto::v6::provider_server::Provider as Service;

use super::calls::{ApplyCall, Calls, Stored};
use super::checks;
use super::convert::ObjectType;
use super::failure::{Failure, has_error};
use super::instance::Instance;
use super::plan::Action;
use crate::diagnostics::Diagnostic;
use crate::types::json;
use crate::types::value::{Object, Value};

/// What an apply did.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn applied<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     let applied: Applied = core.apply("memory_thing", json!({ "name": "a" })).await?;
///     assert_eq!(applied.object().str("name"), Some("a"));
///     assert!(applied.warnings.is_empty());
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Applied {
    /// What was done.
    pub action: Action,
    /// The state after; none if there is no object any more.
    pub state: Option<Object>,
    /// Messages to the user.
    pub warnings: Vec<Diagnostic>,
}

impl Applied {
    /// The state after.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn object(&self) -> &Object {
        self.state
            .as_ref()
            .unwrap_or_else(|| panic!("there is an object after {:?}", self.action))
    }
}

/// What is left after a call that changes something.
pub(super) struct Left {
    pub(super) object: Option<Object>,
    pub(super) identity: Option<Object>,
    pub(super) private: Bytes,
    pub(super) is_tainted: bool,
    pub(super) messages: Vec<Diagnostic>,
}

/// Creates or updates: a create has no prior object.
pub(super) async fn change<S: Service>(
    calls: &Calls<S>,
    of: &ObjectType,
    address: &str,
    call: ApplyCall<'_>,
) -> Left {
    let (prior, planned) = (call.prior, call.planned);
    let planned_identity = call.planned_identity.cloned();
    let is_create = prior.is_none();
    let prior_private = call.planned_private.clone();
    let Stored {
        object,
        identity,
        private,
        mut messages,
        ..
    } = calls.apply(of, call).await.unwrap_or_else(nothing);
    let Some(mut object) = object else {
        if !has_error(&messages) {
            let finding = format!("{address}: the provider returned no object");
            messages.push(checks::refused(INVALID_RESULT, finding));
        }
        // An update that answers no object has not lost the one that was there.
        return Left {
            object: prior.cloned(),
            identity: planned_identity,
            private: prior_private,
            is_tainted: false,
            messages,
        };
    };
    if !has_error(&messages) {
        if let Err(failure) = checks::state(INVALID_RESULT, address, of, &object) {
            messages.extend_from_slice(failure.diagnostics());
        } else if let Err(failure) = checks::identity(address, identity.as_ref()) {
            messages.extend_from_slice(failure.diagnostics());
        } else if let Some(Err(failure)) =
            planned.map(|planned| checks::result(address, planned, &object))
        {
            messages.extend_from_slice(failure.diagnostics());
        }
    }
    // What is still unknown is stored as null.
    forget_unknowns(&mut object);
    Left {
        object: Some(object),
        identity,
        private,
        is_tainted: is_create && has_error(&messages),
        messages,
    }
}

/// Deletes.
pub(super) async fn delete<S: Service>(
    calls: &Calls<S>,
    of: &ObjectType,
    address: &str,
    before: &Instance,
    planned_private: Bytes,
) -> Left {
    let prior = &before.object;
    let call = ApplyCall {
        config: None,
        planned_identity: before.identity.as_ref(),
        prior: Some(prior),
        planned: None,
        planned_private: planned_private.clone(),
    };
    let stored = calls.apply(of, call).await.unwrap_or_else(nothing);
    let mut messages = stored.messages;
    if stored.object.is_some() && !has_error(&messages) {
        let finding = format!("{address}: the provider returned an object that it has deleted");
        messages.push(checks::refused(INVALID_RESULT, finding));
    }
    let (object, identity, private) = match (stored.object, has_error(&messages)) {
        (None, true) => (
            Some(prior.clone()),
            before.identity.clone(),
            planned_private,
        ),
        (object, _) => (object, stored.identity, stored.private),
    };
    Left {
        object,
        identity,
        private,
        is_tainted: false,
        messages,
    }
}

const INVALID_RESULT: &str = "Provider returned invalid result object after apply";

/// A call that broke: whatever it had done is not known.
fn nothing(failure: Failure) -> Stored {
    Stored {
        object: None,
        identity: None,
        private: Bytes::new(),
        deferred: None,
        messages: failure.diagnostics().to_vec(),
    }
}

fn forget_unknowns(object: &mut Object) {
    for (_, value) in object.iter_mut() {
        forget_unknown(value);
    }
}

fn forget_unknown(value: &mut Value) {
    match value {
        Value::Unknown(_) => *value = Value::Null,
        Value::Object(object) => forget_unknowns(object),
        Value::List(elements) => elements.iter_mut().for_each(forget_unknown),
        Value::Map(elements) => elements.values_mut().for_each(forget_unknown),
        Value::Set(elements) => {
            let mut elements = std::mem::take(elements);
            elements.iter_mut().for_each(forget_unknown);
            *value = Value::set(elements);
        }
        Value::Dynamic(inner) => forget_unknown(&mut inner.1),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The object as the state file has it.
pub(super) fn stored_json(object: &Object) -> String {
    json::encode(&object.clone().into()).to_string()
}
