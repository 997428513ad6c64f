//! Sets that are answered in another order and other forms than they were written in.

use std::sync::LazyLock;

use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::{CreateRequest, ReadRequest, UpdateRequest};
use tfplugin_framework::schema::{Attribute, Block, Nesting, Schema};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use crate::echo::Echo;
use crate::types::IPV6_ADDRESS;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let address = || {
        vec![
            Attribute::string("ipv6")
                .required()
                .custom_type(IPV6_ADDRESS),
        ]
    };
    Schema {
        attributes: vec![
            Attribute::set("set_of_ipv6", Type::String)
                .required()
                .element_type(IPV6_ADDRESS),
            Attribute::nested("set_nested_attribute", Nesting::Set, address()).required(),
        ],
        blocks: vec![Block::new("set_nested_block", Nesting::Set, address()).min_items(1)],
        ..Schema::default()
    }
});

/// The resource.
pub(super) struct SetSemanticEquality;

impl Echo for SetSemanticEquality {
    fn type_name(&self) -> &'static str {
        "framework_set_semantic_equality"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn create(&self, _: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(remote())
    }

    fn update(&self, _: UpdateRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(remote())
    }

    fn read(&self, _: ReadRequest<'_>) -> Result<Object, Diagnostic> {
        Ok(remote())
    }
}

/// What is there, whatever was written.
fn remote() -> Object {
    let objects = |addresses: &[&str]| {
        let object = |address: &&str| Value::Object([("ipv6", *address)].into_iter().collect());
        Value::set(addresses.iter().map(object))
    };
    let set = [
        "2001:DB8::8:800:200C:417A",
        "::FFFF:192.168.255.255",
        "::",
        "::101",
    ];
    let block = [
        "::FFFF:192.168.255.255",
        "FF01::",
        "2001:DB8::8:800:200C:417A",
    ];
    let nested = ["2001:1:2:3:4:5:6:7", "2041:0000:140F::875B:131B"];
    [
        ("set_of_ipv6", Value::set(set.map(Value::from))),
        ("set_nested_attribute", objects(&nested)),
        ("set_nested_block", objects(&block)),
    ]
    .into_iter()
    .collect()
}
