//! Azure's time, which may run faster than ours and may be moved on.

use std::time::{Duration as RealDuration, Instant};

use time::{Duration, OffsetDateTime};

/// How many Azure seconds a real second may have at most: beyond it the calendar ends within days.
pub(crate) const MAX_SCALE: f64 = 1_000_000.0;

/// A clock on which `scale` Azure seconds pass in each real second.
#[derive(Debug)]
pub(crate) struct Clock {
    anchor: Instant,
    base: OffsetDateTime,
    scale: f64,
}

impl Clock {
    /// A clock that starts at the real time.
    pub(crate) fn new(scale: f64) -> Self {
        Self {
            anchor: Instant::now(),
            base: OffsetDateTime::now_utc(),
            scale,
        }
    }

    /// Azure's time now.
    pub(crate) fn now(&self) -> OffsetDateTime {
        let passed = self.anchor.elapsed().as_secs_f64() * self.scale;
        self.base
            .saturating_add(Duration::saturating_seconds_f64(passed))
    }

    /// How many Azure seconds pass in a real one.
    pub(crate) fn scale(&self) -> f64 {
        self.scale
    }

    /// Changes the pace from now on.
    pub(crate) fn set_scale(&mut self, scale: f64) {
        self.advance(Duration::ZERO);
        self.scale = scale;
    }

    /// Moves Azure's time on.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.base = self.now().saturating_add(by);
        self.anchor = Instant::now();
    }

    /// How long a span of Azure's time takes in real time.
    pub(crate) fn real(&self, span: Duration) -> RealDuration {
        RealDuration::try_from_secs_f64((span.as_seconds_f64() / self.scale).max(0.0))
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
    fn advancing_moves_time_on_and_a_span_is_scaled() {
        let mut clock = Clock::new(60.0);
        let before = clock.now();
        clock.advance(Duration::HOUR);
        assert!(clock.now() - before >= Duration::HOUR);
        assert_eq!(clock.real(Duration::MINUTE), RealDuration::from_secs(1));
    }

    #[test]
    fn times_have_seven_fractional_digits() {
        let at =
            OffsetDateTime::from_unix_timestamp_nanos(1_524_620_361_436_524_700).expect("a time");
        assert_eq!(timestamp(at), "2018-04-25T01:39:21.4365247Z");
    }
}
