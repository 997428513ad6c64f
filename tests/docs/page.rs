//! One page of the registry documentation.

use std::fmt::Write;

use provider_ise::azure::body::to_json;
use tfplugin_framework::schema::{
    Attribute, Kind, Mode, Nesting, Schema, TIMEOUTS, timeout_description,
};
use tfplugin_framework::types::ty::Type;

/// The provider's own page.
pub(crate) fn index(schema: &Schema, example: &str) -> String {
    let mut page = head("ise Provider", "", &schema.description);
    page.push_str("# ise Provider\n\n");
    page.push_str(&schema.description);
    page.push_str(
        "\n\nAzure has refused new environments since 2022-11-01 and retired the service on 2024-08-31. Environments that still \
         run can be imported, changed and deleted; everything else is done against the ARM emulator that comes with this provider.\n\n",
    );
    section(&mut page, "Example Usage", &code("terraform", example));
    arguments(&mut page, schema);
    page
}

/// The two ways to import an object.
pub(crate) struct Import<'a> {
    pub(crate) block: &'a str,
    pub(crate) command: &'a str,
}

/// The page of a managed resource.
pub(crate) fn resource(name: &str, schema: &Schema, example: &str, import: &Import<'_>) -> String {
    let title = format!("{name} Resource - ise");
    let mut page = head(&title, "", &schema.description);
    let _ = write!(page, "# {name} (Resource)\n\n{}\n\n", schema.description);
    section(&mut page, "Example Usage", &code("terraform", example));
    arguments(&mut page, schema);
    if let Some(timeouts) = schema.timeouts() {
        let rows = timeouts.operations().map(|(name, default)| {
            format!(
                "- `{name}` (String) {}\n",
                timeout_description(name, default)
            )
        });
        section(
            &mut page,
            "Timeouts",
            &format!(
                "The `{TIMEOUTS}` block takes durations such as `90m` or `1h30m`:\n\n{}",
                rows.collect::<String>()
            ),
        );
    }
    let import = format!(
        "By ARM ID, in any casing, with an `import` block (Terraform 1.5 or later):\n\n{}\nor with a command:\n\n{}\n\
         Terraform 1.16 up to 1.16.2, release candidates included, needs `provider = ise` in the block while it generates \
         configuration ([terraform#39144](https://github.com/hashicorp/terraform/issues/39144)).\n\n\
         With `import` blocks for several instances of a resource with `count`, Terraform 1.16.0-rc2 imports the first and plans to \
         create the others, also with its own `terraform_data`: import those with the command.",
        code("terraform", import.block),
        code("shell", import.command),
    );
    section(&mut page, "Import", &import);
    page
}

fn head(title: &str, subcategory: &str, description: &str) -> String {
    let description = description
        .split(". ")
        .next()
        .unwrap_or(description)
        .trim_end_matches('.');
    format!(
        "---\npage_title: \"{title}\"\nsubcategory: \"{subcategory}\"\ndescription: |-\n  {description}.\n---\n\n"
    )
}

fn section(page: &mut String, title: &str, content: &str) {
    let _ = write!(page, "## {title}\n\n{}\n\n", content.trim_end());
    // One newline ends the file, two end a section.
    while page.ends_with("\n\n\n") {
        page.pop();
    }
}

fn arguments(page: &mut String, schema: &Schema) {
    page.push_str("## Schema\n\n");
    let mut nested = Vec::new();
    groups(page, "###", &schema.attributes, "", &mut nested);
    while let Some((path, attributes)) = (!nested.is_empty()).then(|| nested.remove(0)) {
        let _ = write!(page, "<a id=\"{}\"></a>\n### `{path}`\n\n", anchor(&path));
        groups(page, "####", attributes, &path, &mut nested);
    }
}

fn groups<'a>(
    page: &mut String,
    level: &str,
    attributes: &'a [Attribute],
    parent: &str,
    nested: &mut Vec<(String, &'a [Attribute])>,
) {
    for (title, wanted) in [
        ("Required", &[Mode::Required][..]),
        ("Optional", &[Mode::Optional, Mode::OptionalComputed]),
        ("Read-Only", &[Mode::Computed]),
    ] {
        let mut rows: Vec<_> = attributes
            .iter()
            .filter(|attribute| wanted.contains(&attribute.mode))
            .collect();
        rows.sort_by_key(|attribute| attribute.name.clone());
        if rows.is_empty() {
            continue;
        }
        let _ = write!(page, "{level} {title}\n\n");
        for attribute in rows {
            let path = if parent.is_empty() {
                attribute.name.to_string()
            } else {
                format!("{parent}.{}", attribute.name)
            };
            let _ = writeln!(
                page,
                "- `{}` ({}) {}",
                attribute.name,
                kind(attribute),
                text(attribute, &path)
            );
            if let Kind::Nested(_, attributes) = &attribute.kind {
                nested.push((path, attributes));
            }
        }
        page.push('\n');
    }
}

/// Description, default, choices, and what a change does.
fn text(attribute: &Attribute, path: &str) -> String {
    let mut text = attribute.description.to_string();
    for validator in &attribute.validators {
        let description = validator.description();
        if !description.is_empty() && !is_told(&text, &description) {
            let _ = write!(text, " {description}");
        }
    }
    if let Some(default) = &attribute.default {
        let _ = write!(
            text,
            " Defaults to `{}`.",
            to_json(default).to_string().trim_matches('"')
        );
    }
    for modifier in &attribute.plan_modifiers {
        match modifier.description() {
            description if description.is_empty() => {}
            description => {
                let _ = write!(text, " {description}");
            }
        }
    }
    if let Some(instead) = &attribute.deprecation_message {
        let _ = write!(text, " **Deprecated:** {instead}");
    }
    if matches!(attribute.kind, Kind::Nested(..)) {
        let _ = write!(text, " (see [below](#{}))", anchor(path));
    }
    text
}

/// Whether a text names what a validator asks for: all its choices, or its greatest number.
fn is_told(text: &str, description: &str) -> bool {
    let choices: Vec<_> = description.split('`').skip(1).step_by(2).collect();
    let mut numbers = description.split(|c: char| !c.is_ascii_digit());
    let greatest = numbers
        .rfind(|number| !number.is_empty())
        .unwrap_or_default();
    match choices.is_empty() {
        true => text.contains(greatest),
        false => choices
            .iter()
            .all(|choice| text.contains(&format!("`{choice}`"))),
    }
}

fn kind(attribute: &Attribute) -> String {
    let mut words = vec![match &attribute.kind {
        Kind::Value(ty) => type_words(ty),
        Kind::Nested(Nesting::Single | Nesting::Group, _) => "Attributes".to_owned(),
        Kind::Nested(Nesting::List, _) => "Attributes List".to_owned(),
        Kind::Nested(Nesting::Map, _) => "Attributes Map".to_owned(),
        Kind::Nested(Nesting::Set, _) => "Attributes Set".to_owned(),
    }];
    words.extend(attribute.sensitive.then(|| "Sensitive".to_owned()));
    words.extend(attribute.write_only.then(|| "Write-only".to_owned()));
    words.join(", ")
}

fn type_words(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", type_words(element)),
        Type::Set(element) => format!("Set of {}", type_words(element)),
        Type::Map(element) => format!("Map of {}", type_words(element)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}

fn anchor(path: &str) -> String {
    format!("nested-{}", path.replace('.', "-"))
}

fn code(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}
