//! What a provider offers is made once, and names are told without making a schema.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::Request;

use crate::context::Context;
use crate::diagnostics::Reported;
use crate::engine::Engine;
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Outcome, ReadRequest,
    ReadResponse, Resource, UpdateRequest, UpdateResponse,
};
use crate::schema::{Attribute, Block, Nesting, Schema};
use crate::test_resource::TestResource;
use crate::types::value::Object;
use crate::wire::{Server, convert};

/// A provider with resources of these names, whose schemas may be asked for or not.
struct Offering {
    names: &'static [&'static str],
    schema: Option<Schema>,
}

/// A resource that counts how often its schema is built.
struct Counted {
    name: String,
    schema: OnceLock<Schema>,
    built: Arc<AtomicUsize>,
}

#[async_trait]
impl Resource<()> for Counted {
    fn type_name(&self) -> &str {
        &self.name
    }

    fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| {
            self.built.fetch_add(1, Ordering::Relaxed);
            schema().unwrap_or_default()
        })
    }

    async fn create(
        &self,
        _: &Context<()>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        response.state.set(request.plan.clone());
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        _: &Context<()>,
        _: ReadRequest<'_>,
        _: &mut ReadResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }

    async fn update(
        &self,
        _: &Context<()>,
        _: UpdateRequest<'_>,
        _: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        _: &Context<()>,
        _: DeleteRequest<'_>,
        _: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }
}

/// A provider with a hundred of these.
struct Large(Arc<AtomicUsize>);

#[async_trait]
impl Provider for Large {
    type Data = ();

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        response.data = Some(());
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<()>>> {
        let resource = |number| -> Arc<dyn Resource<()>> {
            Arc::new(Counted {
                name: format!("large_{number}"),
                schema: OnceLock::new(),
                built: Arc::clone(&self.0),
            })
        };
        (0..100).map(resource).collect()
    }
}

#[async_trait]
impl Provider for Offering {
    type Data = ();

    fn schema(&self) -> &Schema {
        self.schema.as_ref().expect("nobody asks for a schema")
    }

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        _: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<()>>> {
        let resource = |type_name: &&'static str| -> Arc<dyn Resource<()>> {
            Arc::new(TestResource {
                type_name,
                schema: self.schema.clone(),
                is_importable: false,
            })
        };
        self.names.iter().map(resource).collect()
    }
}

fn server(names: &'static [&'static str], schema: Option<Schema>) -> Server<Offering> {
    let engine = Engine { self_checks: false };
    Server::with_engine(Offering { names, schema }, engine)
}

fn schema() -> Option<Schema> {
    Some(Schema {
        attributes: vec![Attribute::string("name")],
        ..Schema::default()
    })
}

#[tokio::test]
async fn names_are_told_without_a_schema() {
    let request = Request::new(v6::get_metadata::Request {});
    let answer = server(&["a", "b"], None).get_metadata(request).await;
    let metadata = answer.expect("answered").into_inner();
    assert_eq!(metadata.diagnostics, []);
    let names: Vec<_> = metadata.resources.iter().map(|it| &*it.type_name).collect();
    assert_eq!(names, ["a", "b"]);
}

/// Also in releases: one of the two could never be used.
#[tokio::test]
async fn a_name_that_is_there_twice_is_told() {
    for (names, expect) in [
        (&["a", "b"][..], &[][..]),
        (
            &["a", "b", "a"],
            &["The resource a is registered twice. Please report this."],
        ),
    ] {
        let request = Request::new(v6::get_provider_schema::Request {});
        let answer = server(names, schema()).get_provider_schema(request).await;
        let diagnostics = answer.expect("answered").into_inner().diagnostics;
        let told: Vec<_> = diagnostics.iter().map(|it| &*it.detail).collect();
        assert_eq!(told, expect);
    }
}

