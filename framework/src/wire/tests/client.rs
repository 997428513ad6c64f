//! One call at a time, for tests of what the wire answers. Whole lives are driven by [`crate::testing`].

use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::Request;

use super::memory::{COUNT, Memory, THING};
use crate::engine::Engine;
use crate::private::Private;
use crate::schema::Schema;
use crate::testing::proposed_new;
use crate::types::msgpack;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
use crate::wire::{Server, convert};

pub(super) struct Client(Server<Memory>);

/// What a call left behind.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) state: Option<Object>,
    pub(super) private: Private,
    pub(super) errors: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Outcome {
    #[track_caller]
    pub(super) fn expect_ok(self) -> Object {
        assert_eq!(self.errors, Vec::<String>::new());
        self.state.expect("a state")
    }

    #[track_caller]
    pub(super) fn expect_gone(self) {
        assert_eq!((self.errors, self.state), (vec![], None));
    }
}

/// What a plan says.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) planned: Option<Object>,
    pub(super) requires_replace: Vec<String>,
    pub(super) errors: Vec<String>,
    pub(super) warnings: Vec<String>,
    private: bytes::Bytes,
}

impl Planned {
    /// The names of attributes in which something is unknown.
    pub(super) fn unknowns(&self) -> Vec<&str> {
        let planned = self.planned.as_ref().expect("a plan");
        planned
            .iter()
            .filter(|(_, value)| !value.is_wholly_known())
            .map(|(name, _)| name)
            .collect()
    }
}

/// A configuration or state of the test provider's resource.
pub(super) fn thing(attributes: &[(&str, Value)]) -> Object {
    let mut object = THING.null_object();
    for (name, value) in attributes {
        object.set(name, value.clone());
    }
    object
}

const TYPE_NAME: &str = "memory_thing";

impl Client {
    pub(super) fn unconfigured() -> Self {
        Self(Server::new(Memory))
    }

    pub(super) async fn with_engine(remote: &str, engine: Engine) -> Self {
        let client = Self(Server::with_engine(Memory, engine));
        client.configure(remote).await;
        client
    }

    pub(super) async fn configured(remote: &str) -> Self {
        let client = Self::unconfigured();
        client.configure(remote).await;
        client
    }

    pub(super) async fn configure(&self, remote: &str) {
        let config: Object = [("remote", remote)].into_iter().collect();
        let ty = Type::object([("remote", Type::String)]);
        let request = v6::configure_provider::Request {
            config: Some(convert::encode(&config.into(), &ty)),
            ..Default::default()
        };
        let response = self
            .0
            .configure_provider(Request::new(request))
            .await
            .expect("answered")
            .into_inner();
        assert!(response.diagnostics.is_empty());
    }

    pub(super) async fn stop(&self) {
        self.0
            .stop_provider(Request::new(v6::stop_provider::Request {}))
            .await
            .expect("answered");
    }

    pub(super) async fn schema(&self) -> v6::get_provider_schema::Response {
        let request = Request::new(v6::get_provider_schema::Request {});
        self.0
            .get_provider_schema(request)
            .await
            .expect("answered")
            .into_inner()
    }

    pub(super) async fn validate(&self, config: &Object, write_only_allowed: bool) -> Vec<String> {
        let request = v6::validate_resource_config::Request {
            type_name: TYPE_NAME.into(),
            config: encode(Some(config)),
            client_capabilities: Some(v6::ClientCapabilities {
                write_only_attributes_allowed: write_only_allowed,
                ..Default::default()
            }),
        };
        let response = self
            .0
            .validate_resource_config(Request::new(request))
            .await
            .expect("answered")
            .into_inner();
        response
            .diagnostics
            .iter()
            .map(|d| format!("{}: {}", place(d), d.summary))
            .collect()
    }

    pub(super) async fn plan(&self, config: &Object, prior: Option<&Object>) -> Planned {
        let request = v6::plan_resource_change::Request {
            type_name: TYPE_NAME.into(),
            prior_state: encode(prior),
            proposed_new_state: encode(Some(&proposed_new(THING.members(), config, prior))),
            config: encode(Some(config)),
            ..Default::default()
        };
        let response = self
            .0
            .plan_resource_change(Request::new(request))
            .await
            .expect("answered")
            .into_inner();
        Planned {
            planned: decode(response.planned_state.as_ref()),
            requires_replace: response.requires_replace.iter().map(path).collect(),
            errors: texts(&response.diagnostics, v6::diagnostic::Severity::Error),
            warnings: warnings(&response.diagnostics),
            private: response.planned_private,
        }
    }

    /// Plans and applies.
    pub(super) async fn apply(&self, config: &Object, prior: Option<&Object>) -> Outcome {
        let plan = self.plan(config, prior).await;
        assert_eq!(plan.errors, Vec::<String>::new());
        self.send(prior, plan.planned.as_ref(), Some(config), plan.private)
            .await
    }

    pub(super) async fn destroy(&self, prior: &Object) -> Outcome {
        let request = v6::plan_resource_change::Request {
            type_name: TYPE_NAME.into(),
            prior_state: encode(Some(prior)),
            proposed_new_state: encode(None),
            config: encode(None),
            ..Default::default()
        };
        let response = self
            .0
            .plan_resource_change(Request::new(request))
            .await
            .expect("answered")
            .into_inner();
        assert_eq!(
            decode(response.planned_state.as_ref()),
            None,
            "a destroy plan is null"
        );
        self.send(Some(prior), None, None, response.planned_private)
            .await
    }

