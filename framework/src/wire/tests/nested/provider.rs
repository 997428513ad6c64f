//! A provider whose resource has nested attributes of every kind, and which fails without an error when it is asked to.

use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;

use crate::context::Context;
use crate::data_source::{self, DataSource};
use crate::diagnostics::{Diagnostic, Report as _, Reported};
use crate::function::{CallRequest, Function, FunctionError, Parameter, Signature};
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ImportStateRequest,
    ImportStateResponse, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse,
};
use crate::schema::plan_modifier::{
    requires_replace, unknown_when_changed, use_non_null_state_for_unknown,
    use_prior_when_semantically_equal,
};
use crate::schema::validator::text;
use crate::schema::{Attribute, Nesting, Schema};
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

/// What the resource has seen as its configuration, write-only values included; one test looks at it.
pub(super) static SEEN_CONFIG: Mutex<Option<Object>> = Mutex::new(None);

pub(super) struct Nested;

#[async_trait]
impl Provider for Nested {
    type Data = ();

    fn schema(&self) -> &Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
            attributes: vec![Attribute::string("mood")],
            ..Schema::default()
        });
        &SCHEMA
    }

    async fn configure(
        &self,
        _: &ConfigureContext,
        request: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<()>,
    ) -> Result<(), Reported> {
        response.data = Some(());
        fail_with_warning(request.config.str("mood"), "configure").report(&mut response.diagnostics)
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<()>>> {
        vec![Arc::new(Thing)]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource<()>>> {
        vec![Arc::new(Length)]
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        vec![Arc::new(Half)]
    }
}

/// Fails with nothing but a warning, if it is asked to.
pub(super) fn fail_with_warning(mood: Option<&str>, operation: &str) -> Result<(), Diagnostic> {
    match mood == Some(operation) {
        true => Err(Diagnostic::warning("Hm", "Something is odd.")),
        false => Ok(()),
    }
}

pub(super) static THING: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("id")
            .computed()
            .plan(use_non_null_state_for_unknown()),
        Attribute::string("mood"),
        Attribute::nested(
            "owner",
            Nesting::Single,
            vec![
                Attribute::string("email")
                    .required()
                    .plan(requires_replace()),
                Attribute::string("token").write_only(),
                Attribute::string("key")
                    .computed()
                    .plan(unknown_when_changed(&["owner"])),
            ],
        ),
        Attribute::nested(
            "steps",
            Nesting::List,
            vec![
                Attribute::string("name")
                    .required()
                    .semantic_equality(|a, b| {
                        let texts = a.as_str().zip(b.as_str());
                        texts.is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
                    })
                    .plan(use_prior_when_semantically_equal()),
                Attribute::number("size").default(1_i64),
                Attribute::string("serial")
                    .computed()
                    .plan(use_non_null_state_for_unknown()),
                Attribute::string("password").write_only(),
            ],
        ),
        Attribute::nested(
            "doors",
            Nesting::Map,
            vec![
                Attribute::string("colour"),
                Attribute::bool("open").default(false),
                Attribute::string("serial")
                    .computed()
                    .plan(use_non_null_state_for_unknown()),
                Attribute::string("code").write_only(),
            ],
        ),
        Attribute::nested(
            "claims",
            Nesting::Set,
            vec![
                Attribute::string("name").required(),
                Attribute::string("value"),
            ],
        ),
    ],
    ..Schema::default()
});

pub(super) struct Thing;

#[async_trait]
impl Resource<()> for Thing {
    fn type_name(&self) -> &str {
        "nested_thing"
    }

    fn schema(&self) -> &Schema {
        &THING
    }

    async fn create(
        &self,
        _: &Context<()>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        fail_with_warning(request.plan.str("mood"), "create").report(&mut response.diagnostics)?;
        *SEEN_CONFIG.lock().expect("not poisoned") = Some(request.config.clone());
        response.state.set(made(request.plan));
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        _: &Context<()>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        fail_with_warning(request.current.str("mood"), "read").report(&mut response.diagnostics)
    }

    async fn update(
        &self,
        _: &Context<()>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        fail_with_warning(request.plan.str("mood"), "update").report(&mut response.diagnostics)?;
        response.state.set(made(request.plan));
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        _: &Context<()>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        fail_with_warning(request.prior.str("mood"), "delete").report(&mut response.diagnostics)
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        Some(self)
    }
}

#[async_trait]
impl ImportState<()> for Thing {
    async fn import(
        &self,
        _: &Context<()>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        fail_with_warning(Some(request.id), "import").report(&mut response.diagnostics)
    }
}

/// The object with everything that was unknown decided.
pub(super) fn made(planned: &Object) -> Object {
    let decided = |value: &Value| match value {
        Value::Unknown(_) => "made".into(),
        Value::Object(object) => made(object).into(),
        Value::List(elements) => Value::List(
            elements
                .iter()
                .map(|it| it.as_object().map_or(it.clone(), |it| made(it).into()))
                .collect(),
        ),
        Value::Map(elements) => Value::Map(
            elements
                .iter()
                .map(|(key, it)| {
                    (
                        key.clone(),
                        it.as_object().map_or(it.clone(), |it| made(it).into()),
                    )
                })
                .collect(),
        ),
        other => other.clone(),
    };
    planned
        .iter()
        .map(|(name, value)| (name, decided(value)))
        .collect()
}

pub(super) static LENGTH: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("text")
            .required()
            .validator(text(|text| match text {
                "" => Err("The text is empty.".into()),
                _ => Ok(()),
            })),
        Attribute::number("length").computed(),
    ],
    ..Schema::default()
});

pub(super) struct Length;

#[async_trait]
impl DataSource<()> for Length {
    fn type_name(&self) -> &str {
        "nested_length"
    }

    fn schema(&self) -> &Schema {
        &LENGTH
    }

    async fn read(
        &self,
        _: &Context<()>,
        request: data_source::ReadRequest<'_>,
        response: &mut data_source::ReadResponse,
    ) -> Result<(), Reported> {
        let text = request.config.str_or_empty("text");
        fail_with_warning(Some(text), "read").report(&mut response.diagnostics)?;
        if text == "long" {
            response.diagnostics.add_warning("Long", "That is long.");
        }
        let length = i64::try_from(text.len()).expect("short");
        response.state.set("length", length);
        Ok(())
    }
}

pub(super) struct Half;

impl Function for Half {
    fn name(&self) -> &str {
        "half"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::Number)
            .parameter(Parameter::new("number", Type::Number).doc("A number."))
            .summary("Halves.")
            .doc("Halves a number.")
    }

    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
        let number = request.arguments[0].as_number().and_then(|it| it.as_i64());
        match number {
            Some(13) => panic!("unlucky"),
            Some(number) if number % 2 == 0 => Ok((number / 2).into()),
            _ => Err(FunctionError::of_argument(0, "It is odd.")),
        }
    }
}
