//! The adapter from a type of ARM to a data source of Terraform: an object that something else manages.
//!
//! Its rows are those of the resource, as what is told instead of what is written. What only the provider keeps of a
//! resource, and what ARM never gives back, it does not have.

use std::time::Duration;

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::data_source::{DataSource, ReadRequest, ReadResponse};
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported, sentence};
use tfplugin_framework::schema::validator::{ValidateRequest, Validator};
use tfplugin_framework::schema::{Attribute, Kind, Schema, Text, Timeouts};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Object;
use tfplugin_framework::validate_config::{ValidateConfig, ValidateConfigRequest};

use super::arm_resource::ArmResource;
use super::arm_type::ArmType;
use super::attributes::is_id_of;
use super::row::{ArmAttribute as _, Sends};
use super::{Azure, report, session, tags};
use crate::arm::{self, ResourceId};

/// `timeouts` of what is looked up.
pub(crate) const TIMEOUTS: Timeouts = Timeouts {
    create: None,
    read: Some(Duration::from_secs(5 * 60)),
    update: None,
    delete: None,
};

/// What a data source says beside the rows of its resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// What it is, in Markdown.
    pub(crate) description: &'static str,
    /// Those arguments of the resource of which its ID is made.
    pub(crate) names: &'static [&'static str],
    /// What attributes are, where the resource says what to write there: path and description.
    pub(crate) rows: &'static [(&'static str, &'static str)],
}

/// The data source that a type of ARM makes.
#[derive(Debug)]
pub(crate) struct LookUp<R> {
    resource: R,
    names: &'static [&'static str],
    schema: Schema,
}

impl<R: ArmResource> LookUp<R> {
    pub(crate) fn new(resource: R, words: Words) -> Self {
        let arm = resource.arm();
        let ways = format!(
            "{}\n\nGive `id`, or {}.",
            words.description,
            listed(words.names, "`")
        );
        let rows = rows(&arm.schema.attributes, words.rows, "").into_iter();
        let rows = rows.map(
            |row| match row.name == "id" || words.names.contains(&&*row.name) {
                true => argument(arm, row),
                false => row,
            },
        );
        let schema = Schema {
            description: ways.into(),
            attributes: rows.collect(),
            blocks: vec![TIMEOUTS.block()],
            ..Schema::default()
        };
        debug_assert_eq!(not_there(&schema, &words), [""; 0], "{}", arm.resource);
        Self {
            resource,
            names: words.names,
            schema,
        }
    }

    /// The ID that a known configuration means, or what is wrong with it.
    fn id(&self, azure: &Azure, config: &Object) -> Result<ResourceId, Diagnostic> {
        let arm = self.resource.arm();
        if let Some(id) = config.str("id") {
            return ResourceId::parse_as(id, arm.resource_type.name).map_err(|error| {
                Diagnostic::error("Invalid id", sentence(&error.to_string())).at(id_path())
            });
        }
        let mut named = arm.schema.null_object();
        for name in self.names {
            named.set(name, config.get(name).clone());
        }
        self.resource.planned_id(azure, &named)
    }

    /// The argument at fault for what ARM does not have: the object's own name, or what names the one above it.
    fn blamed(&self, config: &Object, id: &ResourceId, error: &arm::Error) -> &'static str {
        match (config.str("id"), self.names) {
            (None, [.., parent]) if is_about_parent(id, error) => parent,
            (None, [name, ..]) => name,
            _ => "id",
        }
    }
}

/// Whether ARM lacks what the object is in: the group, or another object.
fn is_about_parent(id: &ResourceId, error: &arm::Error) -> bool {
    let named = id.parent().is_some_and(|parent| {
        let parent = format!("'{}/{}'", parent.resource_type(), parent.name());
        let message = error.body().map(|body| body.message.to_lowercase());
        message.is_some_and(|it| it.contains(&parent.to_lowercase()))
    });
    let codes = ["ResourceGroupNotFound", "ParentResourceNotFound"];
    named || error.code().is_some_and(|code| codes.contains(&code))
}

#[async_trait]
impl<R: ArmResource> DataSource<Azure> for LookUp<R> {
    fn type_name(&self) -> &str {
        self.resource.arm().resource
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        Some(self)
    }

    async fn read(
        &self,
        context: &Context<Azure>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let diagnostics = &mut response.diagnostics;
        // It is the session that finds out in which subscription names are looked up.
        let session = session(context).await.report(diagnostics)?;
        let azure = context.data().report(diagnostics)?;
        let id = self.id(azure, request.config).report(diagnostics)?;
        let arm = self.resource.arm();
        let body = session.of(arm.resource_type).get(&id).await;
        let body = body.map_err(|error| {
            let place = self.blamed(request.config, &id, &error);
            failed(
                &self.schema,
                "reading",
                &arm.describe(&id),
                (place, &id),
                &error,
            )
        });
        let body = body.report(diagnostics)?;
        let mut begun = arm.schema.null_object();
        begun.set("id", id.to_string());
        let mut found = self.resource.read_body(context, &body, &begun);
        if arm.has_tags() {
            let all = tags::all_of(&body);
            found.set("tags", all.clone());
            found.set("tags_all", all);
        }
        for row in &self.schema.attributes {
            // What is written stays as it is written.
            if response.state.get(&row.name).is_null() {
                response.state.set(&row.name, found.get(&row.name).clone());
            }
        }
        Ok(())
    }
}

