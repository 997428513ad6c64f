//! Ephemeral resources.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::Reported;
use tfplugin_framework::ephemeral::{
    Close, CloseRequest, CloseResponse, EphemeralResource, OpenRequest, OpenResponse, Renew,
    RenewRequest, RenewResponse,
};
use tfplugin_framework::schema::{Attribute, Schema};

use crate::resources::schema::shape;

/// All of them.
pub fn all() -> Vec<Arc<dyn EphemeralResource<()>>> {
    vec![Arc::new(OneOfEverything(shape())), Arc::new(Lifecycle)]
}

/// Gives its configuration as its result.
struct OneOfEverything(Schema);

#[async_trait]
impl EphemeralResource<()> for OneOfEverything {
    fn type_name(&self) -> &str {
        "framework_schema"
    }

    fn schema(&self) -> &Schema {
        &self.0
    }

    async fn open(
        &self,
        _: &Context<()>,
        _: OpenRequest<'_>,
        _: &mut OpenResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }
}

/// A token that lasts for a few seconds.
struct Lifecycle;

static LIFECYCLE: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("name").required(),
        Attribute::string("token").computed(),
    ],
    ..Schema::default()
});

/// How long it lasts.
const LIFE: Duration = Duration::from_secs(5);

#[async_trait]
impl EphemeralResource<()> for Lifecycle {
    fn type_name(&self) -> &str {
        "framework_lifecycle"
    }

    fn schema(&self) -> &Schema {
        &LIFECYCLE
    }

    async fn open(
        &self,
        _: &Context<()>,
        _: OpenRequest<'_>,
        response: &mut OpenResponse,
    ) -> Result<(), Reported> {
        response.result.set("token", "fake-token-12345");
        response.renew_at = Some(SystemTime::now() + LIFE);
        Ok(())
    }

    fn renew(&self) -> Option<&dyn Renew<()>> {
        Some(self)
    }

    fn close(&self) -> Option<&dyn Close<()>> {
        Some(self)
    }
}

#[async_trait]
impl Renew<()> for Lifecycle {
    async fn renew(
        &self,
        _: &Context<()>,
        _: RenewRequest<'_>,
        response: &mut RenewResponse,
    ) -> Result<(), Reported> {
        response.renew_at = Some(SystemTime::now() + LIFE);
        Ok(())
    }
}

#[async_trait]
impl Close<()> for Lifecycle {
    async fn close(
        &self,
        _: &Context<()>,
        _: CloseRequest<'_>,
        _: &mut CloseResponse,
    ) -> Result<(), Reported> {
        Ok(())
    }
}
