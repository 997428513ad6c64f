//! A write-only value that an upgrade of the state tells, and the framework leaves out.

use std::env;

use serde_json::value::to_raw_value;
use tfplugin_framework::diagnostics::{Diagnostic, Report as _, Reported};
use tfplugin_framework::resource::{
    CreateRequest, UpdateRequest, UpgradeState, UpgradeStateRequest, UpgradeStateResponse,
};
use tfplugin_framework::schema::Schema;
use tfplugin_framework::types::value::Object;

use super::writeonly_import;
use crate::echo::Echo;

/// What the name of the executable ends in that serves the older version of the schema.
const OLDER: &str = "_v1.0.0";

/// The resource.
pub(super) struct WriteOnlyUpgrade(Schema);

impl WriteOnlyUpgrade {
    /// The resource with the version of the schema that the name of this executable tells: the tests need two.
    pub(super) fn of_this_executable() -> Self {
        let path = env::current_exe().unwrap_or_default();
        let is_older = path
            .file_stem()
            .is_some_and(|name| name.to_string_lossy().ends_with(OLDER))
            || path.to_string_lossy().ends_with(OLDER);
        Self(Schema {
            version: i64::from(!is_older),
            ..writeonly_import::schema()
        })
    }
}

impl Echo for WriteOnlyUpgrade {
    fn type_name(&self) -> &'static str {
        "framework_writeonly_upgrade"
    }

    fn schema(&self) -> &Schema {
        &self.0
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(request.config.clone())
    }

    fn update(&self, request: UpdateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(request.prior.clone())
    }

    fn upgrade_state(&self) -> Option<&dyn UpgradeState> {
        Some(self)
    }
}

impl UpgradeState for WriteOnlyUpgrade {
    fn upgrade(
        &self,
        _: UpgradeStateRequest<'_>,
        response: &mut UpgradeStateResponse,
    ) -> Result<(), Reported> {
        for (name, text) in [
            ("string_attr", "world!"),
            ("writeonly_string", "fakepassword"),
        ] {
            let value = to_raw_value(text)
                .map_err(|error| Diagnostic::error("Cannot upgrade the state", error.to_string()));
            let value = value.report(&mut response.diagnostics)?;
            response.state.insert(name.to_owned(), value);
        }
        Ok(())
    }
}
