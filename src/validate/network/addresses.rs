//! Sets of IPv4 addresses. An environment's subnets have no others that count.

use std::net::Ipv4Addr;

use ipnetwork::{IpNetwork, Ipv4Network};
use rangemap::RangeInclusiveSet;

use crate::validate::cidr::Cidr;

/// Numbers in a row, the last one included: addresses or ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

impl Span {
    /// Every address.
    pub const EVERYTHING: Self = Self {
        first: 0,
        last: u32::MAX,
    };

    /// From the first to the last.
    pub const fn new(first: u32, last: u32) -> Self {
        Self { first, last }
    }

    /// Whether both have a number in common.
    pub const fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Whether all of another lies in it.
    pub const fn contains(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// What both have in common.
    pub fn common(self, other: Self) -> Option<Self> {
        self.overlaps(other).then(|| Self {
            first: self.first.max(other.first),
            last: self.last.min(other.last),
        })
    }

    /// Reads a block or a single address; nothing of IPv6, which says nothing about IPv4.
    pub fn read(text: &str) -> Option<Self> {
        match text.trim().parse::<IpNetwork>().ok()? {
            IpNetwork::V4(block) => Some(block.into()),
            IpNetwork::V6(_) => None,
        }
    }
}

impl From<Ipv4Network> for Span {
    fn from(block: Ipv4Network) -> Self {
        Self::new(block.network().into(), block.broadcast().into())
    }
}

impl From<Cidr> for Span {
    fn from(block: Cidr) -> Self {
        Self::new(block.first_address().into(), block.last_address().into())
    }
}

/// A set of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(RangeInclusiveSet<u32>);

/// What no service of Azure and nothing on the internet has: "this network", private space (RFC 1918), carrier-grade NAT,
/// loopback, link-local, Azure's virtual address of the host, multicast and what is reserved behind it.
const NOT_PUBLIC: [Span; 9] = [
    block([0, 0, 0, 0], 8),
    block([10, 0, 0, 0], 8),
    block([100, 64, 0, 0], 10),
    block([127, 0, 0, 0], 8),
    HOST,
    block([169, 254, 0, 0], 16),
    block([172, 16, 0, 0], 12),
    block([192, 168, 0, 0], 16),
    block([224, 0, 0, 0], 3),
];

/// Where Azure's load balancer probes from: "the virtual IP address of the host".
pub const HOST: Span = block([168, 63, 129, 16], 32);

const fn block(address: [u8; 4], prefix: u32) -> Span {
    let first = u32::from_be_bytes(address);
    let size = 1_u64 << (32 - prefix);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a block of at most 2^31 addresses"
    )]
    let last = first + (size - 1) as u32;
    Span { first, last }
}

impl Addresses {
    /// What is reachable on the internet.
    pub fn public() -> Self {
        let mut public = Self::from_iter([Span::EVERYTHING]);
        for span in NOT_PUBLIC {
            public.remove(span);
        }
        public
    }

    /// Private space.
    pub fn private() -> Self {
        [
            block([10, 0, 0, 0], 8),
            block([172, 16, 0, 0], 12),
            block([192, 168, 0, 0], 16),
        ]
        .into_iter()
        .collect()
    }

    /// Puts addresses in.
    pub fn insert(&mut self, span: Span) {
        self.0.insert(span.first..=span.last);
    }

    /// Takes addresses out.
    pub fn remove(&mut self, span: Span) {
        self.0.remove(span.first..=span.last);
    }

    /// What is in this set and not in another.
    pub fn without(mut self, other: &Self) -> Self {
        for span in other.spans() {
            self.remove(span);
        }
        self
    }

    /// Whether all of it is in one or another of these.
    pub fn is_within(&self, mut spans: Vec<Span>) -> bool {
        spans.sort_unstable();
        let mut spans = spans.into_iter().peekable();
        // All up to this has been found, in numbers that go beyond the last address.
        let mut left = 0;
        self.spans().all(|own| {
            left = left.max(u64::from(own.first));
            while let Some(span) = spans.next_if(|span| u64::from(span.first) <= left) {
                left = left.max(u64::from(span.last) + 1);
            }
            left > u64::from(own.last)
        })
    }

