//! A small provider whose remote system is a map in memory.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use crate::context::Context;
use crate::data_source::DataSource;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::function::{Function, FunctionError, Parameter, Signature};
use crate::provider::Provider;
use crate::resource::plan::Plan;
use crate::resource::{Create, Resource, State, Update};
use crate::schema::plan_modifier::{requires_replace, unknown_when_changed, use_state_for_unknown};
use crate::schema::validator::text;
use crate::schema::{Attribute, Nesting, Schema, Timeouts};
use crate::types::json::RawState;
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
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

static REMOTES: LazyLock<Mutex<BTreeMap<String, std::sync::Arc<Remote>>>> =
    LazyLock::new(Default::default);

/// The remote system of one test.
pub(super) fn remote(test: &str) -> std::sync::Arc<Remote> {
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
    type Client = std::sync::Arc<Remote>;

    fn address(&self) -> &'static str {
        "example.com/test/memory"
    }

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

    async fn configure(&self, config: &Object) -> Result<Option<Self::Client>, Diagnostics> {
        Ok(config.str("remote").map(remote))
    }

    fn resources(&self) -> &[&'static dyn Resource<Self::Client>] {
        &[&Thing]
    }

    fn data_sources(&self) -> &[&'static dyn DataSource<Self::Client>] {
        &[&Count]
    }

    fn functions(&self) -> &[&'static dyn Function] {
        &[&Join]
    }
}

