//! What a data source does.

use async_trait::async_trait;

use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::schema::Schema;
use crate::types::value::Object;

/// One type of thing to look up.
#[async_trait]
pub trait DataSource<C: Send + Sync>: Send + Sync {
    /// The type's name in HCL.
    fn name(&self) -> &'static str;

    /// Its attributes: arguments and results.
    fn schema(&self) -> &Schema;

    /// Rules between arguments, offline. Nothing found may depend on an unknown value.
    fn validate(&self, _config: &Object) -> Diagnostics {
        Diagnostics::new()
    }

    /// Looks up; `config` is wholly known, and the answer holds all of it. Warnings go into `warnings`.
    async fn read(
        &self,
        context: &Context<C>,
        config: &Object,
        warnings: &mut Diagnostics,
    ) -> Result<Object, Diagnostics>;
}
