//! Time zones by the names that Windows has for them, which is how Azure Monitor knows them.

use windows_timezones::WindowsTimezone;

/// Two names that Azure's documents list, and that have gone from Windows' own list since.
const GONE: [&str; 2] = ["Kamchatka Standard Time", "Mid-Atlantic Standard Time"];

/// Azure Monitor's reference of autoscale settings: `timeZone` is one of a list of Windows' names.
pub fn windows(name: &str) -> Result<(), String> {
    if GONE.contains(&name) || name.parse::<WindowsTimezone>().is_ok() {
        return Ok(());
    }
    let hint = match name.contains('/') {
        true => " That form is of the IANA names.",
        false => "",
    };
    Err(format!(
        "{name:?} is not the name of a time zone that Windows has.{hint} Its names are of the form \"W. Europe Standard Time\" or \
         \"UTC\", in this casing; `tzutil /l` lists them"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_windows() {
        for name in [
            "UTC",
            "UTC-11",
            "W. Europe Standard Time",
            "Pacific Standard Time (Mexico)",
            "Kamchatka Standard Time",
        ] {
            assert_eq!(windows(name), Ok(()), "{name}");
        }
        for (name, expected) in [
            ("Europe/Berlin", "IANA"),
            ("w. europe standard time", "in this casing"),
            ("CET", "\"CET\" is not the name"),
            ("", "W. Europe Standard Time"),
        ] {
            let problem = windows(name).expect_err(name);
            assert!(problem.contains(expected), "{name}: {problem}");
        }
    }
}