impl<R: ArmResource> ValidateConfig for LookUp<R> {
    /// Holds that there is one way in which the object is named, and that it is whole.
    fn validate(&self, request: ValidateConfigRequest<'_>, diagnostics: &mut Diagnostics) {
        let config = request.config;
        let noun = self.resource.arm().noun;
        let is_null = |name: &&&str| config.get(name).is_null();
        let id = config.get("id");
        if id.is_unknown() {
            return;
        }
        if !id.is_null() {
            for name in self.names.iter().filter(|it| !is_null(it)) {
                let detail = format!(
                    "The id alone says which {noun} is meant. Remove {name}; or remove the id, and give {}.",
                    listed(self.names, "")
                );
                diagnostics.add_attribute_error(
                    Path::attribute(*name),
                    "Conflicting arguments",
                    detail,
                );
            }
            return;
        }
        let ways = format!("id, or {}", listed(self.names, ""));
        let missing: Vec<_> = self.names.iter().filter(is_null).copied().collect();
        if missing.is_empty() {
            return;
        }
        let detail = match missing.len() == self.names.len() {
            true => format!("Which {noun} is meant? Give {ways}."),
            false => {
                let missing = listed(&missing, "");
                format!("{missing} is missing. Say which {noun} is meant: give {ways}.")
            }
        };
        diagnostics.add_error("Missing argument", detail);
    }
}

/// What to tell of something that could not be looked up: `doing` it (`reading`) to `what` (`subnet "a"`), which the
/// argument at `place` says is `id`.
pub(crate) fn failed(
    schema: &Schema,
    doing: &str,
    what: &str,
    (place, id): (&str, &ResourceId),
    error: &arm::Error,
) -> Diagnostic {
    if !error.is_not_found() {
        return report::error(schema, doing, what, error);
    }
    let detail = format!(
        "Azure has no {id}. Correct {place}; where this configuration creates it, refer to the resource instead of writing the name \
         out, so that it is looked up afterwards.\n\n{}",
        report::explanation(error)
    );
    Diagnostic::error(format!("No such {what}"), detail).at(Path::attribute(place))
}

/// The paths for which there are words, but no row.
fn not_there(schema: &Schema, words: &Words) -> Vec<&'static str> {
    let mut paths = Vec::new();
    schema.visit_rows(&mut |path, _| paths.push(path.to_owned()));
    let described = words.rows.iter().map(|(path, _)| *path);
    let named = described.chain(words.names.iter().copied());
    named
        .filter(|name| !paths.iter().any(|path| path == name))
        .collect()
}

/// The rows of what is told, below `parent`.
fn rows(attributes: &[Attribute], words: &[(&str, &'static str)], parent: &str) -> Vec<Attribute> {
    let is_told = |it: &&Attribute| !it.write_only && it.sends() == Sends::Always;
    let told = attributes.iter().filter(is_told).map(|attribute| {
        let path = format!("{parent}{}", attribute.name);
        let mut row = attribute.clone().computed();
        row.default = None;
        row.validators.clear();
        row.plan_modifiers.clear();
        row.custom_type = None;
        row.key = None;
        if let Some((_, description)) = words.iter().find(|(named, _)| *named == path) {
            row.description = Text::Borrowed(*description);
        }
        if let Kind::Nested(_, inner) = &mut row.kind {
            *inner = rows(inner, words, &format!("{path}."));
        }
        row
    });
    told.collect()
}

/// The row of what says which object is meant, held to the rules of the resource.
fn argument(arm: &ArmType, row: Attribute) -> Attribute {
    let mut row = row.optional_computed();
    match arm.schema.attribute(&row.name) {
        _ if row.name == "id" => row.validator(IdOf(arm.resource_type.name)),
        Some(written) => {
            row.validators.clone_from(&written.validators);
            row
        }
        None => row,
    }
}

/// An ARM ID of this type.
struct IdOf(&'static str);

impl Validator for IdOf {
    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        if let Some(text) = request.value.as_str() {
            request.report(is_id_of(text, self.0), diagnostics);
        }
    }

    fn applies_to(&self, ty: &Type) -> bool {
        *ty == Type::String
    }
}

fn id_path() -> Path {
    Path::attribute("id")
}

/// `a and b`, each in quotes.
fn listed(names: &[&str], quote: &str) -> String {
    let names: Vec<_> = names
        .iter()
        .map(|it| format!("{quote}{it}{quote}"))
        .collect();
    names.join(" and ")
}