    async fn send(
        &self,
        prior: Option<&Object>,
        planned: Option<&Object>,
        config: Option<&Object>,
        planned_private: bytes::Bytes,
    ) -> Outcome {
        let request = v6::apply_resource_change::Request {
            type_name: TYPE_NAME.into(),
            prior_state: encode(prior),
            planned_state: encode(planned),
            config: encode(config),
            planned_private,
            ..Default::default()
        };
        let response = self
            .0
            .apply_resource_change(Request::new(request))
            .await
            .expect("answered")
            .into_inner();
        outcome(
            response.new_state.as_ref(),
            &response.private,
            &response.diagnostics,
        )
    }

    pub(super) async fn read(&self, state: &Object) -> Outcome {
        let request = v6::read_resource::Request {
            type_name: TYPE_NAME.into(),
            current_state: encode(Some(state)),
            ..Default::default()
        };
        let response = self
            .0
            .read_resource(Request::new(request))
            .await
            .expect("answered")
            .into_inner();
        assert!(
            response.new_state.is_some(),
            "an absent state would read as gone"
        );
        outcome(
            response.new_state.as_ref(),
            &response.private,
            &response.diagnostics,
        )
    }

    pub(super) async fn import(&self, id: &str) -> Outcome {
        let request = v6::import_resource_state::Request {
            type_name: TYPE_NAME.into(),
            id: id.into(),
            ..Default::default()
        };
        let response = self
            .0
            .import_resource_state(Request::new(request))
            .await
            .expect("answered")
            .into_inner();
        let imported = response.imported_resources.first();
        outcome(
            imported.and_then(|imported| imported.state.as_ref()),
            b"",
            &response.diagnostics,
        )
    }

    pub(super) async fn upgrade(&self, version: i64, json: &str) -> Outcome {
        let request = v6::upgrade_resource_state::Request {
            type_name: TYPE_NAME.into(),
            version,
            raw_state: Some(v6::RawState {
                json: json.to_owned().into(),
                ..Default::default()
            }),
        };
        let response = self
            .0
            .upgrade_resource_state(Request::new(request))
            .await
            .expect("answered")
            .into_inner();
        outcome(response.upgraded_state.as_ref(), b"", &response.diagnostics)
    }

    pub(super) async fn count(&self, prefix: &str) -> (i64, Vec<String>) {
        let config: Object = [("prefix", Value::from(prefix)), ("found", Value::Null)]
            .into_iter()
            .collect();
        let request = v6::read_data_source::Request {
            type_name: "memory_count".into(),
            config: Some(convert::encode_object(Some(&config), &COUNT)),
            ..Default::default()
        };
        let response = self
            .0
            .read_data_source(Request::new(request))
            .await
            .expect("answered")
            .into_inner();
        let found = convert::nullable_object("state", response.state.as_ref(), &COUNT)
            .expect("decodes")
            .expect("found");
        let count = found
            .get("found")
            .as_number()
            .and_then(|count| count.as_i64())
            .expect("a number");
        (
            count,
            response
                .diagnostics
                .iter()
                .map(|d| d.summary.clone())
                .collect(),
        )
    }

    pub(super) async fn call(
        &self,
        name: &str,
        arguments: &[&str],
    ) -> Result<Value, (String, Option<i64>)> {
        let encode = |text: &&str| convert::encode(&Value::from(*text), &Type::String);
        let request = v6::call_function::Request {
            name: name.into(),
            arguments: arguments.iter().map(encode).collect(),
        };
        let response = self
            .0
            .call_function(Request::new(request))
            .await
            .expect("answered")
            .into_inner();
        match (response.result, response.error) {
            (Some(result), None) => {
                Ok(msgpack::decode(&result.msgpack, &Type::String).expect("decodes"))
            }
            (None, Some(error)) => Err((error.text, error.function_argument)),
            other => panic!("a function has a result or an error: {other:?}"),
        }
    }
}

fn outcome(
    state: Option<&v6::DynamicValue>,
    private: &[u8],
    diagnostics: &[v6::Diagnostic],
) -> Outcome {
    Outcome {
        state: decode(state),
        private: Private::from_bytes(private),
        errors: texts(diagnostics, v6::diagnostic::Severity::Error),
        warnings: warnings(diagnostics),
    }
}

fn warnings(diagnostics: &[v6::Diagnostic]) -> Vec<String> {
    let all = diagnostics.iter();
    let warnings = all.filter(|d| d.severity() == v6::diagnostic::Severity::Warning);
    warnings.map(|d| d.summary.clone()).collect()
}

fn encode(object: Option<&Object>) -> Option<v6::DynamicValue> {
    Some(convert::encode_object(object, schema()))
}

fn decode(value: Option<&v6::DynamicValue>) -> Option<Object> {
    convert::nullable_object("state", Some(value?), schema()).expect("fits the schema")
}

fn schema() -> &'static Schema {
    &THING
}

fn texts(diagnostics: &[v6::Diagnostic], severity: v6::diagnostic::Severity) -> Vec<String> {
    let wanted = diagnostics.iter().filter(|d| d.severity() == severity);
    wanted
        .map(|d| format!("{}: {}", d.summary, d.detail))
        .collect()
}

fn place(diagnostic: &v6::Diagnostic) -> String {
    diagnostic.attribute.as_ref().map(path).unwrap_or_default()
}

fn path(path: &v6::AttributePath) -> String {
    use v6::attribute_path::step::Selector;
    let steps = path
        .steps
        .iter()
        .map(|step| match step.selector.as_ref().expect("set") {
            Selector::AttributeName(name) | Selector::ElementKeyString(name) => name.clone(),
            Selector::ElementKeyInt(index) => index.to_string(),
        });
    steps.collect::<Vec<_>>().join(".")
}
