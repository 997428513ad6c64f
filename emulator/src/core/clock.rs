//! Azure's time, which may run faster than ours and may be moved on.

use std::time::{Duration as RealDuration, Instant};

use jiff::fmt::{friendly, temporal};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde::{Deserialize, Serialize};

/// How many Azure seconds a real second may have at most: beyond it the calendar ends within days.
pub(crate) const MAX_SCALE: f64 = 1_000_000.0;

/// From where a clock runs: all that is needed to go on with it after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Anchor {
    /// The real time at which Azure's time was `base`.
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    real: Timestamp,
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    base: Timestamp,
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
        let now = Timestamp::now();
        Self::at(now, now, scale)
    }

    /// A clock on which it is a given time now.
    pub(crate) fn starting(now: Timestamp, scale: f64) -> Self {
        Self::at(Timestamp::now(), now, scale)
    }

    /// A clock that goes on from an anchor, now at another pace: time has passed since at the old one, but it never
    /// goes back behind `least`, whatever happened to the computer's clock.
    pub(crate) fn resume(anchor: Anchor, least: Timestamp, scale: f64) -> Self {
        let real = Timestamp::now();
        let passed = (real - anchor.real).max(SignedDuration::ZERO);
        let passed = saturating(passed.as_secs_f64() * anchor.scale);
        Self::at(real, plus(anchor.base, passed).max(least), scale)
    }

    fn at(real: Timestamp, base: Timestamp, scale: f64) -> Self {
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
    pub(crate) fn now(&self) -> Timestamp {
        let passed = self.started.elapsed().as_secs_f64() * self.anchor.scale;
        plus(self.anchor.base, saturating(passed))
    }

    /// How many Azure seconds pass in a real one.
    pub(crate) fn scale(&self) -> f64 {
        self.anchor.scale
    }

    /// Changes the pace from now on.
    pub(crate) fn set_scale(&mut self, scale: f64) {
        *self = Self::at(Timestamp::now(), self.now(), scale);
    }

    /// Moves Azure's time on.
    pub(crate) fn advance(&mut self, by: SignedDuration) {
        let base = plus(self.now(), by);
        *self = Self::at(Timestamp::now(), base, self.anchor.scale);
    }

    /// How long a span of Azure's time takes in real time.
    pub(crate) fn real(&self, span: SignedDuration) -> RealDuration {
        RealDuration::try_from_secs_f64((span.as_secs_f64() / self.anchor.scale).max(0.0))
            .unwrap_or(RealDuration::MAX)
    }
}

/// A span of so many seconds, as long as one can be at most.
fn saturating(seconds: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::MAX)
}

/// A time with seven fractional digits, as the Logic service writes it.
pub(crate) fn timestamp(at: Timestamp) -> String {
    format!("{at:.7}")
}

/// A time in whole seconds, as operation statuses write it.
pub(crate) fn seconds(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// A span after a time; the end of the calendar is the last one.
pub(crate) fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// A span before a time.
pub(crate) fn minus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

/// Reads `1h`, `25m`, `90s` or a plain number of seconds; parts may follow one another (`1h30m`).
pub(crate) fn parse_duration(text: &str) -> Option<SignedDuration> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(SignedDuration::from_secs(seconds.into()));
    }
    exact(friendly::SpanParser::new().parse_span(text).ok()?)
}

/// An ISO 8601 duration of days, hours, minutes and seconds.
pub(crate) fn iso_duration(text: &str) -> Option<SignedDuration> {
    exact(temporal::SpanParser::new().parse_span(text).ok()?)
}

/// How long a span is that has no months and years in it.
fn exact(span: Span) -> Option<SignedDuration> {
    let lasts = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (!lasts.is_negative()).then_some(lasts)
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
                parse_duration(text).map(|span| span.as_secs()),
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
            assert_eq!(
                iso_duration(text),
                seconds.map(SignedDuration::from_secs),
                "{text}"
            );
        }
    }

    #[test]
    fn advancing_moves_time_on_and_a_span_is_scaled() {
        let mut clock = Clock::new(60.0);
        let before = clock.now();
        clock.advance(SignedDuration::from_hours(1));
        assert!(clock.now() - before >= SignedDuration::from_hours(1));
        assert_eq!(
            clock.real(SignedDuration::from_mins(1)),
            RealDuration::from_secs(1)
        );
    }

    #[test]
    fn a_resumed_clock_has_gone_on_at_the_old_pace_and_never_goes_back() {
        let mut anchor = Clock::new(60.0).anchor();
        anchor.real -= SignedDuration::from_mins(1);
        let resumed = Clock::resume(anchor, anchor.base, 1.0);
        assert!(resumed.now() - anchor.base >= SignedDuration::from_hours(1));
        assert_eq!(resumed.anchor().scale, 1.0);
        // The computer's clock was set back meanwhile.
        anchor.real += SignedDuration::from_hours(24);
        let least = anchor.base + SignedDuration::from_mins(1);
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
        let at = Timestamp::from_nanosecond(1_524_620_361_436_524_700).expect("a time");
        assert_eq!(timestamp(at), "2018-04-25T01:39:21.4365247Z");
    }
}
