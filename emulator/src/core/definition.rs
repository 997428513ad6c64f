//! What the generic core asks of each ARM type.

use time::Duration;

use super::call::{Call, Reply};
use super::error::ArmError;
use super::id::ResourceId;
use super::json::{Json, json, merge};
use super::operations::{Ending, Operation};
use super::store::Stored;
use super::versions;
use super::world::World;

/// An ARM type: what can be said as data, and its behaviour.
pub(crate) struct TypeDefinition {
    /// The canonical name with its namespace.
    pub(crate) name: &'static str,
    /// The accepted versions of which no document is shipped.
    pub(crate) more_versions: &'static [&'static str],
    /// Whether the type needs a location.
    pub(crate) located: bool,
    pub(crate) naming: Naming,
    pub(crate) behaviour: &'static dyn Behaviour,
}

impl TypeDefinition {
    /// The namespace of the type.
    pub(crate) fn namespace(&self) -> &'static str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// The accepted versions, newest first.
    pub(crate) fn api_versions(&self) -> Vec<&'static str> {
        versions::of(self.name, self.more_versions)
    }

    /// The newest of them.
    pub(crate) fn newest_version(&self) -> &'static str {
        self.api_versions().first().copied().unwrap_or_default()
    }

    /// Whether the type has etags: only Network's have.
    pub(crate) fn has_etags(&self) -> bool {
        self.namespace() == "Microsoft.Network"
    }
}

impl std::fmt::Debug for TypeDefinition {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name)
    }
}

/// Every type that is served.
#[derive(Debug)]
pub(crate) struct Table(pub(crate) &'static [&'static TypeDefinition]);

impl Table {
    /// The type of that name, whatever its case.
    pub(crate) fn find(&self, name: &str) -> Option<&'static TypeDefinition> {
        self.0
            .iter()
            .find(|definition| definition.name.eq_ignore_ascii_case(name))
            .copied()
    }

    /// The canonical spelling of a namespace that has types here.
    pub(crate) fn namespace(&self, name: &str) -> Option<&'static str> {
        self.0
            .iter()
            .map(|definition| definition.namespace())
            .find(|known| known.eq_ignore_ascii_case(name))
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
            Self::Network { most, .. } => Err(ArmError::new(
                400,
                "InvalidResourceName",
                format!(
                    "Resource name {name} is invalid. The name can be up to {most} characters long. It must begin with a word character, \
                     and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'."
                ),
            )),
            Self::Logic { .. } => Err(ArmError::gateway(
                400,
                "InvalidResourceName",
                format!(
                    "The provided resource name '{name}' has these invalid characters or is too long."
                ),
            )),
            Self::Group => Err(ArmError::gateway(
                400,
                "InvalidResourceGroup",
                format!(
                    "The provided resource group name '{name}' has invalid characters or is too long. The name can only be a letter, \
                     digit, '-', '.', '(', ')' or '_' and must not end with '.'."
                ),
            )),
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

/// The operation that a write starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    pub(crate) kind: &'static str,
    pub(crate) lasts: Duration,
    pub(crate) ending: Ending,
    pub(crate) style: Style,
}

/// How an operation is told to clients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Style {
    Network,
    Logic,
    Group,
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

    /// What is said when the resource is not there.
    fn not_found(&self, id: &ResourceId) -> ArmError {
        ArmError::not_found(id)
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

    /// The time has come for which the type asked to be called.
    fn woken(&self, _world: &mut World, _id: &ResourceId) {}

    /// Adds what is computed on reading.
    fn render(&self, _world: &World, _stored: &Stored, _body: &mut Json) {}

    /// Answers for what lies below a resource without being one: actions and computed lists.
    fn below(
        &self,
        _world: &mut World,
        _call: &Call,
        stored: &Stored,
        tail: &[&str],
    ) -> Result<Reply, ArmError> {
        Err(unknown_below(stored, tail))
    }

    /// Answers what lies at `…/locations/{location}/{type}`: a name and an action.
    fn at_location(
        &self,
        _world: &mut World,
        call: &Call,
        _location: &str,
        _tail: &[&str],
    ) -> Result<Reply, ArmError> {
        Err(ArmError::method(&call.method))
    }
}

/// Nothing of that name lies below the resource.
pub(crate) fn unknown_below(stored: &Stored, tail: &[&str]) -> ArmError {
    let namespace = &stored.id.namespace;
    let name = tail.first().copied().unwrap_or_default();
    ArmError::gateway(
        404,
        "InvalidResourceType",
        format!("The resource type '{name}' could not be found in the namespace '{namespace}'."),
    )
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
