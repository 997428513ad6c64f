//! ARM resource IDs: parsed once, compared without regard to case.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const SUBSCRIPTIONS: &str = "subscriptions";
const RESOURCE_GROUPS: &str = "resourceGroups";
const PROVIDERS: &str = "providers";

/// The ID of anything in ARM: a subscription, a resource group, a resource, or a child or extension of one.
///
/// ARM matches IDs without regard to case, and so do `==` and `Hash`; the text keeps the casing it came with.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceId {
    /// An ID is a row of key/value pairs, `providers/Microsoft.Logic` being one of them. Never empty.
    pairs: Vec<(String, String)>,
}

impl ResourceId {
    /// Reads any ARM ID.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let pairs = split(text).map_err(|problem| ParseError::new(text, GENERAL_FORM, problem))?;
        Ok(Self { pairs })
    }

    /// Reads the ID of a resource of one type, such as `Microsoft.Network/virtualNetworks/subnets`.
    pub fn parse_as(text: &str, expected_type: &str) -> Result<Self, ParseError> {
        let wrong = |problem| ParseError::new(text, &form_of(expected_type), problem);
        let id = Self {
            pairs: split(text).map_err(wrong)?,
        };
        match id.difference_from(expected_type) {
            Some(problem) => Err(wrong(problem)),
            None => Ok(id),
        }
    }

    /// The ID of a subscription.
    pub fn subscription(subscription_id: &str) -> Self {
        Self {
            pairs: vec![pair(SUBSCRIPTIONS, subscription_id)],
        }
    }

    /// The ID of a resource group.
    pub fn group(subscription_id: &str, resource_group: &str) -> Self {
        Self::subscription(subscription_id).child(RESOURCE_GROUPS, resource_group)
    }

    /// The ID of a top-level resource in a group; `resource_type` is of the form `Microsoft.Logic/workflows`.
    pub fn in_group(
        subscription_id: &str,
        resource_group: &str,
        resource_type: &str,
        name: &str,
    ) -> Self {
        let (namespace, kind) = resource_type
            .split_once('/')
            .unwrap_or((resource_type, "resources"));
        Self::group(subscription_id, resource_group)
            .child(PROVIDERS, namespace)
            .child(kind, name)
    }

    /// The ID of a child, such as a network's `subnets`.
    #[must_use]
    pub fn child(&self, kind: &str, name: &str) -> Self {
        let mut pairs = self.pairs.clone();
        pairs.push(pair(kind, name));
        Self { pairs }
    }

    /// The ID one level up: a child's parent, a resource's group, a group's subscription.
    pub fn parent(&self) -> Option<Self> {
        let mut pairs = self.pairs.clone();
        pairs.pop();
        while pairs.last().is_some_and(|(key, _)| is(key, PROVIDERS)) {
            pairs.pop();
        }
        (!pairs.is_empty()).then_some(Self { pairs })
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        self.pairs.last().map_or("", |(_, value)| value)
    }

    /// The subscription, which only tenant-level IDs lack.
    pub fn subscription_id(&self) -> Option<&str> {
        self.value_of(0, SUBSCRIPTIONS)
    }

    /// The resource group, unless the ID belongs to a whole subscription or tenant.
    pub fn resource_group(&self) -> Option<&str> {
        self.value_of(1, RESOURCE_GROUPS)
    }

    /// The type with its namespace, such as `Microsoft.Logic/workflows`.
    pub fn resource_type(&self) -> String {
        let Some(start) = self.provider_index() else {
            let kind = self.pairs.last().map_or(SUBSCRIPTIONS, |(key, _)| key);
            return format!("Microsoft.Resources/{kind}");
        };
        let mut kind = self.pairs[start].1.clone();
        for (key, _) in &self.pairs[start + 1..] {
            kind.push('/');
            kind.push_str(key);
        }
        kind
    }

    /// Whether this is a resource of that type.
    pub fn is_type(&self, resource_type: &str) -> bool {
        is(&self.resource_type(), resource_type)
    }

    /// The segments of the path, in order and unescaped.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.pairs
            .iter()
            .flat_map(|(key, value)| [key.as_str(), value.as_str()])
    }

    fn value_of(&self, index: usize, key: &str) -> Option<&str> {
        let (found, value) = self.pairs.get(index)?;
        is(found, key).then_some(value)
    }

    fn provider_index(&self) -> Option<usize> {
        self.pairs.iter().rposition(|(key, _)| is(key, PROVIDERS))
    }

    /// What keeps this from being an ID of `expected_type` in a resource group, the first segment at fault in front.
    fn difference_from(&self, expected_type: &str) -> Option<String> {
        let keys = keys_of(expected_type);
        for (index, (key, value)) in self.pairs.iter().enumerate() {
            let Some((expected_key, expected_value)) = keys.get(index) else {
                return Some(format!("segment {} \"{key}\" is too many", 2 * index + 1));
            };
            if !is(key, expected_key) {
                let at = 2 * index + 1;
                return Some(format!(
                    "segment {at} is \"{key}\" where \"{expected_key}\" is expected"
                ));
            }
            if let Some(expected_value) = expected_value
                && !is(value, expected_value)
            {
                let at = 2 * index + 2;
                return Some(format!(
                    "segment {at} is \"{value}\" where \"{expected_value}\" is expected"
                ));
            }
        }
        let (missing, _) = keys.get(self.pairs.len())?;
        let end = 2 * self.pairs.len();
        Some(format!(
            "it ends after segment {end}, where \"{missing}\" is expected next"
        ))
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments()
            .try_for_each(|segment| write!(f, "/{segment}"))
    }
}

