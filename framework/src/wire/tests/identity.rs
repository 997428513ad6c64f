//! Identities, imports by them, and states that come from elsewhere.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use serde_json::json;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request};

use super::check_fails;
use crate::context::Context;
use crate::deferral::DeferredReason;
use crate::diagnostics::{Diagnostic, Report as _, Reported};
use crate::engine::plan::PlanRequest;
use crate::engine::{Change, Engine};
use crate::list::ListResource;
use crate::private::Private;
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::plan::{ModifyPlanRequest, ModifyPlanResponse};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Identity, ImportState,
    ImportStateRequest, ImportStateResponse, ModifyPlan, MoveState, MoveStateRequest,
    MoveStateResponse, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest, UpdateResponse,
    UpgradeIdentity, UpgradeIdentityRequest, UpgradeIdentityResponse,
};
use crate::schema::identity::{IdentityAttribute, IdentitySchema};
use crate::schema::plan_modifier::requires_replace;
use crate::schema::{Attribute, Schema};
use crate::testing::{Action, Core, Source};
use crate::types::json::decode_raw;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
use crate::wire::{Server, convert};
use listing::Catalogue;

mod listing;

const BOOK: &str = "shelf_book";

/// Title → what is remarked about it.
type Books = Arc<Mutex<BTreeMap<String, String>>>;

/// A shelf of books; a remark says what goes wrong with a book.
struct Shelf(Books);

#[async_trait]
impl Provider for Shelf {
    type Data = Books;

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Books>,
    ) -> Result<(), Reported> {
        response.data = Some(self.0.clone());
        Ok(())
    }

    fn list_resources(&self) -> Vec<Arc<dyn ListResource<Books>>> {
        vec![Arc::new(Catalogue)]
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<Books>>> {
        vec![
            Arc::new(Book {
                name: BOOK,
                is_mutable: false,
            }),
            Arc::new(Book {
                name: "shelf_renamable",
                is_mutable: true,
            }),
            Arc::new(Plain),
        ]
    }
}

#[tokio::test]
async fn a_configuration_is_made_of_what_users_write() {
    let (mut core, _) = start().await;
    core.adopt(BOOK, 0, r#"{ "title": "", "remark": "" }"#)
        .await
        .expect("adopted");
    let config = core.generate_config(BOOK).await.expect("generated");
    assert_eq!(config.str("title"), Some(""), "what is required stays");
    assert!(config.get("remark").is_null());
}

struct Book {
    name: &'static str,
    is_mutable: bool,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("title")
            .required()
            .plan(requires_replace()),
        Attribute::string("remark"),
        Attribute::string("secret").write_only(),
    ],
    ..Schema::default()
});

static IDENTITY: LazyLock<IdentitySchema> = LazyLock::new(|| {
    IdentitySchema::new(vec![
        IdentityAttribute::string("title").doc("The title."),
        IdentityAttribute::number("edition").optional_for_import(),
    ])
    .version(1)
});

fn identity(title: &str, edition: impl Into<Value>) -> Object {
    [("title", title.into()), ("edition", edition.into())]
        .into_iter()
        .collect()
}

fn known(title: &str) -> Object {
    identity(title, 1_i64)
}

/// What the remark makes of the identity.
fn identified(object: &Object) -> Option<Object> {
    let title = object.str_or_empty("title");
    match object.str_or_empty("remark") {
        "no identity" => None,
        "unknown identity" => Some(identity(title, Value::unknown())),
        "renamed" => Some(identity("another", 1_i64)),
        _ => Some(known(title)),
    }
}

