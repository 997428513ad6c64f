//! The table as security rules, ready for whatever writes them into a network security group.

use super::table::{AccessEndpoint, Direction, Form, Ports, ROWS, Row, VIRTUAL_NETWORK};

/// The first priority that Azure takes.
pub const FIRST_PRIORITY: i64 = 100;
/// The last one.
pub const LAST_PRIORITY: i64 = 4096;
/// Between two rules, so that others fit in.
const STEP: i64 = 10;

/// Which form of the table is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceTags {
    /// The guide's, whatever the access endpoint.
    Broad,
    /// The later page's, which depends on the access endpoint.
    Narrow,
}

impl ServiceTags {
    /// The forms, the default first.
    pub const ALL: [Self; 2] = [Self::Broad, Self::Narrow];

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Broad => "broad",
            Self::Narrow => "narrow",
        }
    }
}

/// A security rule that opens a row of the table, or one of its forms in one direction; the members are ARM's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Unlike that of any other.
    pub name: String,
    /// What the row is for.
    pub purpose: &'static str,
    /// Which way.
    pub direction: Direction,
    /// `Tcp`, or `*` where all ports are opened.
    pub protocol: &'static str,
    /// Its place in the group.
    pub priority: i64,
    /// A service tag.
    pub source_address_prefix: &'static str,
    /// A service tag.
    pub destination_address_prefix: &'static str,
    /// Single ports and ranges, for ARM's plural field, which takes no `*`.
    pub destination_port_ranges: Vec<String>,
    /// Whether the environment does not live without it.
    pub required: bool,
    /// What the guide notes about the row.
    pub notes: &'static str,
}

/// What a rule of the table does with what it is about.
pub const ACCESS: &str = "Allow";
/// A client speaks from any port.
pub const SOURCE_PORT_RANGE: &str = "*";

/// The table as rules, numbered through over both directions in the table's order.
pub fn requirements(
    endpoint: AccessEndpoint,
    tags: ServiceTags,
    first_priority: i64,
) -> Result<Vec<Requirement>, String> {
    let mut rules: Vec<_> = ROWS
        .iter()
        .flat_map(|row| rules_of(row, endpoint, tags))
        .collect();
    let count = i64::try_from(rules.len()).unwrap_or(i64::MAX);
    let latest = LAST_PRIORITY - STEP * (count - 1);
    if !(FIRST_PRIORITY..=latest).contains(&first_priority) {
        return Err(format!(
            "the {count} rules are numbered in steps of {STEP}, and Azure takes priorities from {FIRST_PRIORITY} to {LAST_PRIORITY}: \
             the first one is a whole number from {FIRST_PRIORITY} to {latest}, not {first_priority}"
        ));
    }
    for (rule, place) in rules.iter_mut().zip(0..) {
        rule.priority = first_priority + STEP * place;
    }
    Ok(rules)
}

/// The rule that opens a form of a row in one direction, without a priority.
pub(crate) fn rule(row: &'static Row, direction: Direction, form: &Form) -> Requirement {
    let (source, destination) = match direction {
        Direction::Inbound => (form.tag, VIRTUAL_NETWORK),
        Direction::Outbound => (VIRTUAL_NETWORK, form.tag),
    };
    Requirement {
        name: row.name.to_owned(),
        purpose: row.purpose,
        direction,
        protocol: if form.is_all_ports() { "*" } else { "Tcp" },
        priority: 0,
        source_address_prefix: source,
        destination_address_prefix: destination,
        destination_port_ranges: form.ports.iter().map(Ports::to_string).collect(),
        required: row.required,
        notes: row.notes,
    }
}

