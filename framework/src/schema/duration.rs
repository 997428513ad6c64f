//! Go's duration syntax, in which Terraform users write timeouts.

use std::time::Duration;

/// Nanoseconds in each unit; longer names first, so that `ms` is not read as minutes.
const UNITS: [(&str, f64); 7] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3600e9),
];

/// Longer waits than a year are a mistake, and overflow clocks.
const MAX: Duration = Duration::from_secs(366 * 24 * 3600);

/// Reads a positive duration such as `90m`, `1h30m` or `1.5h`.
///
/// ```
/// use std::time::Duration;
/// use tfplugin_framework::schema::duration::parse;
///
/// assert_eq!(parse("1h30m"), Ok(Duration::from_secs(5400)));
/// assert!(parse("soon").is_err());
/// ```
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!(
            "{text:?} is not a duration. Write numbers with a unit, such as \"90m\", \"1h30m\" or \"1.5h\"."
        )
    };
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut nanoseconds = 0.0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .ok_or_else(wrong)?;
        let number: f64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let (unit, factor) = UNITS
            .iter()
            .filter(|(unit, _)| rest.starts_with(unit))
            .max_by_key(|(unit, _)| unit.len())
            .ok_or_else(wrong)?;
        nanoseconds += number * factor;
        rest = &rest[unit.len()..];
    }
    if nanoseconds <= 0.0 {
        return Err(wrong());
    }
    match Duration::try_from_secs_f64(nanoseconds / 1e9) {
        Ok(duration) if duration <= MAX => Ok(duration),
        _ => Err(format!("{text:?} is longer than a year.")),
    }
}

/// Writes a duration as Terraform does, in hours, minutes and seconds.
///
/// ```
/// use std::time::Duration;
/// use tfplugin_framework::schema::duration::format;
///
/// assert_eq!(format(Duration::from_secs(5400)), "1h30m");
/// ```
pub fn format(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, seconds) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, 0) => format!("{minutes}m"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, 0, 0) => format!("{hours}h"),
        (hours, minutes, 0) => format!("{hours}h{minutes}m"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_durations() {
        for (text, seconds) in [
            ("90m", 5400.0),
            ("1h30m", 5400.0),
            ("1.5h", 5400.0),
            ("2h3m4s", 7384.0),
            ("1500ms", 1.5),
            ("1us", 1e-6),
            ("+5s", 5.0),
        ] {
            let expect = Duration::from_secs_f64(seconds);
            assert_eq!(parse(text), Ok(expect), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "90",
            "m",
            "1x",
            "-5m",
            "0s",
            "1h-5m",
            "five minutes",
            "1..5h",
            "9999999h",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_print_short() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (3661, "1h1m1s"),
            (7200, "2h"),
            (5400, "1h30m"),
        ] {
            assert_eq!(format(Duration::from_secs(seconds)), text);
        }
    }
}