#[async_trait]
impl Resource<Books> for Book {
    fn type_name(&self) -> &str {
        self.name
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn create(
        &self,
        context: &Context<Books>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        if let Some(planned) = request.identity {
            let title = request.plan.str("title");
            assert_eq!(planned.str("title"), title, "as the plan said");
        }
        let books = context.data().report(&mut response.diagnostics)?;
        let entry = ["title", "remark"].map(|name| request.plan.str_or_empty(name).to_owned());
        let [title, remark] = entry;
        books.lock().expect("not poisoned").insert(title, remark);
        response.state.set(request.plan.clone());
        response.identity = identified(request.plan);
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        context: &Context<Books>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let books = context.data().report(&mut response.diagnostics)?;
        let mut object = request.current.clone();
        let books = books.lock().expect("not poisoned");
        let Some(remark) = books.get(object.str_or_empty("title")) else {
            response.state.remove();
            return Ok(());
        };
        object.set("remark", (!remark.is_empty()).then_some(remark));
        response.identity = identified(&object);
        response.state.set(object);
        Ok(())
    }

    async fn update(
        &self,
        context: &Context<Books>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        let books = context.data().report(&mut response.diagnostics)?;
        let title = request.plan.str_or_empty("title").to_owned();
        let remark = request.plan.str_or_empty("remark").to_owned();
        books.lock().expect("not poisoned").insert(title, remark);
        if let "no identity" | "renamed" = request.plan.str_or_empty("remark") {
            response.identity = identified(request.plan);
        }
        response.state.set(request.plan.clone());
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        context: &Context<Books>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        let books = context.data().report(&mut response.diagnostics)?;
        if request.prior.str("remark") == Some("chained") {
            return Err(response.diagnostics.add_error("Chained", "It stays."));
        }
        let identity = request.identity.expect("it was stored");
        let mut books = books.lock().expect("not poisoned");
        books.remove(identity.str_or_empty("title"));
        Ok(())
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<Books>> {
        Some(self)
    }

    fn import_state(&self) -> Option<&dyn ImportState<Books>> {
        Some(self)
    }

    fn identity(&self) -> Option<&dyn Identity> {
        Some(self)
    }

    fn move_state(&self) -> Option<&dyn MoveState> {
        Some(self)
    }
}

impl Identity for Book {
    fn identity_schema(&self) -> &IdentitySchema {
        &IDENTITY
    }

    fn is_mutable(&self) -> bool {
        self.is_mutable
    }

    fn upgrade_identity(&self) -> Option<&dyn UpgradeIdentity> {
        Some(self)
    }
}

impl UpgradeIdentity for Book {
    fn upgrade(
        &self,
        request: UpgradeIdentityRequest<'_>,
        response: &mut UpgradeIdentityResponse,
    ) -> Result<(), Reported> {
        assert_eq!(request.version, 0);
        if let Some(name) = response.identity.remove("name") {
            response.identity.insert("title".to_owned(), name);
        }
        Ok(())
    }
}

#[async_trait]
impl ModifyPlan<Books> for Book {
    async fn modify(
        &self,
        _: &Context<Books>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        let Some(plan) = &response.plan else {
            assert!(request.identity.is_some(), "it was stored");
            return Ok(());
        };
        match plan.str("remark") {
            Some("planned") if request.prior.is_none() => {
                let title = plan.str_or_empty("title");
                response.identity = Some(identity(title, Value::unknown()));
            }
            Some("planned otherwise") => response.identity = Some(known("another")),
            _ => {}
        }
        Ok(())
    }
}

#[async_trait]
impl ImportState<Books> for Book {
    async fn import(
        &self,
        _: &Context<Books>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        let title = match request.identity {
            Some(identity) => identity.str_or_empty("title"),
            None => request.id,
        };
        response.state.set("title", title);
        Ok(())
    }
}

impl MoveState for Book {
    fn move_state(
        &self,
        request: MoveStateRequest<'_>,
        response: &mut MoveStateResponse,
    ) -> Result<(), Reported> {
        if request.source_type_name != "library_volume" {
            return Ok(());
        }
        let ty = Type::object([("name", Type::String)]);
        let source = decode_raw(request.source_state, &ty);
        let source = source.map_err(|error| Diagnostic::error("Unreadable", error.to_string()));
        let source = source.report(&mut response.diagnostics)?;
        let name = source.as_object().and_then(|it| it.str("name"));
        let mut state = SCHEMA.null_object();
        state.set("title", name);
        state.set("secret", "never stored");
        response.target_state = Some(state);
        let edition = request.source_identity.and_then(|it| it.get("edition"));
        response.target_identity = edition.map(|_| known(name.unwrap_or_default()));
        Ok(())
    }
}

/// A type without identity, whose creation answers one all the same.
struct Plain;

#[async_trait]
impl Resource<Books> for Plain {
    fn type_name(&self) -> &str {
        "shelf_plain"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn create(
        &self,
        _: &Context<Books>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        response.state.set(request.plan.clone());
        response.identity = Some(known("x"));
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        _: &Context<Books>,
        _: ReadRequest<'_>,
        _: &mut ReadResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }

    async fn update(
        &self,
        _: &Context<Books>,
        _: UpdateRequest<'_>,
        _: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        _: &Context<Books>,
        _: DeleteRequest<'_>,
        _: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }
}

async fn start() -> (Core<Server<Shelf>>, Books) {
    let books = Books::default();
    let core = Core::start(Shelf(books.clone())).await;
    (core.expect("a provider"), books)
}

fn book(remark: &str) -> serde_json::Value {
    json!({ "title": "a", "remark": remark })
}

#[tokio::test]
async fn an_identity_lives_as_long_as_its_object() {
    let (mut core, books) = start().await;
    let planned = core.plan(BOOK, book("planned")).await.expect("planned");
    let promised = planned.identity.as_ref().expect("planned");
    assert_eq!(promised.str("title"), Some("a"));
    assert!(promised.get("edition").is_unknown());
    core.apply_plan(planned).await.expect("created");
    let stored =
        |core: &Core<Server<Shelf>>| core.instance(BOOK).and_then(|it| it.identity.clone());
    assert_eq!(stored(&core), Some(known("a")));

    let updated = core.apply(BOOK, book("good")).await.expect("updated");
    assert_eq!(updated.action, Action::Update);
    assert_eq!(stored(&core), Some(known("a")));

    let other = json!({ "title": "b" });
    let replaced = core.apply(BOOK, other).await.expect("replaced");
    assert_eq!(replaced.action, Action::Replace);
    assert_eq!(stored(&core), Some(known("b")));

    core.destroy(BOOK).await.expect("destroyed");
    assert!(books.lock().expect("not poisoned").is_empty());
}

/// Terraform plans it without the state of the old object, and with the identity of that.
#[tokio::test]
async fn a_replacement_has_an_identity_of_its_own_also_while_the_provider_is_deferred() {
    let cancel = CancellationToken::new();
    let mut context = Context::new(None::<Arc<Books>>, Instant::now(), cancel);
    context.client_capabilities.deferral_allowed = true;
    context.provider_deferred = Some(DeferredReason::ProviderConfigUnknown);
    let book = Book {
        name: BOOK,
        is_mutable: false,
    };
    for prior in [None, Some(SCHEMA.null_object())] {
        let is_new = prior.is_none();
        let request = PlanRequest {
            change: Change::Put {
                config: SCHEMA.null_object(),
                prior,
                planned: SCHEMA.null_object(),
            },
            identity: Some(known("old")),
            private: Private::default(),
        };
        let planned = Engine::default().plan(&book, &context, request).await;
        assert_eq!(planned.deferred, context.provider_deferred);
        assert_eq!(planned.identity.is_none(), is_new);
    }
}

#[tokio::test]
async fn an_identity_that_is_missing_or_unknown_after_an_apply_is_an_error_beside_the_state() {
    for (remark, summary, detail) in [
        (
            "no identity",
            "Missing Resource Identity",
            "the create set none",
        ),
        (
            "unknown identity",
            "Bug in the provider",
            "edition of the identity unknown",
        ),
    ] {
        let (mut core, _) = start().await;
        let created = core.apply(BOOK, book(remark)).await;
        check_fails(created, summary, detail);
        assert!(core.instance(BOOK).expect("kept").is_tainted);
    }
    let (mut core, _) = start().await;
    core.apply(BOOK, book("good")).await.expect("created");
    let updated = core.apply(BOOK, book("no identity")).await;
    check_fails(updated, "Missing Resource Identity", "the update set none");
    assert!(core.state(BOOK).is_some());
    let plain = core.apply("shelf_plain", json!({ "title": "x" })).await;
    check_fails(plain, "Bug in the provider", "the resource type has none");
}

#[tokio::test]
async fn an_identity_that_changes_is_an_error_unless_the_type_says_that_it_may() {
    const SUMMARY: &str = "Unexpected Identity Change";
    let (mut core, books) = start().await;
    core.apply(BOOK, book("good")).await.expect("created");
    let planned = core.plan(BOOK, book("planned otherwise")).await;
    check_fails(planned, SUMMARY, "During the plan");
    let updated = core.clone().apply(BOOK, book("renamed")).await;
    check_fails(updated, SUMMARY, "During the update");
    let rename = || {
        let mut books = books.lock().expect("not poisoned");
        books.insert("a".to_owned(), "renamed".to_owned());
    };
    rename();
    check_fails(core.refresh(BOOK).await, SUMMARY, "During the read");
    let kept = core.instance(BOOK).expect("kept").identity.clone();
    assert_eq!(kept, Some(known("a")));

    let renamable = "shelf_renamable";
    let created = core.apply(renamable, book("good")).await;
    created.expect("created");
    rename();
    core.refresh(renamable).await.expect("read");
    let now = core.instance(renamable).expect("kept").identity.clone();
    assert_eq!(now, Some(known("another")));
}

#[tokio::test]
async fn a_failed_delete_keeps_the_identity() {
    let (mut core, _) = start().await;
    core.apply(BOOK, book("chained")).await.expect("created");
    check_fails(core.destroy(BOOK).await, "Chained", "It stays.");
    let kept = core.instance(BOOK).expect("kept").identity.clone();
    assert_eq!(kept, Some(known("a")));
}

#[tokio::test]
async fn an_import_by_identity_is_completed_by_its_read_and_holds_from_then_on() {
    let (mut core, books) = start().await;
    let put = |remark: &str| {
        let mut books = books.lock().expect("not poisoned");
        books.insert("a".to_owned(), remark.to_owned());
    };
    put("");
    let imported = core.import_by_identity(BOOK, json!({ "title": "a" })).await;
    assert_eq!(imported.expect("imported").str("title"), Some("a"));
    let instance = core.instance(BOOK).expect("kept");
    assert_eq!(instance.identity, Some(known("a")));
    assert!(instance.private.is_empty(), "the import is over");
    put("renamed");
    let read = core.refresh(BOOK).await;
    check_fails(read, "Unexpected Identity Change", "During the read");

    put("");
    core.import("shelf_book.by_id", "a")
        .await
        .expect("imported");
    let instance = core.instance("shelf_book.by_id").expect("kept");
    assert_eq!(instance.identity, Some(known("a")));
    let incomplete = core.import_by_identity(BOOK, json!({ "edition": 1 })).await;
    incomplete.expect_err("the title is required");
}

#[tokio::test]
async fn only_types_with_an_identity_declare_and_take_one() {
    let server = Server::new(Shelf(Books::default()));
    let request = Request::new(v6::get_resource_identity_schemas::Request {});
    let declared = server.get_resource_identity_schemas(request).await;
    let declared = declared.expect("answered").into_inner().identity_schemas;
    let mut names: Vec<_> = declared.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, [BOOK, "shelf_renamable"]);
    let book = &declared[BOOK];
    let attributes = book.identity_attributes.iter();
    let attributes: Vec<_> = attributes
        .map(|it| {
            (
                &*it.name,
                &it.r#type[..],
                it.required_for_import,
                it.optional_for_import,
            )
        })
        .collect();
    assert_eq!(book.version, 1);
    assert_eq!(
        attributes,
        [
            ("title", &b"\"string\""[..], true, false),
            ("edition", b"\"number\"", false, true),
        ]
    );
    let request = v6::import_resource_state::Request {
        type_name: "shelf_plain".into(),
        identity: Some(v6::ResourceIdentityData {
            identity_data: Some(convert::encode(&Value::Null, &Type::String)),
        }),
        ..Default::default()
    };
    let refused = server.import_resource_state(Request::new(request)).await;
    assert_eq!(refused.expect_err("refused").code(), Code::InvalidArgument);
}

#[tokio::test]
async fn an_identity_comes_up_to_date() {
    let (mut core, _) = start().await;
    core.adopt(BOOK, 0, r#"{"title":"a"}"#)
        .await
        .expect("adopted");
    for (version, json, expect) in [
        (1, r#"{"title":"a","edition":1,"gone":2}"#, known("a")),
        (0, r#"{"name":"a"}"#, identity("a", Value::Null)),
        // Of a state that is older than identities.
        (0, "", identity_of_nothing()),
    ] {
        let upgraded = core.adopt_identity(BOOK, version, json).await;
        assert_eq!(upgraded.expect("upgraded"), Some(&expect), "{json}");
    }
    let newer = core.adopt_identity(BOOK, 2, "{}").await;
    check_fails(newer, "Unknown identity version", "version 2");
    let broken = core.adopt_identity(BOOK, 1, "{").await;
    check_fails(broken, "Unreadable identity", "cannot be read");
}

fn identity_of_nothing() -> Object {
    IDENTITY.null_object()
}

#[tokio::test]
async fn a_state_of_another_type_moves_without_a_configured_provider() {
    let server = Server::new(Shelf(Books::default()));
    let mut core = Core::over(server).await.expect("a provider");
    let source = Source {
        provider_address: "registry.terraform.io/example/library",
        type_name: "library_volume",
        schema_version: 3,
        state: r#"{ "name": "a", "pages": [1] }"#,
        identity: "",
    };
    let moved = core.move_from(BOOK, source).await.expect("moved");
    assert_eq!(moved.str("title"), Some("a"));
    assert!(moved.get("secret").is_null(), "write-only is never stored");
    assert_eq!(core.instance(BOOK).expect("kept").identity, None);
    let identity = r#"{"edition":1}"#;
    let moved = core.move_from(BOOK, Source { identity, ..source }).await;
    moved.expect("moved");
    let identity = core.instance(BOOK).expect("kept").identity.clone();
    assert_eq!(identity, Some(known("a")));

    const SUMMARY: &str = "Unable to Move Resource State";
    let type_name = "library_shelf";
    let moved = core
        .move_from(
            BOOK,
            Source {
                type_name,
                ..source
            },
        )
        .await;
    check_fails(
        moved,
        SUMMARY,
        "type library_shelf (version 3) of the provider",
    );
    let moved = core.move_from("shelf_plain", source).await;
    check_fails(moved, SUMMARY, "cannot become one of type shelf_plain");
    let moved = core
        .move_from(
            BOOK,
            Source {
                state: "{",
                ..source
            },
        )
        .await;
    check_fails(moved, "Unreadable state", "cannot be read");
}
