//! One page each for the provider, a resource, a data source and a function.

use std::fmt::Write;

use super::markdown::{code, front_matter, heading, section};
use super::rows::{rows, type_words};
use crate::function::{Parameter, Signature};
use crate::schema::{Schema, TIMEOUTS, timeout_description};
use crate::types::ty::Type;

/// How an object is imported.
#[derive(Clone, Copy, Debug)]
pub(super) struct Import<'a> {
    /// What the ID is.
    pub(super) introduction: &'a str,
    /// An `import` block.
    pub(super) block: &'a str,
    /// A command.
    pub(super) command: &'a str,
    /// What else there is to know.
    pub(super) notes: &'a str,
}

pub(super) fn index(provider: &str, schema: &Schema, notes: &str, example: &str) -> String {
    let title = format!("{provider} Provider");
    let mut page = front_matter(&title, &schema.description);
    heading(&mut page, &title, &[&schema.description, notes]);
    section(&mut page, "Example Usage", &code("terraform", example));
    section(&mut page, "Schema", &rows(schema));
    page
}

pub(super) fn resource(
    (provider, name): (&str, &str),
    schema: &Schema,
    example: &str,
    import: Option<Import<'_>>,
) -> String {
    let mut page = object("Resource", (provider, name), schema, example);
    if let Some(import) = import {
        let content = format!(
            "{} with an `import` block (Terraform 1.5 or later):\n\n{}\nor with a command:\n\n{}\n{}",
            import.introduction,
            code("terraform", import.block),
            code("shell", import.command),
            import.notes,
        );
        section(&mut page, "Import", &content);
    }
    page
}

pub(super) fn data_source(
    (provider, name): (&str, &str),
    schema: &Schema,
    example: &str,
) -> String {
    object("Data Source", (provider, name), schema, example)
}

fn object(what: &str, (provider, name): (&str, &str), schema: &Schema, example: &str) -> String {
    let title = format!("{name} {what} - {provider}");
    let mut page = front_matter(&title, &schema.description);
    let title = format!("{name} ({what})");
    heading(&mut page, &title, &[&schema.description]);
    section(&mut page, "Example Usage", &code("terraform", example));
    section(&mut page, "Schema", &rows(schema));
    timeouts(&mut page, schema);
    page
}

fn timeouts(page: &mut String, schema: &Schema) {
    let Some(timeouts) = schema.timeouts() else {
        return;
    };
    let rows = timeouts.operations().map(|(name, default)| {
        let description = timeout_description(name, default);
        format!("- `{name}` (String) {description}\n")
    });
    let what = match schema.attribute(TIMEOUTS) {
        Some(_) => "attribute",
        None => "block",
    };
    let content = format!(
        "The `{TIMEOUTS}` {what} takes durations such as `90m` or `1h30m`:\n\n{}",
        rows.collect::<String>()
    );
    section(page, "Timeouts", &content);
}

pub(super) fn function(
    (provider, name): (&str, &str),
    signature: &Signature,
    example: &str,
) -> String {
    let title = format!("{name} function - {provider}");
    let mut page = front_matter(&title, &signature.summary);
    let title = format!("function: {name}");
    let deprecation = signature.deprecation_message.as_ref();
    let deprecation = deprecation.map(|it| format!("**Deprecated:** {it}"));
    let deprecation = deprecation.unwrap_or_default();
    heading(&mut page, &title, &[&signature.description, &deprecation]);
    section(&mut page, "Example Usage", &code("terraform", example));
    section(
        &mut page,
        "Signature",
        &code("text", &call(name, signature)),
    );
    let mut arguments = String::new();
    let parameters = signature.parameters.iter().map(|it| (it, ""));
    let variadic = signature.variadic.iter().map(|it| (it, "Variadic, "));
    for (parameter, variadic) in parameters.chain(variadic) {
        let (name, kind) = (&parameter.name, type_words(&parameter.ty));
        let description = &parameter.description;
        let nullable = if parameter.allow_null_value {
            ", Nullable"
        } else {
            ""
        };
        let _ = writeln!(
            arguments,
            "1. `{name}` ({variadic}{kind}{nullable}) {description}"
        );
    }
    section(&mut page, "Arguments", &arguments);
    page
}

/// `name(first string, others number...) bool`
fn call(name: &str, signature: &Signature) -> String {
    let parameter = |it: &Parameter| format!("{} {}", it.name, type_name(&it.ty));
    let mut parameters: Vec<_> = signature.parameters.iter().map(parameter).collect();
    let variadic = signature.variadic.as_ref();
    parameters.extend(variadic.map(|it| format!("{}...", parameter(it))));
    let returns = type_name(&signature.returns);
    format!("{name}({}) {returns}", parameters.join(", "))
}

/// A type as it is written in HCL.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::String => "string".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Dynamic => "dynamic".to_owned(),
        Type::List(element) => format!("list of {}", type_name(element)),
        Type::Set(element) => format!("set of {}", type_name(element)),
        Type::Map(element) => format!("map of {}", type_name(element)),
        Type::Tuple(_) => "tuple".to_owned(),
        Type::Object(_) => "object".to_owned(),
    }
}
