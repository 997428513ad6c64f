//! Azure's time, which may run faster than ours and may be moved on.

use std::time::{Duration as RealDuration, Instant};

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How many Azure seconds a real second may have at most: beyond it the calendar ends within days.
pub(crate) const MAX_SCALE: f64 = 1_000_000.0;

/// From where a clock runs: all that is needed to go on with it after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Anchor {
    /// The real time at which Azure's time was `base`.
    #[serde(with = "nanoseconds")]
    real: OffsetDateTime,
    #[serde(with = "nanoseconds")]
    base: OffsetDateTime,
    scale: f64,
}

/// A clock on which `scale` Azure seconds pass in each real second.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    anchor: Anchor,
}

impl Clock {
    /// A clock that starts at the real time.
    pub(crate) fn new(scale: f64) -> Self {
        let now = OffsetDateTime::now_utc();
        Self::at(now, now, scale)
    }

    /// A clock on which it is a given time now.
    pub(crate) fn starting(now: OffsetDateTime, scale: f64) -> Self {
        Self::at(OffsetDateTime::now_utc(), now, scale)
    }

    /// A clock that goes on from an anchor, now at another pace: time has passed since at the old one, but it never
    /// goes back behind `least`, whatever happened to the computer's clock.
    pub(crate) fn resume(anchor: Anchor, least: OffsetDateTime, scale: f64) -> Self {
        let real = OffsetDateTime::now_utc();
        let passed = (real - anchor.real).max(Duration::ZERO);
        let passed = Duration::saturating_seconds_f64(passed.as_seconds_f64() * anchor.scale);
        Self::at(real, anchor.base.saturating_add(passed).max(least), scale)
    }

    fn at(real: OffsetDateTime, base: OffsetDateTime, scale: f64) -> Self {
        Self {
            started: Instant::now(),
            anchor: Anchor { real, base, scale },
        }
    }

    /// From where the clock runs now.
    pub(crate) fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// Azure's time now.
    pub(crate) fn now(&self) -> OffsetDateTime {
        let passed = self.started.elapsed().as_secs_f64() * self.anchor.scale;
        self.anchor
            .base
            .saturating_add(Duration::saturating_seconds_f64(passed))
    }

    /// How many Azure seconds pass in a real one.
    pub(crate) fn scale(&self) -> f64 {
        self.anchor.scale
    }

    /// Changes the pace from now on.
    pub(crate) fn set_scale(&mut self, scale: f64) {
        *self = Self::at(OffsetDateTime::now_utc(), self.now(), scale);
    }

    /// Moves Azure's time on.
    pub(crate) fn advance(&mut self, by: Duration) {
        let base = self.now().saturating_add(by);
        *self = Self::at(OffsetDateTime::now_utc(), base, self.anchor.scale);
    }

    /// How long a span of Azure's time takes in real time.
    pub(crate) fn real(&self, span: Duration) -> RealDuration {
        RealDuration::try_from_secs_f64((span.as_seconds_f64() / self.anchor.scale).max(0.0))
            .unwrap_or(RealDuration::MAX)
    }
}

/// A time with seven fractional digits, as the Logic service writes it.
pub(crate) fn timestamp(at: OffsetDateTime) -> String {
    format!("{}.{:07}Z", date_time(at), at.nanosecond() / 100)
}

/// A time in whole seconds, as operation statuses write it.
pub(crate) fn seconds(at: OffsetDateTime) -> String {
    format!("{}Z", date_time(at))
}

/// Reads `1h`, `25m`, `90s` or a plain number of seconds; parts may follow one another (`1h30m`).
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::seconds(i64::from(seconds)));
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let number = i64::from(rest[..digits].parse::<u32>().ok()?);
        let unit = match rest[digits..].chars().next()? {
            'd' => Duration::DAY,
            'h' => Duration::HOUR,
            'm' => Duration::MINUTE,
            's' => Duration::SECOND,
            _ => return None,
        };
        total = total.checked_add(Duration::seconds(number.checked_mul(unit.whole_seconds())?))?;
        rest = &rest[digits + 1..];
    }
    (!text.is_empty()).then_some(total)
}