#[tokio::test]
async fn what_cannot_be_imported_or_upgraded_says_so() {
    let server = server(&["a"], schema().map(|it| Schema { version: 1, ..it }));
    let request = v6::import_resource_state::Request {
        type_name: "a".to_owned(),
        ..Default::default()
    };
    let imported = server.import_resource_state(Request::new(request)).await;
    let imported = imported.expect("answered").into_inner();
    assert_eq!(imported.diagnostics[0].summary, "Import not supported");
    let request = v6::upgrade_resource_state::Request {
        type_name: "a".to_owned(),
        version: 0,
        raw_state: Some(v6::RawState {
            json: "{}".into(),
            ..Default::default()
        }),
    };
    let upgraded = server.upgrade_resource_state(Request::new(request)).await;
    let upgraded = upgraded.expect("answered").into_inner();
    assert_eq!(upgraded.diagnostics[0].summary, "Unknown state version");
}

/// Terraform takes a message only beside the flag.
#[tokio::test]
async fn what_is_deprecated_is_declared_so_with_its_message() {
    let rows = || vec![Attribute::string("port").deprecated("Use `ports`.")];
    let schema = Schema {
        deprecation_message: Some("Use `b`.".into()),
        attributes: vec![
            Attribute::string("name"),
            Attribute::nested("rules", Nesting::List, rows()),
        ],
        blocks: vec![
            Block::new("new", Nesting::List, rows()),
            Block::new("old", Nesting::List, rows()).deprecated("Use `new`."),
        ],
        ..Schema::default()
    };
    let request = Request::new(v6::get_provider_schema::Request {});
    let answer = server(&["a"], Some(schema))
        .get_provider_schema(request)
        .await;
    let answer = answer.expect("answered").into_inner();
    let block = answer.resource_schemas["a"].block.as_ref();
    let block = block.expect("a block");
    let of_block = |it: &v6::schema::Block| (it.deprecated, it.deprecation_message.clone());
    let of_row = |it: &v6::schema::Attribute| (it.deprecated, it.deprecation_message.clone());
    let no = (false, String::new());
    let yes = |message: &str| (true, message.to_owned());
    assert_eq!(of_block(block), yes("Use `b`."));
    assert_eq!(of_row(&block.attributes[0]), no);
    let nested = block.attributes[1].nested_type.as_ref();
    let port = &nested.expect("nested").attributes[0];
    assert_eq!(of_row(port), yes("Use `ports`."));
    let blocks = block.block_types.iter();
    let blocks = blocks.map(|it| of_block(it.block.as_ref().expect("a block")));
    assert_eq!(blocks.collect::<Vec<_>>(), [no, yes("Use `new`.")]);
}

/// There all schemas are built and kept because one is asked for. Clients that have them from another process ask each process
/// only about what it plans.
#[tokio::test]
async fn framework_784_schemas_are_built_when_asked_for() {
    let built = Arc::new(AtomicUsize::new(0));
    let engine = Engine { self_checks: true };
    let server = Server::with_engine(Large(Arc::clone(&built)), engine);
    let number = || built.load(Ordering::Relaxed);
    let value = |object: &Object| {
        Some(convert::encode_object(
            Some(object),
            &schema().unwrap_or_default(),
        ))
    };
    let config = value(&[("name", "a")].into_iter().collect());
    let request = v6::get_metadata::Request {};
    let metadata = server.get_metadata(Request::new(request)).await;
    assert_eq!(
        metadata.expect("answered").into_inner().resources.len(),
        100
    );
    let nothing = convert::encode_object(Some(&Object::default()), &Schema::default());
    let request = v6::configure_provider::Request {
        config: Some(nothing),
        ..Default::default()
    };
    let configured = server.configure_provider(Request::new(request)).await;
    assert_eq!(configured.expect("answered").into_inner().diagnostics, []);
    assert_eq!(number(), 0);
    for _ in 0..3 {
        let request = v6::plan_resource_change::Request {
            type_name: "large_7".to_owned(),
            prior_state: Some(v6::DynamicValue::default()),
            proposed_new_state: config.clone(),
            config: config.clone(),
            ..Default::default()
        };
        let planned = server.plan_resource_change(Request::new(request)).await;
        assert_eq!(planned.expect("answered").into_inner().diagnostics, []);
    }
    assert_eq!(number(), 1);
    for _ in 0..2 {
        let request = v6::get_provider_schema::Request {};
        let schemas = server.get_provider_schema(Request::new(request)).await;
        let schemas = schemas.expect("answered").into_inner();
        assert_eq!(schemas.resource_schemas.len(), 100);
    }
    assert_eq!(number(), 100, "each is built once");
}