pub(super) static THING: LazyLock<Schema> = LazyLock::new(|| Schema {
    version: 1,
    description: "A thing.".into(),
    attributes: vec![
        Attribute::string("id")
            .computed()
            .plan(use_state_for_unknown()),
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
        attributes.set("id", format!("/{}", planned.text("name")));
        attributes.set("version", format!("v{generation}"));
        if let Value::Object(owner) = attributes.get_mut("owner") {
            let key = format!("key of {}", owner.text("email"));
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

    fn fail(label: Option<&str>, wanted: &str) -> Result<(), Diagnostics> {
        match label == Some(wanted) {
            true => Err(Diagnostic::error("Remote failure", wanted).into()),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Resource<std::sync::Arc<Remote>> for Thing {
    fn name(&self) -> &'static str {
        "memory_thing"
    }

    fn schema(&self) -> &Schema {
        &THING
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if config.str("label") == Some("wrong") {
            diagnostics.error_at(Path::attribute("label"), "Invalid label", "Not this one.");
        }
        diagnostics
    }

    async fn modify_plan(&self, context: &Context<std::sync::Arc<Remote>>, plan: &mut Plan) {
        if plan.planned.str("label") == Some("replace me") {
            plan.requires_replace.insert(Path::attribute("label"));
        }
        if plan.planned.str("label") == Some("panic at plan") {
            panic!("asked to");
        }
        if context.client_if_known().is_none() {
            plan.diagnostics.push(Diagnostic::warning(
                "Not configured",
                "Nothing was looked up.",
            ));
        }
        if plan.planned.str("label") == Some("tell the time") {
            let left = context.deadline.saturating_duration_since(Instant::now());
            let minutes = (left.as_secs() + 30) / 60;
            plan.diagnostics.push(Diagnostic::warning(
                format!("{minutes} minutes are left"),
                "Until the deadline.",
            ));
        }
        plan.private.set("planned", &true);
        plan.private.note("planned", &true);
    }

    async fn create(
        &self,
        context: &Context<std::sync::Arc<Remote>>,
        create: Create<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let remote = context.client()?;
        let label = create.planned.str("label");
        Self::fail(label, "fail before create")?;
        let attributes = Self::accept(create.planned, 1);
        let stored = Stored {
            attributes: attributes.clone(),
            secret: create.config.str("secret").map(str::to_owned),
            is_broken: false,
        };
        let id = attributes.text("id").to_owned();
        remote.lock().expect("not poisoned").insert(id, stored);
        state.set(attributes.clone());
        if label == Some("answer otherwise") {
            let mut otherwise = attributes;
            otherwise.set("label", "otherwise");
            state.set(otherwise);
        }
        if label == Some("panic after create") {
            panic!("asked to");
        }
        if label == Some("wait") {
            let mut partial = create.planned.clone();
            partial.set("id", "/waiting");
            state.set(partial);
            context.cancel.cancelled().await;
            return Err(Diagnostic::error("Stopped", "Stopped while waiting.").into());
        }
        Self::fail(label, "fail after create")
    }

    async fn read(
        &self,
        context: &Context<std::sync::Arc<Remote>>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let Some(object) = state.object().cloned() else {
            return Ok(());
        };
        let things = context.client()?.lock().expect("not poisoned");
        if object.str("label") == Some("panic at read") {
            panic!("asked to");
        }
        match things.get(object.text("id")) {
            Some(stored) if stored.is_broken => {
                Err(Diagnostic::error("Remote failure", "read").into())
            }
            Some(stored) => {
                state.set(Self::state_of(stored, &object));
                Ok(())
            }
            None => {
                state.remove();
                Ok(())
            }
        }
    }

    async fn update(
        &self,
        context: &Context<std::sync::Arc<Remote>>,
        update: Update<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        Self::fail(update.planned.str("label"), "fail update")?;
        if !SENT.iter().any(|name| update.changes(name)) {
            state.set(update.planned.clone());
            return Ok(());
        }
        let mut things = context.client()?.lock().expect("not poisoned");
        let stored = things.get_mut(update.prior.text("id")).expect("exists");
        stored.attributes = Self::accept(update.planned, 2);
        state.set(stored.attributes.clone());
        Ok(())
    }

    async fn delete(
        &self,
        context: &Context<std::sync::Arc<Remote>>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        let Some(object) = state.object() else {
            return Ok(());
        };
        Self::fail(object.str("label"), "fail delete")?;
        context
            .client()?
            .lock()
            .expect("not poisoned")
            .remove(object.text("id"));
        Ok(())
    }

    async fn import(
        &self,
        _: &Context<std::sync::Arc<Remote>>,
        id: &str,
        state: &mut Object,
    ) -> Result<(), Diagnostics> {
        if !id.starts_with('/') {
            return Err(Diagnostic::error(
                "Invalid ID",
                format!("{id:?} does not begin with a slash."),
            )
            .into());
        }
        state.set("id", id);
        Ok(())
    }

    fn upgrade(&self, version: i64, state: &mut RawState) -> Result<(), Diagnostics> {
        assert_eq!(version, 0, "there is one older version");
        if let Some(title) = state.remove("title") {
            state.insert("name".into(), title);
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
impl DataSource<std::sync::Arc<Remote>> for Count {
    fn name(&self) -> &'static str {
        "memory_count"
    }

    fn schema(&self) -> &Schema {
        &COUNT
    }

    async fn read(
        &self,
        context: &Context<std::sync::Arc<Remote>>,
        config: &Object,
        warnings: &mut Diagnostics,
    ) -> Result<Object, Diagnostics> {
        let things = context.client()?.lock().expect("not poisoned");
        let prefix = config.text("prefix");
        let count = things.keys().filter(|id| id.starts_with(prefix)).count();
        if count == 0 {
            warnings.push(Diagnostic::warning(
                "Nothing there",
                "Nothing has this prefix.",
            ));
        }
        let mut found = config.clone();
        found.set("found", i64::try_from(count).expect("few"));
        Ok(found)
    }
}

struct Join;

impl Function for Join {
    fn name(&self) -> &'static str {
        "join"
    }

    fn signature(&self) -> Signature {
        let parameter = |name| Parameter {
            name,
            ty: Type::String,
            description: "Text.",
        };
        Signature {
            parameters: vec![parameter("separator")],
            variadic: Some(parameter("part")),
            returns: Type::String,
            summary: "Joins texts.",
            description: "Joins texts.",
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let texts: Vec<_> = arguments.iter().filter_map(Value::as_str).collect();
        match texts.split_first() {
            Some((separator, parts)) if !parts.is_empty() => Ok(parts.join(separator).into()),
            _ => Err(FunctionError {
                message: "Nothing to join.".into(),
                argument: Some(0),
            }),
        }
    }
}
