use std::fs;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;

use super::{Docs, generate};
use crate::action::{Action, InvokeRequest, InvokeResponse};
use crate::context::Context;
use crate::data_source::{self, DataSource};
use crate::diagnostics::Reported;
use crate::ephemeral::{EphemeralResource, OpenRequest, OpenResponse};
use crate::function::{CallRequest, Function, FunctionError, Parameter, Signature};
use crate::list::{ListRequest, ListResource, ListResponse};
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Identity, ImportState,
    ImportStateRequest, ImportStateResponse, Outcome, ReadRequest, ReadResponse, Resource,
    UpdateRequest, UpdateResponse,
};
use crate::schema::identity::{IdentityAttribute, IdentitySchema};
use crate::schema::plan_modifier::requires_replace;
use crate::schema::validator::{length_between, one_of};
use crate::schema::{Attribute, Block, Nesting, Schema, Timeouts};
use crate::test_resource::TestResource;
use crate::types::ty::Type;
use crate::types::value::Value;

struct Gardens;

/// Everything that a schema can hold.
fn garden() -> Schema {
    let leaf = || {
        vec![
            Attribute::string("colour")
                .required()
                .doc("Its colour.")
                .validator(one_of(["red", "green"])),
        ]
    };
    let position = Type::object([
        ("x", Type::Number),
        ("tags", Type::list(Type::object([("key", Type::String)]))),
    ]);
    let seen = Block::new(
        "seen",
        Nesting::List,
        vec![Attribute::string("at").computed()],
    );
    Schema {
        description: "A garden. It has beds.".into(),
        attributes: vec![
            Attribute::string("name")
                .required()
                .doc("Name of 1 to 80 letters.")
                .validator(length_between(1, 80))
                .plan(requires_replace()),
            Attribute::string("code").validator(length_between(2, 9)),
            Attribute::bool("open")
                .default(true)
                .doc("Whether it is open."),
            Attribute::string("gate").deprecated("Use `door`."),
            Attribute::string("key").sensitive().write_only(),
            Attribute::number("size").computed(),
            Attribute::value("position", Type::set(position)),
            Attribute::value("mixed", Type::Tuple(vec![Type::Bool, Type::Dynamic])),
            Attribute::nested("bed", Nesting::Single, leaf()),
            Attribute::nested("beds", Nesting::Map, leaf()).computed(),
        ],
        blocks: vec![
            Block::new("rule", Nesting::Set, leaf())
                .min_items(1)
                .max_items(2)
                .doc("A rule.")
                .blocks(vec![Block::new("step", Nesting::List, leaf())]),
            Block::new("base", Nesting::Group, leaf()).deprecated("Leave it out."),
            seen,
            Timeouts {
                read: Some(Duration::from_secs(60)),
                ..Timeouts::default()
            }
            .block(),
        ],
        ..Schema::default()
    }
}

struct Beds(Schema);

#[async_trait]
impl DataSource<()> for Beds {
    fn type_name(&self) -> &str {
        "garden_beds"
    }

    fn schema(&self) -> &Schema {
        &self.0
    }

    async fn read(
        &self,
        _: &Context<()>,
        _: data_source::ReadRequest<'_>,
        _: &mut data_source::ReadResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }
}

/// Trees have an identity, are listed, watered, and looked at.
struct Tree {
    type_name: &'static str,
    schema: Schema,
    is_importable: bool,
}

impl Tree {
    fn new(type_name: &'static str, is_importable: bool) -> Self {
        let schema = Schema {
            description: "A tree.".into(),
            deprecation_message: Some("Plant a `garden_plot`.".into()),
            attributes: vec![Attribute::string("kind").required()],
            ..Schema::default()
        };
        Self {
            type_name,
            schema,
            is_importable,
        }
    }
}

#[async_trait]
impl Resource<()> for Tree {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn create(
        &self,
        _: &Context<()>,
        _: CreateRequest<'_>,
        _: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
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

    fn identity(&self) -> Option<&dyn Identity> {
        Some(self)
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        self.is_importable.then_some(self)
    }
}

impl Identity for Tree {
    fn identity_schema(&self) -> &IdentitySchema {
        static SCHEMA: LazyLock<IdentitySchema> = LazyLock::new(|| {
            IdentitySchema::new(vec![
                IdentityAttribute::string("place").doc("Where it stands."),
                IdentityAttribute::string("garden").optional_for_import(),
            ])
        });
        &SCHEMA
    }
}

#[async_trait]
impl ImportState<()> for Tree {
    async fn import(
        &self,
        _: &Context<()>,
        _: ImportStateRequest<'_>,
        _: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }
}

#[async_trait]
impl ListResource<()> for Tree {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn list(
        &self,
        _: &Context<()>,
        _: ListRequest<'_>,
        _: &mut ListResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }
}

#[async_trait]
impl EphemeralResource<()> for Tree {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn open(
        &self,
        _: &Context<()>,
        _: OpenRequest<'_>,
        _: &mut OpenResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }
}

#[async_trait]
impl Action<()> for Tree {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn invoke(
        &self,
        _: &Context<()>,
        _: InvokeRequest<'_>,
        _: &mut InvokeResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }
}

struct Mix;

impl Function for Mix {
    fn name(&self) -> &str {
        "mix"
    }

