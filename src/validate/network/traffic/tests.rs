use serde_json::{Value as Json, json};

use super::*;

const OWN: &str = "10.0.1.0/27";
const OTHER: &str = "10.0.1.32/27";

fn addresses(texts: &[&str]) -> Addresses {
    let read = |text: &&str| Span::read(text).expect(text);
    texts.iter().map(read).collect()
}

fn surroundings() -> Surroundings {
    Surroundings {
        region: "westeurope".to_owned(),
        subnets: addresses(&[OWN, OTHER]),
        space: Some(addresses(&["10.0.0.0/16"])),
        ..Surroundings::default()
    }
}

fn tag(direction: Direction, port: u16, far: Far) -> Flow {
    Flow {
        direction,
        ports: Ports {
            first: port,
            last: port,
        },
        far,
    }
}

const STORAGE: Far = Far::Service("Storage");
const SQL: Far = Far::Service("Sql");

/// Whom a rule names: one, many with commas, or an application security group (`@`).
fn named(properties: &mut Json, side: &str, text: &str) {
    let name = |suffix: &str| format!("{side}{suffix}");
    match text {
        "@" => properties[name("ApplicationSecurityGroups")] = json!([{ "id": "/asg" }]),
        many if many.contains(',') => {
            let many: Vec<_> = many.split(',').collect();
            properties[name("AddressPrefixes")] = json!(many);
        }
        one => properties[name("AddressPrefix")] = json!(one),
    }
}

/// A group of these rules and Azure's own: access, direction, source and destination, destination ports, source ports.
fn group(rules: &[(&str, &str, &str, &str, &str)], source_ports: &str) -> SecurityGroup {
    let default = [
        ("Allow", "In", "VirtualNetwork", "VirtualNetwork", "*"),
        ("Allow", "In", "AzureLoadBalancer", "*", "*"),
        ("Deny", "In", "*", "*", "*"),
        ("Allow", "Out", "VirtualNetwork", "VirtualNetwork", "*"),
        ("Allow", "Out", "*", "Internet", "*"),
        ("Deny", "Out", "*", "*", "*"),
    ];
    let all = rules.iter().chain(&default).enumerate();
    let all = all.map(|(place, (access, direction, source, destination, ports))| {
        let is_custom = place < rules.len();
        let mut properties = json!({
            "access": access,
            "direction": format!("{direction}bound"),
            "priority": if is_custom { 100 + place } else { 65000 + place },
            "protocol": if is_custom { "Tcp" } else { "*" },
            "sourcePortRange": if is_custom { source_ports } else { "*" },
            "destinationPortRange": ports,
        });
        named(&mut properties, "source", source);
        named(&mut properties, "destination", destination);
        json!({ "name": format!("rule-{place}"), "properties": properties })
    });
    SecurityGroup::read(
        "nsg",
        &json!({ "properties": { "securityRules": all.collect::<Vec<_>>() } }),
    )
}

fn judged(
    group: &SecurityGroup,
    flow: Flow,
    rerouted: &[&str],
    around: &Surroundings,
) -> (Verdict, Vec<String>) {
    let near = Near {
        addresses: &addresses(&[OWN]),
        rerouted: &Rerouted::By(addresses(rerouted)),
    };
    let judgement = judge(group, flow, &near, around);
    let closed = judgement.closed_by.iter();
    (
        judgement.verdict,
        closed.map(|rule| rule.name.clone()).collect(),
    )
}

