//! Callers that a logic app admits by address: IPv4 or IPv6, as a CIDR block, as `first-last`, or one address.
//!
//! Source: "Secure access and data in Azure Logic Apps", and what the service keeps: it gives every range back as it was
//! written, so nothing that it takes may be refused here. Unlike a subnet's prefix, a block may have host bits.

use std::net::{IpAddr, Ipv4Addr};

use ipnetwork::{IpNetwork, ipv4_mask_to_prefix};

/// The addresses from the first to the last; ranges of the same addresses are equal, however they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Callers {
    first: IpAddr,
    last: IpAddr,
}

impl Callers {
    /// Reads any of the forms; white space around it and around the hyphen makes no difference.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some((first, last)) = text.split_once('-') {
            return from_to(text, address(first)?, address(last)?);
        }
        if let Some((start, length)) = text.split_once('/') {
            let start = address(start)?;
            let block = block(start, length).map_err(|right| format!("\"{text}\" {right}"))?;
            return Ok(Self {
                first: block.network(),
                last: block.broadcast(),
            });
        }
        if !text.contains(['.', ':']) {
            return Err(format!(
                "\"{text}\" is no range of callers: write a CIDR block such as 10.0.0.0/24 or 2001:db8::/64, a range such as \
                 10.0.0.1-10.0.0.9, or one address"
            ));
        }
        let one = address(text)?;
        Ok(Self {
            first: one,
            last: one,
        })
    }
}

/// [`Callers::parse`] as a rule.
pub fn caller_range(text: &str) -> Result<(), String> {
    Callers::parse(text).map(drop)
}

fn from_to(text: &str, first: IpAddr, last: IpAddr) -> Result<Callers, String> {
    if first.is_ipv4() != last.is_ipv4() {
        return Err(format!(
            "\"{text}\" has an IPv4 and an IPv6 address: write a range for each"
        ));
    }
    match first <= last {
        true => Ok(Callers { first, last }),
        false => Err(format!("\"{text}\" runs backwards: write {last}-{first}")),
    }
}

fn block(start: IpAddr, length: &str) -> Result<IpNetwork, String> {
    let longest = if start.is_ipv4() { 32 } else { 128 };
    if let (IpAddr::V4(start), Ok(mask)) = (start, length.parse::<Ipv4Addr>())
        && let Ok(prefix) = ipv4_mask_to_prefix(mask)
    {
        return Err(format!(
            "has a mask after the slash, where the prefix length is due: write {start}/{prefix}"
        ));
    }
    let parsed = length.parse().ok();
    let parsed = parsed.filter(|parsed: &u8| *parsed <= longest && parsed.to_string() == length);
    let wrong =
        || format!("has a wrong prefix length after the slash: it is a number from 0 to {longest}");
    IpNetwork::new(start, parsed.ok_or_else(wrong)?).map_err(|_| wrong())
}

fn address(text: &str) -> Result<IpAddr, String> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let problem = format!("\"{text}\" is not an IP address such as 10.0.0.1 or 2001:db8::1");
    Err(match text.split_once('%') {
        Some((address, _)) if address.contains(':') => {
            format!("{problem}: write {address}, without the zone")
        }
        _ => problem,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_in_which_azure_keeps_callers_is_taken() {
        for text in [
            "10.0.0.0/24",
            "10.0.0.5/24",
            "0.0.0.0/0",
            "1.2.3.4/32",
            "203.0.113.7",
            "10.0.0.1-10.0.0.1",
            "10.0.0.1 - 10.0.0.9",
            " 10.0.0.0/24 ",
            "2001:db8::/64",
            "2001:0DB8:0000::/32",
            "::/0",
            "2001:db8::7",
            "::1",
            "2001:db8::1-2001:db8::ff",
            "::ffff:10.0.0.1",
        ] {
            assert_eq!(caller_range(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_no_range_says_what_would_be_one() {
        for (text, expected) in [
            ("10.0.0.9-10.0.0.1", "write 10.0.0.1-10.0.0.9"),
            ("2001:db8::2-2001:db8::1", "write 2001:db8::1-2001:db8::2"),
            ("10.0.0.1-x", "\"x\" is not an IP address such as 10.0.0.1"),
            ("10.0.0.1-9", "\"9\" is not an IP address"),
            ("10.0.0.1-::1", "write a range for each"),
            ("10.0.0.0/40", "a number from 0 to 32"),
            ("10.0.0.0/024", "a number from 0 to 32"),
            ("10.0.0.0/", "a number from 0 to 32"),
            ("2001:db8::/129", "a number from 0 to 128"),
            ("10.0.0.0/255.255.255.0", "write 10.0.0.0/24"),
            ("010.0.0.1", "\"010.0.0.1\" is not an IP address"),
            ("10.0.0/24", "\"10.0.0\" is not an IP address"),
            ("fe80::1%eth0", "write fe80::1, without the zone"),
            ("[::1]:443", "is not an IP address"),
            (
                "everybody",
                "a range such as 10.0.0.1-10.0.0.9, or one address",
            ),
            ("*", "write a CIDR block such as 10.0.0.0/24"),
            ("", "write a CIDR block"),
        ] {
            let problem = caller_range(text).expect_err(text);
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }

    #[test]
    fn ranges_of_the_same_addresses_are_equal() -> Result<(), String> {
        for (one, other, same) in [
            ("10.0.0.0/24", "10.0.0.0-10.0.0.255", true),
            ("10.0.0.7/24", "10.0.0.0/24", true),
            ("10.0.0.7/32", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.7 - 10.0.0.7", true),
            ("2001:0DB8::/64", "2001:db8:0:0::/64", true),
            ("2001:db8::7/128", "2001:db8::7", true),
            ("2001:db8::/127", "2001:db8::-2001:db8::1", true),
            ("10.0.0.0/24", "10.0.0.0/25", false),
            // The service tells the families apart.
            ("::ffff:10.0.0.1", "10.0.0.1", false),
            ("0.0.0.0/0", "::/0", false),
        ] {
            let equal = Callers::parse(one)? == Callers::parse(other)?;
            assert_eq!(equal, same, "{one} {other}");
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9a-f./: %-]{0,32}") {
            let _ = caller_range(&text);
        }

        #[test]
        fn an_address_is_a_block_of_one_and_a_range_of_one(bits: u128, v4: bool) {
            let address = match v4 {
                true => IpAddr::from(Ipv4Addr::from(u32::try_from(bits >> 96).unwrap_or_default())),
                false => IpAddr::from(bits.to_be_bytes()),
            };
            let length = if v4 { 32 } else { 128 };
            let one = Callers::parse(&address.to_string());
            prop_assert!(one.is_ok());
            prop_assert_eq!(&one, &Callers::parse(&format!("{address}/{length}")));
            prop_assert_eq!(&one, &Callers::parse(&format!("{address}-{address}")));
        }
    }
}