/// The rules of a row, each with a name of its own.
fn rules_of(row: &'static Row, endpoint: AccessEndpoint, tags: ServiceTags) -> Vec<Requirement> {
    let forms = match tags {
        ServiceTags::Broad => std::slice::from_ref(&row.broad),
        ServiceTags::Narrow => row.narrow.of(endpoint),
    };
    let mut rules = Vec::new();
    for direction in row.directions {
        for form in forms {
            let mut rule = rule(row, *direction, form);
            if row.directions.len() > 1 {
                rule.name = format!("{}-{}", rule.name, direction.name().to_lowercase());
            }
            if forms.len() > 1 {
                rule.name = format!("{}-{}", rule.name, form.tag.to_lowercase());
            }
            rules.push(rule);
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all(endpoint: AccessEndpoint, tags: ServiceTags) -> Vec<Requirement> {
        requirements(endpoint, tags, 100).expect("there is room")
    }

    /// Direction, ports, source and destination of each rule of a row.
    fn shown(rules: &[Requirement], purpose: &str) -> Vec<String> {
        let of = rules.iter().filter(|rule| rule.purpose.contains(purpose));
        of.map(|rule| {
            format!(
                "{} {} {}>{}",
                rule.direction.name(),
                rule.destination_port_ranges.join(","),
                rule.source_address_prefix,
                rule.destination_address_prefix
            )
        })
        .collect()
    }

    #[test]
    fn the_broad_form_is_the_guides_whatever_the_endpoint() {
        let internal = all(AccessEndpoint::Internal, ServiceTags::Broad);
        assert_eq!(internal, all(AccessEndpoint::External, ServiceTags::Broad));
        assert_eq!(internal.len(), 22, "three rows go both ways");
        for (purpose, expected) in [
            (
                "Connector deployment",
                &["Inbound 454,3443 Internet>VirtualNetwork"][..],
            ),
            (
                "Redis",
                &[
                    "Inbound 6379-6383 VirtualNetwork>VirtualNetwork",
                    "Outbound 6379-6383 VirtualNetwork>VirtualNetwork",
                ],
            ),
            (
                "Load Balancer",
                &["Inbound 0-65535 AzureLoadBalancer>VirtualNetwork"],
            ),
            ("Azure SQL", &["Outbound 1433 VirtualNetwork>Sql"]),
            (
                "Traffic Manager",
                &["Inbound 443 AzureTrafficManager>VirtualNetwork"],
            ),
        ] {
            assert_eq!(shown(&internal, purpose), expected);
        }
    }

    #[test]
    fn the_narrow_form_depends_on_the_endpoint() {
        let internal = all(AccessEndpoint::Internal, ServiceTags::Narrow);
        let external = all(AccessEndpoint::External, ServiceTags::Narrow);
        for (purpose, inside, outside) in [
            (
                "Traffic Manager",
                "Inbound 454 AzureTrafficManager>VirtualNetwork",
                "Inbound 443 AzureTrafficManager>VirtualNetwork",
            ),
            (
                "run history",
                "Inbound 443 VirtualNetwork>VirtualNetwork",
                "Inbound 443 Internet>VirtualNetwork",
            ),
            (
                "Communication to Azure",
                "Inbound 443 VirtualNetwork>VirtualNetwork",
                "Inbound 443 Internet>VirtualNetwork",
            ),
        ] {
            assert_eq!(shown(&internal, purpose), [inside]);
            assert_eq!(shown(&external, purpose), [outside]);
        }
        assert_eq!(
            shown(&internal, "Connector deployment"),
            [
                "Inbound 454 AzureConnectors>VirtualNetwork",
                "Inbound 3443 ApiManagement>VirtualNetwork"
            ]
        );
    }

    #[test]
    fn rules_differ_in_name_and_priority_and_open_all_ports_to_every_protocol() {
        for endpoint in AccessEndpoint::ALL {
            for tags in ServiceTags::ALL {
                let rules = all(endpoint, tags);
                let names: BTreeSet<_> = rules.iter().map(|rule| &rule.name).collect();
                assert_eq!(names.len(), rules.len());
                for (rule, place) in rules.iter().zip(0..) {
                    assert_eq!(rule.priority, 100 + 10 * place);
                    let good = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
                    assert!(rule.name.len() <= 80 && rule.name.chars().all(good));
                    let all_ports = rule.destination_port_ranges == ["0-65535"];
                    assert_eq!(rule.protocol == "*", all_ports, "{}", rule.name);
                }
            }
        }
    }

    #[test]
    fn priorities_stay_in_azures_range() {
        let broad = |first| requirements(AccessEndpoint::Internal, ServiceTags::Broad, first);
        let last = |first: i64| broad(first).map(|rules| rules[21].priority);
        assert_eq!(last(100), Ok(310));
        assert_eq!(last(3886), Ok(4096));
        for wrong in [99, 3887, 4096, 0, -1, i64::MAX] {
            let problem = broad(wrong).expect_err("out of range");
            assert!(
                problem.ends_with(&format!("from 100 to 3886, not {wrong}")),
                "{problem}"
            );
        }
    }

    #[test]
    fn both_forms_have_names() {
        for tags in ServiceTags::ALL {
            assert_eq!(ServiceTags::named(tags.name()), Some(tags));
        }
        assert_eq!(ServiceTags::named("wide"), None);
    }
}
