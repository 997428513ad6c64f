//! Plans as Terraform asks for them, against a scripted ARM.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use tfplugin_framework::context::Context;
use tfplugin_framework::deferral::ClientCapabilities;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Reported, Severity};
use tfplugin_framework::engine::plan::PlanRequest;
use tfplugin_framework::engine::{Change, Engine};
use tfplugin_framework::private::Private;
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Outcome, ReadRequest,
    ReadResponse, Resource, UpdateRequest, UpdateResponse,
};
use tfplugin_framework::testing::proposed_new;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::arm::test_server::{Received, Reply, TIMING, TestServer};
use crate::arm::{Client, ResourceId, Timing};
use crate::azure::{Azure, Deletions, PlanRegistry, SignIn, Subscription};

/// A provider whose creates do not wait for what is in their way.
const IMPATIENT: Duration = Duration::ZERO;

/// One whose creates wait as long as it takes, and look often.
const PATIENT: Duration = Duration::from_secs(3600);
const PAUSE: Duration = Duration::from_millis(1);

pub(crate) const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";

/// A provider that is configured for the server.
pub(crate) fn context(server: &TestServer) -> Context<Azure> {
    with_default_tags(server, Some(BTreeMap::new()))
}

/// The same, and its creates wait for what is in their way.
pub(crate) fn patient_context(server: &TestServer) -> Context<Azure> {
    context_of(Some(Azure {
        deletions: Deletions::with_patience(PATIENT, PAUSE),
        ..azure(server, Some(BTreeMap::new()))
    }))
}

/// The same, and no stopped write waits for its answer.
pub(crate) fn hasty_context(server: &TestServer) -> Context<Azure> {
    let timing = Timing {
        write_grace: Duration::ZERO,
        ..TIMING
    };
    context_of(Some(Azure {
        client: Client::with_timing(server.settings(), timing),
        ..azure(server, Some(BTreeMap::new()))
    }))
}

/// One that has default tags, or does not know yet whether it has.
pub(crate) fn with_default_tags(
    server: &TestServer,
    default_tags: Option<BTreeMap<String, String>>,
) -> Context<Azure> {
    context_of(Some(azure(server, default_tags)))
}

/// One to which nobody has said in which subscription everything lives.
pub(crate) fn without_subscription(server: &TestServer) -> Context<Azure> {
    context_of(Some(Azure {
        subscription: Subscription::new(None),
        ..azure(server, Some(BTreeMap::new()))
    }))
}

fn azure(server: &TestServer, default_tags: Option<BTreeMap<String, String>>) -> Azure {
    Azure {
        client: Client::with_timing(server.settings(), TIMING),
        sign_in: SignIn::default(),
        subscription: Subscription::new(Some(SUBSCRIPTION)),
        default_tags,
        plans: PlanRegistry::default(),
        deletions: Deletions::with_patience(IMPATIENT, PAUSE),
    }
}

/// A provider whose configuration is not known yet.
pub(crate) fn unconfigured() -> Context<Azure> {
    context_of(None)
}

fn context_of(azure: Option<Azure>) -> Context<Azure> {
    let deadline = Instant::now() + Duration::from_secs(600);
    Context::new(azure.map(Arc::new), deadline, CancellationToken::new())
}

/// A configuration of the resource: what is not named is null.
pub(crate) fn config(resource: &dyn Resource<Azure>, attributes: &[(&str, Value)]) -> Object {
    let mut object = resource.schema().null_object();
    for (name, value) in attributes {
        object.set(name, value.clone());
    }
    object
}

/// A plan as Terraform keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) prior: Option<Object>,
    pub(crate) planned: Object,
    pub(crate) requires_replace: BTreeSet<Path>,
    pub(crate) private: Private,
    pub(crate) diagnostics: Diagnostics,
}

