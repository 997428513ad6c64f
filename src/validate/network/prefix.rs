//! Who is meant by the texts of security rules and routes: addresses, or a service tag.

use super::addresses::Span;

/// What a rule or a route names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Addresses; `*` is all of them.
    Range(Span),
    /// A service, whose addresses Azure knows.
    Tag(Tag),
    /// IPv6, or nothing that makes sense: no IPv4 address is meant.
    Nobody,
}

/// A service tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name without a region.
    pub name: String,
    /// The region to which it is narrowed.
    pub region: Option<String>,
}

/// How much of a service a tag takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// All of it that an environment has to do with.
    All,
    /// Nobody knows offline.
    Unknown,
    /// Nothing.
    None,
}

/// The tag of all of Azure's public addresses.
pub(super) const AZURE_CLOUD: &str = "AzureCloud";

/// The services of the table that have a form for each region; the others are the same everywhere.
const REGIONAL: [&str; 6] = [
    "ApiManagement",
    "AppService",
    "AzureConnectors",
    "EventHub",
    "Sql",
    "Storage",
];

/// Regions that service tags name differently from ARM.
const ABBREVIATED: [(&str, &str); 10] = [
    ("brazilse", "brazilsoutheast"),
    ("centralfrance", "francecentral"),
    ("southfrance", "francesouth"),
    ("germanyn", "germanynorth"),
    ("germanywc", "germanywestcentral"),
    ("norwaye", "norwayeast"),
    ("norwayw", "norwaywest"),
    ("switzerlandn", "switzerlandnorth"),
    ("switzerlandw", "switzerlandwest"),
    ("usstagee", "eastusstg"),
];

impl Prefix {
    /// Reads it as ARM has it.
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        if text == "*" || text.eq_ignore_ascii_case("any") {
            return Self::Range(Span::EVERYTHING);
        }
        if let Some(span) = Span::read(text) {
            return Self::Range(span);
        }
        let is_tag =
            text.starts_with(|first: char| first.is_ascii_alphabetic()) && !text.contains(':');
        match is_tag {
            true => Self::Tag(Tag::read(text)),
            false => Self::Nobody,
        }
    }
}

impl Tag {
    fn read(text: &str) -> Self {
        // Parts of a service are written after a dot too, but in lower case nowhere equal to a region.
        let (name, region) = match text.split_once('.') {
            Some((name, region)) => (name, Some(region.to_ascii_lowercase())),
            None => (text, None),
        };
        Self {
            name: name.to_owned(),
            region,
        }
    }

    /// Whether it is the tag of this name, in whatever region.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it is about the region, or about all of them.
    pub fn is_about(&self, region: &str) -> bool {
        let Some(own) = &self.region else {
            return true;
        };
        let long = ABBREVIATED.iter().find(|(short, _)| short == own);
        long.map_or(own.as_str(), |(_, long)| long) == region
    }

    /// How much of a service of Azure, as far as an environment in the region has to do with it, this takes in. The
    /// tags of two services have no address in common.
    pub fn share_of(&self, service: &str, region: &str) -> Share {
        match (self.is(service), self.is(AZURE_CLOUD)) {
            (true, _) if self.is_about(region) => Share::All,
            (_, true) if self.region.is_none() => Share::All,
            (_, true) if !REGIONAL.contains(&service) => Share::Unknown,
            (_, true) if self.is_about(region) => Share::All,
            _ => Share::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (text, expected) in [
            ("*", Prefix::Range(Span::EVERYTHING)),
            ("Any", Prefix::Range(Span::EVERYTHING)),
            ("0.0.0.0/0", Prefix::Range(Span::EVERYTHING)),
            ("fd00::/8", Prefix::Nobody),
            ("", Prefix::Nobody),
            ("10.0.0.0/40", Prefix::Nobody),
        ] {
            assert_eq!(Prefix::read(text), expected, "{text}");
        }
        let Prefix::Tag(tag) = Prefix::read("Storage.WestEurope") else {
            panic!("a tag");
        };
        assert!(tag.is("storage") && tag.is_about("westeurope") && !tag.is_about("northeurope"));
    }

    #[test]
    fn a_tag_takes_in_narrower_ones() {
        use Share::{All, None, Unknown};
        for (tag, service, expected) in [
            ("Storage", "Storage", All),
            ("storage.westeurope", "Storage", All),
            ("Storage.NorthEurope", "Storage", None),
            ("AzureCloud", "Storage", All),
            ("AzureCloud", "AzureTrafficManager", All),
            ("AzureCloud.westeurope", "Storage", All),
            ("AzureCloud.northeurope", "Storage", None),
            ("AzureCloud.westeurope", "AzureTrafficManager", Unknown),
            ("Sql", "Storage", None),
            ("AppService", "AppServiceManagement", None),
        ] {
            let share = Tag::read(tag).share_of(service, "westeurope");
            assert_eq!(share, expected, "{tag} {service}");
        }
        let abbreviated = Tag::read("AzureCloud.centralfrance");
        assert_eq!(abbreviated.share_of("Sql", "francecentral"), All);
    }
}
