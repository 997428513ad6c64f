//! Bringing a stored state into the shape of the current schema.

use super::Engine;
use super::panic::catch;
use super::state::settle;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::resource::Resource;
use crate::types::json::{self, RawState};
use crate::types::value::Value;

impl Engine {
    /// Reads the JSON of a state that was written with `version` of the schema.
    pub async fn upgrade<C: Send + Sync>(
        &self,
        resource: &dyn Resource<C>,
        version: i64,
        json: &[u8],
    ) -> Result<Value, Diagnostics> {
        let mut text = std::str::from_utf8(json).map_err(unreadable)?.to_owned();
        if text.is_empty() {
            return Err(unreadable(
                "it is in a form that Terraform stopped using in 0.12",
            ));
        }
        let known = resource.schema().version;
        if version > known {
            return Err(from_the_future(resource.name(), version, known));
        }
        if version < known {
            let mut state: RawState = serde_json::from_str(&text).map_err(unreadable)?;
            catch(async { resource.upgrade(version, &mut state) }).await??;
            text = serde_json::to_string(&state).map_err(unreadable)?;
        }
        let schema = resource.schema();
        let mut state = json::decode(&text, &schema.ty()).map_err(unreadable)?;
        if let Value::Object(object) = &mut state {
            settle(schema, object);
        }
        Ok(state)
    }
}

fn from_the_future(type_name: &str, version: i64, known: i64) -> Diagnostics {
    let detail = format!(
        "The state was written with version {version} of the schema of {type_name}, by a newer release of the provider. This release \
         knows versions up to {known}, and would lose what it does not know: use the newer release."
    );
    Diagnostic::error("State of a newer provider", detail).into()
}

fn unreadable(error: impl std::fmt::Display) -> Diagnostics {
    Diagnostic::error(
        "Unreadable state",
        format!("The stored state cannot be read: {error}."),
    )
    .into()
}