/// Access, source and destination of a rule.
type Named = (&'static str, &'static str, &'static str);

/// Checks what rules, each about all ports, make of outbound traffic to port 443.
fn check_out(table: &[(&[Named], Far, Verdict)]) {
    for (rules, far, expected) in table {
        let all: Vec<_> = rules
            .iter()
            .map(|(access, source, destination)| (*access, "Out", *source, *destination, "*"))
            .collect();
        let flow = tag(Direction::Outbound, 443, *far);
        let (verdict, closed_by) = judged(&group(&all, "*"), flow, &[], &surroundings());
        assert_eq!(verdict, *expected, "{rules:?} {far:?}");
        assert_eq!(closed_by.is_empty(), verdict == Verdict::Open, "{rules:?}");
    }
}

use Verdict::{Closed, InPart, Open, Unknown};

#[test]
fn a_group_with_azures_own_rules_only() {
    let group = group(&[], "*");
    for (direction, far, expected) in [
        (Direction::Outbound, Far::Subnets, Open),
        (Direction::Outbound, Far::Internet, Open),
        (Direction::Outbound, STORAGE, Open),
        (Direction::Inbound, Far::Subnets, Open),
        (Direction::Inbound, Far::VirtualNetwork, Open),
        (Direction::Inbound, Far::LoadBalancer, Open),
        (Direction::Inbound, Far::Internet, Closed),
        (
            Direction::Inbound,
            Far::Service("AzureTrafficManager"),
            Closed,
        ),
    ] {
        let (verdict, closed_by) = judged(&group, tag(direction, 454, far), &[], &surroundings());
        assert_eq!(verdict, expected, "{direction:?} {far:?}");
        assert_eq!(
            closed_by,
            if expected == Open {
                vec![]
            } else {
                vec!["rule-2"]
            }
        );
    }
}

#[test]
fn tags_take_in_narrower_ones() {
    check_out(&[
        (&[("Deny", "*", "Internet")], STORAGE, Closed),
        (&[("Deny", "*", "Internet")], Far::Subnets, Open),
        (&[("Deny", "*", "AzureCloud")], STORAGE, Closed),
        (&[("Deny", "*", "AzureCloud")], Far::Internet, InPart),
        (&[("Deny", "*", "Storage")], STORAGE, Closed),
        (&[("Deny", "*", "Storage")], SQL, Open),
        (&[("Deny", "*", "Storage")], Far::Internet, InPart),
        (&[("Deny", "*", "Storage.NorthEurope")], STORAGE, Open),
        (&[("Deny", "*", "Storage.WestEurope")], STORAGE, Closed),
        (
            &[("Allow", "*", "Storage.WestEurope"), ("Deny", "*", "*")],
            STORAGE,
            Open,
        ),
        (
            &[("Allow", "*", "Storage.NorthEurope"), ("Deny", "*", "*")],
            STORAGE,
            Closed,
        ),
        (
            &[("Allow", "*", "Storage"), ("Deny", "*", "Internet")],
            Far::Internet,
            InPart,
        ),
        (
            &[("Deny", "*", "AzureCloud.westeurope")],
            Far::Service("AzureActiveDirectory"),
            Unknown(Doubt::Service),
        ),
        (&[("Deny", "*", "VirtualNetwork")], Far::Subnets, Closed),
        (&[("Deny", "*", "VirtualNetwork")], STORAGE, Open),
        (&[("Deny", "*", "*")], Far::Internet, Closed),
        (&[("Deny", "Internet", "*")], Far::Internet, Open),
    ]);
}

#[test]
fn what_a_prefix_covers_of_a_tag_is_unknown() {
    check_out(&[
        (&[("Deny", "*", "20.0.0.0/6")], SQL, Unknown(Doubt::Service)),
        (&[("Deny", "*", "20.0.0.0/6")], Far::Internet, InPart),
        (&[("Deny", "*", "10.0.0.0/8")], SQL, Open),
        (&[("Deny", "*", "10.0.0.0/8")], Far::Internet, Open),
        (&[("Deny", "*", "0.0.0.0/0")], SQL, Closed),
        (&[("Deny", "*", "0.0.0.0/1,128.0.0.0/1")], SQL, Closed),
        (
            &[("Deny", "*", "0.0.0.0/1"), ("Deny", "*", "128.0.0.0/1")],
            SQL,
            Closed,
        ),
        (&[("Deny", "*", "0.0.0.0/1")], SQL, Unknown(Doubt::Service)),
        (
            &[("Allow", "*", "20.0.0.0/6"), ("Deny", "*", "*")],
            SQL,
            Unknown(Doubt::Service),
        ),
        (
            &[("Allow", "*", "Sql"), ("Deny", "*", "20.0.0.0/6")],
            SQL,
            Open,
        ),
        (&[("Deny", "*", "fd00::/8")], SQL, Open),
        (&[("Deny", "*", "@")], SQL, Open),
        (&[("Deny", "@", "*")], SQL, Open),
    ]);
}

#[test]
fn between_the_subnets_every_address_counts() {
    check_out(&[
        (&[("Deny", "*", "10.0.0.0/8")], Far::Subnets, Closed),
        (&[("Deny", "*", "10.0.1.40")], Far::Subnets, Closed),
        (&[("Deny", "10.0.1.4", "*")], Far::Subnets, Closed),
        (&[("Deny", "10.0.1.64/27", "*")], Far::Subnets, Open),
        (&[("Deny", "*", "10.0.2.0/24")], Far::Subnets, Open),
        (
            &[
                ("Allow", "*", "10.0.1.32/28,10.0.1.48/28,10.0.1.0/27"),
                ("Deny", "*", "*"),
            ],
            Far::Subnets,
            Open,
        ),
        (
            &[("Allow", "10.0.1.0/28", "*"), ("Deny", "10.0.1.0/28", "*")],
            Far::Subnets,
            Open,
        ),
        (
            &[("Allow", "10.0.1.0/28", "*"), ("Deny", "10.0.1.0/27", "*")],
            Far::Subnets,
            Closed,
        ),
    ]);
}

/// Whatever addresses the service has: one of those in the subnet does not reach it, and the others do.
#[test]
fn what_is_closed_for_some_of_the_subnet_is_closed_in_part() {
    check_out(&[
        (&[("Deny", "10.0.1.4", "*")], STORAGE, InPart),
        (&[("Deny", "10.0.1.4", "Storage")], STORAGE, InPart),
        (
            &[("Deny", "10.0.1.4", "0.0.0.0/1,128.0.0.0/1")],
            STORAGE,
            InPart,
        ),
        (
            &[
                ("Deny", "10.0.1.4", "0.0.0.0/1"),
                ("Deny", "10.0.1.4", "128.0.0.0/1"),
            ],
            STORAGE,
            InPart,
        ),
        (
            &[("Allow", "10.0.1.0/28", "*"), ("Deny", "*", "*")],
            STORAGE,
            InPart,
        ),
        (
            &[("Deny", "10.0.1.4", "20.0.0.0/6")],
            STORAGE,
            Unknown(Doubt::Service),
        ),
        // One address is closed for certain, and about the others nobody knows.
        (
            &[("Deny", "10.0.1.4", "*"), ("Deny", "*", "20.0.0.0/6")],
            STORAGE,
            Unknown(Doubt::Service),
        ),
        (
            &[("Deny", "10.0.1.4", "AzureCloud.westeurope")],
            Far::Service("AzureActiveDirectory"),
            Unknown(Doubt::Service),
        ),
        (
            &[("Deny", "10.0.1.0/28", "*"), ("Deny", "10.0.1.16/28", "*")],
            STORAGE,
            Closed,
        ),
    ]);
    let some_ports = group(&[("Deny", "Out", "*", "*", "*")], "50000-60000");
    let flow = tag(Direction::Outbound, 443, STORAGE);
    assert_eq!(judged(&some_ports, flow, &[], &surroundings()).0, InPart);
}

#[test]
fn ports_at_both_ends() {
    let all_ports = Flow {
        direction: Direction::Inbound,
        ports: Ports::ALL,
        far: Far::Subnets,
    };
    let one = |ports| [("Deny", "In", "*", "*", ports)];
    let verdict = |rules: &[_], source: &str, flow| {
        judged(&group(rules, source), flow, &[], &surroundings()).0
    };
    assert_eq!(verdict(&one("8443"), "*", all_ports), Closed);
    assert_eq!(
        verdict(
            &one("8443"),
            "*",
            tag(Direction::Inbound, 443, Far::Subnets)
        ),
        Open
    );
    assert_eq!(
        verdict(
            &one("440-450"),
            "*",
            tag(Direction::Inbound, 443, Far::Subnets)
        ),
        Closed
    );
    assert_eq!(
        verdict(&[("Deny", "Out", "*", "*", "*")], "*", all_ports),
        Open
    );
    // A client speaks from a port of its own choice.
    let out = tag(Direction::Outbound, 443, Far::Internet);
    for (ports, expected) in [
        ("443", Open),
        ("0-1023", Open),
        ("*", Closed),
        ("1024-65535", Closed),
        ("50000-60000", InPart),
    ] {
        assert_eq!(
            verdict(&[("Deny", "Out", "*", "*", "*")], ports, out),
            expected,
            "{ports}"
        );
    }
}

#[test]
fn routes_change_what_tags_mean() {
    let everything = &["0.0.0.0/0"][..];
    let around = surroundings();
    let verdict = |rules: &[_], direction, rerouted| {
        judged(
            &group(rules, "*"),
            tag(direction, 454, STORAGE),
            rerouted,
            &around,
        )
        .0
    };
    use Direction::{Inbound, Outbound};
    for (rules, direction, rerouted, expected) in [
        // Whichever of both tags an address has: it may leave.
        (&[][..], Outbound, everything, Open),
        (&[], Inbound, everything, Unknown(Doubt::Routes)),
        (&[], Inbound, &["192.168.0.0/16"], Closed),
        (&[], Inbound, &["20.0.0.0/8"], Unknown(Doubt::Routes)),
        (
            &[("Allow", "In", "Internet", "*", "*")],
            Inbound,
            everything,
            Open,
        ),
        (
            &[("Allow", "In", "Storage", "*", "*")],
            Inbound,
            everything,
            Open,
        ),
        (
            &[("Deny", "In", "VirtualNetwork", "*", "*")],
            Inbound,
            everything,
            Closed,
        ),
        (
            &[("Deny", "Out", "*", "Internet", "*")],
            Outbound,
            everything,
            Unknown(Doubt::Routes),
        ),
        (
            &[("Deny", "Out", "*", "*", "*")],
            Outbound,
            everything,
            Closed,
        ),
    ] {
        assert_eq!(
            verdict(rules, direction, rerouted),
            expected,
            "{rules:?} {direction:?} {rerouted:?}"
        );
    }
}

#[test]
fn callers_in_the_network_and_beyond_it() {
    let alone = surroundings();
    let gateway = Surroundings {
        has_gateway: true,
        ..surroundings()
    };
    let unknown = Surroundings {
        space: None,
        ..surroundings()
    };
    let verdict = |rules: &[_], around| {
        judged(
            &group(rules, "*"),
            tag(Direction::Inbound, 443, Far::VirtualNetwork),
            &[],
            around,
        )
        .0
    };
    let deny = |source| [("Deny", "In", source, "*", "*")];
    for (rules, around, expected) in [
        (deny("192.168.0.0/16"), &alone, Open),
        (deny("192.168.0.0/16"), &gateway, Unknown(Doubt::Connected)),
        (deny("192.168.0.0/16"), &unknown, Unknown(Doubt::Connected)),
        (deny("10.0.2.0/24"), &alone, InPart),
        (deny("10.0.0.0/8"), &alone, Closed),
        (deny("*"), &gateway, Closed),
        (deny("@"), &alone, Unknown(Doubt::Members)),
        (deny("Internet"), &gateway, Open),
    ] {
        assert_eq!(verdict(&rules, around), expected, "{rules:?}");
    }
}

#[test]
fn a_rule_that_falls_into_too_many_pieces_is_not_guessed_at() {
    // Every other address of the subnet at every other port: nobody needs that judged.
    let mut rules = Vec::new();
    let texts: Vec<_> = (0..16_u32)
        .map(|number| format!("10.0.1.{}", number * 2))
        .collect();
    let ports: Vec<_> = (0..60_u32).map(|number| (2 * number).to_string()).collect();
    for address in &texts {
        for port in &ports {
            rules.push(("Allow", "In", "*", address.as_str(), port.as_str()));
        }
    }
    let all_ports = Flow {
        direction: Direction::Inbound,
        ports: Ports::ALL,
        far: Far::Internet,
    };
    let (verdict, _) = judged(&group(&rules, "*"), all_ports, &[], &surroundings());
    assert!(matches!(verdict, InPart | Unknown(_)), "{verdict:?}");
}

/// Nobody has found out which rules stop it then: the first that may is among them, though others may come before it.
#[test]
fn what_falls_into_too_many_pieces_is_closed_by_the_first_rule_that_may() {
    let list = |count: u32, text: fn(u32) -> String| {
        let all: Vec<_> = (0..count).map(|number| text(2 * number)).collect();
        all.join(",")
    };
    let near = list(16, |number| format!("10.0.1.{number}"));
    let far = list(60, |number| format!("20.{number}.0.0/16"));
    let ports: Vec<_> = (0..200_u32)
        .map(|number| (2 * number).to_string())
        .collect();
    let mut rules: Vec<_> = ports
        .iter()
        .map(|port| ("Allow", "In", far.as_str(), near.as_str(), port.as_str()))
        .collect();
    rules.push(("Allow", "In", "*", "*", "60000"));
    let first = format!("rule-{}", rules.len());
    rules.push(("Deny", "In", "*", "*", "60000"));
    rules.push(("Deny", "In", "*", "*", "*"));
    let all_ports = Flow {
        direction: Direction::Inbound,
        ports: Ports::ALL,
        far: Far::Internet,
    };
    let (verdict, closed_by) = judged(&group(&rules, "*"), all_ports, &[], &surroundings());
    assert_eq!(verdict, InPart);
    assert_eq!(closed_by.first(), Some(&first));
}
