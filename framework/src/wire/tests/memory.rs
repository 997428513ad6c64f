//! A small provider whose remote system is a map in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use crate::context::Context;
use crate::data_source::{self, DataSource};
use crate::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported};
use crate::function::{CallRequest, Function, FunctionError, Parameter, Signature};
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::plan::{ModifyPlanRequest, ModifyPlanResponse, Plan};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ImportStateRequest,
    ImportStateResponse, ModifyPlan, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse, UpgradeState, UpgradeStateRequest, UpgradeStateResponse,
};
use crate::schema::plan_modifier::{
    requires_replace, unknown_when_changed, use_non_null_state_for_unknown,
};
use crate::schema::validator::text;
use crate::schema::{Attribute, Nesting, Schema, Timeouts};
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
use crate::validate_config::{ValidateConfig, ValidateConfigRequest};
use async_trait::async_trait;
use tokio::time::Instant;

/// The remote system: ID → object.
pub(super) type Remote = Mutex<BTreeMap<String, Stored>>;

/// What the remote system knows of one thing.
pub(super) struct Stored {
    /// The attributes, all known.
    pub(super) attributes: Object,
    /// What it was told and never gives away.
    pub(super) secret: Option<String>,
    /// Whether it cannot be read.
    pub(super) is_broken: bool,
}

static REMOTES: LazyLock<Mutex<BTreeMap<String, Arc<Remote>>>> = LazyLock::new(Default::default);

/// The remote system of one test.
pub(super) fn remote(test: &str) -> Arc<Remote> {
    REMOTES
        .lock()
        .expect("no test panicked here")
        .entry(test.to_owned())
        .or_default()
        .clone()
}

pub(super) struct Memory;

#[async_trait]
impl Provider for Memory {
    type Data = Arc<Remote>;

