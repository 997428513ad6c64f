//! A provider whose remote system decides all that is left to it, and writes down what it was asked.

use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::context::Context;
use crate::data_source::{self, DataSource};
use crate::diagnostics::{Diagnostic, Reported};
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::plan::{ModifyPlanRequest, ModifyPlanResponse, Plan};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ModifyPlan, Outcome, ReadRequest,
    ReadResponse, Resource, UpdateRequest, UpdateResponse,
};
use crate::schema::plan_modifier::{use_non_null_state_for_unknown, will_not_be_null};
use crate::schema::{Attribute, Block, Members, Nesting, Row, Schema};
use crate::testing::Core;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
use crate::wire::Server;

/// What was asked, with what the module said.
pub(super) type Log = Arc<Mutex<Vec<String>>>;

pub(super) const FENCE: &str = "yard_fence";
pub(super) const VIEW: &str = "yard_view";

pub(super) struct Yard {
    pub(super) log: Log,
    pub(super) has_meta: bool,
}

pub(super) static META: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![Attribute::string("team")],
    ..Schema::default()
});

#[async_trait]
impl Provider for Yard {
    type Data = Log;

    fn meta_schema(&self) -> Option<&Schema> {
        self.has_meta.then_some(&META)
    }

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Log>,
    ) -> Result<(), Reported> {
        response.data = Some(self.log.clone());
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<Log>>> {
        vec![Arc::new(Fence)]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource<Log>>> {
        vec![Arc::new(View)]
    }
}

pub(super) async fn start(has_meta: bool) -> (Core<Server<Yard>>, Log) {
    let log = Log::default();
    let provider = Yard {
        log: log.clone(),
        has_meta,
    };
    (Core::start(provider).await.expect("a provider"), log)
}

/// What was asked since the last time.
pub(super) fn asked(log: &Log) -> Vec<String> {
    std::mem::take(&mut *log.lock().expect("not poisoned"))
}

/// A value as the JSON that a state has it in.
pub(super) fn json(value: &Value) -> Json {
    crate::types::json::encode(value)
}

fn note(context: &Context<Log>, what: &str) {
    let team = context.provider_meta().map(|meta| meta.str("team"));
    if let Some(log) = context.data_if_known() {
        let mut log = log.lock().expect("not poisoned");
        log.push(format!("{what} {team:?}"));
    }
}

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let free = |name| Attribute::string(name).optional_computed();
    let block = |name, nesting, row| Block::new(name, nesting, vec![row]).computed();
    Schema {
        attributes: vec![
            Attribute::string("name").required(),
            Attribute::bool("unfinished"),
            Attribute::string("id")
                .computed()
                .plan(use_non_null_state_for_unknown())
                .plan(will_not_be_null()),
            Attribute::number("height").computed(),
            Attribute::list("planks", Type::String).computed(),
            Attribute::value("any", Type::Dynamic).computed(),
        ],
        blocks: vec![
            Block::new(
                "gate",
                Nesting::List,
                vec![free("side"), Attribute::string("lock").computed()],
            )
            .blocks(vec![block("hinge", Nesting::Set, free("size"))])
            .computed(),
            block("post", Nesting::Set, free("kind")),
            block("label", Nesting::Map, free("text")),
            block("lamp", Nesting::Single, free("power")).plan(use_non_null_state_for_unknown()),
            Block::new("stone", Nesting::List, vec![Attribute::string("kind")]),
        ],
        ..Schema::default()
    }
});

/// Decides what is left open: each value says that it was made.
fn decide(members: Members<'_>, object: &mut Object) {
    for row in members.rows() {
        let value = object.get_mut(row.name());
        if value.is_unknown() {
            *value = made(row);
        }
        let decide = |it: &mut Value| {
            if let Value::Object(object) = it {
                decide(row.members(), object);
            }
        };
        match value {
            Value::List(elements) | Value::Set(elements) => elements.iter_mut().for_each(decide),
            Value::Map(elements) => elements.values_mut().for_each(decide),
            value => decide(value),
        }
    }
}

