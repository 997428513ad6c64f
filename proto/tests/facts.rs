//! Compares what we compile with an independent description of the protocols, element by element.
//!
//! The description is a folder of JSON files named by `TFPLUGIN6_FACTS`; without it there is nothing to compare with, and
//! these tests pass without having looked. CI sees by `TESTED_WITH` whether they have: they leave a file of that name there.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    FileDescriptorSet,
};
use serde_json::Value;

#[test]
fn the_provider_protocol_is_complete() {
    let Some(facts) = facts("tfplugin6.json") else {
        return;
    };
    let unreleased = unreleased_fields(&facts);
    assert!(!unreleased.is_empty(), "the description marks 6.11 fields");
    compare("tfplugin6", &facts, &unreleased);
}

#[test]
fn the_go_plugin_services_are_complete() {
    let Some(facts) = facts("go-plugin.json") else {
        return;
    };
    compare("plugin", &facts, &BTreeSet::new());
}

/// Both sides as sorted lines of text, so that a difference reads like a diff.
fn compare(package: &str, facts: &Value, unreleased: &BTreeSet<String>) {
    let expected = from_facts(package, facts);
    let actual = from_descriptors(package);
    // What is not released yet may be used, and need not be.
    let missing = expected.difference(&actual);
    let missing: Vec<_> = missing.filter(|line| !unreleased.contains(*line)).collect();
    let extra = actual.difference(&expected);
    let extra: Vec<_> = extra.filter(|line| !unreleased.contains(*line)).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "missing: {missing:#?}\nextra: {extra:#?}"
    );
    assert!(expected.len() > 10, "only {} elements", expected.len());
}

fn facts(file: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("TFPLUGIN6_FACTS") else {
        // Written past the test runner, which hides what tests that pass print.
        let message = format!("TFPLUGIN6_FACTS is not set: {file} was not compared.");
        writeln!(std::io::stderr(), "{message}").ok();
        return None;
    };
    let path = PathBuf::from(folder).join(file);
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if let Some(folder) = std::env::var_os("TESTED_WITH") {
        std::fs::write(PathBuf::from(folder).join(file), "").expect("the folder is there");
    }
    Some(serde_json::from_slice(&text).expect("the description is JSON"))
}

fn unreleased_fields(facts: &Value) -> BTreeSet<String> {
    let fields = list(&facts["unreleased"]["added_fields"]).iter();
    fields
        .map(|field| field_line("tfplugin6", text(&field["message"]), field))
        .collect()
}

// --- The description ---

fn from_facts(package: &str, facts: &Value) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for service in list(&facts["services"]) {
        for method in list(&service["methods"]) {
            lines.insert(method_line(
                text(&service["full_name"]),
                text(&method["name"]),
                (
                    flag(&method["client_streaming"]),
                    &qualify(package, text(&method["request"])),
                ),
                (
                    flag(&method["server_streaming"]),
                    &qualify(package, text(&method["response"])),
                ),
            ));
        }
    }
    for item in list(&facts["enums"]) {
        enum_facts(package, item, &mut lines);
    }
    for message in list(&facts["messages"]) {
        message_facts(package, message, &mut lines);
    }
    lines
}

fn message_facts(package: &str, message: &Value, lines: &mut BTreeSet<String>) {
    let name = text(&message["full_name"]);
    lines.insert(format!("message {name}"));
    for field in list(&message["fields"]) {
        lines.insert(field_line(package, name, field));
    }
    for item in list(&message["enums"]) {
        enum_facts(name, item, lines);
    }
    for nested in list(&message["nested_messages"]) {
        message_facts(package, nested, lines);
    }
}

fn field_line(package: &str, message: &str, field: &Value) -> String {
    let (label, kind) = match text(&field["label"]) {
        "map" => (
            "map",
            format!(
                "{} to {}",
                text(&field["map"]["key"]),
                qualify_type(package, text(&field["map"]["value"]))
            ),
        ),
        "repeated" => ("repeated", kind_of(package, field)),
        _ if flag(&field["optional"]) => ("optional", kind_of(package, field)),
        _ => ("singular", kind_of(package, field)),
    };
    format!(
        "{message}.{} = {}: {label} {kind}, oneof {}, deprecated {}",
        text(&field["name"]),
        field["number"],
        field["oneof"].as_str().unwrap_or("none"),
        flag(&field["deprecated"]),
    )
}

