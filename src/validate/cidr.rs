//! IPv4 address blocks, and what an environment asks of a subnet's.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use ipnetwork::Ipv4Network;

/// Microsoft's ISE guide: "each subnet must have 32 addresses as the minimum", which is a /27.
pub const LONGEST_PREFIX: u8 = 27;

/// How many subnets an environment has.
const SUBNETS: u32 = 4;

/// Address space that Azure keeps for itself or cannot route; Azure's virtual network FAQ, and for the carrier-grade NAT
/// range and "this network" its later page on environments.
const RESERVED: [(&str, &str); 6] = [
    ("0.0.0.0/8", "\"this network\""),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "Azure's own DNS and health probes"),
    ("169.254.0.0/16", "link-local"),
    ("224.0.0.0/4", "multicast"),
];

/// Class B by the classes of RFC 791; the private 172.16.0.0/12 of RFC 1918 lies in it.
const CLASS_B: &str = "128.0.0.0/2";

/// An IPv4 block in CIDR form, its host bits zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(Ipv4Network);

impl Cidr {
    /// Reads the strict form that ARM takes: `10.0.0.0/24`, nothing shorter, and no address within the block.
    pub fn parse(text: &str) -> Result<Self, String> {
        let network = block(text)?;
        if network.ip() != network.network() {
            let right = Self::around(network.ip(), network.prefix());
            return Err(format!(
                "\"{text}\" has host bits set: the network with this prefix length is {right}"
            ));
        }
        Ok(Self(network))
    }

    /// How many addresses it has.
    pub fn address_count(&self) -> u64 {
        1 << (32 - self.0.prefix())
    }

    /// Its first address.
    pub fn first_address(&self) -> Ipv4Addr {
        self.0.network()
    }

    /// Its last address.
    pub fn last_address(&self) -> Ipv4Addr {
        self.0.broadcast()
    }

    /// Its prefix length.
    pub fn prefix_length(&self) -> u8 {
        self.0.prefix()
    }

    /// Whether it has an address in common with another.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.overlaps(other.0)
    }

    /// Whether all of another lies within it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.is_subnet_of(self.0)
    }

    /// The four /27 that fit first.
    pub fn four_subnets(&self) -> Result<[Self; 4], String> {
        let fitting = self.address_count() >> (32 - LONGEST_PREFIX);
        if fitting < u64::from(SUBNETS) {
            return Err(format!(
                "{self} has room for {fitting} blocks of /{LONGEST_PREFIX}, and an environment needs {SUBNETS}: \
                 give a block of /25 or larger"
            ));
        }
        let first = u32::from(self.0.network());
        Ok([0, 1, 2, 3].map(|index| {
            let start = first + (index << (32 - LONGEST_PREFIX));
            Self::around(Ipv4Addr::from(start), LONGEST_PREFIX)
        }))
    }

    /// The block with this prefix length, known to be valid, that has the address in it.
    fn around(address: Ipv4Addr, prefix: u8) -> Self {
        let network = Ipv4Addr::from(
            u32::from(address) & u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0),
        );
        Self(Ipv4Network::new(network, prefix).unwrap_or_else(|_| network.into()))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

/// A subnet's prefix for an environment: CIDR form, large enough, none of it reserved. Whether it is Class B is
/// [`class_b`]'s matter, because the configuration decides how grave that is.
pub fn subnet_prefix(text: &str) -> Result<(), String> {
    let cidr = Cidr::parse(text)?;
    let problems: Vec<_> = [large_enough(&cidr), not_reserved(&cidr)]
        .into_iter()
        .filter_map(Result::err)
        .collect();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(problems.join("; ")),
    }
}

