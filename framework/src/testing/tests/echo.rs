//! A provider of one resource with whatever schema: what it is told it keeps, and what is unknown it makes up.

use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;

use crate::context::Context;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::provider::Provider;
use crate::resource::plan::Plan;
use crate::resource::{Create, Resource, State, Update};
use crate::schema::{Members, Row, Schema};
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

pub(super) const THING: &str = "echo_thing";

/// What is remote: nothing, or one object.
pub(super) type Remote = Arc<Mutex<Option<Object>>>;

pub(super) struct Echo {
    resources: &'static [&'static dyn Resource<Remote>],
    remote: Remote,
}

impl Echo {
    /// Schemas live as long as the test's process, since providers are made once.
    pub(super) fn new(schema: Schema) -> (Self, Remote) {
        let thing: &'static Thing = Box::leak(Box::new(Thing {
            schema,
            plans: Mutex::new(0),
        }));
        let resources: Vec<&'static dyn Resource<Remote>> = vec![thing];
        let remote = Remote::default();
        let echo = Self {
            resources: resources.leak(),
            remote: remote.clone(),
        };
        (echo, remote)
    }
}

#[async_trait]
impl Provider for Echo {
    type Client = Remote;

    fn address(&self) -> &'static str {
        "example.com/test/echo"
    }

    fn schema(&self) -> &Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::default);
        &SCHEMA
    }

    async fn configure(&self, _: &Object) -> Result<Option<Remote>, Diagnostics> {
        Ok(Some(self.remote.clone()))
    }

    fn resources(&self) -> &[&'static dyn Resource<Remote>] {
        self.resources
    }
}

struct Thing {
    schema: Schema,
    plans: Mutex<u32>,
}

/// What a configuration asks to go wrong.
fn mood(object: &Object) -> &str {
    let mut members = object.iter();
    let mood = members.find(|(name, _)| *name == "mood");
    mood.and_then(|(_, mood)| mood.as_str()).unwrap_or_default()
}

fn fail(object: &Object, operation: &str) -> Result<(), Diagnostics> {
    match mood(object) == operation {
        true => Err(Diagnostic::error("Remote failure", operation).into()),
        false => Ok(()),
    }
}

impl Thing {
    /// What the remote side makes of a plan: it fills in, and writes in capitals what has no case.
    fn made(&self, planned: &Object) -> Object {
        let mut made = planned.clone();
        make(self.schema.members(), &mut made);
        if mood(planned) == "another" {
            made.set("name", "another");
        }
        if mood(planned) == "unknown" {
            made.set("id", Value::unknown());
        }
        made
    }

    fn keep(&self, remote: &Remote, made: &Object, state: &mut State) {
        *remote.lock().expect("not poisoned") = Some(made.clone());
        state.set(made.clone());
        let times = state.private.get::<u32>("times").unwrap_or_default();
        state.private.set("times", &(times + 1));
    }
}

#[async_trait]
impl Resource<Remote> for Thing {
    fn name(&self) -> &'static str {
        THING
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn modify_plan(&self, _: &Context<Remote>, plan: &mut Plan) {
        let mut plans = self.plans.lock().expect("not poisoned");
        *plans += 1;
        match mood(&plan.config) {
            "own will" => plan.planned.set("name", "own will"),
            "fickle" => plan.planned.set("id", format!("plan {plans}")),
            "replace" => drop(plan.requires_replace.insert(Path::attribute("mood"))),
            "replace nothing" => {
                plan.requires_replace
                    .insert(Path::attribute("list").with_index(7));
            }
            "warn" => plan
                .diagnostics
                .push(Diagnostic::warning("Careful", "Really.")),
            _ => {}
        }
    }

    async fn create(
        &self,
        context: &Context<Remote>,
        create: Create<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        fail(create.planned, "fail before create")?;
        self.keep(context.client()?, &self.made(create.planned), state);
        fail(create.planned, "fail after create")
    }

    async fn read(&self, context: &Context<Remote>, state: &mut State) -> Result<(), Diagnostics> {
        match context.client()?.lock().expect("not poisoned").clone() {
            Some(object) => state.set(object),
            None => state.remove(),
        }
        Ok(())
    }

    async fn update(
        &self,
        context: &Context<Remote>,
        update: Update<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        fail(update.planned, "fail update")?;
        self.keep(context.client()?, &self.made(update.planned), state);
        Ok(())
    }

    async fn delete(
        &self,
        context: &Context<Remote>,
        state: &mut State,
    ) -> Result<(), Diagnostics> {
        if let Some(object) = state.object() {
            fail(object, "fail delete")?;
        }
        *context.client()?.lock().expect("not poisoned") = None;
        Ok(())
    }

    async fn import(
        &self,
        _: &Context<Remote>,
        _: &str,
        _: &mut Object,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }
}

fn make(members: Members<'_>, object: &mut Object) {
    for row in members.rows() {
        let value = object.get_mut(row.name());
        if value.is_unknown() {
            *value = make_up(&row.ty());
        }
        make_in(row, value);
    }
}

fn make_in(row: Row<'_>, value: &mut Value) {
    let has_no_case = row.attribute().is_some_and(|it| it.custom_type.is_some());
    match value {
        Value::String(text) if has_no_case => *text = text.to_uppercase(),
        Value::Object(object) => make(row.members(), object),
        Value::List(elements) => elements.iter_mut().for_each(|it| make_in(row, it)),
        Value::Map(elements) => elements.values_mut().for_each(|it| make_in(row, it)),
        Value::Set(elements) => {
            let mut elements = std::mem::take(elements);
            elements.iter_mut().for_each(|it| make_in(row, it));
            *value = Value::set(elements);
        }
        _ => {}
    }
    if let Value::Unknown(_) = value {
        *value = make_up(&row.ty());
    }
}

fn make_up(ty: &Type) -> Value {
    match ty {
        Type::Dynamic => Value::Dynamic(Box::new((Type::String, "made".into()))),
        Type::String => "made".into(),
        Type::Number => 7_i64.into(),
        Type::Bool => true.into(),
        Type::List(element) => Value::List(vec![make_up(element)]),
        Type::Set(element) => Value::set([make_up(element)]),
        Type::Map(element) => Value::Map([("made".to_owned(), make_up(element))].into()),
        Type::Tuple(elements) => Value::List(elements.iter().map(make_up).collect()),
        Type::Object(members) => {
            let members = members.iter();
            let members: Object = members.map(|(name, ty)| (name, make_up(ty))).collect();
            members.into()
        }
    }
}
