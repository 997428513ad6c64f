//! Terraform's core, as far as a provider sees it.

mod carry_out;
mod data;
mod list;
mod meta;
mod once;
#[cfg(feature = "state-store")]
mod state_store;
mod take_over;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use tfplugin_proto::v6::provider_server::Provider as Service;

use super::apply::{self, Applied};
use super::calls::{Calls, Schemas};
use super::checks::{self, refused};
use super::config::Config;
use super::convert::ObjectType;
use super::failure::{Failure, unless_failed};
use super::instance::Instance;
use super::options::Options;
use super::plan::{self, Action, Planned, Prior};
use crate::deferral::DeferredReason;
use crate::diagnostics::Diagnostic;
use crate::engine::registry::Registry;
use crate::engine::{Engine, consistency};
use crate::provider::Provider;
use crate::types::value::Object;
use crate::wire::Server;

/// Drives a provider, and keeps the states of what it made.
///
/// Resources are named by an address: the type alone, or with a name of its own: `memory_thing`, `memory_thing.other`. A
/// clone begins with the same states, and talks to the same provider.
///
/// ```
/// # use async_trait::async_trait;
/// # use std::sync::{Arc, LazyLock};
/// # use tfplugin_framework::{context::Context, diagnostics::Reported, provider::*, resource::*, schema::{Attribute, Schema}};
/// # static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema { attributes: vec![Attribute::string("name").required()], ..Schema::default() });
/// # struct Memory;
/// # #[async_trait]
/// # impl Resource<()> for Memory {
/// #     fn type_name(&self) -> &str { "memory_thing" }
/// #     fn schema(&self) -> &Schema { &SCHEMA }
/// #     async fn create(&self, _: &Context<()>, request: CreateRequest<'_>, response: &mut CreateResponse) -> Result<Outcome, Reported> {
/// #         response.state.set(request.plan.clone());
/// #         Ok(Outcome::Done)
/// #     }
/// #     async fn read(&self, _: &Context<()>, _: ReadRequest<'_>, _: &mut ReadResponse) -> Result<(), Reported> { Ok(()) }
/// #     async fn update(&self, _: &Context<()>, request: UpdateRequest<'_>, response: &mut UpdateResponse) -> Result<Outcome, Reported> {
/// #         response.state.set(request.plan.clone());
/// #         Ok(Outcome::Done)
/// #     }
/// #     async fn delete(&self, _: &Context<()>, _: DeleteRequest<'_>, _: &mut DeleteResponse) -> Result<(), Reported> { Ok(()) }
/// # }
/// # struct Provider_;
/// # #[async_trait]
/// # impl Provider for Provider_ {
/// #     type Data = ();
/// #     async fn configure(&self, _: &ConfigureContext, _: ConfigureRequest<'_>, response: &mut ConfigureResponse<()>) -> Result<(), Reported> {
/// #         response.data = Some(());
/// #         Ok(())
/// #     }
/// #     fn resources(&self) -> Vec<Arc<dyn Resource<()>>> { vec![Arc::new(Memory)] }
/// # }
/// # let provider = Provider_;
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// use serde_json::json;
/// use tfplugin_framework::testing::{Action, Core};
///
/// let mut core = Core::start(provider).await?;
/// core.apply("memory_thing.a", json!({ "name": "x" })).await?;
/// let planned = core.plan("memory_thing.a", json!({ "name": "y" })).await?;
/// assert_eq!(planned.action, Action::Update);
/// let applied = core.apply_plan(planned).await?;
/// assert_eq!(applied.object().str("name"), Some("y"));
/// core.destroy("memory_thing.a").await?;
/// assert!(core.state("memory_thing.a").is_none());
/// // What Terraform would refuse is a failure in its words.
/// let failure = core.plan("memory_thing.a", json!({})).await.expect_err("a name is required");
/// assert_eq!(failure.summaries(), ["Missing value"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Core<S> {
    calls: Calls<S>,
    schemas: Arc<Schemas>,
    instances: BTreeMap<String, Instance>,
    /// How commands are run from now on.
    pub options: Options,
}

impl<S> Clone for Core<S> {
    fn clone(&self) -> Self {
        Self {
            calls: self.calls.clone(),
            schemas: self.schemas.clone(),
            instances: self.instances.clone(),
            options: self.options,
        }
    }
}

