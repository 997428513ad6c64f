//! Resource ids: parsed from paths without regard to case, shown in the casing of their creation.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The type of a resource group, which has its own short form of id.
pub(crate) const GROUP: &str = "Microsoft.Resources/resourceGroups";

/// The id of a resource: its subscription, its group, its namespace and (type, name) pairs from the top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResourceId {
    pub(crate) subscription: String,
    pub(crate) group: Option<String>,
    pub(crate) namespace: String,
    pub(crate) pairs: Vec<(String, String)>,
}

impl ResourceId {
    /// The id of a resource group.
    pub(crate) fn of_group(subscription: &str, name: &str) -> Self {
        Self {
            subscription: subscription.to_owned(),
            group: None,
            namespace: "Microsoft.Resources".to_owned(),
            pairs: vec![("resourceGroups".to_owned(), name.to_owned())],
        }
    }

    /// Reads `/subscriptions/…[/resourceGroups/…[/providers/…]]`.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        Self::of_segments(&path.strip_prefix('/')?.split('/').collect::<Vec<_>>())
    }

    /// Reads the segments of a path.
    pub(crate) fn of_segments(segments: &[&str]) -> Option<Self> {
        if segments.iter().any(|segment| segment.is_empty()) {
            return None;
        }
        let is = |one: &str, word: &str| one.eq_ignore_ascii_case(word);
        match segments {
            [subscriptions, subscription, groups, group, rest @ ..]
                if is(subscriptions, "subscriptions") && is(groups, "resourceGroups") =>
            {
                let group = Self::of_group(subscription, group);
                match rest {
                    [] => Some(group),
                    [providers, namespace, pairs @ ..]
                        if is(providers, "providers")
                            && !pairs.is_empty()
                            && pairs.len().is_multiple_of(2) =>
                    {
                        Some(group.resource(namespace, pairs))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The id of a resource in this group: types and names in turn.
    pub(crate) fn resource(&self, namespace: &str, pairs: &[&str]) -> Self {
        let pairs = pairs.chunks_exact(2);
        Self {
            subscription: self.subscription.clone(),
            group: Some(self.name().to_owned()),
            namespace: namespace.to_owned(),
            pairs: pairs
                .map(|pair| (pair[0].to_owned(), pair[1].to_owned()))
                .collect(),
        }
    }

    /// The key under which a resource is stored: ids that differ by case only are the same id.
    pub(crate) fn key(&self) -> String {
        let mut key = self.path();
        if !key.is_ascii() {
            return key.to_lowercase();
        }
        key.make_ascii_lowercase();
        key
    }

    /// The id as text; made for every look at a resource.
    fn path(&self) -> String {
        let mut path = String::with_capacity(200);
        path.push_str("/subscriptions/");
        path.push_str(&self.subscription);
        if let Some(group) = &self.group {
            for part in ["/resourceGroups/", group, "/providers/", &self.namespace] {
                path.push_str(part);
            }
        }
        for (kind, name) in &self.pairs {
            for part in ["/", kind, "/", name] {
                path.push_str(part);
            }
        }
        path
    }

    /// Whether both ids name the same resource.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.key() == other.key()
    }

    /// The last name.
    pub(crate) fn name(&self) -> &str {
        self.pairs.last().map_or("", |(_, name)| name)
    }

    /// `NAMESPACE/type/childType`.
    pub(crate) fn type_name(&self) -> String {
        self.pairs
            .iter()
            .fold(self.namespace.clone(), |name, (kind, _)| {
                format!("{name}/{kind}")
            })
    }

    /// `name/childName`, as error messages spell it.
    pub(crate) fn names(&self) -> String {
        self.pairs
            .iter()
            .map(|(_, name)| name.as_str())
            .collect::<Vec<_>>()
            .join("/")
    }

    /// The resource this one is a child of, if it is one.
    pub(crate) fn parent(&self) -> Option<Self> {
        let mut parent = self.clone();
        parent.pairs.pop();
        (!parent.pairs.is_empty()).then_some(parent)
    }

    /// The top-level resource this one belongs to: itself, or its outermost parent.
    pub(crate) fn root(&self) -> Self {
        let mut root = self.clone();
        root.pairs.truncate(1);
        root
    }

    /// The resource group this resource lies in.
    pub(crate) fn group_id(&self) -> Option<Self> {
        self.group
            .as_deref()
            .map(|group| Self::of_group(&self.subscription, group))
    }

    /// The id of a child.
    pub(crate) fn child(&self, kind: &str, name: &str) -> Self {
        let mut child = self.clone();
        child.pairs.push((kind.to_owned(), name.to_owned()));
        child
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.path())
    }
}

/// A location as ARM shows it: `West US` is `westus`.
pub(crate) fn normalise_location(location: &str) -> String {
    location
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect::<String>()
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_without_regard_to_case() {
        let id = ResourceId::parse(
            "/SUBSCRIPTIONS/s/resourcegroups/G/Providers/Microsoft.Network/virtualNetworks/V/subnets/a",
        )
        .expect("an id");
        assert_eq!(id.type_name(), "Microsoft.Network/virtualNetworks/subnets");
        assert_eq!(id.names(), "V/a");
        assert_eq!(id.root().name(), "V");
        assert_eq!(
            id.to_string(),
            "/subscriptions/s/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V/subnets/a"
        );
    }

    #[test]
    fn half_ids_are_none() {
        for path in [
            "",
            "/",
            "/subscriptions/s",
            "/subscriptions/s/resourceGroups/g/providers/N/types",
            "/x/s/y/z",
        ] {
            assert_eq!(ResourceId::parse(path), None, "{path}");
        }
    }
}
