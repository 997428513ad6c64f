//! Times as the clocks of a zone show them, which is how a fixed date of an autoscale setting begins and ends.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, PrimitiveDateTime};

/// A time in a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockTime {
    /// What the clocks of the setting's zone show: written without an offset, or with that of UTC, which Azure adds.
    Shown(PrimitiveDateTime),
    /// A moment, whatever the zone: written with another offset.
    Moment(OffsetDateTime),
}

impl ClockTime {
    /// Reads a time of the form `2024-12-24T18:00:00`, with or without an offset.
    pub fn parse(text: &str) -> Option<Self> {
        // The parser takes a blank between date and time as well.
        text.split_once(['T', 't'])?;
        let time = OffsetDateTime::parse(&with_offset(text), &Rfc3339).ok()?;
        Some(match time.offset().is_utc() {
            true => Self::Shown(PrimitiveDateTime::new(time.date(), time.time())),
            false => Self::Moment(time),
        })
    }

    /// Whether it comes before another one; nothing where only the zone could tell.
    pub fn is_before(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Shown(a), Self::Shown(b)) => Some(a < b),
            (Self::Moment(a), Self::Moment(b)) => Some(a < b),
            _ => None,
        }
    }
}

/// The same time in a form that has an offset: that of UTC where it had none.
pub fn with_offset(text: &str) -> String {
    let time = text.split_once(['T', 't']).map(|(_, time)| time);
    match time.is_some_and(|time| time.contains(['Z', 'z', '+', '-'])) {
        true => text.to_owned(),
        false => format!("{text}Z"),
    }
}

/// Azure Monitor's reference: times of a fixed date are of the form of ISO 8601.
pub fn check(text: &str) -> Result<(), String> {
    match ClockTime::parse(text) {
        Some(_) => Ok(()),
        None => Err(format!(
            "{text:?} is not a time of the form \"2024-12-24T18:00:00\", as the clocks of the time zone show it"
        )),
    }
}

/// Whether two texts are the same time.
pub fn same(a: &str, b: &str) -> bool {
    ClockTime::parse(a).is_some_and(|a| ClockTime::parse(b) == Some(a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_time_are_the_same() {
        let time = "2024-12-24T18:00:00";
        for form in [
            "2024-12-24T18:00:00Z",
            "2024-12-24T18:00:00.000Z",
            "2024-12-24T18:00:00.0000000Z",
            "2024-12-24T18:00:00+00:00",
        ] {
            assert!(same(time, form), "{form}");
        }
        let moment = "2024-12-24T18:00:00+01:00";
        assert!(same(moment, "2024-12-24T19:00:00+02:00"));
        for other in [
            "2024-12-24T18:00:01",
            // The clocks of the zone tell which moment that is.
            "2024-12-24T17:00:00Z",
            "x",
        ] {
            assert!(!same(time, other) && !same(moment, other), "{other}");
        }
    }

    #[test]
    fn what_is_no_time_is_told() {
        for text in [
            "",
            "2024-12-24",
            "2024-12-24T18:00",
            "2024-12-24 18:00:00",
            "24.12.2024",
            "2024-02-30T00:00:00Z",
            "2024-12-24T25:00:00",
        ] {
            let problem = check(text).expect_err(text);
            assert!(problem.contains("2024-12-24T18:00:00"), "{problem}");
        }
        assert_eq!(check("2024-12-24T18:00:00"), Ok(()));
    }

    #[test]
    fn order_is_told_where_it_can_be() {
        let is_before = |a: &str, b: &str| {
            let (a, b) = (ClockTime::parse(a), ClockTime::parse(b));
            a.expect("a time").is_before(&b.expect("a time"))
        };
        assert_eq!(
            is_before("2024-12-24T18:00:00", "2024-12-25T00:00:00Z"),
            Some(true)
        );
        assert_eq!(
            is_before("2024-12-24T18:00:00+01:00", "2024-12-24T17:00:00+00:30"),
            Some(false)
        );
        assert_eq!(
            is_before("2024-12-24T18:00:00", "2024-12-25T18:00:00+01:00"),
            None
        );
    }
}