/// Stops the provider while something is going on, as Ctrl-C does.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn stopped<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     let stopper: Stop<_> = core.stopper();
///     let (applied, stopped) = tokio::join!(core.apply("memory_thing", json!({ "name": "a" })), stopper.stop());
///     stopped?;
///     assert!(applied.is_err_and(|it| it.summaries() == ["Stopped"]));
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Stop<S>(Calls<S>);

impl<S: Service> Stop<S> {
    /// Asks running operations to return.
    pub async fn stop(&self) -> Result<(), Failure> {
        self.0.stop().await
    }
}

impl<P: Provider> Core<Server<P>> {
    /// Starts a provider and configures it with an empty block.
    pub async fn start(provider: P) -> Result<Self, Failure> {
        Self::start_with(provider, Object::default()).await
    }

    /// Starts a provider and configures it.
    ///
    /// Its schemas are checked for what Terraform refuses, and for rows that have no effect.
    pub async fn start_with(provider: P, config: impl Into<Config>) -> Result<Self, Failure> {
        let engine = Engine { self_checks: true };
        let found = engine.check_provider(&provider, &Registry::of(&provider));
        unless_failed(found.into_iter().collect())?;
        // Terraform itself finds what is wrong with the answers, and in its own words.
        let server = Server::with_engine(provider, Engine { self_checks: false });
        let mut core = Self::over(server).await?;
        core.configure(config).await?;
        Ok(core)
    }
}

impl<S: Service> Core<S> {
    /// Asks a server for its schema. It is not configured yet.
    pub async fn over(service: S) -> Result<Self, Failure> {
        let calls = Calls(Arc::new(service), None);
        let schemas = Arc::new(calls.schemas().await?);
        Ok(Self {
            calls,
            schemas,
            instances: BTreeMap::new(),
            options: Options::default(),
        })
    }

    /// Validates a provider block, and configures the provider with it.
    pub async fn configure(
        &mut self,
        config: impl Into<Config>,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let of = &self.schemas.provider;
        let config = config.into().decode(&of.schema)?;
        let mut warnings = self.calls.validate_provider(of, &config).await?;
        warnings.extend(self.calls.configure(of, &config, self.options).await?);
        Ok(warnings)
    }

    /// Something that stops the provider while an operation is going on.
    pub fn stopper(&self) -> Stop<S> {
        Stop(self.calls.clone())
    }

    /// What is stored of a resource.
    pub fn instance(&self, address: &str) -> Option<&Instance> {
        self.instances.get(address)
    }

    /// The state of a resource.
    pub fn state(&self, address: &str) -> Option<&Object> {
        self.instance(address).map(|it| &it.object)
    }

    /// Takes over a state as `terraform.tfstate` has it, written with this version of the schema.
    pub async fn adopt(
        &mut self,
        address: &str,
        version: i64,
        json: &str,
    ) -> Result<&Object, Failure> {
        let of = self.resource(address)?;
        let object = self
            .upgraded(&of, address, version, json.to_owned())
            .await?;
        self.put(address, object);
        self.state(address)
            .ok_or_else(|| Failure::new("No state", "It was stored just now."))
    }

    /// Stores a state that this schema has.
    pub fn put(&mut self, address: &str, object: Object) {
        let instance = Instance {
            object,
            identity: None,
            private: Bytes::new(),
            is_tainted: false,
        };
        self.instances.insert(address.to_owned(), instance);
    }

    /// Marks a resource as one to replace, as `terraform taint` does.
    pub fn taint(&mut self, address: &str) {
        if let Some(instance) = self.instances.get_mut(address) {
            instance.is_tainted = true;
        }
    }

    /// Forgets a resource, as `terraform state rm` does.
    pub fn forget(&mut self, address: &str) -> Option<Instance> {
        self.instances.remove(address)
    }

    /// Validates a configuration, unknown values included: the warnings.
    pub async fn validate(
        &self,
        address: &str,
        config: impl Into<Config>,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let of = self.resource(address)?;
        let config = config.into().decode(&of.schema)?;
        self.validated(&of, &config).await
    }