/// Microsoft's ISE guide: at least a /27.
pub fn large_enough(cidr: &Cidr) -> Result<(), String> {
    if cidr.prefix_length() <= LONGEST_PREFIX {
        return Ok(());
    }
    let count = cidr.address_count();
    let addresses = if count == 1 { "address" } else { "addresses" };
    let right = Cidr::around(cidr.0.network(), LONGEST_PREFIX);
    Err(format!(
        "{cidr} has {count} {addresses}, and a subnet of an environment needs 32 at least: \
         a /{LONGEST_PREFIX} such as {right}, or larger"
    ))
}

/// None of it in space that Azure refuses.
pub fn not_reserved(cidr: &Cidr) -> Result<(), String> {
    let hits: Vec<_> = RESERVED
        .iter()
        .filter(|(range, _)| Cidr::parse(range).is_ok_and(|range| range.overlaps(cidr)))
        .map(|(range, what)| format!("{range} ({what})"))
        .collect();
    match hits.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "{cidr} overlaps {}, which Azure does not allow in a subnet: choose private space such as 172.16.0.0/12",
            hits.join(" and ")
        )),
    }
}

/// Microsoft's ISE guide asks for "a Class B address space". Azure accepts other space too.
pub fn class_b(cidr: &Cidr) -> Result<(), String> {
    if Cidr::parse(CLASS_B).is_ok_and(|class_b| class_b.contains(cidr)) {
        return Ok(());
    }
    Err(format!(
        "{cidr} is outside of Class B space, which Microsoft's guide asks for: 128.0.0.0 to 191.255.255.255, \
         of which 172.16.0.0/12 is private"
    ))
}

