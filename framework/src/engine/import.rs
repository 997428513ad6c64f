//! Taking over an object that exists.

use super::Engine;
use super::panic::catch;
use super::state::settle;
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
        catch(resource.import(&context, id, &mut object)).await??;
        settle(schema, &mut object);
        Ok(object)
    }
}
