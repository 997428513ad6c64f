//! What a provider offers is made once, and names are told without making a schema.

use std::sync::Arc;

use async_trait::async_trait;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::Request;

use crate::diagnostics::Reported;
use crate::engine::Engine;
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::Resource;
use crate::schema::{Attribute, Block, Nesting, Schema};
use crate::test_resource::TestResource;
use crate::wire::Server;

/// A provider with resources of these names, whose schemas may be asked for or not.
struct Offering {
    names: &'static [&'static str],
    schema: Option<Schema>,
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