    fn schema(&self) -> &Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
            attributes: vec![
                Attribute::string("remote")
                    .required()
                    .doc("Which remote system."),
            ],
            ..Schema::default()
        });
        &SCHEMA
    }

    async fn configure(
        &self,
        _: &ConfigureContext,
        request: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Self::Data>,
    ) -> Result<(), Reported> {
        response.data = request.config.str("remote").map(remote);
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<Self::Data>>> {
        vec![Arc::new(Thing)]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource<Self::Data>>> {
        vec![Arc::new(Count)]
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        vec![Arc::new(Join)]
    }
}

pub(super) static THING: LazyLock<Schema> = LazyLock::new(|| Schema {
    version: 1,
    description: "A thing.".into(),
    attributes: vec![
        Attribute::string("id")
            .computed()
            .plan(use_non_null_state_for_unknown()),
        Attribute::string("name")
            .required()
            .plan(requires_replace())
            .validator(text(|name| match name {
                "" => Err("A name is not empty.".into()),
                _ => Ok(()),
            })),
        Attribute::string("label"),
        Attribute::bool("enabled").default(true),
        Attribute::string("hint"),
        Attribute::string("version")
            .computed()
            .plan(unknown_when_changed(SENT)),
        Attribute::set("zones", Type::String),
        Attribute::value("extra", Type::Dynamic),
        Attribute::string("secret").write_only().sensitive(),
        Attribute::nested(
            "owner",
            Nesting::Single,
            vec![
                Attribute::string("email").required(),
                Attribute::string("key")
                    .computed()
                    .plan(unknown_when_changed(&["owner"])),
            ],
        ),
    ],
    blocks: vec![
        Timeouts {
            create: Some(Duration::from_secs(60)),
            read: Some(Duration::from_secs(60)),
            update: Some(Duration::from_secs(60)),
            delete: Some(Duration::from_secs(60)),
        }
        .block(),
    ],
    ..Schema::default()
});

/// What the remote system is told of.
const SENT: &[&str] = &["name", "label", "enabled", "zones", "extra", "owner"];

struct Thing;

impl Thing {
    /// What the remote system makes of the attributes that it is given.
    fn accept(planned: &Object, generation: u64) -> Object {
        let mut attributes = planned.clone();
        attributes.set("id", format!("/{}", planned.str_or_empty("name")));
        attributes.set("version", format!("v{generation}"));
        if let Value::Object(owner) = attributes.get_mut("owner") {
            let key = format!("key of {}", owner.str_or_empty("email"));
            owner.set("key", key);
        }
        attributes
    }

    /// The state of a thing that is stored so: what only the provider knows stays as it is.
    fn state_of(stored: &Stored, state: &Object) -> Object {
        let mut found = stored.attributes.clone();
        for name in ["hint", "extra", "timeouts"] {
            found.set(name, state.get(name).clone());
        }
        found
    }

    fn fail(label: Option<&str>, wanted: &str) -> Result<(), Diagnostic> {
        match label == Some(wanted) {
            true => Err(Diagnostic::error("Remote failure", wanted)),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Resource<Arc<Remote>> for Thing {
    fn type_name(&self) -> &str {
        "memory_thing"
    }

    fn schema(&self) -> &Schema {
        &THING
    }

    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        Some(self)
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<Arc<Remote>>> {
        Some(self)
    }

    fn import_state(&self) -> Option<&dyn ImportState<Arc<Remote>>> {
        Some(self)
    }

    fn upgrade_state(&self) -> Option<&dyn UpgradeState> {
        Some(self)
    }

    async fn create(
        &self,
        context: &Context<Arc<Remote>>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let remote = context.data().report(&mut response.diagnostics)?;
        let label = request.plan.str("label");
        Self::fail(label, "fail before create").report(&mut response.diagnostics)?;
        let attributes = Self::accept(request.plan, 1);
        let stored = Stored {
            attributes: attributes.clone(),
            secret: request.config.str("secret").map(str::to_owned),
            is_broken: false,
        };
        let id = attributes.str_or_empty("id").to_owned();
        remote.lock().expect("not poisoned").insert(id, stored);
        response.state.set(attributes.clone());
        if label == Some("answer otherwise") {
            let mut otherwise = attributes;
            otherwise.set("label", "otherwise");
            response.state.set(otherwise);
        }
        if label == Some("panic after create") {
            panic!("asked to");
        }
        let mut partial = request.plan.clone();
        partial.set("id", "/waiting");
        if label == Some("accept") {
            let warning = Diagnostic::warning("Not finished", "It goes on.");
            return Ok(response.accepted(partial, warning));
        }
        if label == Some("wait") {
            response.state.set(partial);
            context.cancel.cancelled().await;
            return Err(response
                .diagnostics
                .add_error("Stopped", "Stopped while waiting."));
        }
        Self::fail(label, "fail after create").report(&mut response.diagnostics)?;
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        context: &Context<Arc<Remote>>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let object = request.current;
        let remote = context.data().report(&mut response.diagnostics)?;
        let things = remote.lock().expect("not poisoned");
        if object.str("label") == Some("panic at read") {
            panic!("asked to");
        }
        match things.get(object.str_or_empty("id")) {
            Some(stored) if stored.is_broken => {
                return Err(response.diagnostics.add_error("Remote failure", "read"));
            }
            Some(stored) => response.state.set(Self::state_of(stored, object)),
            None => response.state.remove(),
        }
        Ok(())
    }

    async fn update(
        &self,
        context: &Context<Arc<Remote>>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        let diagnostics = &mut response.diagnostics;
        Self::fail(request.plan.str("label"), "fail update").report(diagnostics)?;
        if !SENT.iter().any(|name| request.changes(name)) {
            response.state.set(request.plan.clone());
            return Ok(Outcome::Done);
        }
        let remote = context.data().report(diagnostics)?;
        let mut things = remote.lock().expect("not poisoned");
        let stored = things
            .get_mut(request.prior.str_or_empty("id"))
            .expect("exists");
        stored.attributes = Self::accept(request.plan, 2);
        response.state.set(stored.attributes.clone());
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        context: &Context<Arc<Remote>>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        let diagnostics = &mut response.diagnostics;
        Self::fail(request.prior.str("label"), "fail delete").report(diagnostics)?;
        let remote = context.data().report(diagnostics)?;
        let id = request.prior.str_or_empty("id");
        remote.lock().expect("not poisoned").remove(id);
        Ok(())
    }
}

impl ValidateConfig for Thing {
    fn validate(&self, request: ValidateConfigRequest<'_>, diagnostics: &mut Diagnostics) {
        if request.config.str("label") == Some("wrong") {
            let path = Path::attribute("label");
            diagnostics.add_attribute_error(path, "Invalid label", "Not this one.");
        }
    }
}

#[async_trait]
impl ModifyPlan<Arc<Remote>> for Thing {
    async fn modify(
        &self,
        context: &Context<Arc<Remote>>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        let Some(plan) = Plan::of(request, response) else {
            return Ok(());
        };
        let label = plan.planned.str("label");
        if label == Some("replace me") {
            plan.requires_replace.insert(Path::attribute("label"));
        }
        if context.data_if_known().is_none() {
            let detail = "Nothing was looked up.";
            plan.diagnostics.add_warning("Not configured", detail);
        }
        if label == Some("panic at plan") {
            panic!("asked to");
        }
        if label == Some("tell the time") {
            let left = context.deadline.saturating_duration_since(Instant::now());
            let minutes = (left.as_secs() + 30) / 60;
            let summary = format!("{minutes} minutes are left");
            plan.diagnostics.add_warning(summary, "Until the deadline.");
        }
        plan.private.set("planned", &true);
        plan.private.note("planned", &true);
        Ok(())
    }
}

#[async_trait]
impl ImportState<Arc<Remote>> for Thing {
    async fn import(
        &self,
        _: &Context<Arc<Remote>>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        let id = request.id;
        if !id.starts_with('/') {
            let detail = format!("{id:?} does not begin with a slash.");
            return Err(response.diagnostics.add_error("Invalid ID", detail));
        }
        response.state.set("id", id);
        Ok(())
    }
}

impl UpgradeState for Thing {
    fn upgrade(
        &self,
        request: UpgradeStateRequest,
        response: &mut UpgradeStateResponse,
    ) -> Result<(), Reported> {
        assert_eq!(request.version, 0, "there is one older version");
        if let Some(title) = response.state.remove("title") {
            response.state.insert("name".into(), title);
        }
        Ok(())
    }
}

pub(super) static COUNT: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("prefix"),
        Attribute::number("found").computed(),
    ],
    ..Schema::default()
});

struct Count;

#[async_trait]
impl DataSource<Arc<Remote>> for Count {
    fn type_name(&self) -> &str {
        "memory_count"
    }

    fn schema(&self) -> &Schema {
        &COUNT
    }

    async fn read(
        &self,
        context: &Context<Arc<Remote>>,
        request: data_source::ReadRequest<'_>,
        response: &mut data_source::ReadResponse,
    ) -> Result<(), Reported> {
        let remote = context.data().report(&mut response.diagnostics)?;
        let things = remote.lock().expect("not poisoned");
        let prefix = request.config.str_or_empty("prefix");
        let count = things.keys().filter(|id| id.starts_with(prefix)).count();
        if count == 0 {
            let detail = "Nothing has this prefix.";
            response.diagnostics.add_warning("Nothing there", detail);
        }
        let count = i64::try_from(count).expect("few");
        response.state.set("found", count);
        Ok(())
    }
}

struct Join;

impl Function for Join {
    fn name(&self) -> &str {
        "join"
    }

    fn signature(&self) -> Signature {
        let parameter = |name| Parameter::new(name, Type::String).doc("Text.");
        Signature::new(Type::String)
            .parameter(parameter("separator"))
            .variadic(parameter("part"))
            .summary("Joins texts.")
            .doc("Joins texts.")
    }

    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
        let texts: Vec<_> = request.arguments.iter().filter_map(Value::as_str).collect();
        match texts.split_first() {
            Some((separator, parts)) if !parts.is_empty() => Ok(parts.join(separator).into()),
            _ => Err(FunctionError::of_argument(0, "Nothing to join.")),
        }
    }
}
