//! Taking over an object that exists.

use super::Engine;
use super::panic::catch;
use super::timeouts::bounded;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::resource::Resource;
use crate::types::value::Object;

impl Engine {
    /// The state of which an import begins; Terraform has it read next.
    pub async fn import<C: Send + Sync>(
        &self,
        resource: &dyn Resource<C>,
        context: &Context<C>,
        id: &str,
    ) -> Result<Object, Diagnostics> {
        let schema = resource.schema();
        let context = bounded(context, schema, None, "read");
        let mut object = schema.null_object();
        // What only the provider knows reads as its default, so that a configuration that does not mention it plans empty.
        for attribute in schema
            .attributes
            .iter()
            .filter(|attribute| attribute.remote.is_none())
        {
            if let Some(default) = &attribute.default {
                object.set(attribute.name, default.clone());
            }
        }
        catch(resource.import(&context, id, &mut object)).await??;
        Ok(object)
    }
}