    /// Plans what a configuration changes. Nothing is stored.
    pub async fn plan(&self, address: &str, config: impl Into<Config>) -> Result<Planned, Failure> {
        let of = self.resource(address)?;
        let config = config.into().decode(&of.schema)?;
        let Refreshed {
            instance,
            deferred,
            mut warnings,
        } = self.refreshed(&of, address).await?;
        warnings.extend(self.validated(&of, &config).await?);
        let prior = prior_of(instance.as_ref());
        let how = (Bytes::new(), self.options);
        let decision = plan::plan(&self.calls, &of, address, &config, prior, how).await?;
        warnings.extend(decision.answer.warnings);
        Ok(Planned {
            address: address.to_owned(),
            action: decision.action,
            planned: decision.answer.planned,
            requires_replace: decision.requires_replace,
            deferred: decision.answer.deferred.or(deferred),
            warnings,
            identity: decision.answer.identity,
            prior_identity: instance.as_ref().and_then(|it| it.identity.clone()),
            config: Some(config),
            private: decision.answer.private,
            prior: instance.map(|it| it.object),
        })
    }

    /// Plans that a resource goes.
    pub async fn plan_destroy(&self, address: &str) -> Result<Planned, Failure> {
        let of = self.resource(address)?;
        let Refreshed {
            instance,
            mut deferred,
            mut warnings,
        } = self.refreshed(&of, address).await?;
        let mut action = Action::NoOp;
        let mut private = Bytes::new();
        if let Some(instance) = &instance {
            let prior = prior_of(Some(instance));
            let how = (self.schemas.plan_destroy, self.options);
            let answer = plan::plan_delete(&self.calls, &of, address, prior, how).await?;
            deferred = answer.deferred.or(deferred);
            action = Action::Delete;
            private = answer.private;
            warnings.extend(answer.warnings);
        }
        Ok(Planned {
            address: address.to_owned(),
            action,
            planned: None,
            requires_replace: Vec::new(),
            deferred,
            warnings,
            identity: None,
            prior_identity: instance.as_ref().and_then(|it| it.identity.clone()),
            config: None,
            private,
            prior: instance.map(|it| it.object),
        })
    }

    /// Plans a configuration and applies the plan.
    pub async fn apply(
        &mut self,
        address: &str,
        config: impl Into<Config>,
    ) -> Result<Applied, Failure> {
        let planned = self.plan(address, config).await?;
        self.apply_plan(planned).await
    }

    /// Deletes a resource.
    pub async fn destroy(&mut self, address: &str) -> Result<Applied, Failure> {
        let planned = self.plan_destroy(address).await?;
        self.apply_plan(planned).await
    }

    /// Applies a plan whose configuration was known.
    pub async fn apply_plan(&mut self, planned: Planned) -> Result<Applied, Failure> {
        let config = planned.config.clone();
        self.apply_known(planned, config).await
    }

    /// Applies a plan, now that all of its configuration is known.
    pub async fn apply_plan_with(
        &mut self,
        planned: Planned,
        config: impl Into<Config>,
    ) -> Result<Applied, Failure> {
        let of = self.resource(&planned.address)?;
        let config = config.into().decode(&of.schema)?;
        self.apply_known(planned, Some(config)).await
    }

    /// Reads a resource and stores what there is: none if it is gone.
    pub async fn refresh(&mut self, address: &str) -> Result<Option<&Object>, Failure> {
        let of = self.resource(address)?;
        if let Some(instance) = self.instances.get(address) {
            let refreshed = self.read(&of, address, instance.clone()).await?;
            if refreshed.deferred.is_none() {
                self.store(address, refreshed.instance);
            }
        }
        Ok(self.state(address))
    }

    fn resource(&self, address: &str) -> Result<Arc<ObjectType>, Failure> {
        let type_name = address.split_once('.').map_or(address, |(it, _)| it);
        let of = self.schemas.resources.get(type_name).cloned();
        of.ok_or_else(|| no_type("resource", type_name))
    }

    fn store(&mut self, address: &str, instance: Option<Instance>) {
        match instance {
            Some(instance) => self.instances.insert(address.to_owned(), instance),
            None => self.instances.remove(address),
        };
    }

    async fn validated(
        &self,
        of: &ObjectType,
        config: &Object,
    ) -> Result<Vec<Diagnostic>, Failure> {
        self.calls.validate(of, config, self.options).await
    }

    /// The stored object as the provider has it before each use.
    async fn upgraded(
        &self,
        of: &ObjectType,
        address: &str,
        version: i64,
        json: String,
    ) -> Result<Object, Failure> {
        const SUMMARY: &str = "Invalid resource state upgrade";
        let object = self.calls.upgrade(of, version, json).await?;
        let object = object.ok_or_else(|| {
            let finding = format!("{address}: the upgraded state is null");
            Failure::from(refused(SUMMARY, finding))
        })?;
        checks::state(SUMMARY, address, of, &object)?;
        Ok(object)
    }

