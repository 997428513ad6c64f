//! The calls about actions.

use tfplugin_proto::v6;
use tfplugin_proto::v6::invoke_action::event;
use tokio::sync::mpsc::{self, UnboundedSender};
use tonic::Status;

use super::convert;
use super::error::CallError;
use super::state::ServerState;
use crate::provider::Provider;

/// An event of an action.
pub(super) type Event = Result<v6::invoke_action::Event, Status>;

/// The event that says this.
pub(super) fn event(event: event::Type) -> v6::invoke_action::Event {
    v6::invoke_action::Event {
        r#type: Some(event),
    }
}

impl<P: Provider> ServerState<P> {
    pub(super) async fn validate_action_config(
        &self,
        request: &v6::validate_action_config::Request,
    ) -> Result<v6::validate_action_config::Response, CallError> {
        let action = self.action(&request.type_name)?;
        let schema = action.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        let found = self.engine.validate_action(action, &config).await;
        Ok(v6::validate_action_config::Response {
            diagnostics: convert::diagnostics(schema.members(), found),
        })
    }

    pub(super) async fn plan_action(
        &self,
        request: &v6::plan_action::Request,
    ) -> Result<v6::plan_action::Response, CallError> {
        let action = self.action(&request.action_type)?;
        let schema = action.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        let context = self.context(request.client_capabilities);
        let planned = self.engine.plan_action(action, &context, &config).await;
        Ok(v6::plan_action::Response {
            diagnostics: convert::diagnostics(schema.members(), planned.diagnostics),
            deferred: convert::deferred(planned.deferred),
        })
    }

    /// Invokes, with progress on the way; the last event is the caller's.
    pub(super) async fn invoke_action(
        &self,
        request: &v6::invoke_action::Request,
        events: &UnboundedSender<Event>,
    ) -> Result<event::Completed, CallError> {
        let action = self.action(&request.action_type)?;
        let schema = action.schema();
        let config = convert::object("config", request.config.as_ref(), schema)?;
        convert::check_known("config", &config)?;
        let context = self.context(request.client_capabilities);
        let (progress, mut messages) = mpsc::unbounded_channel();
        let tell = async {
            while let Some(message) = messages.recv().await {
                let progress = event::Type::Progress(event::Progress { message });
                // A client that has gone wants to know nothing more.
                let _ = events.send(Ok(event(progress)));
            }
        };
        let invoke = self.engine.invoke(action, &context, &config, progress);
        let (diagnostics, ()) = tokio::join!(invoke, tell);
        Ok(event::Completed {
            diagnostics: convert::diagnostics(schema.members(), diagnostics),
        })
    }
}
