//! Values of all types that the provider decides, and keeps.

use std::sync::LazyLock;

use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::CreateRequest;
use tfplugin_framework::schema::plan_modifier::use_state_for_unknown;
use tfplugin_framework::schema::{Attribute, Block, Nesting, Schema};
use tfplugin_framework::types::number::Number;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use crate::echo::Echo;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let nested = |is_computed: bool| {
        let row = Attribute::string("nested_string");
        vec![if is_computed {
            row.computed()
        } else {
            row.required()
        }]
    };
    let object = Type::object([("nested_string", Type::String)]);
    let values = [
        ("bool", Type::Bool),
        ("dynamic", Type::Dynamic),
        ("float64", Type::Number),
        ("int64", Type::Number),
        ("string", Type::String),
        ("list", Type::list(Type::String)),
        ("map", Type::map(Type::String)),
        ("object", object),
    ];
    let objects = [
        ("map_nested", Nesting::Map),
        ("single_nested", Nesting::Single),
    ];
    let mut attributes = Vec::new();
    for (name, ty) in values {
        attributes.push(Attribute::value(format!("config_{name}"), ty.clone()).required());
        let computed = Attribute::value(format!("computed_{name}"), ty).computed();
        attributes.push(computed.plan(use_state_for_unknown()));
    }
    for (name, nesting) in objects {
        let config = Attribute::nested(format!("config_{name}"), nesting, nested(false));
        attributes.push(config.required());
        let computed = Attribute::nested(format!("computed_{name}"), nesting, nested(true));
        attributes.push(computed.computed().plan(use_state_for_unknown()));
    }
    let kept = Attribute::string("nested_string")
        .computed()
        .plan(use_state_for_unknown());
    Schema {
        attributes,
        blocks: vec![
            Block::new("config_set_nested_block", Nesting::Set, nested(false)),
            Block::new("computed_list_nested_block", Nesting::List, vec![kept]),
        ],
        ..Schema::default()
    }
});

/// The resource.
pub(super) struct Reflection;

impl Echo for Reflection {
    fn type_name(&self) -> &'static str {
        "framework_tfsdk_reflection"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        let nested = |text: &str| Value::Object([("nested_string", text)].into_iter().collect());
        let map = |of: &dyn Fn(&str) -> Value| {
            let elements = [("key6", of("val6")), ("key7", of("val7"))];
            Value::Map(elements.map(|(key, value)| (key.to_owned(), value)).into())
        };
        let dynamic = Value::Dynamic(Box::new((Type::String, "dynamic string".into())));
        let blocks = request.plan.get("computed_list_nested_block").as_elements();
        let texts = ["computed string one", "computed string two"].map(nested);
        let blocks = texts.into_iter().take(blocks.unwrap_or_default().len());
        let mut state = request.plan.clone();
        for (name, value) in [
            ("computed_bool", true.into()),
            ("computed_dynamic", dynamic),
            ("computed_float64", Number::from_f64(1.2).into()),
            ("computed_int64", 100_i64.into()),
            ("computed_string", "computed string".into()),
            (
                "computed_list",
                Value::List(["computed", "list"].map(Value::from).into()),
            ),
            ("computed_map", map(&|text| text.into())),
            ("computed_map_nested", map(&nested)),
            ("computed_object", nested("computed string")),
            ("computed_single_nested", nested("computed string")),
            ("computed_list_nested_block", Value::List(blocks.collect())),
        ] {
            state.set(name, value);
        }
        Ok(state)
    }
}