    fn signature(&self) -> Signature {
        let parameter = |name, ty| Parameter::new(name, ty).doc("A colour.");
        Signature::new(Type::Bool)
            .parameter(parameter("first", Type::String))
            .variadic(parameter("others", Type::list(Type::String)))
            .summary("Mixes colours")
            .doc("Mixes colours, in any order.")
    }

    fn call(&self, _: CallRequest<'_>) -> Result<Value, FunctionError> {
        Ok(Value::Null)
    }
}

#[async_trait]
impl Provider for Gardens {
    type Data = ();

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        _: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<()>>> {
        let timeouts = Timeouts {
            delete: Some(Duration::from_secs(60)),
            ..Timeouts::default()
        };
        let shed = Schema {
            description: "A shed.".into(),
            attributes: vec![timeouts.attribute()],
            ..Schema::default()
        };
        vec![
            Arc::new(TestResource {
                type_name: "garden_plot",
                schema: Some(garden()),
                is_importable: true,
            }),
            Arc::new(TestResource {
                type_name: "garden_shed",
                schema: Some(shed),
                is_importable: false,
            }),
            Arc::new(Tree::new("garden_tree", true)),
            Arc::new(Tree::new("garden_weed", false)),
        ]
    }

    fn list_resources(&self) -> Vec<Arc<dyn ListResource<()>>> {
        vec![Arc::new(Tree::new("garden_tree", true))]
    }

    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource<()>>> {
        vec![Arc::new(Tree::new("garden_shade", true))]
    }

