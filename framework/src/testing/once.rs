//! The calls about what leaves no state: ephemeral resources and actions.

use std::time::SystemTime;

use bytes::Bytes;
use futures::StreamExt;
use tfplugin_proto::v6;
use tfplugin_proto::v6::invoke_action::event::Type;
use tfplugin_proto::v6::provider_server::Provider as Service;
use tonic::Request;

use super::calls::Calls;
use super::checks::{self, refused};
use super::convert::{ObjectType, client, decode, deferred, encode, into_response, messages};
use super::failure::{Failure, unless_failed};
use super::options::Options;
use crate::deferral::DeferredReason;
use crate::diagnostics::Diagnostic;
use crate::types::value::Object;

/// An ephemeral resource that is open.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn opened<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     let mut opened: Opened = core.open("files_token", json!({})).await?;
///     assert!(opened.result.str("token").is_some() && opened.renew_at.is_some());
///     core.renew(&mut opened).await?;
///     core.close(opened).await?;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened {
    /// What it is.
    pub result: Object,
    /// When it is to be renewed, if at all.
    pub renew_at: Option<SystemTime>,
    /// Why it is opened in a later run, if it is; something in the result is then unknown.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub warnings: Vec<Diagnostic>,
    pub(super) type_name: String,
    pub(super) private: Option<Bytes>,
}

/// An action that has ended well, or is put off.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn invoked<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     let invoked: Invoked = core.invoke("files_copy", json!({ "from": "a", "to": "b" })).await?;
///     assert_eq!(invoked.progress, ["copying a"]);
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Invoked {
    /// What the user was told on the way.
    pub progress: Vec<String>,
    /// Why it is invoked in a later run, if it is.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub warnings: Vec<Diagnostic>,
}

impl<S: Service> Calls<S> {
    pub(super) async fn open(
        &self,
        of: &ObjectType,
        config: &Object,
        options: Options,
    ) -> Result<Opened, Failure> {
        const SUMMARY: &str = "Provider produced invalid ephemeral resource instance";
        let request = v6::validate_ephemeral_resource_config::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
        };
        let validate = self
            .0
            .validate_ephemeral_resource_config(Request::new(request));
        let mut warnings = messages(&into_response(validate.await)?.diagnostics);
        let request = v6::open_ephemeral_resource::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
            client_capabilities: client(options),
        };
        warnings = unless_failed(warnings)?;
        let response = self.0.open_ephemeral_resource(Request::new(request));
        let response = into_response(response.await)?;
        warnings.extend(unless_failed(messages(&response.diagnostics))?);
        let deferred = deferred(response.deferred, options.deferral_allowed)?;
        let result = decode(response.result.as_ref(), of)?;
        checks::plan_as(SUMMARY, &of.name, of, (config, None), result.as_ref())?;
        let result = result.ok_or_else(|| Failure::from(refused(SUMMARY, &of.name)))?;
        if deferred.is_none() {
            checks::state(SUMMARY, &of.name, of, &result)?;
        }
        Ok(Opened {
            result,
            renew_at: response.renew_at.and_then(|it| it.try_into().ok()),
            deferred,
            warnings,
            type_name: of.name.clone(),
            private: response.private,
        })
    }

    pub(super) async fn renew(&self, opened: &mut Opened) -> Result<(), Failure> {
        let request = v6::renew_ephemeral_resource::Request {
            type_name: opened.type_name.clone(),
            private: opened.private.clone(),
        };
        let response = self.0.renew_ephemeral_resource(Request::new(request));
        let response = into_response(response.await)?;
        opened
            .warnings
            .extend(unless_failed(messages(&response.diagnostics))?);
        opened.private = response.private;
        opened.renew_at = response.renew_at.and_then(|it| it.try_into().ok());
        Ok(())
    }

    pub(super) async fn close(&self, opened: Opened) -> Result<Vec<Diagnostic>, Failure> {
        let request = v6::close_ephemeral_resource::Request {
            type_name: opened.type_name,
            private: opened.private,
        };
        let response = self.0.close_ephemeral_resource(Request::new(request));
        unless_failed(messages(&into_response(response.await)?.diagnostics))
    }

    /// Why the action is put off, if it is.
    async fn plan_action(
        &self,
        of: &ObjectType,
        config: &Object,
        options: Options,
    ) -> Result<(Option<DeferredReason>, Vec<Diagnostic>), Failure> {
        let request = v6::plan_action::Request {
            action_type: of.name.clone(),
            config: encode(Some(config), of),
            client_capabilities: client(options),
        };
        let response = into_response(self.0.plan_action(Request::new(request)).await)?;
        let warnings = unless_failed(messages(&response.diagnostics))?;
        match deferred(response.deferred, options.deferral_allowed)? {
            reason @ (None | Some(DeferredReason::ProviderConfigUnknown)) => Ok((reason, warnings)),
            Some(reason) => {
                let finding = format!("{}: {reason:?}", of.name);
                Err(refused("Action deferred for another reason", finding).into())
            }
        }
    }

    pub(super) async fn invoke(
        &self,
        of: &ObjectType,
        config: &Object,
        options: Options,
    ) -> Result<Invoked, Failure> {
        let request = v6::validate_action_config::Request {
            type_name: of.name.clone(),
            config: encode(Some(config), of),
        };
        let response = self.0.validate_action_config(Request::new(request)).await;
        let mut warnings = unless_failed(messages(&into_response(response)?.diagnostics))?;
        let (reason, told) = self.plan_action(of, config, options).await?;
        warnings.extend(told);
        if reason.is_some() {
            return Ok(Invoked {
                progress: Vec::new(),
                deferred: reason,
                warnings,
            });
        }
        let request = v6::invoke_action::Request {
            action_type: of.name.clone(),
            config: encode(Some(config), of),
            ..Default::default()
        };
        let stream = self.0.invoke_action(Request::new(request)).await;
        let mut events = into_response(stream)?;
        let (mut progress, mut completed) = (Vec::new(), None);
        while let Some(event) = events.next().await {
            let event = event.map_err(|status| Failure::new("Plugin error", status.message()))?;
            match event.r#type {
                Some(Type::Progress(it)) if completed.is_none() => progress.push(it.message),
                Some(Type::Completed(it)) if completed.is_none() => completed = Some(it),
                _ => {
                    let finding = "an event is of no kind, or comes after the end";
                    return Err(refused("Invalid event of an action", finding).into());
                }
            }
        }
        let completed = completed.ok_or_else(|| {
            Failure::from(refused(
                "Invalid event of an action",
                "nothing says that it ended",
            ))
        })?;
        warnings.extend(unless_failed(messages(&completed.diagnostics))?);
        Ok(Invoked {
            progress,
            deferred: None,
            warnings,
        })
    }
}
