//! What the generic core asks of each namespace and of each ARM type.

use jiff::SignedDuration;

use super::call::{Call, Outcome, Reply};
use super::directory::Caller;
use super::error::ArmError;
use super::errors;
use super::id::ResourceId;
use super::json::{Json, json, merge};
use super::operations::{Doom, Operation, Work};
use super::route::Route;
use super::store::Stored;
use super::versions;
use super::world::World;

/// A request on its way through the core, with what it works on.
pub(crate) struct Request<'a> {
    pub(crate) types: &'static Table,
    pub(crate) world: &'a mut World,
    pub(crate) call: &'a Call,
    /// Who it comes from; none while fixtures are loaded.
    pub(crate) caller: Option<&'a Caller>,
    /// How the operation that it starts will fail: set by a fault.
    pub(crate) doom: Option<Doom>,
}

impl<'a> Request<'a> {
    /// A request that nobody sent and no fault is for.
    pub(crate) fn own(types: &'static Table, world: &'a mut World, call: &'a Call) -> Self {
        Self {
            types,
            world,
            call,
            caller: None,
            doom: None,
        }
    }
}

/// Serves the paths of a route, with the segments that its pattern leaves open.
pub(crate) type Handler = fn(&mut Request<'_>, &[&str]) -> Outcome;

/// Serves what lies below a resource without being one: actions and computed lists.
pub(crate) type Below = fn(&mut Request<'_>, &Stored, &[&str]) -> Outcome;

/// Says why a write has to wait for an operation.
pub(crate) type Busy = fn(&World, &Call, &ResourceId, &Operation) -> ArmError;

/// A namespace: what its types have in common.
pub(crate) struct Provider {
    pub(crate) namespace: &'static str,
    /// In the order in which fixtures of them can be created.
    pub(crate) types: &'static [&'static TypeDefinition],
    /// What is served besides its types.
    pub(crate) routes: &'static [Route<Handler>],
    /// How its operations are told.
    pub(crate) operations: &'static Style,
    /// Whether its resources have etags, which a resource shares with its children.
    pub(crate) etags: bool,
    /// How a write is refused while another one runs in the same top-level resource, where that is so.
    pub(crate) busy: Option<Busy>,
    /// What is said when a resource is not there, unless its type says otherwise.
    pub(crate) not_found: fn(&ResourceId) -> ArmError,
    /// Whether the ids that it gives to requests begin with a region.
    pub(crate) regional_requests: bool,
    /// What its recorded answers have first, against the order of its documents.
    pub(crate) first: &'static [&'static str],
    /// Whether it is ARM itself: it takes no registration.
    pub(crate) is_arm: bool,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.namespace)
    }
}

/// How the operations of a namespace are told to clients.
pub(crate) struct Style {
    /// A name for an operation of a kind on a resource.
    pub(crate) name: fn(&mut World, &str, &ResourceId) -> String,
    /// Adds its headers to the answer that starts it.
    pub(crate) announce: fn(Reply, &Call, &World, &Operation) -> Reply,
    /// How long a client is asked to wait after a request with this verb.
    pub(crate) wait: fn(&str) -> SignedDuration,
}

/// An ARM type: what can be said as data, and its behaviour.
pub(crate) struct TypeDefinition {
    pub(crate) provider: &'static Provider,
    /// The canonical name with its namespace.
    pub(crate) name: &'static str,
    /// The accepted versions of which no document is shipped.
    pub(crate) more_versions: &'static [&'static str],
    /// Whether the type needs a location.
    pub(crate) located: bool,
    pub(crate) naming: Naming,
    /// The members with the ids of others (`*` is every element, `#` every name) and the action that it takes to link to them.
    pub(crate) links: &'static [(&'static str, &'static str)],
    /// The types whose changes the behaviour wants to hear of.
    pub(crate) watches: &'static [&'static str],
    /// What lies below its resources.
    pub(crate) below: &'static [Route<Below>],
    pub(crate) behaviour: &'static dyn Behaviour,
}