    fn actions(&self) -> Vec<Arc<dyn Action<()>>> {
        vec![Arc::new(Tree::new("garden_water", true))]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource<()>>> {
        vec![Arc::new(Beds(Schema {
            description: "All beds.".into(),
            attributes: vec![Attribute::list("names", Type::String).computed()],
            ..Schema::default()
        }))]
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        vec![Arc::new(Mix)]
    }
}

/// A folder with all examples; each says what it is.
fn examples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for path in [
        "provider/provider.tf",
        "resources/garden_plot/resource.tf",
        "resources/garden_plot/import.tf",
        "resources/garden_plot/import.sh",
        "resources/garden_shed/resource.tf",
        "resources/garden_tree/resource.tf",
        "resources/garden_tree/import.tf",
        "resources/garden_tree/import.sh",
        "resources/garden_tree/import-by-identity.tf",
        "resources/garden_weed/resource.tf",
        "list-resources/garden_tree/list-resource.tfquery.hcl",
        "ephemeral-resources/garden_shade/ephemeral-resource.tf",
        "actions/garden_water/action.tf",
        "data-sources/garden_beds/data-source.tf",
        "functions/mix/function.tf",
    ] {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(&file, format!("# {path}\n")).expect("written");
    }
    folder
}

#[test]
fn pages_tell_everything_that_a_schema_can_hold() {
    let examples = examples();
    let docs = Docs::new("garden", examples.path())
        .index_notes("Note this.")
        .import("By name,", "Mind the gap.");
    let pages = generate(&Gardens, &docs).expect("all examples are there");
    let text: String = pages
        .iter()
        .map(|(path, page)| format!("=== {path}\n{page}"))
        .collect();
    let expect = include_str!("tests/pages.md");
    for (line, (text, expect)) in text.lines().zip(expect.lines()).enumerate() {
        assert_eq!(text, expect, "line {}", line + 1);
    }
    assert_eq!(text.len(), expect.len());
}

#[test]
fn a_missing_example_is_named() {
    let examples = examples();
    for name in [
        "functions/mix/function.tf",
        "resources/garden_tree/import-by-identity.tf",
        "list-resources/garden_tree/list-resource.tfquery.hcl",
        "ephemeral-resources/garden_shade/ephemeral-resource.tf",
        "actions/garden_water/action.tf",
    ] {
        let missing = examples.path().join(name);
        let text = fs::read(&missing).expect("read");
        fs::remove_file(&missing).expect("removed");
        let error = generate(&Gardens, &Docs::new("garden", examples.path()));
        let error = error.expect_err("it is missing").to_string();
        assert!(error.contains(name), "{error}");
        fs::write(&missing, text).expect("written");
    }
}

#[test]
fn stale_pages_are_found_and_written() {
    let examples = examples();
    let docs = Docs::new("garden", examples.path());
    let pages = generate(&Gardens, &docs).expect("all examples are there");
    let folder = examples.path().join("docs");
    let all: Vec<_> = pages.iter().map(|(path, _)| path).collect();
    assert_eq!(pages.stale(&folder).expect("nothing is there"), all);
    pages.write(&folder).expect("written");
    let none: [&str; 0] = [];
    assert_eq!(pages.stale(&folder).expect("read"), none);
    fs::remove_file(folder.join("index.md")).expect("removed");
    fs::write(folder.join("functions/mix.md"), "").expect("written");
    fs::write(folder.join("functions/left.md"), "").expect("written");
    let stale = pages.stale(&folder).expect("read");
    let expect = ["functions/left.md", "functions/mix.md", "index.md"];
    assert_eq!(stale, expect);
    pages.write(&folder).expect("written");
    assert_eq!(pages.stale(&folder).expect("read"), none);
    assert!(!folder.join("functions/left.md").exists());
}

#[test]
fn what_is_written_by_hand_stays() {
    let examples = examples();
    let docs = Docs::new("garden", examples.path());
    let mut pages = generate(&Gardens, &docs).expect("all examples are there");
    let folder = examples.path().join("docs");
    fs::create_dir_all(folder.join("guides")).expect("made");
    let picture = [0x89, b'P', b'N', b'G'];
    for name in ["guides/begin.md", "notes.md", "guides/tree.png"] {
        fs::write(folder.join(name), picture).expect("written");
    }
    pages.write(&folder).expect("written");
    let stale = pages.stale(&folder).expect("read");
    assert_eq!(stale, [""; 0]);
    for name in ["guides/begin.md", "notes.md", "guides/tree.png"] {
        assert_eq!(fs::read(folder.join(name)).expect("kept"), picture);
    }
    // Who generates guides generates all of them, and what cannot be read is named.
    pages.add("guides/end.md", String::new());
    let error = pages.stale(&folder).expect_err("no text").to_string();
    assert!(error.contains("begin.md"), "{error}");
    fs::write(folder.join("guides/begin.md"), "").expect("written");
    let stale = pages.stale(&folder).expect("read");
    assert_eq!(stale, ["guides/begin.md", "guides/end.md"]);
}

#[cfg(feature = "state-store")]
mod state_stores {
    use super::*;
    use crate::state_store::{InitializeRequest, InitializeResponse, StateStore};

    struct Cellar;

    struct Shelf;

    #[async_trait]
    impl Provider for Cellar {
        type Data = ();

        async fn configure(
            &self,
            _: &ConfigureContext,
            _: ConfigureRequest<'_>,
            _: &mut ConfigureResponse<()>,
        ) -> Result<(), Reported> {
            Ok(())
        }

        fn state_stores(&self) -> Vec<Arc<dyn StateStore<()>>> {
            vec![Arc::new(Shelf)]
        }
    }

    #[async_trait]
    impl StateStore<()> for Shelf {
        fn type_name(&self) -> &str {
            "cellar_shelf"
        }

        fn schema(&self) -> &Schema {
            static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
                attributes: vec![Attribute::string("place").required()],
                ..Schema::default()
            });
            &SCHEMA
        }

        async fn initialize(
            &self,
            _: &Context<()>,
            _: InitializeRequest<'_>,
            _: &mut InitializeResponse,
        ) -> Result<(), Reported> {
            Ok(())
        }
    }

    #[test]
    fn a_store_has_its_page() {
        let examples = examples();
        let docs = Docs::new("cellar", examples.path());
        let name = "state-stores/cellar_shelf/state-store.tf";
        let missing = generate(&Cellar, &docs).expect_err("no example yet");
        assert!(missing.to_string().contains(name), "{missing}");
        let example = examples.path().join(name);
        fs::create_dir_all(example.parent().expect("a folder")).expect("made");
        fs::write(&example, "# on the left\n").expect("written");
        let pages = generate(&Cellar, &docs).expect("all examples are there");
        let page = pages
            .iter()
            .find(|(path, _)| *path == "state-stores/shelf.md");
        let (_, page) = page.expect("its page");
        for part in [
            "# cellar_shelf (State Store)",
            "# on the left",
            "`place` (String)",
        ] {
            assert!(page.contains(part), "{page}");
        }
    }
}
