//! Network security groups as ARM shows them. Of the rules, those about TCP are kept: that is what all of an environment's
//! traffic is. Of the others, their priorities are, which nobody else can have.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::addresses::Span;
use super::prefix::Prefix;
use super::requirements::LAST_PRIORITY;
use super::surroundings::elements;
use super::table::Direction;

/// A network security group.
#[derive(Clone, Debug, Default)]
pub struct SecurityGroup {
    /// Its name.
    pub name: String,
    inbound: Vec<SecurityRule>,
    outbound: Vec<SecurityRule>,
    /// The priorities of all rules, whatever they are about.
    taken: BTreeSet<(Direction, i64)>,
}

/// One of its rules, of the user or of Azure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityRule {
    /// Its name.
    pub name: String,
    /// The lower, the earlier.
    pub priority: i64,
    /// Whether it lets traffic through.
    pub allows: bool,
    pub(super) source_ports: Vec<Span>,
    pub(super) destination_ports: Vec<Span>,
    /// Whom it names on the side of the subnet.
    pub(super) near: Vec<Prefix>,
    /// Whom it names on the other side.
    pub(super) far: Vec<Prefix>,
    /// Whether it names application security groups on the other side: machines in the network, and nobody knows which.
    pub(super) far_groups: bool,
}

/// Every port.
const ALL_PORTS: Span = Span::new(0, u16::MAX as u32);

impl SecurityGroup {
    /// Reads a group, with Azure's own rules.
    pub fn read(name: &str, group: &Json) -> Self {
        let mut read = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        let properties = &group["properties"];
        let custom = elements(&properties["securityRules"]);
        for rule in custom.chain(elements(&properties["defaultSecurityRules"])) {
            read.taken.extend(SecurityRule::place(rule));
            if let Some((direction, rule)) = SecurityRule::read(rule) {
                match direction {
                    Direction::Inbound => read.inbound.push(rule),
                    Direction::Outbound => read.outbound.push(rule),
                }
            }
        }
        read.inbound.sort_by_key(|rule| rule.priority);
        read.outbound.sort_by_key(|rule| rule.priority);
        read
    }

    /// The rules for one direction, in the order in which Azure asks them.
    pub fn rules(&self, direction: Direction) -> &[SecurityRule] {
        match direction {
            Direction::Inbound => &self.inbound,
            Direction::Outbound => &self.outbound,
        }
    }

    /// Whether a rule has the priority already.
    pub fn has_taken(&self, direction: Direction, priority: i64) -> bool {
        self.taken.contains(&(direction, priority))
    }
}

impl SecurityRule {
    /// A rule about TCP.
    fn read(rule: &Json) -> Option<(Direction, Self)> {
        let properties = &rule["properties"];
        let protocol = properties["protocol"].as_str()?;
        if protocol != "*" && !protocol.eq_ignore_ascii_case("Tcp") {
            return None;
        }
        let (direction, priority) = Self::place(rule)?;
        let (near, far) = match direction {
            Direction::Inbound => (&DESTINATION, &SOURCE),
            Direction::Outbound => (&SOURCE, &DESTINATION),
        };
        let read = Self {
            name: rule["name"].as_str().unwrap_or_default().to_owned(),
            priority,
            allows: properties["access"].as_str()?.eq_ignore_ascii_case("Allow"),
            source_ports: SOURCE.ports(properties),
            destination_ports: DESTINATION.ports(properties),
            // Machines of the environment are nobody's to put into application security groups.
            near: near.prefixes(properties),
            far: far.prefixes(properties),
            far_groups: elements(&properties[far.groups]).next().is_some(),
        };
        Some((direction, read))
    }

    /// Which way it looks, and when it is asked.
    fn place(rule: &Json) -> Option<(Direction, i64)> {
        let properties = &rule["properties"];
        let direction = properties["direction"].as_str()?;
        let direction = match direction.eq_ignore_ascii_case("Inbound") {
            true => Direction::Inbound,
            false => Direction::Outbound,
        };
        Some((direction, properties["priority"].as_i64()?))
    }

