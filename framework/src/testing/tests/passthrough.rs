//! What a resource need not say by hand: how it is imported, and what its identity is.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use serde_json::json;

use crate::context::Context;
use crate::diagnostics::Reported;
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, Identity, ImportState,
    ImportStatePassthroughId, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse,
};
use crate::schema::identity::{IdentityAttribute, IdentitySchema};
use crate::schema::{Attribute, Schema};
use crate::testing::Core;
use crate::types::value::{Object, Value};

const THING: &str = "plain_thing";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("path").required(),
        Attribute::number("size").optional_computed(),
    ],
    ..Schema::default()
});

struct Thing(IdentitySchema);

#[async_trait]
impl Resource<()> for Thing {
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
        let mut object = request.plan.clone();
        if object.get("size").is_unknown() {
            object.set("size", 1);
        }
        response.state.set(object);
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        _: &Context<()>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let mut object = request.current.clone();
        if object.get("size").is_null() {
            object.set("size", 1);
        }
        response.state.set(object);
        Ok(())
    }

    async fn update(
        &self,
        _: &Context<()>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        response.state.set(request.plan.clone());
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

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        Some(&ImportStatePassthroughId("path"))
    }

    fn identity(&self) -> Option<&dyn Identity> {
        Some(self)
    }
}

impl Identity for Thing {
    fn identity_schema(&self) -> &IdentitySchema {
        &self.0
    }
}

struct Plain(Arc<Thing>);

impl Plain {
    fn new(attributes: Vec<IdentityAttribute>) -> Self {
        Self(Arc::new(Thing(IdentitySchema::new(attributes))))
    }
}

#[async_trait]
impl Provider for Plain {
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
        vec![self.0.clone()]
    }
}

fn identity(path: &str, size: i64) -> Object {
    let attributes = [("path", Value::from(path)), ("size", size.into())];
    attributes.into_iter().collect::<Object>()
}

#[tokio::test]
async fn an_identity_of_attributes_of_the_state_needs_no_setting() {
    let attributes = vec![
        IdentityAttribute::string("path"),
        IdentityAttribute::number("size").optional_for_import(),
    ];
    let plain = Plain::new(attributes);
    let mut core = Core::start(plain).await.expect("it starts");
    let stored = |core: &Core<_>| core.instance(THING).expect("stored").identity.clone();
    core.apply(THING, json!({ "path": "a" }))
        .await
        .expect("created");
    assert_eq!(stored(&core), Some(identity("a", 1)));
    core.forget(THING);
    core.import(THING, "b").await.expect("imported");
    assert_eq!(stored(&core), Some(identity("b", 1)));
    core.forget(THING);
    // What the user leaves out is what the read finds.
    let given = json!({ "path": "c", "size": 7 });
    let imported = core.import_by_identity(THING, given).await;
    assert_eq!(imported.expect("imported").str("path"), Some("c"));
    assert_eq!(stored(&core), Some(identity("c", 7)));
    // A state that is older than identities gets one when it is read.
    core.adopt(THING, 0, r#"{ "path": "d", "size": 2 }"#)
        .await
        .expect("adopted");
    core.refresh(THING).await.expect("read");
    assert_eq!(stored(&core), Some(identity("d", 2)));
}

#[tokio::test]
async fn an_identity_with_something_else_in_it_has_to_be_set() {
    for other in [
        IdentityAttribute::string("account"),
        // The state has a number of this name.
        IdentityAttribute::string("size"),
    ] {
        let attributes = vec![IdentityAttribute::string("path"), other];
        let mut core = Core::start(Plain::new(attributes))
            .await
            .expect("it starts");
        let created = core.apply(THING, json!({ "path": "a" })).await;
        let failure = created.expect_err("nothing has set it");
        assert_eq!(failure.summaries(), ["Missing Resource Identity"]);
    }
}

#[tokio::test]
async fn an_import_by_nothing_says_what_is_wanted() {
    let plain = Plain::new(vec![IdentityAttribute::string("path")]);
    let mut core = Core::start(plain).await.expect("it starts");
    let failure = core.import(THING, "").await.expect_err("no ID");
    assert_eq!(failure.summaries(), ["Empty import ID"]);
    assert!(failure.to_string().contains("by its `path`"), "{failure}");
}