impl TypeDefinition {
    /// A type with as little as one can have.
    pub(crate) const fn new(
        name: &'static str,
        provider: &'static Provider,
        behaviour: &'static dyn Behaviour,
    ) -> Self {
        Self {
            provider,
            name,
            more_versions: &[],
            located: false,
            naming: Naming::Group,
            links: &[],
            watches: &[],
            below: &[],
            behaviour,
        }
    }

    /// The accepted versions, newest first.
    pub(crate) fn api_versions(&self) -> Vec<&'static str> {
        versions::of(self.name, self.more_versions)
    }

    /// The newest of them.
    pub(crate) fn newest_version(&self) -> &'static str {
        self.api_versions().first().copied().unwrap_or_default()
    }

    /// Checks that it serves the version that a request asks for.
    pub(crate) fn check_version(&self, version: &str, location: &str) -> Result<(), ArmError> {
        if versions::is_known(self.name, self.more_versions, version) {
            return Ok(());
        }
        let supported = self.api_versions();
        if self.provider.is_arm {
            return Err(versions::invalid(version, &supported));
        }
        let kind = self.name.split_once('/').map_or("", |(_, kind)| kind);
        let supported = supported.join(", ");
        Err(errors::no_registered_provider_found(
            location, version, kind, supported,
        ))
    }

    /// The last part of its name.
    pub(crate) fn kind(&self) -> &'static str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// What is said when a resource of the type is not there.
    pub(crate) fn not_found(&self, id: &ResourceId) -> ArmError {
        let own = self.behaviour.not_found(id);
        own.unwrap_or_else(|| (self.provider.not_found)(id))
    }

    /// The verbs that its resources take.
    pub(crate) fn verbs(&self) -> &'static str {
        // What has no location has no tags of its own either, and no PATCH.
        if self.located {
            "GET, HEAD, PUT, PATCH, DELETE"
        } else {
            "GET, HEAD, PUT, DELETE"
        }
    }
}

impl std::fmt::Debug for TypeDefinition {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name)
    }
}

/// Every namespace that is served.
#[derive(Debug)]
pub(crate) struct Table(pub(crate) &'static [&'static Provider]);

impl Table {
    /// Every type, in the order in which fixtures of them can be created.
    pub(crate) fn all(&self) -> impl Iterator<Item = &'static TypeDefinition> + use<> {
        self.0.iter().flat_map(|provider| provider.types).copied()
    }

    /// The type of that name, whatever its case.
    pub(crate) fn find(&self, name: &str) -> Option<&'static TypeDefinition> {
        self.all()
            .find(|definition| definition.name.eq_ignore_ascii_case(name))
    }

    /// The namespace of that name, whatever its case.
    pub(crate) fn provider(&self, name: &str) -> Option<&'static Provider> {
        let mut all = self.0.iter().copied();
        all.find(|provider| provider.namespace.eq_ignore_ascii_case(name))
    }
}

/// The rule for names of a type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Naming {
    /// Word characters and `.`, `-`, `_`; word characters at the start, no `.` or `-` at the end.
    Network { least: usize, most: usize },
    /// Letters, digits and `-`, `(`, `)`, `_`, `.`.
    Logic { parentheses: bool, most: usize },
    /// As Network's, with parentheses, and no `.` at the end.
    Group,
}

impl Naming {
    /// Checks a name.
    pub(crate) fn check(self, name: &str) -> Result<(), ArmError> {
        let length = name.chars().count();
        let first = name
            .chars()
            .next()
            .is_some_and(|first| first.is_alphanumeric() || first == '_');
        let last = name
            .chars()
            .last()
            .is_some_and(|last| last.is_alphanumeric() || last == '_');
        let only = |more: &str| {
            name.chars()
                .all(|character| character.is_alphanumeric() || more.contains(character))
        };
        match self {
            Self::Network { least, most }
                if (least..=most).contains(&length) && first && last && only("._-") =>
            {
                Ok(())
            }
            Self::Logic { parentheses, most }
                if (1..=most).contains(&length)
                    && only(if parentheses { "._-()" } else { "._-" }) =>
            {
                Ok(())
            }
            Self::Group if (1..=90).contains(&length) && !name.ends_with('.') && only("._-()") => {
                Ok(())
            }
            Self::Network { most, .. } => Err(errors::invalid_network_name(name, most)),
            Self::Logic { .. } => Err(errors::invalid_resource_name(name)),
            Self::Group => Err(errors::invalid_resource_group(name)),
        }
    }
}