impl fmt::Debug for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResourceId({self})")
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.pairs.len() == other.pairs.len() && self.segments().zip(other.segments()).all(same)
    }
}

impl Eq for ResourceId {}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for segment in self.segments() {
            segment.to_ascii_lowercase().hash(state);
        }
    }
}

impl FromStr for ResourceId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for ResourceId {
    type Error = ParseError;

    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::parse(&text)
    }
}

impl From<ResourceId> for String {
    fn from(id: ResourceId) -> Self {
        id.to_string()
    }
}

/// Why a text is not the ID that was wanted: shows the expected form and the segment at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(String);

impl ParseError {
    fn new(text: &str, form: &str, problem: impl fmt::Display) -> Self {
        Self(format!("\"{text}\" is not of the form {form}: {problem}"))
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseError {}

const GENERAL_FORM: &str = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}\
    /providers/{namespace}/{type}/{name}";

/// Splits a path into pairs, checking what holds for every ARM ID.
fn split(text: &str) -> Result<Vec<(String, String)>, String> {
    let Some(path) = text.strip_prefix('/') else {
        return Err("it does not start with \"/\"".to_owned());
    };
    let segments: Vec<&str> = path.split('/').collect();
    for (index, segment) in segments.iter().enumerate() {
        if let Some(problem) = segment_problem(segment) {
            return Err(format!("segment {} {problem}", index + 1));
        }
    }
    if !is(segments[0], SUBSCRIPTIONS) && !is(segments[0], PROVIDERS) {
        return Err(format!(
            "segment 1 is \"{}\" where \"{SUBSCRIPTIONS}\" is expected",
            segments[0]
        ));
    }
    let (pairs, rest) = segments.as_chunks::<2>();
    if let [key] = rest {
        let at = segments.len();
        return Err(format!("nothing follows segment {at} \"{key}\""));
    }
    if let Some(problem) = order_problem(pairs) {
        return Err(problem);
    }
    Ok(pairs.iter().map(|[key, value]| pair(key, value)).collect())
}

fn segment_problem(segment: &str) -> Option<&'static str> {
    if segment.is_empty() {
        return Some("is empty");
    }
    if segment.trim() != segment {
        return Some("has blanks around it");
    }
    // A name with one of these would address another object, or none.
    if segment.contains(['?', '#', '%', '\\', '"', '{', '}']) || segment == "." || segment == ".." {
        return Some("has a character that no ARM name has");
    }
    None
}