    async fn stored(
        &self,
        of: &ObjectType,
        address: &str,
        instance: &Instance,
    ) -> Result<Instance, Failure> {
        let (version, json) = (of.schema.version, apply::stored_json(&instance.object));
        Ok(Instance {
            object: self.upgraded(of, address, version, json).await?,
            ..instance.clone()
        })
    }

    async fn read(
        &self,
        of: &ObjectType,
        address: &str,
        instance: Instance,
    ) -> Result<Refreshed, Failure> {
        let instance = self.stored(of, address, &instance).await?;
        let identity = instance.identity.as_ref();
        let private = instance.private.clone();
        let read = self
            .calls
            .read(of, &instance.object, identity, private, self.options);
        let read = read.await?;
        if read.deferred.is_some() {
            return Ok(Refreshed {
                instance: Some(instance),
                deferred: read.deferred,
                warnings: read.messages,
            });
        }
        checks::identity(address, read.identity.as_ref())?;
        if let Some(object) = &read.object {
            checks::state("Provider produced invalid object", address, of, object)?;
        }
        let instance = read.object.map(|object| Instance {
            object,
            identity: read.identity,
            private: read.private,
            is_tainted: instance.is_tainted,
        });
        Ok(Refreshed {
            instance,
            deferred: None,
            warnings: read.messages,
        })
    }

    async fn refreshed(&self, of: &ObjectType, address: &str) -> Result<Refreshed, Failure> {
        match self.instances.get(address) {
            None => Ok(Refreshed::default()),
            Some(instance) if self.options.refresh => {
                self.read(of, address, instance.clone()).await
            }
            Some(instance) => Ok(Refreshed {
                instance: Some(self.stored(of, address, instance).await?),
                ..Refreshed::default()
            }),
        }
    }
}

/// What a refresh has found.
#[derive(Default)]
struct Refreshed {
    instance: Option<Instance>,
    deferred: Option<DeferredReason>,
    warnings: Vec<Diagnostic>,
}

fn prior_of(instance: Option<&Instance>) -> Prior<'_> {
    Prior {
        object: instance.map(|it| &it.object),
        private: instance.map(|it| it.private.clone()).unwrap_or_default(),
        identity: instance.and_then(|it| it.identity.as_ref()),
        is_tainted: instance.is_some_and(|it| it.is_tainted),
    }
}

/// Whether the configuration is the planned one, and all of it is known.
fn check_config(planned: &Planned, config: Option<&Object>) -> Result<(), Failure> {
    let Some((then, now)) = planned.config.as_ref().zip(config) else {
        return Ok(());
    };
    let unknown = now.iter().find(|(_, value)| !value.is_wholly_known());
    if let Some((name, _)) = unknown {
        let detail = format!("{name} is still unknown; apply the plan with what it has become.");
        return Err(Failure::new("Unknown configuration", detail));
    }
    match &consistency::check_apply(then, now)[..] {
        [] => Ok(()),
        findings => Err(Failure::new(
            "Another configuration",
            format!("It is not the planned one: {}.", findings.join("; ")),
        )),
    }
}

/// The second plan does what the first one does, or finds that there is nothing left to do.
fn check_action(planned: &Planned, now: Action) -> Result<(), Failure> {
    let is_same = match (planned.action, now) {
        (Action::Update, Action::NoOp) | (Action::Replace, Action::Create) => true,
        (then, now) => then == now,
    };
    if is_same {
        return Ok(());
    }
    let finding = format!(
        "{}: the planned action changed from {:?} to {now:?}",
        planned.address, planned.action
    );
    Err(refused("Provider produced inconsistent final plan", finding).into())
}

fn check_not_deferred(address: &str, deferred: Option<DeferredReason>) -> Result<(), Failure> {
    let Some(reason) = deferred else {
        return Ok(());
    };
    const SUMMARY: &str = "Resource deferred during apply, but not during plan";
    Err(refused(SUMMARY, format!("{address}: {reason:?}")).into())
}

fn no_type(kind: &str, name: &str) -> Failure {
    Failure::new(
        format!("Invalid {kind} type"),
        format!("The provider does not support {kind} type {name:?}."),
    )
}