/// Plans a configuration.
pub(crate) async fn plan(
    resource: &dyn Resource<Azure>,
    context: &Context<Azure>,
    config: &Object,
    prior: Option<&Object>,
    private: Private,
) -> Planned {
    let proposed = proposed_new(resource.schema().members(), config, prior);
    let request = PlanRequest {
        change: Change::Put {
            config: config.clone(),
            prior: prior.cloned(),
            planned: proposed,
        },
        identity: None,
        private,
    };
    let planned = Engine::default().plan(resource, context, request).await;
    Planned {
        prior: prior.cloned(),
        planned: planned.planned.expect("it is no delete"),
        requires_replace: planned.requires_replace,
        private: planned.private,
        diagnostics: planned.diagnostics,
    }
}

/// What Terraform keeps of one object from one call to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    object: Option<Object>,
    pub(crate) private: Private,
    pub(crate) warnings: Diagnostics,
}

impl Kept {
    pub(crate) fn new(object: Option<Object>, private: Private) -> Self {
        Self {
            object,
            private,
            warnings: Diagnostics::new(),
        }
    }

    pub(crate) fn object(&self) -> Option<&Object> {
        self.object.as_ref()
    }

    pub(crate) fn object_mut(&mut self) -> Option<&mut Object> {
        self.object.as_mut()
    }

    /// Keeps what a call answered, and gives its errors.
    fn take<T>(
        &mut self,
        result: Result<T, Reported>,
        (object, private): (Option<Object>, Private),
        diagnostics: Diagnostics,
    ) -> Result<T, Diagnostics> {
        (self.object, self.private) = (object, private);
        let is_error = |it: &Diagnostic| it.severity == Severity::Error;
        let (errors, warnings): (Vec<_>, Vec<_>) = diagnostics.into_iter().partition(is_error);
        self.warnings.extend(warnings);
        assert_eq!(result.is_err(), !errors.is_empty(), "{errors:?}");
        result.map_err(|_| errors.into_iter().collect())
    }
}

/// A client that keeps write-only values out of its state.
pub(crate) fn client() -> ClientCapabilities {
    let mut client = ClientCapabilities::default();
    client.write_only_attributes_allowed = true;
    client
}

/// The operations of a resource by themselves: what it answers before the engine looks at it.
pub(crate) mod call {
    use super::*;

    pub(crate) async fn create(
        resource: &dyn Resource<Azure>,
        context: &Context<Azure>,
        request: CreateRequest<'_>,
        kept: &mut Kept,
    ) -> Result<Outcome, Diagnostics> {
        let mut response = CreateResponse::new(None, kept.private.clone());
        let result = resource.create(context, request, &mut response).await;
        let left = (response.state.into_object(), response.private);
        kept.take(result, left, response.diagnostics)
    }

    pub(crate) async fn read(
        resource: &dyn Resource<Azure>,
        context: &Context<Azure>,
        kept: &mut Kept,
    ) -> Result<(), Diagnostics> {
        let current = kept.object.clone().expect("a state to read");
        let mut response = ReadResponse::new(Some(current.clone()), kept.private.clone());
        let request = ReadRequest::new(&current);
        let result = resource.read(context, request, &mut response).await;
        let left = (response.state.into_object(), response.private);
        kept.take(result, left, response.diagnostics)
    }

    pub(crate) async fn update(
        resource: &dyn Resource<Azure>,
        context: &Context<Azure>,
        request: UpdateRequest<'_>,
        kept: &mut Kept,
    ) -> Result<Outcome, Diagnostics> {
        let mut response = UpdateResponse::new(kept.object.clone(), kept.private.clone());
        let result = resource.update(context, request, &mut response).await;
        let left = (response.state.into_object(), response.private);
        kept.take(result, left, response.diagnostics)
    }

    pub(crate) async fn delete(
        resource: &dyn Resource<Azure>,
        context: &Context<Azure>,
        kept: &mut Kept,
    ) -> Result<(), Diagnostics> {
        let prior = kept.object.clone().expect("a state to delete");
        let mut response = DeleteResponse::new(Some(prior.clone()), kept.private.clone());
        let request = DeleteRequest::new(&prior);
        let result = resource.delete(context, request, &mut response).await;
        let left = (response.state.into_object(), response.private);
        kept.take(result, left, response.diagnostics)
    }

