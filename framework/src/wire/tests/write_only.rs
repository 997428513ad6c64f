//! A resource may answer with everything that it was given: what is write-only is left out of each answer.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::context::Context;
use crate::diagnostics::{Diagnostic, Report as _, Reported};
use crate::engine::Engine;
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ImportStateRequest,
    ImportStateResponse, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse, UpgradeState, UpgradeStateRequest, UpgradeStateResponse,
};
use crate::schema::{Attribute, Block, Nesting, Schema};
use crate::testing::{Action, Core};
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
use crate::wire::Server;

const THING: &str = "telling_thing";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let same = |one: &Value, other: &Value| {
        let lower = |value: &Value| value.as_str().map(str::to_lowercase);
        lower(one) == lower(other)
    };
    let members = |name: &'static str| {
        let secret = Attribute::string("secret").write_only();
        vec![Attribute::string(name), secret.semantic_equality(same)]
    };
    let secrets = Attribute::nested("secrets", Nesting::Single, members("kind"));
    Schema {
        version: 1,
        attributes: vec![
            Attribute::string("name").required(),
            Attribute::string("secret").write_only(),
            Attribute::list("codes", Type::String).write_only(),
            Attribute::nested("users", Nesting::Map, members("role")),
            secrets.write_only(),
        ],
        blocks: vec![
            Block::new("rule", Nesting::List, members("port")),
            Block::new("site", Nesting::Single, members("host")),
        ],
        ..Schema::default()
    }
});

/// Answers with all that it knows, and in a read with secrets that it makes up.
struct Telling;

/// The object with a secret wherever one may be.
fn with_secrets(mut object: Object) -> Object {
    let tell = |value: &mut Value| {
        if let Value::Object(object) = value {
            object.set("secret", "found");
        }
    };
    object.set("secret", "found");
    object.set("codes", Value::strings(["found"]));
    let secrets: Object = [("kind", "found"), ("secret", "found")]
        .into_iter()
        .collect();
    object.set("secrets", secrets);
    if let Value::Map(users) = object.get_mut("users") {
        users.values_mut().for_each(tell);
    }
    if let Value::List(rules) = object.get_mut("rule") {
        rules.iter_mut().for_each(tell);
    }
    tell(object.get_mut("site"));
    object
}

#[async_trait]
impl Resource<()> for Telling {
    fn type_name(&self) -> &str {
        THING
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn create(
        &self,
        _: &Context<()>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        response.state.set(request.config.clone());
        if request.config.str("name") == Some("broken") {
            let error = response.diagnostics.add_error("Broken", "It is half made.");
            return Err(error);
        }
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        _: &Context<()>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        response.state.set(with_secrets(request.current.clone()));
        Ok(())
    }

    async fn update(
        &self,
        _: &Context<()>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        response.state.set(request.config.clone());
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        _: &Context<()>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        response.state.set(with_secrets(request.prior.clone()));
        Err(response.diagnostics.add_error("Broken", "It stays."))
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        Some(self)
    }

    fn upgrade_state(&self) -> Option<&dyn UpgradeState> {
        Some(self)
    }
}

#[async_trait]
impl ImportState<()> for Telling {
    async fn import(
        &self,
        _: &Context<()>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        response.state.set("name", request.id);
        response.state = with_secrets(response.state.clone());
        Ok(())
    }
}

impl UpgradeState for Telling {
    fn upgrade(
        &self,
        _: UpgradeStateRequest<'_>,
        response: &mut UpgradeStateResponse,
    ) -> Result<(), Reported> {
        let secret = to_raw_value("found")
            .map_err(|error| Diagnostic::error("No JSON", error.to_string()))
            .report(&mut response.diagnostics)?;
        response.state.insert("secret".to_owned(), secret);
        Ok(())
    }
}

struct Tellers;

#[async_trait]
impl Provider for Tellers {
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
        vec![Arc::new(Telling)]
    }
}

/// With the checks of the engine itself, which must not find what is left out anyway.
async fn start() -> Core<Server<Tellers>> {
    let server = Server::with_engine(Tellers, Engine { self_checks: true });
    let mut core = Core::over(server).await.expect("a provider");
    core.configure(Object::default()).await.expect("configured");
    core
}

fn config(name: &str, port: &str) -> serde_json::Value {
    json!({
        "name": name,
        "secret": "hush",
        "codes": ["hush"],
        "users": { "a": { "role": "r", "secret": "hush" } },
        "secrets": { "kind": null, "secret": "hush" },
        "rule": [{ "port": port, "secret": "hush" }, { "port": "2", "secret": "hush" }],
        "site": { "host": "h", "secret": "hush" },
    })
}

/// What a state may hold of such a configuration.
#[track_caller]
fn check_stored(state: &Object, name: &str, port: &str) {
    let member = |name: &str, value: &str| -> Value {
        let member = [(name, value.into()), ("secret", Value::Null)];
        member.into_iter().collect::<Object>().into()
    };
    let mut expected = SCHEMA.null_object();
    expected.set("name", name);
    let users = [("a".to_owned(), member("role", "r"))];
    expected.set("users", Value::Map(users.into_iter().collect()));
    let rules = vec![member("port", port), member("port", "2")];
    expected.set("rule", Value::List(rules));
    expected.set("site", member("host", "h"));
    assert_eq!(state, &expected);
}

#[tokio::test]
async fn whoever_stores_the_configuration_stores_no_secret() {
    let mut core = start().await;
    let created = core.apply(THING, config("a", "1")).await;
    check_stored(created.expect("it goes well").object(), "a", "1");
    let read = core.refresh(THING).await.expect("read");
    check_stored(read.expect("exists"), "a", "1");
    let updated = core.apply(THING, config("a", "3")).await;
    check_stored(updated.expect("it goes well").object(), "a", "3");
    let again = core.plan(THING, config("a", "3")).await.expect("a plan");
    assert_eq!(again.action, Action::NoOp);
}

#[tokio::test]
async fn no_secret_is_stored_beside_an_error() {
    let mut core = start().await;
    let failure = core.apply(THING, config("broken", "1")).await;
    assert_eq!(failure.expect_err("broken").summaries(), ["Broken"]);
    check_stored(core.state(THING).expect("kept"), "broken", "1");
    let failure = core.destroy(THING).await;
    assert_eq!(failure.expect_err("it stays").summaries(), ["Broken"]);
    check_stored(core.state(THING).expect("kept"), "broken", "1");
}

#[tokio::test]
async fn what_is_imported_or_upgraded_has_no_secret() {
    let mut expected = SCHEMA.null_object();
    expected.set("name", "a");
    let mut core = start().await;
    let imported = core.import(THING, "a").await;
    assert_eq!(imported.expect("imported"), &expected);
    let other = "telling_thing.other";
    for version in [0, 1] {
        let stored = r#"{ "name": "a", "secret": "hush", "secrets": { "secret": "hush" } }"#;
        let adopted = core.adopt(other, version, stored).await;
        assert_eq!(adopted.expect("adopted"), &expected, "{version}");
    }
}