/// After the subscription comes a resource group or a provider, and a provider is followed by a type.
fn order_problem(pairs: &[[&str; 2]]) -> Option<String> {
    let starts_with_subscription = is(pairs[0][0], SUBSCRIPTIONS);
    for (index, [key, value]) in pairs.iter().enumerate() {
        let at = 2 * index + 1;
        let is_group_place = index == 1 && starts_with_subscription;
        if is_group_place && !is(key, RESOURCE_GROUPS) && !is(key, PROVIDERS) {
            return Some(format!(
                "segment {at} is \"{key}\" where \"{RESOURCE_GROUPS}\" or \"{PROVIDERS}\" is expected"
            ));
        }
        if index == 2 && is(pairs[1][0], RESOURCE_GROUPS) && !is(key, PROVIDERS) {
            return Some(format!(
                "segment {at} is \"{key}\" where \"{PROVIDERS}\" is expected"
            ));
        }
        if is(key, PROVIDERS) && index + 1 == pairs.len() {
            return Some(format!("no type and name follow the provider \"{value}\""));
        }
    }
    None
}

/// The keys, and the value where it is fixed, of an ID of that type in a resource group.
fn keys_of(resource_type: &str) -> Vec<(&str, Option<&str>)> {
    let mut keys = vec![(SUBSCRIPTIONS, None), (RESOURCE_GROUPS, None)];
    let (namespace, kinds) = resource_type.split_once('/').unwrap_or((resource_type, ""));
    if is(namespace, "Microsoft.Resources") {
        keys.truncate(if is(kinds, SUBSCRIPTIONS) { 1 } else { 2 });
        return keys;
    }
    keys.push((PROVIDERS, Some(namespace)));
    keys.extend(kinds.split('/').map(|kind| (kind, None)));
    keys
}

fn form_of(resource_type: &str) -> String {
    keys_of(resource_type)
        .into_iter()
        .map(|(key, value)| match value {
            Some(value) => format!("/{key}/{value}"),
            None if key == SUBSCRIPTIONS => format!("/{key}/{{subscriptionId}}"),
            None => format!("/{key}/{{{}Name}}", singular(key)),
        })
        .collect()
}

fn singular(kind: &str) -> String {
    match kind.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => kind.strip_suffix('s').unwrap_or(kind).to_owned(),
    }
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

