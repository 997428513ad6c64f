//! Looking something up.

use super::Engine;
use super::panic::catch;
use super::timeouts::bounded;
use crate::context::Context;
use crate::data_source::DataSource;
use crate::diagnostics::Diagnostics;
use crate::types::value::Object;

impl Engine {
    /// Looks up what `config` asks for; warnings come beside it.
    pub async fn read_data_source<C: Send + Sync>(
        &self,
        data_source: &dyn DataSource<C>,
        context: &Context<C>,
        config: &Object,
    ) -> Result<(Object, Diagnostics), Diagnostics> {
        let context = bounded(context, data_source.schema(), Some(config), "read");
        let mut warnings = Diagnostics::new();
        let found = catch(data_source.read(&context, config, &mut warnings)).await??;
        Ok((found, warnings))
    }
}
