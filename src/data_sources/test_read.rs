//! Data sources as Terraform asks them, against a scripted ARM.

use std::sync::Arc;

use tfplugin_framework::context::Context;
use tfplugin_framework::data_source::DataSource;
use tfplugin_framework::diagnostics::Diagnostics;
use tfplugin_framework::engine::Engine;
use tfplugin_framework::types::value::{Object, Value};

use crate::arm::test_server::TestServer;
use crate::azure::Azure;
use crate::data_sources::all;
use crate::resources::test_plan::context;

fn named(type_name: &str) -> Arc<dyn DataSource<Azure>> {
    let mut all = all().into_iter();
    all.find(|it| it.type_name() == type_name).expect(type_name)
}

fn config(data_source: &dyn DataSource<Azure>, arguments: &[(&str, Value)]) -> Object {
    let mut config = data_source.schema().null_object();
    for (name, value) in arguments {
        config.set(name, value.clone());
    }
    config
}

/// Path and detail of each message.
fn told(diagnostics: &Diagnostics) -> Vec<String> {
    let told = diagnostics.iter();
    told.map(|it| format!("{}: {}", it.path, it.detail))
        .collect()
}

pub(super) async fn validate(type_name: &str, arguments: &[(&str, Value)]) -> Vec<String> {
    let data_source = named(type_name);
    let config = config(&*data_source, arguments);
    told(
        &Engine::default()
            .validate_data_source(&*data_source, &config)
            .await,
    )
}

pub(super) async fn read(
    type_name: &str,
    server: &TestServer,
    arguments: &[(&str, Value)],
) -> Result<Object, Diagnostics> {
    read_with(&context(server), type_name, arguments).await
}

pub(super) async fn read_with(
    context: &Context<Azure>,
    type_name: &str,
    arguments: &[(&str, Value)],
) -> Result<Object, Diagnostics> {
    let data_source = named(type_name);
    let config = config(&*data_source, arguments);
    let engine = Engine::default();
    let read = engine
        .read_data_source(&*data_source, context, &config)
        .await;
    read.object.ok_or(read.diagnostics)
}
