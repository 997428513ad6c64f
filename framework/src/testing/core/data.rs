//! Data sources.

use tfplugin_proto::v6::provider_server::Provider as Service;

use super::{Core, no_type};
use crate::diagnostics::Diagnostic;
use crate::testing::checks::{self, refused};
use crate::testing::config::Config;
use crate::testing::data::DataRead;
use crate::testing::failure::Failure;
use crate::types::value::Object;

impl<S: Service> Core<S> {
    /// Reads a data source. That it puts its answer off is a failure.
    pub async fn data(
        &self,
        type_name: &str,
        config: impl Into<Config>,
    ) -> Result<(Object, Vec<Diagnostic>), Failure> {
        let read = self.read_data(type_name, config).await?;
        match read.deferred {
            None => Ok((read.object, read.warnings)),
            Some(reason) => Err(Failure::new("Deferred", format!("{type_name}: {reason:?}"))),
        }
    }

    /// Reads a data source, which may put its answer off.
    pub async fn read_data(
        &self,
        type_name: &str,
        config: impl Into<Config>,
    ) -> Result<DataRead, Failure> {
        let of = self.schemas.data_sources.get(type_name);
        let of = of.ok_or_else(|| no_type("data source", type_name))?;
        let config = config.into().decode(&of.schema)?;
        let mut warnings = self.calls.validate_data_source(of, &config).await?;
        let read = self
            .calls
            .read_data_source(of, &config, self.options)
            .await?;
        warnings.extend(read.warnings);
        let object = read.object.ok_or_else(|| {
            let finding = format!("{type_name}: the provider read nothing");
            Failure::from(refused("Provider produced null object", finding))
        })?;
        if read.deferred.is_none() {
            checks::state("Provider produced invalid object", type_name, of, &object)?;
        }
        Ok(DataRead {
            object,
            deferred: read.deferred,
            warnings,
        })
    }
}
