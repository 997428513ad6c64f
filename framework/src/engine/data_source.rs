//! Looking something up.

use super::Engine;
use super::panic::catch;
use super::timeouts::bounded;
use crate::context::Context;
use crate::data_source::{DataSource, ReadRequest, ReadResponse};
use crate::diagnostics::{Diagnostics, Report as _};
use crate::types::value::Object;

impl Engine {
    /// Looks up what `config` asks for; nothing is found if that fails.
    pub async fn read_data_source<D: Send + Sync>(
        &self,
        data_source: &dyn DataSource<D>,
        context: &Context<D>,
        config: &Object,
    ) -> (Option<Object>, Diagnostics) {
        let context = bounded(context, data_source.schema(), Some(config), "read");
        let mut response = ReadResponse {
            state: config.clone(),
            diagnostics: Diagnostics::new(),
        };
        let request = ReadRequest { config };
        let read = catch(data_source.read(&context, request, &mut response)).await;
        let read = read.report(&mut response.diagnostics).flatten();
        let found = read.ok().map(|()| response.state);
        (found, response.diagnostics)
    }
}
