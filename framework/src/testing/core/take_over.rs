//! Objects that exist, and states from elsewhere.

use tfplugin_proto::v6::provider_server::Provider as Service;

use super::Core;
use crate::deferral::DeferredReason;
use crate::testing::calls::{ImportBy, Source};
use crate::testing::checks::{self, refused};
use crate::testing::config::Config;
use crate::testing::convert::ObjectType;
use crate::testing::failure::Failure;
use crate::testing::instance::Instance;
use crate::types::value::Object;

impl<S: Service> Core<S> {
    /// Imports an object by its ID and reads it.
    pub async fn import(&mut self, address: &str, id: &str) -> Result<&Object, Failure> {
        self.imported(address, ImportBy::Id(id)).await
    }

    /// Imports an object by its ID and reads it, unless the provider puts off the import, or the read: then why. Nothing is
    /// stored in that case.
    pub async fn import_unless_deferred(
        &mut self,
        address: &str,
        id: &str,
    ) -> Result<Option<DeferredReason>, Failure> {
        self.import_by(address, ImportBy::Id(id)).await
    }

    /// Imports an object by its identity and reads it.
    pub async fn import_by_identity(
        &mut self,
        address: &str,
        identity: impl Into<Config>,
    ) -> Result<&Object, Failure> {
        let of = self.resource(address)?;
        let identity = identity.into().decode(&identity_of(&of)?.schema)?;
        self.imported(address, ImportBy::Identity(&identity)).await
    }

    /// Takes over the state of another type or provider, as a `moved` block does.
    pub async fn move_from(
        &mut self,
        address: &str,
        source: Source<'_>,
    ) -> Result<&Object, Failure> {
        const SUMMARY: &str = "Provider returned invalid value";
        let of = self.resource(address)?;
        if !self.schemas.move_resource_state {
            let detail = "The provider does not declare that it moves states.";
            return Err(Failure::new(
                "Move across resource types not supported",
                detail,
            ));
        }
        let moved = self.calls.move_state(&of, source).await?;
        let object = moved.object.ok_or_else(|| {
            let finding = format!("{address}: nothing was moved from {}", source.type_name);
            Failure::from(refused(SUMMARY, finding))
        })?;
        checks::state(SUMMARY, address, &of, &object)?;
        checks::identity(address, moved.identity.as_ref())?;
        let instance = Instance {
            object,
            identity: moved.identity,
            private: moved.private,
            is_tainted: false,
        };
        self.store(address, Some(instance));
        self.state(address)
            .ok_or_else(|| Failure::new("No state", "It was stored just now."))
    }

    /// Takes over an identity as `terraform.tfstate` has it beside a state, written with this version of its schema.
    pub async fn adopt_identity(
        &mut self,
        address: &str,
        version: i64,
        json: &str,
    ) -> Result<Option<&Object>, Failure> {
        let of = self.resource(address)?;
        identity_of(&of)?;
        let identity = self.calls.upgrade_identity(&of, version, json).await?;
        checks::identity(address, identity.as_ref())?;
        let instance = self.instances.get_mut(address);
        let instance = instance.ok_or_else(|| Failure::new("No state", "Adopt one first."))?;
        instance.identity = identity;
        Ok(instance.identity.as_ref())
    }

    async fn imported(&mut self, address: &str, by: ImportBy<'_>) -> Result<&Object, Failure> {
        if let Some(reason) = self.import_by(address, by).await? {
            return Err(Failure::new("Deferred", format!("{address}: {reason:?}")));
        }
        self.state(address).ok_or_else(|| {
            let detail = format!("While importing {address}, the provider found no object {by:?}.");
            Failure::new("Cannot import non-existent remote object", detail)
        })
    }

    async fn import_by(
        &mut self,
        address: &str,
        by: ImportBy<'_>,
    ) -> Result<Option<DeferredReason>, Failure> {
        let of = self.resource(address)?;
        let imported = self.calls.import(&of, by, self.options).await?;
        let stub = match (imported.object, imported.deferred) {
            (Some(stub), _) => stub,
            (None, Some(reason)) => return Ok(Some(reason)),
            (None, None) => {
                let finding = format!("{address}: nothing was imported for {by:?}");
                return Err(refused("Provider produced invalid import", finding).into());
            }
        };
        checks::state("Provider produced invalid object", address, &of, &stub)?;
        let instance = Instance {
            object: stub,
            identity: imported.identity,
            private: imported.private,
            is_tainted: false,
        };
        let read = self.read(&of, address, instance).await?;
        let deferred = imported.deferred.or(read.deferred);
        if deferred.is_none() {
            self.store(address, read.instance);
        }
        Ok(deferred)
    }
}

/// The type of the identities of a managed type.
fn identity_of(of: &ObjectType) -> Result<&ObjectType, Failure> {
    let identity = of.identity.as_deref();
    identity.ok_or_else(|| {
        let detail = format!("Objects of type {} have no identity.", of.name);
        Failure::new("No identity", detail)
    })
}
