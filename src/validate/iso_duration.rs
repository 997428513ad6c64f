//! Spans of time in the form of ISO 8601, such as `PT5M`, of the units that have a length: weeks, days, hours, minutes, seconds.

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The seconds of a span; nothing if the text is none.
pub fn seconds(text: &str) -> Option<u64> {
    let (date, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text.strip_prefix('P')?, None),
    };
    if date.is_empty() && time.is_none() || time == Some("") {
        return None;
    }
    let date = sum(date, &[('W', 7 * DAY), ('D', DAY)])?;
    let time = sum(
        time.unwrap_or_default(),
        &[('H', HOUR), ('M', MINUTE), ('S', 1)],
    )?;
    date.checked_add(time)
}

/// The sum of numbers with their units, which come in this order.
fn sum(mut text: &str, units: &[(char, u64)]) -> Option<u64> {
    let (mut sum, mut left) = (0_u64, units.iter());
    while !text.is_empty() {
        let end = text.find(|it: char| !it.is_ascii_digit())?;
        let number: u64 = text[..end].parse().ok()?;
        let unit = text[end..].chars().next()?;
        let (_, seconds) = left.find(|(name, _)| *name == unit)?;
        sum = sum.checked_add(number.checked_mul(*seconds)?)?;
        text = &text[end + unit.len_utf8()..];
    }
    Some(sum)
}

/// Whether two texts are the same span, in whatever units.
pub fn same(a: &str, b: &str) -> bool {
    seconds(a).is_some_and(|a| seconds(b) == Some(a))
}

/// Azure Monitor's reference: the grain of a metric is a minute at least.
pub fn grain(text: &str) -> Result<(), String> {
    between(text, ("PT1M", MINUTE), ("PT12H", 12 * HOUR))
}

/// Azure Monitor's reference: the window is from 5 minutes to 12 hours.
pub fn window(text: &str) -> Result<(), String> {
    between(text, ("PT5M", 5 * MINUTE), ("PT12H", 12 * HOUR))
}

/// Azure Monitor's reference: the cooldown is from a minute to a week.
pub fn cooldown(text: &str) -> Result<(), String> {
    between(text, ("PT1M", MINUTE), ("P7D", 7 * DAY))
}

fn between(text: &str, least: (&str, u64), most: (&str, u64)) -> Result<(), String> {
    let bounds = format!("from {} to {}", least.0, most.0);
    match seconds(text) {
        None => Err(format!(
            "{text:?} is not a duration of the form of ISO 8601, such as \"PT5M\" or \"PT1H30M\". Give one {bounds}"
        )),
        Some(length) if !(least.1..=most.1).contains(&length) => {
            Err(format!("{text:?} is not {bounds}"))
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_all_their_units() {
        for (text, expected) in [
            ("PT1M", Some(60)),
            ("PT60S", Some(60)),
            ("PT0H1M0S", Some(60)),
            ("PT1H30M", Some(5400)),
            ("P1DT2H", Some(26 * 3600)),
            ("P1W", Some(7 * 86_400)),
            ("PT0S", Some(0)),
            ("P", None),
            ("PT", None),
            ("P1DT", None),
            ("", None),
            ("5M", None),
            ("PT5", None),
            ("PTM", None),
            ("PT1M1H", None),
            ("PT1M1M", None),
            ("P1M", None),
            ("P1Y", None),
            ("pt1m", None),
            ("PT-1M", None),
            ("PT1.5M", None),
            ("PT1\u{e9}", None),
            ("PT99999999999999999999S", None),
            ("PT9999999999999999999H", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        assert!(same("PT60S", "PT1M"));
        assert!(!same("PT60S", "PT61S"));
        assert!(!same("x", "x"));
    }

    #[test]
    fn bounds_are_told() {
        for (rule, good, bad) in [
            (
                grain as fn(&str) -> Result<(), String>,
                ["PT1M", "PT12H"],
                ["PT59S", "PT12H1S"],
            ),
            (window, ["PT5M", "PT720M"], ["PT1M", "P1D"]),
            (cooldown, ["PT60S", "P1W"], ["PT0S", "P8D"]),
        ] {
            for text in good {
                assert_eq!(rule(text), Ok(()), "{text}");
            }
            for text in bad {
                let problem = rule(text).expect_err(text);
                assert!(problem.contains("is not from PT"), "{problem}");
            }
            let problem = rule("5 minutes").expect_err("no span");
            assert!(problem.contains("ISO 8601"), "{problem}");
        }
    }
}