    /// Plans to delete what this state is of.
    pub(crate) async fn plan_delete(
        resource: &dyn Resource<Azure>,
        context: &Context<Azure>,
        prior: &Object,
    ) -> Diagnostics {
        let request = PlanRequest {
            change: Change::Delete {
                prior: prior.clone(),
            },
            identity: None,
            private: Private::default(),
        };
        let planned = Engine::default().plan(resource, context, request).await;
        assert_eq!(planned.planned, None);
        planned.diagnostics
    }
}

/// The state that a plan leads to, with these values where it left them open.
pub(crate) fn applied(plan: &Planned, attributes: &[(&str, Value)]) -> Object {
    let mut object = plan.planned.clone();
    for (_, value) in object.iter_mut() {
        if value.is_unknown() {
            *value = Value::Null;
        }
    }
    for (name, value) in attributes {
        object.set(name, value.clone());
    }
    object
}

/// Severity, path and summary of each message.
pub(crate) fn told(plan: &Planned) -> Vec<String> {
    let line = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let messages = plan.diagnostics.iter();
    messages
        .map(|it| format!("{} {}: {}", line(it.severity), it.path, it.summary))
        .collect()
}

/// The ID of something in group `g`.
pub(crate) fn id(resource_type: &str, name: &str) -> ResourceId {
    ResourceId::in_group(SUBSCRIPTION, "g", resource_type, name)
}

/// The virtual network `v`.
pub(crate) fn network() -> ResourceId {
    id("Microsoft.Network/virtualNetworks", "v")
}

/// A subnet of it.
pub(crate) fn subnet(name: &str) -> ResourceId {
    network().child("subnets", name)
}

/// A script's line for reading an object.
pub(crate) fn get(id: &ResourceId) -> String {
    let version = match id.resource_type().split('/').next() {
        Some("Microsoft.Network") => "2024-01-01",
        Some("Microsoft.Insights") => "2022-10-01",
        _ => "2019-05-01",
    };
    format!("GET {id}?api-version={version}")
}

/// A script's line for a write of an object, or of something below it.
pub(crate) fn write(method: &str, id: &ResourceId, below: &str) -> String {
    let get = get(id).replacen("GET", method, 1);
    get.replace('?', &format!("{below}?"))
}

/// What was asked besides reads: method and last segment, and the body.
pub(crate) fn writes(server: &TestServer) -> Vec<(String, Json)> {
    let requests = server.requests().into_iter();
    let writes = requests.filter(|request| !request.line.starts_with("GET "));
    let write = |request: Received| {
        let (path, _) = request.line.split_once('?').unwrap_or((&request.line, ""));
        let (method, _) = path.split_once(' ').unwrap_or((path, ""));
        let last = path.rsplit('/').next().unwrap_or_default();
        let body = serde_json::from_str(&request.body).unwrap_or_default();
        (format!("{method} {last}"), body)
    };
    writes.map(write).collect()
}

/// A server that has these objects and nothing else.
pub(crate) async fn server(objects: &[(ResourceId, Json)]) -> TestServer {
    let replies: Vec<_> = objects
        .iter()
        .map(|(id, body)| (id.clone(), Reply::json(200, body)))
        .collect();
    server_of(&replies).await
}

/// A server that answers like this when it is asked for these objects.
pub(crate) async fn server_of(replies: &[(ResourceId, Reply)]) -> TestServer {
    let lines: Vec<_> = replies
        .iter()
        .map(|(id, reply)| (get(id), vec![reply.clone()]))
        .collect();
    let script: Vec<_> = lines
        .iter()
        .map(|(line, replies)| (line.as_str(), replies.clone()))
        .collect();
    TestServer::start(&script).await
}