/// A write that a type is asked to check and to complete.
pub(crate) struct Write<'a> {
    /// The id in the casing of the creation.
    pub(crate) id: &'a ResourceId,
    pub(crate) existing: Option<&'a Stored>,
    /// What is wanted: the client's members with the service's own ones of the existing resource.
    pub(crate) body: Json,
    /// What the service knows of the existing resource.
    pub(crate) hidden: Json,
    /// The etag that the write will give.
    pub(crate) etag: &'a str,
    pub(crate) api_version: &'a str,
}

/// What a type makes of a write.
pub(crate) struct Written {
    pub(crate) body: Json,
    pub(crate) hidden: Json,
    pub(crate) work: Option<Work>,
}

/// How a deletion goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deletion {
    /// The answer is 200 and the resource is gone.
    AtOnce,
    /// The answer is 202 and an operation does it.
    Later(Work),
}

/// The behaviour of a type, where the core's own is not enough.
pub(crate) trait Behaviour: Sync {
    /// Checks and completes a PUT. Changes to other resources are made here, after every check.
    fn put(&self, world: &mut World, write: Write<'_>) -> Result<Written, ArmError>;

    /// The body that a PATCH asks for; the core then writes it as a PUT's unless `patched` says otherwise.
    fn patch(&self, existing: &Stored, patch: &Json) -> Result<Json, ArmError> {
        let mut body = existing.body.to_json();
        if let Some(tags) = patch.get("tags") {
            body["tags"] = tags.clone();
        }
        Ok(body)
    }

    /// Whether a PATCH goes through `put` again; otherwise it only changes the body.
    fn patch_is_put(&self) -> bool {
        false
    }

    /// Whether a PATCH without a body is taken, which then changes nothing.
    fn patch_may_be_empty(&self) -> bool {
        false
    }

    /// What is said when the resource is not there, if that is not what the namespace says.
    fn not_found(&self, _id: &ResourceId) -> Option<ArmError> {
        None
    }

    /// The fields by which lists can be filtered, with their places in the body.
    fn filters(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Whether a resource may be moved to another group.
    fn may_move(&self) -> bool {
        false
    }

    /// Refuses a deletion that cannot be.
    fn may_delete(&self, _world: &World, _stored: &Stored) -> Result<(), ArmError> {
        Ok(())
    }

    /// How a deletion goes.
    fn deletion(&self) -> Deletion {
        Deletion::AtOnce
    }

    /// A deletion was accepted.
    fn deleting(&self, _world: &mut World, _id: &ResourceId) {}

    /// The resource has gone.
    fn removed(&self, _world: &mut World, _stored: &Stored) {}

    /// An operation that ends by the type has ended.
    fn finished(&self, _world: &mut World, _operation: &Operation) {}

    /// The time has come for which the type asked to be called, with what it gave along. What it wants to be changed
    /// then is changed as by a client, and it is told whether that was possible.
    fn woken(&self, _world: &mut World, _id: &ResourceId, _note: &Json) -> Option<Wish> {
        None
    }

    /// The wish was fulfilled, or refused.
    fn answered(&self, _world: &mut World, _id: &ResourceId, _fulfilled: bool) {}

    /// Something that the type watches has changed; none is everything.
    fn noticed(&self, _world: &mut World, _changed: Option<&ResourceId>) {}

    /// Adds what is computed on reading.
    fn render(&self, _world: &World, _stored: &Stored, _body: &mut Json) {}
}

/// The change of a resource that a type asks for by itself: the body of a PATCH.
pub(crate) struct Wish {
    pub(crate) id: ResourceId,
    pub(crate) body: Json,
}

/// A body with the members of `patch` merged into those named in `members` only.
pub(crate) fn merge_members(existing: &Stored, patch: &Json, members: &[&str]) -> Json {
    let mut body = existing.body.to_json();
    for member in members {
        if let Some(value) = patch.get(*member) {
            merge(&mut body, &json!({*member: value}));
        }
    }
    body
}
