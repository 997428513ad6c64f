//! What network types have in common: children shown inside, and subnets that refer to a security group or route table.

use std::collections::HashSet;

use super::{removal, work};
use crate::core::definition::{Behaviour, Deletion, TypeDefinition, Write, Written};
use crate::core::error::ArmError;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, set, set_default, take, text};
use crate::core::render;
use crate::core::store::Stored;
use crate::core::world::World;

/// What subnets refer to, and what has children of one kind: a security group with its rules, a route table with its routes.
pub(super) struct Attachable {
    /// The member by which a subnet refers to it.
    pub(super) member: &'static str,
    pub(super) children: &'static TypeDefinition,
    pub(super) child: &'static Child,
    /// What it has where a client says nothing.
    pub(super) defaults: &'static [(&'static str, Json)],
    /// What only answers have.
    pub(super) show: fn(&Stored, &mut Json),
    /// Why it cannot be deleted while subnets refer to it.
    pub(super) in_use: fn(&ResourceId, String) -> ArmError,
    pub(super) put: &'static str,
    pub(super) delete: &'static str,
}

/// A child of such a resource.
pub(super) struct Child {
    pub(super) complete: CompleteChild,
    pub(super) put: &'static str,
    pub(super) delete: &'static str,
}

impl Behaviour for Attachable {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        let inline = take(
            &mut write.body,
            &format!("properties/{}", self.children.kind()),
        );
        replace_children(world, &write, self.children, inline, self.child.complete)?;
        let guid = world.random.guid();
        set_default(&mut write.body, "properties/resourceGuid", json!(guid));
        for (place, value) in self.defaults {
            set_default(&mut write.body, place, value.clone());
        }
        set(
            &mut write.body,
            "properties/provisioningState",
            json!("Updating"),
        );
        Ok(Written {
            body: write.body,
            hidden: Json::Null,
            work: Some(work(self.put)),
        })
    }

    fn may_delete(&self, world: &World, stored: &Stored) -> Result<(), ArmError> {
        let subnets = attached_subnets(world, &stored.id, self.member);
        if subnets.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = subnets.iter().map(ResourceId::to_string).collect();
        Err((self.in_use)(&stored.id, ids.join(", ")))
    }

    fn deletion(&self) -> Deletion {
        Deletion::Later(removal(self.delete, 8))
    }

    fn render(&self, world: &World, stored: &Stored, body: &mut Json) {
        let kind = self.children.kind();
        let children = world.resources.children(&stored.id, kind);
        let children = children.map(|child| render::of(self.children, world, child));
        set(body, &format!("properties/{kind}"), children.collect());
        (self.show)(stored, body);
        let subnets = attached_subnets(world, &stored.id, self.member).into_iter();
        let subnets: Vec<Json> = subnets.map(|id| json!({"id": id.to_string()})).collect();
        if !subnets.is_empty() {
            set(body, "properties/subnets", subnets.into());
        }
    }
}

impl Behaviour for Child {
    fn put(&self, world: &mut World, write: Write<'_>) -> Result<Written, ArmError> {
        let (parent, (kind, _)) = (write.id.root(), &write.id.pairs[1]);
        let others: Vec<Stored> = world
            .resources
            .children(&parent, kind)
            .filter(|other| !other.id.same(write.id))
            .cloned()
            .collect();
        Ok(Written {
            body: (self.complete)(write.id, write.body, &others)?,
            hidden: Json::Null,
            work: Some(work(self.put)),
        })
    }

    fn deletion(&self) -> Deletion {
        Deletion::Later(removal(self.delete, 4))
    }
}

/// The subnets that refer to a resource by a member of their properties.
fn attached_subnets(world: &World, id: &ResourceId, member: &str) -> Vec<ResourceId> {
    let path = format!("properties/{member}/id");
    let key = id.key();
    let subnets = world
        .resources
        .of_type("Microsoft.Network/virtualNetworks/subnets");
    subnets
        .filter(|subnet| {
            text(&subnet.body, &path).is_some_and(|reference| reference.eq_ignore_ascii_case(&key))
        })
        .map(|subnet| subnet.id.clone())
        .collect()
}

/// The children that a request for their parent has in it, with their names.
pub(crate) fn inline_children(
    parent: &ResourceId,
    inline: Option<Json>,
) -> Result<Vec<(String, Json)>, ArmError> {
    let children = inline.as_ref().and_then(Json::as_array).cloned();
    let named = children.unwrap_or_default().into_iter().map(|child| {
        let name = text(&child, "name").unwrap_or_default().to_owned();
        (name, child)
    });
    let named: Vec<(String, Json)> = named.collect();
    let mut seen = HashSet::new();
    let twice = named
        .iter()
        .find(|(name, _)| !seen.insert(name.to_lowercase()));
    if let Some((name, _)) = twice {
        let why = format!("Resource {parent} has two child resources with the same name ({name}).");
        return Err(ArmError::unreadable("DuplicateResourceName", why));
    }
    Ok(named)
}

/// How a child is checked and completed among its siblings.
type CompleteChild = fn(&ResourceId, Json, &[Stored]) -> Result<Json, ArmError>;

/// Puts the children that a request for the parent gives in the place of those that are there.
fn replace_children(
    world: &mut World,
    write: &Write<'_>,
    definition: &TypeDefinition,
    inline: Option<Json>,
    complete: CompleteChild,
) -> Result<(), ArmError> {
    let kind = definition.kind();
    let before: Vec<Stored> = world.resources.children(write.id, kind).cloned().collect();
    let mut after: Vec<Stored> = Vec::new();
    for (name, mut body) in inline_children(write.id, inline)? {
        definition.naming.check(&name)?;
        for member in ["id", "name", "type", "etag"] {
            take(&mut body, member);
        }
        let wanted = write.id.child(kind, &name);
        let old = before.iter().find(|old| old.id.same(&wanted));
        let id = old.map_or(wanted, |old| old.id.clone());
        let body = complete(&id, body, &after)?;
        let created = old.map_or(world.now, |old| old.created);
        after.push(Stored {
            id,
            etag: write.etag.to_owned(),
            body: body.into(),
            created,
            changed: world.now,
            hidden: Json::Null.into(),
        });
    }
    for old in before {
        world.resources.remove(&old.id);
    }
    after
        .into_iter()
        .for_each(|child| world.resources.insert(child));
    Ok(())
}