fn enum_facts(scope: &str, item: &Value, lines: &mut BTreeSet<String>) {
    for value in list(&item["values"]) {
        lines.insert(format!(
            "enum {scope}.{}.{} = {}",
            text(&item["name"]),
            text(&value["name"]),
            value["number"]
        ));
    }
}

fn kind_of(package: &str, field: &Value) -> String {
    match field["type_name"].as_str() {
        Some(name) => qualify(package, name),
        None => text(&field["type"]).to_owned(),
    }
}

/// Map values are scalars in lower case or messages.
fn qualify_type(package: &str, name: &str) -> String {
    match name.starts_with(char::is_uppercase) {
        true => qualify(package, name),
        false => name.to_owned(),
    }
}

fn qualify(package: &str, name: &str) -> String {
    match name.starts_with(&format!("{package}.")) || name.starts_with("google.") {
        true => name.to_owned(),
        false => format!("{package}.{name}"),
    }
}

// --- What we compile ---

fn from_descriptors(package: &str) -> BTreeSet<String> {
    let set =
        FileDescriptorSet::decode(tfplugin_proto::FILE_DESCRIPTOR_SET).expect("descriptors decode");
    let mut lines = BTreeSet::new();
    for file in set.file.iter().filter(|file| file.package() == package) {
        services(file, &mut lines);
        for item in &file.enum_type {
            enumeration(package, item, &mut lines);
        }
        for message in &file.message_type {
            messages(package, message, &mut lines);
        }
    }
    lines
}

fn services(file: &FileDescriptorProto, lines: &mut BTreeSet<String>) {
    for service in &file.service {
        for method in &service.method {
            lines.insert(method_line(
                &format!("{}.{}", file.package(), service.name()),
                method.name(),
                (method.client_streaming(), bare(method.input_type())),
                (method.server_streaming(), bare(method.output_type())),
            ));
        }
    }
}

fn messages(scope: &str, message: &DescriptorProto, lines: &mut BTreeSet<String>) {
    let name = format!("{scope}.{}", message.name());
    lines.insert(format!("message {name}"));
    for field in &message.field {
        let (label, kind) = label_and_kind(message, field);
        let oneof = match (field.proto3_optional(), field.oneof_index) {
            (false, Some(index)) => message.oneof_decl[index as usize].name(),
            _ => "none",
        };
        let deprecated = field
            .options
            .as_ref()
            .is_some_and(|options| options.deprecated());
        lines.insert(format!(
            "{name}.{} = {}: {label} {kind}, oneof {oneof}, deprecated {deprecated}",
            field.name(),
            field.number()
        ));
    }
    for item in &message.enum_type {
        enumeration(&name, item, lines);
    }
    for nested in message.nested_type.iter().filter(|item| !is_map(item)) {
        messages(&name, nested, lines);
    }
}

fn label_and_kind(
    message: &DescriptorProto,
    field: &FieldDescriptorProto,
) -> (&'static str, String) {
    let repeated = field.label() == Label::Repeated;
    let entry = message
        .nested_type
        .iter()
        .filter(|item| is_map(item))
        .find(|item| field.type_name().ends_with(&format!(".{}", item.name())));
    if let (true, Some(entry)) = (repeated, entry) {
        let [key, value] = entry.field.as_slice() else {
            panic!("a map entry has a key and a value");
        };
        return ("map", format!("{} to {}", kind(key), kind(value)));
    }
    let label = match (repeated, field.proto3_optional()) {
        (true, _) => "repeated",
        (false, true) => "optional",
        (false, false) => "singular",
    };
    (label, kind(field))
}

fn kind(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Message | Type::Enum => bare(field.type_name()).to_owned(),
        scalar => scalar
            .as_str_name()
            .trim_start_matches("TYPE_")
            .to_lowercase(),
    }
}

fn enumeration(scope: &str, item: &EnumDescriptorProto, lines: &mut BTreeSet<String>) {
    for value in &item.value {
        lines.insert(format!(
            "enum {scope}.{}.{} = {}",
            item.name(),
            value.name(),
            value.number()
        ));
    }
}

fn is_map(message: &DescriptorProto) -> bool {
    message
        .options
        .as_ref()
        .is_some_and(|options| options.map_entry())
}

fn bare(name: &str) -> &str {
    name.trim_start_matches('.')
}

// --- Shared ---

fn method_line(service: &str, name: &str, request: (bool, &str), response: (bool, &str)) -> String {
    format!("method {service}/{name}: {request:?} to {response:?}")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn flag(value: &Value) -> bool {
    value.as_bool().unwrap_or_default()
}
