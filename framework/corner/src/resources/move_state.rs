//! States of other types and providers that are taken over.

use std::sync::LazyLock;

use tfplugin_framework::diagnostics::{Diagnostics, Reported};
use tfplugin_framework::resource::{Identity, MoveState, MoveStateRequest, MoveStateResponse};
use tfplugin_framework::schema::identity::{IdentityAttribute, IdentitySchema};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::json::RawState;
use tfplugin_framework::types::value::Object;

use crate::echo::Echo;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![Attribute::string("moved_random_string").computed()],
    ..Schema::default()
});

static IDENTITY: LazyLock<IdentitySchema> =
    LazyLock::new(|| IdentitySchema::new(vec![IdentityAttribute::string("id")]));

/// The resource.
pub(super) struct MovedRandomString;

impl Echo for MovedRandomString {
    fn type_name(&self) -> &'static str {
        "framework_move_state"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn identity(&self) -> Option<&dyn Identity> {
        Some(self)
    }

    fn identity_of(&self, state: &Object, stored: Option<&Object>) -> Option<Object> {
        let is_stored = stored.is_some_and(|stored| stored.str("id").is_some());
        (!is_stored).then(|| identity(state.str_or_empty("moved_random_string")))
    }

    fn move_state(&self) -> Option<&dyn MoveState> {
        Some(self)
    }
}

impl Identity for MovedRandomString {
    fn identity_schema(&self) -> &IdentitySchema {
        &IDENTITY
    }
}

impl MoveState for MovedRandomString {
    fn move_state(
        &self,
        request: MoveStateRequest<'_>,
        response: &mut MoveStateResponse,
    ) -> Result<(), Reported> {
        let source = (request.source_provider_address, request.source_type_name);
        let (text, id) = match source {
            ("registry.terraform.io/hashicorp/random", "random_string") => {
                let result = text(request.source_state, "result", &mut response.diagnostics)?;
                (result.clone(), result)
            }
            ("registry.terraform.io/hashicorp/framework", "framework_identity") => {
                let nothing = RawState::new();
                let source = request.source_identity.unwrap_or(&nothing);
                let diagnostics = &mut response.diagnostics;
                (
                    text(source, "name", diagnostics)?,
                    text(source, "id", diagnostics)?,
                )
            }
            (provider, name) => {
                let detail = format!("{name} of {provider} cannot be moved here.");
                let summary = "Invalid Move State Request";
                return Err(response.diagnostics.add_error(summary, detail));
            }
        };
        response.target_state = Some([("moved_random_string", text)].into_iter().collect());
        response.target_identity = Some(identity(&id));
        Ok(())
    }
}

fn identity(id: &str) -> Object {
    [("id", id)].into_iter().collect()
}

fn text(source: &RawState, name: &str, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let found = source
        .get(name)
        .map(|value| serde_json::from_str(value.get()));
    match found {
        Some(Ok(text)) => Ok(text),
        _ => {
            let detail = format!("The source has no text {name:?}.");
            Err(diagnostics.add_error("Invalid Move State Request", detail))
        }
    }
}