/// An ISO 8601 duration of days, hours, minutes and seconds.
pub(crate) fn iso_duration(text: &str) -> Option<Duration> {
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None => (text.strip_prefix('P')?, ""),
    };
    let mut total = Duration::ZERO;
    let mut any = false;
    for (part, units) in [
        (days, &[('D', 86_400)][..]),
        (time, &[('H', 3_600), ('M', 60), ('S', 1)]),
    ] {
        let mut rest = part;
        for (unit, seconds) in units {
            if let Some((number, after)) = rest.split_once(*unit) {
                let number: i64 = number.parse::<u32>().ok()?.into();
                total = total.checked_add(Duration::seconds(number.checked_mul(*seconds)?))?;
                any = true;
                rest = after;
            }
        }
        if !rest.is_empty() {
            return None;
        }
    }
    any.then_some(total)
}

/// A time as it is written down: in nanoseconds, so that none is lost.
pub(crate) mod nanoseconds {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use time::OffsetDateTime;

    /// Writes a time.
    pub(crate) fn serialize<S: Serializer>(at: &OffsetDateTime, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i128(at.unix_timestamp_nanos())
    }

    /// Reads a time.
    pub(crate) fn deserialize<'a, D: Deserializer<'a>>(
        from: D,
    ) -> Result<OffsetDateTime, D::Error> {
        let nanoseconds = i128::deserialize(from)?;
        OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map_err(D::Error::custom)
    }
}

fn date_time(at: OffsetDateTime) -> String {
    let (date, time) = (at.date(), at.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, seconds) in [
            ("90", Some(90)),
            ("1h", Some(3600)),
            ("1h30m", Some(5400)),
            ("2d", Some(172_800)),
        ] {
            assert_eq!(
                parse_duration(text).map(Duration::whole_seconds),
                seconds,
                "{text}"
            );
        }
        for text in ["", "h", "1x", "-1h", "1h5"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn iso_durations_are_read() {
        for (text, seconds) in [
            ("PT5M", Some(300)),
            ("P7D", Some(604_800)),
            ("P1DT1H1M1S", Some(90_061)),
            ("PT", None),
            ("P", None),
            ("P1DT", None),
            ("5M", None),
            ("PT1M1H", None),
            ("PT-1M", None),
        ] {
            assert_eq!(iso_duration(text), seconds.map(Duration::seconds), "{text}");
        }
    }

    #[test]
    fn advancing_moves_time_on_and_a_span_is_scaled() {
        let mut clock = Clock::new(60.0);
        let before = clock.now();
        clock.advance(Duration::HOUR);
        assert!(clock.now() - before >= Duration::HOUR);
        assert_eq!(clock.real(Duration::MINUTE), RealDuration::from_secs(1));
    }

    #[test]
    fn a_resumed_clock_has_gone_on_at_the_old_pace_and_never_goes_back() {
        let mut anchor = Clock::new(60.0).anchor();
        anchor.real -= Duration::MINUTE;
        let resumed = Clock::resume(anchor, anchor.base, 1.0);
        assert!(resumed.now() - anchor.base >= Duration::HOUR);
        assert_eq!(resumed.anchor().scale, 1.0);
        // The computer's clock was set back meanwhile.
        anchor.real += Duration::DAY;
        let least = anchor.base + Duration::MINUTE;
        assert!(Clock::resume(anchor, least, 1.0).now() >= least);
    }

    #[test]
    fn an_anchor_is_read_back_as_it_was_written() {
        let anchor = Clock::new(3600.5).anchor();
        let text = serde_json::to_string(&anchor).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Anchor>(&text).expect("an anchor"),
            anchor
        );
    }

    #[test]
    fn times_have_seven_fractional_digits() {
        let at =
            OffsetDateTime::from_unix_timestamp_nanos(1_524_620_361_436_524_700).expect("a time");
        assert_eq!(timestamp(at), "2018-04-25T01:39:21.4365247Z");
    }
}
