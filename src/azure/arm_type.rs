//! What is alike for every object that ARM keeps in a resource group.

use std::sync::LazyLock;

use serde_json::Value as Json;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, sentence};
use tfplugin_framework::schema::Schema;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use super::{attributes, report, tags};
use crate::arm::{self, ResourceId, ResourceType, Session};
use crate::azure::Azure;
use crate::azure::body::{self, Change, Overwritten};
use crate::azure::row::ArmAttribute as _;

/// A resource's ARM type.
pub(crate) struct ArmType {
    /// Its type in ARM.
    pub(crate) resource_type: &'static ResourceType,
    /// What users call it, such as `logic app`.
    pub(crate) noun: &'static str,
    /// The resource's type in HCL.
    pub(crate) resource: &'static str,
    /// The resource's schema.
    pub(crate) schema: &'static LazyLock<Schema>,
}

impl ArmType {
    /// The ID that a planned object in a resource group will have.
    pub(crate) fn planned_id(
        &self,
        azure: &Azure,
        planned: &Object,
    ) -> Result<ResourceId, Diagnostic> {
        let group = known(planned, "resource_group_name")?;
        let name = known(planned, "name")?;
        let subscription_id = azure.subscription.id()?;
        let resource_type = self.resource_type.name;
        Ok(ResourceId::in_group(
            subscription_id,
            group,
            resource_type,
            name,
        ))
    }

    /// The ID of an object in the state.
    pub(crate) fn stored_id(&self, object: &Object) -> Result<ResourceId, Diagnostic> {
        ResourceId::parse_as(object.str_or_empty("id"), self.resource_type.name)
            .map_err(|error| Diagnostic::error("Invalid ID in the state", error.to_string()))
    }

    /// Noun and name.
    pub(crate) fn describe(&self, id: &ResourceId) -> String {
        format!("{} {:?}", self.noun, id.name())
    }

    /// Turns an ARM error into what the user is told, for `map_err`.
    pub(crate) fn failed<'a>(
        &'a self,
        doing: &'a str,
        id: &'a ResourceId,
    ) -> impl Fn(arm::Error) -> Diagnostic + 'a {
        move |error| report::error(self.schema, doing, &self.describe(id), &error)
    }

    /// The object as the plans of this run leave it, or else as ARM has it; nothing if there is none.
    pub(crate) async fn expected(
        &self,
        azure: &Azure,
        session: &Session,
        id: &ResourceId,
    ) -> Result<Option<Object>, arm::Error> {
        if let Some(planned) = azure.plans.object(id) {
            return Ok(Some(planned));
        }
        let body = session.of(self.resource_type).get_optional(id).await?;
        Ok(body.map(|body| self.object_of(&body)))
    }

    /// What ARM has, in ARM's own words.
    pub(crate) fn object_of(&self, body: &Json) -> Object {
        body::read(self.schema, body, &self.schema.null_object())
    }

    /// Whether two bodies say the same about all that a configuration can give.
    pub(crate) fn same_bodies(&self, a: &Json, b: &Json) -> bool {
        let tags = |body: &Json| {
            let mut body = body.clone();
            tags::without_case(&mut body);
            body["tags"].as_object().cloned().unwrap_or_default()
        };
        body::same_bodies(self.schema, &present(a), &present(b)) && tags(a) == tags(b)
    }

    /// Whether its objects have tags.
    pub(crate) fn has_tags(&self) -> bool {
        self.schema.attribute("tags_all").is_some()
    }

    /// The state of which an import begins. What only the provider knows reads as its default, so that a configuration
    /// that does not mention it plans empty.
    pub(crate) fn begin_import(&self, id: &ResourceId, state: &mut Object) {
        let rows = self.schema.attributes.iter();
        for attribute in rows.filter(|it| it.remote().is_none()) {
            if let Some(default) = &attribute.default {
                state.set(&attribute.name, default.clone());
            }
        }
        state.set("id", id.to_string());
    }

    /// Fails for an ID of another subscription than that of the provider.
    pub(crate) fn check_subscription(
        &self,
        azure: &Azure,
        id: &ResourceId,
    ) -> Result<(), Diagnostic> {
        let expected = azure.subscription.id()?;
        let given = id.subscription_id().unwrap_or_default();
        match given.eq_ignore_ascii_case(expected) {
            true => Ok(()),
            false => Err(invalid_import(format!(
                "The ID is of subscription {given}, but the provider is configured for subscription {expected}. Give an ID of that \
                 subscription, or configure the provider for the other one."
            ))),
        }
    }

    /// Reads an import ID of this type, of any subscription.
    pub(crate) fn import_id(&self, id: &str) -> Result<ResourceId, Diagnostic> {
        ResourceId::parse_as(id, self.resource_type.name)
            .map_err(|error| invalid_import(sentence(&error.to_string())))
    }

    /// The state that ARM's answer tells, in the words of `object`.
    pub(crate) fn read(&self, context: &Context<Azure>, body: &Json, object: &Object) -> Object {
        let mut found = body::read(self.schema, &present(body), object);
        if let Some(imported) = preserve_id(object, &mut found) {
            found.set("resource_group_name", imported.resource_group());
        }
        if self.has_tags()
            && let Some(azure) = context.data_if_known()
        {
            tags::read(azure.default_tags.as_ref(), body, &mut found);
        }
        found
    }

    /// What is planned, with the ID that it will have: all that is certain until ARM answers.
    pub(crate) fn with_id(&self, planned: &Object, id: &ResourceId) -> Object {
        let mut object = planned.clone();
        object.set("id", id.to_string());
        object
    }

    /// Writes what changes into a body that ARM gave, leaves all else in it alone, and tells what it overwrote.
    pub(crate) fn write(&self, change: Change<'_>, body: &mut Json) -> Vec<Overwritten> {
        // An identity that says there is none is no identity of others.
        let identity = match has_no_identity(body) {
            true => Some(body["identity"].take()),
            false => None,
        };
        let mut overwritten = body::write(self.schema, change, body);
        if let Some(identity) = identity.filter(|_| body["identity"].is_null()) {
            body["identity"] = identity;
        }
        if self.has_tags() {
            overwritten.extend(tags::write(change, body));
        }
        overwritten
    }
}

/// The text of an attribute that an ID is made of.
pub(crate) fn known<'o>(planned: &'o Object, name: &str) -> Result<&'o str, Diagnostic> {
    planned.str(name).ok_or_else(|| {
        Diagnostic::error(format!("Unknown {name}"), "The ID is made of it.")
            .at(Path::attribute(name))
    })
}

/// Keeps the ID that the state has. Of an object that was just imported, names and casing come from ARM: gives its ID.
pub(crate) fn preserve_id(object: &Object, found: &mut Object) -> Option<ResourceId> {
    let is_imported = object.get("name").is_null();
    if !is_imported {
        let known = object.get("id");
        if !known.is_unknown() {
            found.set("id", known.clone());
        }
        return None;
    }
    let id = found.str("id").and_then(attributes::meant_id)?;
    found.set("id", id.to_string());
    Some(id)
}

fn invalid_import(detail: String) -> Diagnostic {
    Diagnostic::error("Invalid import ID", detail)
}

/// The body without an identity that says there is none.
fn present(body: &Json) -> Json {
    let mut body = body.clone();
    if has_no_identity(&body) {
        body["identity"] = Json::Null;
    }
    body
}

fn has_no_identity(body: &Json) -> bool {
    let kind = body["identity"]["type"].as_str();
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("None"))
}