fn is(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

fn same((left, right): (&str, &str)) -> bool {
    is(left, right)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const SUBNET: &str = "/subscriptions/0000/resourceGroups/Rg-1/providers/Microsoft.Network/virtualNetworks/hub/subnets/a";
    const SUBNET_TYPE: &str = "Microsoft.Network/virtualNetworks/subnets";

    #[test]
    fn parts() -> Result<(), ParseError> {
        let id = ResourceId::parse(SUBNET)?;
        assert_eq!(id.to_string(), SUBNET);
        assert_eq!(id.name(), "a");
        assert_eq!(id.subscription_id(), Some("0000"));
        assert_eq!(id.resource_group(), Some("Rg-1"));
        assert_eq!(id.resource_type(), SUBNET_TYPE);
        assert!(id.is_type("microsoft.network/VIRTUALNETWORKS/subnets"));
        let network =
            ResourceId::in_group("0000", "Rg-1", "Microsoft.Network/virtualNetworks", "hub");
        assert_eq!(id.parent(), Some(network.clone()));
        assert_eq!(network.child("subnets", "a"), id);
        let group = ResourceId::group("0000", "Rg-1");
        assert_eq!(network.parent(), Some(group.clone()));
        assert_eq!(group.resource_type(), "Microsoft.Resources/resourceGroups");
        assert_eq!(group.parent(), Some(ResourceId::subscription("0000")));
        assert_eq!(ResourceId::subscription("0000").parent(), None);
        Ok(())
    }

    #[test]
    fn other_scopes() -> Result<(), ParseError> {
        for (text, resource_type, group) in [
            (
                "/subscriptions/s",
                "Microsoft.Resources/subscriptions",
                None,
            ),
            (
                "/subscriptions/s/providers/Microsoft.Logic/locations/westus",
                "Microsoft.Logic/locations",
                None,
            ),
            (
                "/providers/Microsoft.Management/managementGroups/root",
                "Microsoft.Management/managementGroups",
                None,
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows/w/providers/Microsoft.Authorization/locks/l",
                "Microsoft.Authorization/locks",
                Some("g"),
            ),
        ] {
            let id = ResourceId::parse(text)?;
            assert_eq!(id.to_string(), text);
            assert_eq!(id.resource_type(), resource_type);
            assert_eq!(id.resource_group(), group);
        }
        Ok(())
    }

    #[test]
    fn equality_ignores_case_everywhere() -> Result<(), ParseError> {
        let lower = ResourceId::parse(&SUBNET.to_lowercase())?;
        let given = ResourceId::parse(SUBNET)?;
        assert_eq!(lower, given);
        assert_ne!(lower.to_string(), given.to_string());
        assert_eq!(HashSet::from([lower, given.clone()]).len(), 1);
        assert_ne!(given, given.child("x", "y"));
        assert_ne!(given, ResourceId::parse(&SUBNET.replace("hub", "spoke"))?);
        Ok(())
    }

    #[test]
    fn malformed_ids_name_the_segment_at_fault() {
        let network =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v";
        for (text, problem) in [
            ("", "does not start with"),
            ("subscriptions/s", "does not start with"),
            (
                "/subscriptions",
                "nothing follows segment 1 \"subscriptions\"",
            ),
            ("/subscriptions/", "segment 2 is empty"),
            (
                "/subscription/s",
                "segment 1 is \"subscription\" where \"subscriptions\" is expected",
            ),
            (
                "/subscriptions/s/groups/g",
                "segment 3 is \"groups\" where \"resourceGroups\" or",
            ),
            (
                "/subscriptions/s/resourceGroups/g/provider/p/t/n",
                "segment 5 is \"provider\"",
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network",
                "no type and name follow",
            ),
            ("/subscriptions/s/resourceGroups/ g", "segment 4 has blanks"),
            (
                "/subscriptions/s/resourceGroups/g?x",
                "segment 4 has a character",
            ),
            (&format!("{network}/"), "segment 9 is empty"),
            (
                &format!("{network}/subnets"),
                "nothing follows segment 9 \"subnets\"",
            ),
        ] {
            let error = ResourceId::parse(text).expect_err(text).to_string();
            assert!(error.contains(problem), "{text}: {error}");
            assert!(error.contains("/subscriptions/{subscriptionId}"), "{error}");
        }
    }

    #[test]
    fn parse_as_shows_the_expected_form() {
        let form = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network\
            /virtualNetworks/{virtualNetworkName}/subnets/{subnetName}";
        for (text, problem) in [
            ("x", "does not start with"),
            (
                "/subscriptions/s/resourceGroups/g",
                "ends after segment 4, where \"providers\" is expected next",
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Netwrk/virtualNetworks/v/subnets/a",
                "segment 6 is \"Microsoft.Netwrk\" where \"Microsoft.Network\" is expected",
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v",
                "ends after segment 8, where \"subnets\" is expected next",
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnet/a",
                "segment 9 is \"subnet\" where \"subnets\" is expected",
            ),
            (
                &format!("{SUBNET}/more/x"),
                "segment 11 \"more\" is too many",
            ),
        ] {
            let error = ResourceId::parse_as(text, SUBNET_TYPE)
                .expect_err(text)
                .to_string();
            assert!(error.contains(problem), "{text}: {error}");
            assert!(error.contains(form), "{error}");
        }
        assert!(ResourceId::parse_as(&SUBNET.to_uppercase(), SUBNET_TYPE).is_ok());
        let group = "Microsoft.Resources/resourceGroups";
        assert!(ResourceId::parse_as("/subscriptions/s/resourcegroups/g", group).is_ok());
    }

    #[test]
    fn serialises_as_its_text() -> Result<(), Box<dyn std::error::Error>> {
        let id = ResourceId::parse(SUBNET)?;
        let json = serde_json::to_string(&id)?;
        assert_eq!(json, format!("\"{SUBNET}\""));
        assert_eq!(serde_json::from_str::<ResourceId>(&json)?, id);
        assert!(serde_json::from_str::<ResourceId>("\"x\"").is_err());
        Ok(())
    }

    proptest! {
        #[test]
        fn whatever_parses_prints_as_it_was(text in "(/(subscriptions|resourceGroups|providers|a|B.c|)){0,9}.?") {
            if let Ok(id) = ResourceId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
                prop_assert!(id.parent().is_none_or(|parent| ResourceId::parse(&parent.to_string()) == Ok(parent)));
            }
        }
    }
}
