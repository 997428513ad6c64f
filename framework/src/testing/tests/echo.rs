//! A provider of one resource with whatever schema: it stores what is planned, with made-up values for what is unknown.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::context::Context;
use crate::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported};
use crate::private::Private;
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::plan::{ModifyPlanRequest, ModifyPlanResponse, Plan};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ImportStateRequest,
    ImportStateResponse, ModifyPlan, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse,
};
use crate::schema::{Members, Row, Schema};
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

pub(super) const THING: &str = "echo_thing";

/// What is remote: nothing, or one object.
pub(super) type Remote = Arc<Mutex<Option<Object>>>;

pub(super) struct Echo {
    thing: Arc<Thing>,
    remote: Remote,
}

impl Echo {
    pub(super) fn new(schema: Schema) -> (Self, Remote) {
        let plans = Mutex::new(0);
        let thing = Arc::new(Thing { schema, plans });
        let remote = Remote::default();
        let echo = Self {
            thing,
            remote: remote.clone(),
        };
        (echo, remote)
    }
}

#[async_trait]
impl Provider for Echo {
    type Data = Remote;

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Remote>,
    ) -> Result<(), Reported> {
        response.data = Some(self.remote.clone());
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<Remote>>> {
        vec![self.thing.clone()]
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

fn fail(object: &Object, operation: &str, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    match mood(object) == operation {
        true => Err(diagnostics.add_error("Remote failure", operation)),
        false => Ok(()),
    }
}

impl Thing {
    /// What the remote side makes of a plan: it fills in, and writes in capitals what has no case.
    fn made(&self, planned: &Object) -> Object {
        let mut made = planned.clone();
        make(self.schema.members(), &mut made);
        match mood(planned) {
            "another" => made.set("name", "another"),
            "misfit" => made.set("size", "many"),
            _ => {}
        }
        made
    }
}

fn keep(context: &Context<Remote>, made: &Object, private: &mut Private) -> Result<(), Diagnostic> {
    *context.data()?.lock().expect("not poisoned") = Some(made.clone());
    let times = private.get::<u32>("times").unwrap_or_default();
    private.set("times", &(times + 1));
    Ok(())
}

#[async_trait]
impl Resource<Remote> for Thing {
    fn type_name(&self) -> &str {
        THING
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn modify_plan(&self) -> Option<&dyn ModifyPlan<Remote>> {
        Some(self)
    }

    fn import_state(&self) -> Option<&dyn ImportState<Remote>> {
        Some(self)
    }

    async fn create(
        &self,
        context: &Context<Remote>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let CreateResponse {
            state,
            private,
            diagnostics,
            ..
        } = response;
        fail(request.plan, "fail before create", diagnostics)?;
        let made = self.made(request.plan);
        keep(context, &made, private).report(diagnostics)?;
        state.set(made);
        fail(request.plan, "fail after create", diagnostics)?;
        if mood(request.plan) == "accept" {
            let warning = Diagnostic::warning("Not finished", "It goes on.");
            return Ok(response.accepted(request.plan.clone(), warning));
        }
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        context: &Context<Remote>,
        _: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let remote = context.data().report(&mut response.diagnostics)?;
        match remote.lock().expect("not poisoned").clone() {
            Some(object) => response.state.set(object),
            None => response.state.remove(),
        }
        Ok(())
    }

    async fn update(
        &self,
        context: &Context<Remote>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        fail(request.plan, "fail update", &mut response.diagnostics)?;
        let made = self.made(request.plan);
        keep(context, &made, &mut response.private).report(&mut response.diagnostics)?;
        response.state.set(made);
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        context: &Context<Remote>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        fail(request.prior, "fail delete", &mut response.diagnostics)?;
        let remote = context.data().report(&mut response.diagnostics)?;
        *remote.lock().expect("not poisoned") = None;
        Ok(())
    }
}

#[async_trait]
impl ModifyPlan<Remote> for Thing {
    async fn modify(
        &self,
        _: &Context<Remote>,
        request: ModifyPlanRequest<'_>,
        response: &mut ModifyPlanResponse,
    ) -> Result<(), Reported> {
        let Some(plan) = Plan::of(request, response) else {
            return Ok(());
        };
        let mut plans = self.plans.lock().expect("not poisoned");
        *plans += 1;
        match mood(plan.config) {
            "own will" => plan.planned.set("name", "own will"),
            "fickle" => plan.planned.set("id", format!("plan {plans}")),
            "replace" => drop(plan.requires_replace.insert(Path::attribute("mood"))),
            "replace nothing" => {
                let nothing = Path::attribute("list").with_index(7);
                plan.requires_replace.insert(nothing);
            }
            "warn" => plan.diagnostics.add_warning("Careful", "Really."),
            _ => {}
        }
        Ok(())
    }
}

#[async_trait]
impl ImportState<Remote> for Thing {
    async fn import(
        &self,
        _: &Context<Remote>,
        _: ImportStateRequest<'_>,
        _: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
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
    let has_no_case = row
        .attribute()
        .is_some_and(|it| it.custom_type.is_some() || it.element_type.is_some());
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