fn made(row: Row<'_>) -> Value {
    let object = || -> Value {
        let rows = row.members().rows();
        let object: Object = rows.map(|row| (row.name(), made(row))).collect();
        object.into()
    };
    match (row.nesting(), row.ty()) {
        (None, Type::Number) => 3_i64.into(),
        (None, Type::List(_)) => Value::strings(["a", "b"]),
        (None, Type::Dynamic) => Value::Dynamic(Box::new((Type::Number, 1_i64.into()))),
        (None, _) => format!("made {}", row.name()).into(),
        (Some(Nesting::Single | Nesting::Group), _) => object(),
        (Some(Nesting::List), _) => Value::List(vec![object()]),
        (Some(Nesting::Set), _) => Value::set([object()]),
        (Some(Nesting::Map), _) => Value::Map([("one".to_owned(), object())].into()),
    }
}

struct Fence;

#[async_trait]
impl Resource<Log> for Fence {
    fn type_name(&self) -> &str {
        FENCE
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn create(
        &self,
        context: &Context<Log>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        note(context, "create");
        let mut object = request.plan.clone();
        if object.bool("unfinished") == Some(true) {
            let warning = Diagnostic::warning("Not finished", "It goes on.");
            return Ok(response.accepted(object, warning));
        }
        decide(SCHEMA.members(), &mut object);
        response.state.set(object);
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        context: &Context<Log>,
        _: ReadRequest<'_>,
        _: &mut ReadResponse,
    ) -> Result<(), Reported> {
        note(context, "read");
        Ok(())
    }

    async fn update(
        &self,
        context: &Context<Log>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        note(context, "update");
        let mut object = request.plan.clone();
        let other = (Type::list(Type::Bool), Value::List(vec![true.into()]));
        object.set("any", Value::Dynamic(Box::new(other)));
        decide(SCHEMA.members(), &mut object);
        response.state.set(object);
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        context: &Context<Log>,
        _: DeleteRequest<'_>,
        _: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        note(context, "delete");
        Ok(())
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<Log>> {
        Some(self)
    }
}

#[async_trait]
impl ModifyPlan<Log> for Fence {
    async fn modify(
        &self,
        context: &Context<Log>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        note(context, "plan");
        let Some(plan) = Plan::of(request, response) else {
            return Ok(());
        };
        let client = context.client_capabilities;
        let before: Option<bool> = plan.private.planned_note("stores");
        plan.private.note("stores", &client.store_planned_private);
        if let Some(stores) = before {
            note(context, &format!("planned before, stored {stores},"));
        }
        for (name, refine) in REFINED {
            let value = plan.planned.get_mut(name);
            *value = refine(value.clone());
        }
        Ok(())
    }
}

/// Adds what is known of an unknown value.
type Refine = fn(Value) -> Value;

/// What is known of what the remote system decides.
const REFINED: [(&str, Refine); 3] = [
    ("id", |it| it.refine_with_prefix("made ")),
    ("height", |it| {
        it.refine_with_lower_bound(1_i64, true)
            .refine_with_upper_bound(9_i64, false)
    }),
    ("planks", |it| {
        it.refine_with_length_lower_bound(2)
            .refine_with_length_upper_bound(2)
    }),
];

struct View;

pub(super) static VIEW_SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![Attribute::string("seen").computed()],
    ..Schema::default()
});

#[async_trait]
impl DataSource<Log> for View {
    fn type_name(&self) -> &str {
        VIEW
    }

    fn schema(&self) -> &Schema {
        &VIEW_SCHEMA
    }

    async fn read(
        &self,
        context: &Context<Log>,
        _: data_source::ReadRequest<'_>,
        response: &mut data_source::ReadResponse,
    ) -> Result<(), Reported> {
        note(context, "look");
        response.state.set("seen", "a fence");
        Ok(())
    }
}