/// `ADDRESS/LENGTH`, and no other form that the library would understand.
fn block(text: &str) -> Result<Ipv4Network, String> {
    let wrong = |problem: &str| {
        format!("\"{text}\" is not an IPv4 block in CIDR form such as 172.16.1.0/27: {problem}")
    };
    let Some((address, length)) = text.split_once('/') else {
        return Err(wrong("the prefix length is missing"));
    };
    if address.contains(':') {
        return Err(wrong("it is IPv6"));
    }
    let Ok(address) = address.parse::<Ipv4Addr>() else {
        return Err(wrong("the part before the slash is not an address"));
    };
    let length = length
        .parse()
        .ok()
        .filter(|parsed: &u8| *parsed <= 32 && parsed.to_string() == length);
    let Some(length) = length else {
        return Err(wrong("the prefix length is a number from 0 to 32"));
    };
    Ipv4Network::new(address, length).map_err(|error| wrong(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check<T: fmt::Debug>(
        rule: fn(&str) -> Result<T, String>,
        good: &[&str],
        bad: &[(&str, &str)],
    ) {
        for text in good {
            assert!(rule(text).is_ok(), "{text}: {:?}", rule(text));
        }
        for (text, expected) in bad {
            let problem = rule(text).expect_err(text);
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).expect(text)
    }

    #[test]
    fn strict_form() {
        check(
            Cidr::parse,
            &["10.0.0.0/8", "0.0.0.0/0", "1.2.3.4/32", "172.16.0.32/27"],
            &[
                (
                    "10.0.0.5/24",
                    "the network with this prefix length is 10.0.0.0/24",
                ),
                ("10.0.0.1", "the prefix length is missing"),
                ("10.0.0.0/255.255.255.0", "a number from 0 to 32"),
                ("10.0.0.0/024", "a number from 0 to 32"),
                ("10.0.0.0/+24", "a number from 0 to 32"),
                ("10.0.0.0/33", "a number from 0 to 32"),
                ("10.0.0.0/", "a number from 0 to 32"),
                ("10.0.0.0/24 ", "a number from 0 to 32"),
                ("010.0.0.0/8", "not an address"),
                ("10.0.0/24", "not an address"),
                ("10.0.0.256/24", "not an address"),
                ("fd00::/64", "IPv6"),
                ("", "the prefix length is missing"),
            ],
        );
        assert_eq!(cidr("172.16.0.32/27").to_string(), "172.16.0.32/27");
        assert_eq!(cidr("0.0.0.0/0").address_count(), 1 << 32);
        assert_eq!(cidr("10.0.0.0/24").address_count(), 256);
        assert_eq!(cidr("10.0.0.1/32").address_count(), 1);
    }

    #[test]
    fn subnet_prefixes() {
        check(
            subnet_prefix,
            &["172.16.0.0/27", "10.0.0.0/24", "192.168.0.0/16"],
            &[
                (
                    "10.0.0.16/28",
                    "has 16 addresses, and a subnet of an environment needs 32 at least: a /27 such as 10.0.0.0/27",
                ),
                ("10.0.0.1/32", "has 1 address,"),
                ("0.0.0.0/27", "overlaps 0.0.0.0/8 (\"this network\")"),
                ("100.100.0.0/16", "100.64.0.0/10"),
                ("127.0.0.0/24", "loopback"),
                ("168.63.129.0/24", "168.63.129.16/32"),
                ("169.254.1.0/24", "link-local"),
                ("239.1.0.0/16", "multicast"),
                ("168.63.129.16/32", "1 address"),
                ("168.63.129.16/32", "overlaps"),
                (
                    "160.0.0.0/4",
                    "168.63.129.16/32 (Azure's own DNS and health probes) and 169.254.0.0/16",
                ),
                ("10.0.0.1/27", "10.0.0.0/27"),
            ],
        );
    }

    #[test]
    fn class_b_space() {
        for inside in [
            "128.0.0.0/27",
            "172.16.0.0/12",
            "191.255.255.224/27",
            "130.1.0.0/16",
        ] {
            assert_eq!(class_b(&cidr(inside)), Ok(()), "{inside}");
        }
        for outside in [
            "127.255.255.224/27",
            "192.0.0.0/27",
            "10.0.0.0/8",
            "128.0.0.0/1",
            "0.0.0.0/0",
        ] {
            assert!(class_b(&cidr(outside)).is_err(), "{outside}");
        }
    }

    #[test]
    fn too_small_for_four() {
        for (text, room) in [("10.0.0.0/26", "room for 2"), ("10.0.0.0/28", "room for 0")] {
            let problem = cidr(text).four_subnets().expect_err(text);
            assert!(problem.contains(room), "{problem}");
        }
    }

    prop_compose! {
        fn any_cidr()(address: u32, prefix in 0u8..=32) -> Cidr {
            Cidr::around(Ipv4Addr::from(address), prefix)
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(cidr in any_cidr()) {
            prop_assert_eq!(Cidr::parse(&cidr.to_string()), Ok(cidr));
        }

        #[test]
        fn four_subnets_fill_the_first_128_addresses(cidr in any_cidr()) {
            let Ok(subnets) = cidr.four_subnets() else {
                prop_assert!(cidr.prefix_length() > 25);
                return Ok(());
            };
            prop_assert!(cidr.prefix_length() <= 25);
            let first = u32::from(cidr.0.network());
            for (index, subnet) in subnets.iter().enumerate() {
                prop_assert!(cidr.contains(subnet));
                prop_assert_eq!(Cidr::parse(&subnet.to_string()), Ok(*subnet));
                prop_assert_eq!(subnet.address_count(), 32);
                let expected = first + 32 * u32::try_from(index).unwrap_or_default();
                prop_assert_eq!(u32::from(subnet.0.network()), expected);
            }
        }

        #[test]
        fn blocks_overlap_if_and_only_if_one_holds_the_other(one in any_cidr(), other in any_cidr()) {
            let nested = one.contains(&other) || other.contains(&one);
            prop_assert_eq!(one.overlaps(&other), nested);
            prop_assert_eq!(other.overlaps(&one), nested);
        }

        #[test]
        fn no_text_panics(text in "[0-9./: -]{0,24}") {
            let _ = (Cidr::parse(&text), subnet_prefix(&text));
        }
    }
}
