//! Spans, times and numbers as people read them.

use std::time::Duration as RealDuration;

use jiff::{SignedDuration, Timestamp};

/// `2 h 5 min`, `25 min`, `42 s`, `3.5 s`, `120 ms`: two units at most, and one where that is exact.
pub(super) fn span(span: RealDuration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 => format!("{} ms", span.as_millis()),
        1..10 if span.subsec_millis() >= 50 => format!("{:.1} s", span.as_secs_f64()),
        1..60 => format!("{seconds} s"),
        60..600 => two(seconds / 60, "min", seconds % 60, "s"),
        600..3600 => format!("{} min", seconds / 60),
        3600..86_400 => two(seconds / 3600, "h", seconds / 60 % 60, "min"),
        _ => two(seconds / 86_400, "d", seconds / 3600 % 24, "h"),
    }
}

fn two(large: u64, unit: &str, small: u64, smaller: &str) -> String {
    match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {smaller}"),
    }
}

/// A span of Azure's time; none is left of one that is over.
pub(super) fn azure_span(left: SignedDuration) -> String {
    span(RealDuration::try_from(left).unwrap_or_default())
}

/// How many of a whole are over, from 0 to 100.
pub(super) fn percent(passed: SignedDuration, whole: SignedDuration) -> u8 {
    let whole = whole.as_millis().max(1);
    let percent = passed.as_millis() * 100 / whole;
    u8::try_from(percent.clamp(0, 100)).unwrap_or(100)
}

/// The day of a time.
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// The time of the day.
pub(super) fn time_of_day(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// The time of the day without its seconds, and the day where it is another one than `today`.
pub(super) fn short_time(at: Timestamp, today: Timestamp) -> String {
    let form = if date(at) == date(today) {
        "%H:%M"
    } else {
        "%m-%d %H:%M"
    };
    at.strftime(form).to_string()
}

/// A text of so many characters at most, cut in its middle: names often differ at their ends.
pub(super) fn fit(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(1);
    let (start, end) = (kept.div_ceil(2), kept / 2);
    let start: String = text.chars().take(start).collect();
    let end: String = text.chars().skip(length - end).collect();
    format!("{start}…{end}")
}

/// `1 thing`, `2 things`.
pub(super) fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        for (milliseconds, shown) in [
            (0, "0 ms"),
            (120, "120 ms"),
            (3_500, "3.5 s"),
            (42_000, "42 s"),
            (1_000, "1 s"),
            (60_000, "1 min"),
            (65_000, "1 min 5 s"),
            (25 * 60_000, "25 min"),
            (7_200_000, "2 h"),
            (7_500_000, "2 h 5 min"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(span(RealDuration::from_millis(milliseconds)), shown);
        }
        assert_eq!(azure_span(SignedDuration::from_secs(-1)), "0 ms");
    }

    #[test]
    fn long_names_are_cut_in_their_middle() {
        for (text, most, shown) in [
            ("short", 5, "short"),
            ("subnet-of-many-1", 9, "subn…ny-1"),
            ("äöüäöü", 4, "äö…ü"),
        ] {
            assert_eq!(fit(text, most), shown);
        }
    }

    #[test]
    fn percentages_stay_within_their_bounds() {
        for (passed, whole, shown) in [
            (0, 7200, 0),
            (3600, 7200, 50),
            (7201, 7200, 100),
            (-1, 7200, 0),
            (1, 0, 100),
        ] {
            let (passed, whole) = (
                SignedDuration::from_secs(passed),
                SignedDuration::from_secs(whole),
            );
            assert_eq!(percent(passed, whole), shown);
        }
    }
}
