//! What Terraform stores.

use bytes::Bytes;

use crate::types::value::Object;

/// What Terraform stores of one object.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn stored<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     core.apply("memory_thing", json!({ "name": "a" })).await?;
///     core.taint("memory_thing");
///     let instance: &Instance = core.instance("memory_thing").expect("it is stored");
///     assert!(instance.is_tainted && instance.identity.is_none());
///     core.refresh("memory_thing").await?;
///     let object = core.forget("memory_thing").expect("it was stored").object;
///     core.put("memory_thing", object);
///     // As an older version of the provider has written it.
///     core.adopt("memory_thing", 0, r#"{ "name": "a" }"#).await?;
///     core.adopt_identity("memory_thing", 0, r#"{ "name": "a" }"#).await?;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Instance {
    /// The state.
    pub object: Object,
    /// What tells the object from others, once the provider has said so.
    pub identity: Option<Object>,
    /// What the provider remembers beside it.
    pub private: Bytes,
    /// Whether it is replaced next, since its making went wrong.
    pub is_tainted: bool,
}
