//! One page each for the provider, for each type that it has, and for each function.

use std::fmt::Write;

use super::markdown::{code, front_matter, heading, section};
use super::rows::{rows, type_words};
use crate::function::{Parameter, Signature};
use crate::schema::identity::IdentitySchema;
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
    /// An `import` block with an identity, for a type that has one.
    pub(super) by_identity: Option<&'a str>,
    /// What else there is to know.
    pub(super) notes: &'a str,
}

pub(super) fn index(provider: &str, schema: &Schema, notes: &str, example: &str) -> String {
    let title = format!("{provider} Provider");
    let mut page = front_matter(&title, &schema.description);
    let deprecation = deprecation(schema.deprecation_message.as_deref());
    heading(
        &mut page,
        &title,
        &[&schema.description, &deprecation, notes],
    );
    section(&mut page, "Example Usage", &code("terraform", example));
    section(&mut page, "Schema", &rows(schema));
    page
}

pub(super) fn resource(
    of: &Object<'_>,
    identity: Option<&IdentitySchema>,
    import: Option<Import<'_>>,
) -> String {
    let mut page = object(of);
    let Some(import) = import else {
        let identity = identity.map(|it| identity_rows("###", it));
        section(&mut page, "Identity", &identity.unwrap_or_default());
        return page;
    };
    let mut content = format!(
        "{} with an `import` block (Terraform 1.5 or later):\n\n{}\nor with a command:\n\n{}\n{}",
        import.introduction,
        code("terraform", import.block),
        code("shell", import.command),
        import.notes,
    );
    if let (Some(block), Some(identity)) = (import.by_identity, identity) {
        let (block, rows) = (code("terraform", block), identity_rows("####", identity));
        content.truncate(content.trim_end().len());
        let _ = write!(
            content,
            "\n\nBy identity, with an `import` block (Terraform 1.12 or later):\n\n{block}\n### Identity Schema\n\n{rows}"
        );
    }
    section(&mut page, "Import", &content);
    page
}

/// What of an identity an import has to give, and what it may.
fn identity_rows(level: &str, schema: &IdentitySchema) -> String {
    let mut rows = String::new();
    for (title, is_optional) in [("Required", false), ("Optional", true)] {
        let attributes = schema.attributes.iter();
        let mut attributes = attributes
            .filter(|it| it.is_optional_for_import == is_optional)
            .peekable();
        if attributes.peek().is_none() {
            continue;
        }
        let _ = write!(rows, "{level} {title}\n\n");
        for attribute in attributes {
            let (name, kind) = (&attribute.name, type_words(&attribute.ty));
            let row = format!("- `{name}` ({kind}) {}", attribute.description);
            let _ = writeln!(rows, "{}", row.trim_end());
        }
        rows.push('\n');
    }
    rows
}

/// A type, its schema and how it is used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'a> {
    /// What it is.
    pub(super) what: &'a str,
    /// The provider's name.
    pub(super) provider: &'a str,
    /// The type's name.
    pub(super) name: &'a str,
    /// Its schema.
    pub(super) schema: &'a Schema,
    /// A configuration that uses it.
    pub(super) example: &'a str,
}

pub(super) fn object(of: &Object<'_>) -> String {
    let (what, provider, name, schema) = (of.what, of.provider, of.name, of.schema);
    let title = format!("{name} {what} - {provider}");
    let mut page = front_matter(&title, &schema.description);
    let title = format!("{name} ({what})");
    let deprecation = deprecation(schema.deprecation_message.as_deref());
    heading(&mut page, &title, &[&schema.description, &deprecation]);
    section(&mut page, "Example Usage", &code("terraform", of.example));
    section(&mut page, "Schema", &rows(schema));
    timeouts(&mut page, schema);
    page
}

fn deprecation(message: Option<&str>) -> String {
    let words = message.map(|it| format!("**Deprecated:** {it}"));
    words.unwrap_or_default()
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
    let deprecation = deprecation(signature.deprecation_message.as_deref());
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
