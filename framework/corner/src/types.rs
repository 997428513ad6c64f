//! Custom types: texts of a format, and floats.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ipnetwork::{Ipv4Network, Ipv6Network};
use tfplugin_framework::schema::custom_type::CustomType;
use tfplugin_framework::schema::duration;
use tfplugin_framework::types::number::Number;
use tfplugin_framework::types::value::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Text of a format.
#[derive(Clone, Copy)]
pub struct Format {
    /// What it is, as the tests expect it in "Invalid … String Value".
    name: &'static str,
    is_valid: fn(&str) -> bool,
    /// Whether two valid texts mean the same.
    is_same: fn(&str, &str) -> bool,
}

/// JSON, compared by what it says.
pub const NORMALIZED_JSON: Format = Format {
    name: "JSON",
    is_valid: |text| json(text).is_some(),
    is_same: |a, b| json(a) == json(b),
};

/// JSON, compared by its text.
pub const EXACT_JSON: Format = Format {
    is_same: str::eq,
    ..NORMALIZED_JSON
};

/// An IPv4 address.
pub const IPV4_ADDRESS: Format = Format {
    name: "IPv4 Address",
    is_valid: |text| text.parse::<Ipv4Addr>().is_ok(),
    is_same: str::eq,
};

/// An IPv6 address in any of its forms.
pub const IPV6_ADDRESS: Format = Format {
    name: "IPv6 Address",
    is_valid: |text| ipv6(text).is_some(),
    is_same: |a, b| ipv6(a) == ipv6(b),
};

/// An IPv4 block, which may have host bits.
pub const IPV4_CIDR: Format = Format {
    name: "IPv4 CIDR",
    is_valid: |text| text.contains('/') && text.parse::<Ipv4Network>().is_ok(),
    is_same: str::eq,
};

/// An IPv6 block, which may have host bits.
pub const IPV6_CIDR: Format = Format {
    name: "IPv6 CIDR",
    is_valid: |text| ipv6_block(text).is_some(),
    is_same: |a, b| ipv6_block(a) == ipv6_block(b),
};

/// A time; fractions of a second do not matter.
pub const RFC3339: Format = Format {
    name: "RFC3339",
    is_valid: |text| to_seconds(text).is_some(),
    is_same: |a, b| to_seconds(a) == to_seconds(b),
};

/// A length of time, which may be negative.
pub const GO_DURATION: Format = Format {
    name: "Time Duration",
    is_valid: |text| signed_duration(text).is_some(),
    is_same: |a, b| signed_duration(a) == signed_duration(b),
};

impl CustomType for Format {
    fn validate(&self, value: &Value) -> Result<(), String> {
        match value.as_str() {
            Some(text) if !(self.is_valid)(text) => Err(format!(
                "Invalid {name} String Value: {text:?} is no {name}.",
                name = self.name
            )),
            _ => Ok(()),
        }
    }

    fn semantically_equal(&self, prior: &Value, new: &Value) -> bool {
        let texts = prior.as_str().zip(new.as_str());
        texts.is_some_and(|(prior, new)| (self.is_same)(prior, new))
    }
}

/// A float, for which digits beyond its precision do not matter.
#[derive(Clone, Copy)]
pub enum Float {
    /// Of 32 bits.
    Single,
    /// Of 64 bits.
    Double,
}

impl Float {
    /// The nearest float; nothing where there is none.
    pub fn round(self, number: &Number) -> Option<Number> {
        let nearest = match self {
            Self::Single => f64::from(number.to_string().parse::<f32>().ok()?),
            Self::Double => number.to_f64(),
        };
        Number::from_f64(nearest)
    }
}

impl CustomType for Float {
    fn semantically_equal(&self, prior: &Value, new: &Value) -> bool {
        let round = |value: &Value| self.round(value.as_number()?);
        round(prior).is_some_and(|prior| round(new) == Some(prior))
    }
}

fn json(text: &str) -> Option<serde_json::Value> {
    serde_json::from_str(text).ok()
}

fn ipv6(text: &str) -> Option<Ipv6Addr> {
    text.parse().ok()
}

fn ipv6_block(text: &str) -> Option<Ipv6Network> {
    text.contains('/').then(|| text.parse().ok())?
}

fn to_seconds(text: &str) -> Option<String> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    time.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}

fn signed_duration(text: &str) -> Option<(bool, Duration)> {
    let (is_negative, length) = match text.strip_prefix('-') {
        Some(length) => (true, length),
        None => (false, text),
    };
    let length = duration::parse(length).ok()?;
    Some((is_negative && !length.is_zero(), length))
}

/// The address in its longest form.
pub fn expand_ipv6(text: &str) -> String {
    let Some(address) = ipv6(text) else {
        return text.to_owned();
    };
    let groups: Vec<_> = address
        .segments()
        .iter()
        .map(|it| format!("{it:04x}"))
        .collect();
    groups.join(":")
}
