//! How ranges of addresses lie in one another.

use ipnetwork::{IpNetwork, Ipv4Network, Ipv6Network};

/// How much of a range is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Part {
    None,
    Some,
    All,
}

/// How much of a range lies in any of others.
pub(crate) fn part(others: &[IpNetwork], range: IpNetwork) -> Part {
    let near: Vec<IpNetwork> = others
        .iter()
        .filter(|other| overlap(**other, range))
        .copied()
        .collect();
    if near.is_empty() {
        return Part::None;
    }
    if near.iter().any(|other| contains(*other, range)) {
        return Part::All;
    }
    // Only smaller ones are left: together they may still be the whole.
    match halves(range).map(|halves| halves.map(|half| part(&near, half))) {
        Some([Part::All, Part::All]) => Part::All,
        _ => Part::Some,
    }
}

/// Whether two ranges share addresses.
pub(crate) fn overlap(one: IpNetwork, other: IpNetwork) -> bool {
    one.contains(other.network()) || other.contains(one.network())
}

/// Whether a range takes in another.
pub(crate) fn contains(outer: IpNetwork, inner: IpNetwork) -> bool {
    outer.prefix() <= inner.prefix() && outer.contains(inner.network())
}

/// The two halves of a range; none of a single address.
pub(crate) fn halves(range: IpNetwork) -> Option<[IpNetwork; 2]> {
    let length = range.prefix() + 1;
    match range {
        IpNetwork::V4(range) => {
            let bit = 1_u32.checked_shl(32_u32.checked_sub(length.into())?)?;
            let start = u32::from(range.network());
            let low = Ipv4Network::new(start.into(), length).ok()?;
            let high = Ipv4Network::new((start | bit).into(), length).ok()?;
            Some([low.into(), high.into()])
        }
        IpNetwork::V6(range) => {
            let bit = 1_u128.checked_shl(128_u32.checked_sub(length.into())?)?;
            let start = u128::from(range.network());
            let low = Ipv6Network::new(start.into(), length).ok()?;
            let high = Ipv6Network::new((start | bit).into(), length).ok()?;
            Some([low.into(), high.into()])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> IpNetwork {
        text.parse().expect("a range")
    }

    #[test]
    fn parts_of_ranges_are_told() {
        for (others, of, expected) in [
            (&["10.0.0.0/8"][..], "10.1.0.0/27", Part::All),
            (&["10.1.0.0/28"], "10.1.0.0/27", Part::Some),
            (&["10.1.0.0/28", "10.1.0.16/28"], "10.1.0.0/27", Part::All),
            (&["0.0.0.0/1", "128.0.0.0/1"], "0.0.0.0/0", Part::All),
            (&["0.0.0.0/1", "128.0.0.0/2"], "0.0.0.0/0", Part::Some),
            (&["10.2.0.0/16", "fd00::/8"], "10.1.0.0/27", Part::None),
            (&["10.1.0.4/32"], "10.1.0.4/32", Part::All),
            (&[], "10.1.0.4/32", Part::None),
        ] {
            let others: Vec<IpNetwork> = others.iter().map(|text| range(text)).collect();
            assert_eq!(part(&others, range(of)), expected, "{others:?} {of}");
        }
    }

    #[test]
    fn ranges_fall_into_halves() {
        for (text, expected) in [
            ("10.0.0.0/27", Some(["10.0.0.0/28", "10.0.0.16/28"])),
            ("0.0.0.0/0", Some(["0.0.0.0/1", "128.0.0.0/1"])),
            ("fd00::/64", Some(["fd00::/65", "fd00::8000:0:0:0/65"])),
            ("10.0.0.1/32", None),
            ("::1/128", None),
        ] {
            assert_eq!(
                halves(range(text)),
                expected.map(|pair| pair.map(range)),
                "{text}"
            );
        }
    }
}
