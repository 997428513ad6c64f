//! Write-only values at every depth.

use std::sync::LazyLock;

use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::{CreateRequest, ReadRequest, UpdateRequest};
use tfplugin_framework::schema::{Attribute, Block, Nesting, Schema};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use crate::echo::Echo;
use crate::types::{Float, IPV6_ADDRESS};

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let in_map = vec![
        Attribute::string("string_attr").required(),
        Attribute::number("writeonly_float64")
            .write_only()
            .custom_type(Float::Double),
    ];
    let in_list = vec![
        Attribute::string("writeonly_string")
            .required()
            .write_only(),
    ];
    let list = Attribute::nested("writeonly_nested_list", Nesting::List, in_list);
    let in_object = vec![
        Attribute::number("writeonly_int64").required().write_only(),
        Attribute::bool("writeonly_bool").required().write_only(),
        list.required().write_only(),
    ];
    let in_inner_block = vec![
        Attribute::bool("bool_attr").required(),
        Attribute::bool("writeonly_bool").write_only(),
    ];
    let in_block = vec![
        Attribute::string("string_attr").required(),
        Attribute::string("writeonly_string").write_only(),
    ];
    let inner_block = Block::new("double_nested_object", Nesting::Single, in_inner_block);
    let block = Block::new("nested_block_list", Nesting::List, in_block);
    Schema {
        attributes: vec![
            Attribute::string("computed_attr").computed(),
            Attribute::string("writeonly_custom_ipv6")
                .write_only()
                .custom_type(IPV6_ADDRESS),
            Attribute::string("writeonly_string").write_only(),
            Attribute::list("writeonly_list", Type::String).write_only(),
            Attribute::nested("nested_map", Nesting::Map, in_map).required(),
            Attribute::nested("writeonly_nested_object", Nesting::Single, in_object).write_only(),
        ],
        blocks: vec![block.blocks(vec![inner_block])],
        ..Schema::default()
    }
});

/// The resource.
pub(super) struct WriteOnly;

impl Echo for WriteOnly {
    fn type_name(&self) -> &'static str {
        "framework_writeonly"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        stored(request.config)
    }

    fn update(&self, request: UpdateRequest<'_>) -> Result<Object, Diagnostic> {
        stored(request.config)
    }

    /// Tells a write-only value, which the framework leaves out.
    fn read(&self, request: ReadRequest<'_>) -> Result<Object, Diagnostic> {
        let mut state = request.current.clone();
        state.set("writeonly_string", "fakepassword");
        Ok(state)
    }
}

/// The whole configuration, write-only values and all, which the framework leaves out.
fn stored(config: &Object) -> Result<Object, Diagnostic> {
    check(config)?;
    let mut state = config.clone();
    state.set("computed_attr", "computed_val");
    Ok(state)
}

fn check(config: &Object) -> Result<(), Diagnostic> {
    let strings = |texts: &[&str]| Value::List(texts.iter().map(|it| (*it).into()).collect());
    expect(config, "writeonly_custom_ipv6", "::".into())?;
    expect(config, "writeonly_string", "fakepassword".into())?;
    expect(config, "writeonly_list", strings(&["fake", "password"]))?;
    for (key, number) in [("key1", 10), ("key2", 20)] {
        let map = config.get("nested_map").as_map();
        if let Some(element) = map.and_then(|map| map.get(key)?.as_object()) {
            expect(element, "writeonly_float64", i64::into(number))?;
        }
    }
    if let Some(object) = config.object("writeonly_nested_object") {
        expect(object, "writeonly_int64", 1234_i64.into())?;
        expect(object, "writeonly_bool", true.into())?;
        let list = object.get("writeonly_nested_list").as_elements();
        let passwords = ["fakepassword1", "fakepassword2"];
        for (element, password) in list.into_iter().flatten().zip(passwords) {
            if let Some(element) = element.as_object() {
                expect(element, "writeonly_string", password.into())?;
            }
        }
    }
    let blocks = config.get("nested_block_list").as_elements();
    let blocks = blocks.into_iter().flatten().filter_map(Value::as_object);
    for (block, (password, is_second)) in
        blocks.zip([("fakepassword1", false), ("fakepassword2", true)])
    {
        expect(block, "writeonly_string", password.into())?;
        if let Some(inner) = block.object("double_nested_object") {
            expect(inner, "writeonly_bool", is_second.into())?;
        }
    }
    Ok(())
}

/// A write-only value that the configuration gives has to be this one.
fn expect(object: &Object, name: &str, expected: Value) -> Result<(), Diagnostic> {
    match object.get(name) {
        Value::Null => Ok(()),
        found if *found == expected => Ok(()),
        found => {
            let detail = format!("{name} is {found:?} instead of {expected:?}.");
            Err(Diagnostic::error("Unexpected WriteOnly Value", detail))
        }
    }
}
