//! Each call of the protocol is one span of the process's trace.
//!
//! One test alone in its process: the subscriber is the process's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tfplugin_framework::diagnostics::Reported;
use tfplugin_framework::provider::{
    ConfigureContext, ConfigureRequest, ConfigureResponse, Provider,
};
use tfplugin_framework::wire::Server;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::Request;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

struct Empty;

#[async_trait]
impl Provider for Empty {
    type Data = ();

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        _: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        Ok(())
    }
}

#[derive(Clone, Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

/// The fields of the innermost span around each event that says that a call was received.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<Fields>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Calls {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        // A log of errors only has it as well.
        assert_eq!(*attributes.metadata().level(), Level::ERROR);
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = context.span(id).expect("it is new");
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).expect("it is open");
        let mut extensions = span.extensions_mut();
        values.record(extensions.get_mut::<Fields>().expect("each span has some"));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        if fields.0.get("message").map(String::as_str) == Some("call received") {
            let span = context.event_span(event).expect("in a span");
            let fields = span.extensions().get::<Fields>().expect("some").clone();
            self.0.lock().expect("no panic").push(fields);
        }
    }
}

#[tokio::test]
async fn every_call_is_a_span_of_one_trace() {
    let calls = Calls::default();
    let subscriber = tracing_subscriber::registry().with(calls.clone());
    tracing::subscriber::set_global_default(subscriber).expect("the only one");
    let server = Server::new(Empty);
    macro_rules! call {
        ($method:ident) => {
            call!($method(v6::$method::Request::default()))
        };
        ($method:ident about $name:literal) => {{
            let type_name = $name.to_owned();
            call!($method(v6::$method::Request {
                type_name,
                ..Default::default()
            }))
        }};
        ($method:ident($request:expr)) => {
            // What it answers is no matter here.
            drop(server.$method(Request::new($request)).await)
        };
    }
    call!(get_metadata);
    call!(get_provider_schema);
    call!(validate_provider_config);
    call!(configure_provider);
    call!(stop_provider);
    call!(validate_resource_config about "a");
    call!(upgrade_resource_state about "b");
    call!(read_resource about "c");
    call!(plan_resource_change about "d");
    call!(apply_resource_change about "e");
    call!(import_resource_state about "f");
    call!(validate_data_resource_config about "g");
    call!(read_data_source about "h");
    call!(get_functions);
    call!(call_function(v6::call_function::Request {
        name: "i".to_owned(),
        ..Default::default()
    }));

    let calls = calls.0.lock().expect("no panic");
    let of = |fields: &Fields, key: &str| fields.0.get(key).cloned();
    let subjects = ["tf_resource_type", "tf_data_source_type", "tf_function"];
    let names: Vec<String> = calls
        .iter()
        .map(|call| {
            let subjects = subjects.iter();
            let subjects = subjects.filter_map(|key| Some(format!(" {key}={}", of(call, key)?)));
            of(call, "tf_rpc").unwrap_or_default() + &subjects.collect::<String>()
        })
        .collect();
    assert_eq!(
        names,
        [
            "GetMetadata",
            "GetProviderSchema",
            "ValidateProviderConfig",
            "ConfigureProvider",
            "StopProvider",
            "ValidateResourceConfig tf_resource_type=a",
            "UpgradeResourceState tf_resource_type=b",
            "ReadResource tf_resource_type=c",
            "PlanResourceChange tf_resource_type=d",
            "ApplyResourceChange tf_resource_type=e",
            "ImportResourceState tf_resource_type=f",
            "ValidateDataResourceConfig tf_data_source_type=g",
            "ReadDataSource tf_data_source_type=h",
            "GetFunctions",
            "CallFunction tf_function=i",
        ]
    );
    let ids = |key: &str| -> BTreeSet<String> {
        let ids = calls.iter().map(|call| of(call, key));
        ids.map(|id| id.expect("each call has one")).collect()
    };
    assert_eq!(ids("trace_id").len(), 1);
    assert_eq!(ids("span_id").len(), names.len());
}