    /// What is in both.
    pub fn common(&self, other: &Self) -> Self {
        let common = self.0.intersection(&other.0);
        common
            .map(|range| Span::new(*range.start(), *range.end()))
            .collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of the addresses is in the set.
    pub fn overlaps(&self, span: Span) -> bool {
        self.0.overlaps(&(span.first..=span.last))
    }

    /// The addresses, in order.
    pub fn spans(&self) -> impl Iterator<Item = Span> + '_ {
        let ranges = self.0.iter();
        ranges.map(|range| Span::new(*range.start(), *range.end()))
    }
}

impl FromIterator<Span> for Addresses {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut set = Self::default();
        for span in spans {
            set.insert(span);
        }
        set
    }
}

/// A block as it is usually written, for what is a block.
pub fn show(span: Span) -> String {
    let size = u64::from(span.last) - u64::from(span.first) + 1;
    let first = Ipv4Addr::from(span.first);
    match size.is_power_of_two() && u64::from(span.first) % size == 0 {
        true => format!("{first}/{}", 32 - size.trailing_zeros()),
        false => format!("{first}-{}", Ipv4Addr::from(span.last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> Span {
        Span::read(text).expect(text)
    }

    #[test]
    fn blocks_and_addresses_are_read() {
        assert_eq!(Span::read("0.0.0.0/0"), Some(Span::EVERYTHING));
        assert_eq!(Span::read("10.0.0.4"), Span::read("10.0.0.4/32"));
        assert_eq!(Span::read("10.0.0.5/24"), Span::read("10.0.0.0/24"));
        for other in ["fd00::/8", "Storage", "", "10.0.0.0/33"] {
            assert_eq!(Span::read(other), None, "{other}");
        }
        for text in ["10.0.0.0/24", "0.0.0.0/0", "1.2.3.4/32"] {
            assert_eq!(show(span(text)), text);
        }
        assert_eq!(show(Span::new(1, 2)), "0.0.0.1-0.0.0.2");
    }

    #[test]
    fn public_space_is_without_what_is_not() {
        let public = Addresses::public();
        for outside in [
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "168.63.129.16",
            "169.254.169.254",
            "172.31.0.1",
            "192.168.1.1",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!public.overlaps(span(outside)), "{outside}");
        }
        for inside in [
            "1.0.0.0",
            "20.0.0.0/8",
            "168.63.129.17",
            "172.32.0.0",
            "223.255.255.255",
        ] {
            assert!(public.overlaps(span(inside)), "{inside}");
        }
    }

    #[test]
    fn sets() {
        let set: Addresses = [span("10.0.0.0/25"), span("10.0.0.128/25")]
            .into_iter()
            .collect();
        assert_eq!(set.spans().collect::<Vec<_>>(), [span("10.0.0.0/24")]);
        let other: Addresses = [span("10.0.0.64/26")].into_iter().collect();
        assert_eq!(set.common(&other), other);
        let rest = set.without(&other);
        assert_eq!(rest.spans().count(), 2);
        assert!(rest.common(&other).is_empty());
    }
    #[test]
    fn what_lies_within_others() {
        let set: Addresses = [span("10.0.0.0/25"), span("10.0.1.0/24")]
            .into_iter()
            .collect();
        for (texts, expected) in [
            (&["10.0.0.0/8"][..], true),
            (&["0.0.0.0/0"], true),
            (&["10.0.1.0/24", "10.0.0.64/26", "10.0.0.0/26"], true),
            (&["10.0.0.0/25", "10.0.1.0/25", "10.0.1.128/26"], false),
            (&["10.0.0.1/32", "10.0.1.0/24"], false),
            (&["10.0.0.0/25"], false),
            (&[], false),
        ] {
            let spans = texts.iter().map(|text| span(text)).collect();
            assert_eq!(set.is_within(spans), expected, "{texts:?}");
        }
        assert!(Addresses::default().is_within(Vec::new()));
        let all = Addresses::from_iter([Span::EVERYTHING]);
        assert!(all.is_within(vec![Span::EVERYTHING]));
    }
}
