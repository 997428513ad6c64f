//! Azure's time, and the buttons that move it.

use std::time::Duration as RealDuration;

use maud::{Markup, html};

use crate::core::clock::MAX_SCALE;
use crate::page::scene::Scene;
use crate::page::words;

/// The spans by which a button moves the clock on: as the control API takes them, and in words.
const STEPS: [(&str, &str, &str); 3] = [
    ("5m", "+5 min", "5 minutes"),
    ("1h", "+1 h", "1 hour"),
    ("1d", "+1 day", "1 day"),
];

/// The paces that have a button.
const PACES: [(f64, &str); 3] = [
    (1.0, "real time"),
    (60.0, "1 min in a second"),
    (3600.0, "1 h in a second"),
];

/// Azure's time and how fast it runs.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let (now, scale) = (scene.world.now, scene.world.clock.scale());
    html! {
        div.clock {
            p.now {
                span.label { "Azure time" } " "
                time datetime=(crate::core::clock::seconds(now)) {
                    span { (words::date(now)) } " " b { (words::time_of_day(now)) } " " span { "UTC" }
                }
            }
            p.pace { (pace(scale)) }
        }
        form.steps method="post" action="/_emulator/page/clock" aria-label="Move the clock on" {
            @for (span, shown, spoken) in STEPS {
                button name="advance" value=(span) aria-label={ "Move Azure's time on by " (spoken) }
                    data-done={ "Azure's time has moved on by " (spoken) "." } { (shown) }
            }
        }
        form.paces method="post" action="/_emulator/page/clock" aria-label="Set the pace" {
            @for (pace, spoken) in PACES {
                button name="scale" value=(pace) aria-label={ "Pace " (pace) " times: " (spoken) }
                    aria-pressed=(pace == scale) data-done={ "The pace is " (pace) " times." } { (pace) "×" }
            }
        }
        form.pace-of-choice method="post" action="/_emulator/page/clock" {
            label for="scale" { "Pace" }
            input id="scale" name="scale" type="text" inputmode="decimal" autocomplete="off" required
                title={ "How many Azure seconds pass in a real one: above 0 and up to " (MAX_SCALE) }
                value=(scale);
            button data-done="The pace is set." { "Set" }
        }
    }
}

/// What a pace means.
fn pace(scale: f64) -> String {
    if scale == 1.0 {
        return "runs in real time".to_owned();
    }
    match RealDuration::try_from_secs_f64(3600.0 / scale) {
        Ok(hour) => format!("{scale}×: an hour passes in {}", words::span(hour)),
        Err(_) => format!("{scale}×"),
    }
}

#[cfg(test)]
mod tests {
    use super::pace;

    #[test]
    fn a_pace_is_told_by_how_long_an_hour_takes() {
        for (scale, shown) in [
            (1.0, "runs in real time"),
            (3600.0, "3600×: an hour passes in 1 s"),
            (60.0, "60×: an hour passes in 1 min"),
            (0.5, "0.5×: an hour passes in 2 h"),
            (1e-300, "0.000"),
        ] {
            assert!(pace(scale).starts_with(shown), "{}", pace(scale));
        }
    }
}