    /// Whether it is one of Azure's own, which every group has.
    pub fn is_azures_own(&self) -> bool {
        self.priority > LAST_PRIORITY
    }
}

/// The members of a rule about one end.
struct End {
    /// Ports, in the singular and in the plural.
    ports: [&'static str; 2],
    /// Addresses and tags, in the singular and in the plural.
    prefixes: [&'static str; 2],
    /// Application security groups.
    groups: &'static str,
}

const SOURCE: End = End {
    ports: ["sourcePortRange", "sourcePortRanges"],
    prefixes: ["sourceAddressPrefix", "sourceAddressPrefixes"],
    groups: "sourceApplicationSecurityGroups",
};

const DESTINATION: End = End {
    ports: ["destinationPortRange", "destinationPortRanges"],
    prefixes: ["destinationAddressPrefix", "destinationAddressPrefixes"],
    groups: "destinationApplicationSecurityGroups",
};

impl End {
    fn ports(&self, properties: &Json) -> Vec<Span> {
        values(properties, self.ports)
            .filter_map(read_ports)
            .collect()
    }

    fn prefixes(&self, properties: &Json) -> Vec<Prefix> {
        values(properties, self.prefixes)
            .map(Prefix::read)
            .collect()
    }
}

/// The texts of a member and of its plural.
fn values<'a>(
    properties: &'a Json,
    [one, many]: [&str; 2],
) -> impl Iterator<Item = &'a str> + use<'a> {
    let many = elements(&properties[many]).filter_map(Json::as_str);
    properties[one].as_str().into_iter().chain(many)
}

fn read_ports(text: &str) -> Option<Span> {
    if text == "*" {
        return Some(ALL_PORTS);
    }
    let port = |text: &str| text.trim().parse::<u16>().ok();
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (port(first)?, port(last)?),
        None => (port(text)?, port(text)?),
    };
    (first <= last).then(|| Span::new(first.into(), last.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_are_read_in_their_order() {
        let rule = |name: &str, priority: i64, member: &str, value: Json| {
            let mut properties = json!({
                "protocol": "TCP", "direction": "inbound", "access": "deny", "priority": priority,
                "sourcePortRange": "*", "destinationPortRanges": ["80", "440-450"],
                "sourceAddressPrefix": "Storage", "destinationAddressPrefixes": ["10.0.0.0/27", "10.0.1.4"],
            });
            properties[member] = value;
            json!({ "name": name, "properties": properties })
        };
        let group = json!({ "properties": {
            "securityRules": [
                rule("late", 200, "access", json!("Allow")),
                rule("early", 100, "protocol", json!("*")),
                rule("udp", 101, "protocol", json!("Udp")),
                rule("out", 102, "direction", json!("Outbound")),
            ],
            "defaultSecurityRules": [rule("last", 65500, "sourceAddressPrefix", json!("*"))],
        } });
        let group = SecurityGroup::read("nsg", &group);
        let names = |direction| {
            let rules = group.rules(direction).iter();
            rules.map(|rule| rule.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(Direction::Inbound), ["early", "late", "last"]);
        assert_eq!(names(Direction::Outbound), ["out"]);
        for (priority, is_taken) in [(99, false), (100, true), (101, true), (102, false)] {
            assert_eq!(group.has_taken(Direction::Inbound, priority), is_taken);
        }
        let own = |place: usize| group.rules(Direction::Inbound)[place].is_azures_own();
        assert!(!own(1) && own(2));
        let early = &group.rules(Direction::Inbound)[0];
        assert!(!early.allows && early.far == [Prefix::read("Storage")]);
        assert_eq!(
            early.destination_ports,
            [Span::new(80, 80), Span::new(440, 450)]
        );
        assert_eq!(early.near.len(), 2);
    }

    #[test]
    fn ports_that_are_none_are_left_out() {
        for (text, expected) in [
            ("*", Some(ALL_PORTS)),
            ("0-65535", Some(ALL_PORTS)),
            ("443", Some(Span::new(443, 443))),
            ("450-440", None),
            ("65536", None),
            ("", None),
        ] {
            assert_eq!(read_ports(text), expected, "{text}");
        }
    }
}
