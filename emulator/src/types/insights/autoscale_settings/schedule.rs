//! Which profile of a setting is in force, and when that changes: a fixed date wins over recurrences, a recurrence lasts
//! until the next one starts, and the profile with neither is there for the rest.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use windows_timezones::WindowsTimezone;

use crate::core::json::{Json, at, list, text};

/// When a profile is in force.
#[derive(Debug)]
pub(super) enum When {
    /// From a time on until another.
    Between(Timestamp, Timestamp),
    /// From certain times of each week on.
    Weekly(Weekly),
    /// Whenever no other is.
    Otherwise,
}

/// The times of a week at which a profile starts.
#[derive(Debug)]
pub(super) struct Weekly {
    zone: TimeZone,
    days: Vec<Weekday>,
    hours: Vec<i8>,
    minutes: Vec<i8>,
}

/// What is wrong with the times of a profile: the member, and why.
pub(super) type Wrong = (&'static str, &'static str);

const ZONE: &str = "must be the name of a time zone, as Windows has them";

impl When {
    /// Reads the times of a profile.
    pub(super) fn read(profile: &Json) -> Result<Self, Wrong> {
        match (at(profile, "fixedDate"), at(profile, "recurrence")) {
            (Some(_), Some(_)) => Err(("recurrence", "cannot stand beside a fixed date")),
            (Some(date), None) => fixed(date),
            (None, Some(recurrence)) => Weekly::read(recurrence).map(Self::Weekly),
            (None, None) => Ok(Self::Otherwise),
        }
    }
}

/// The profile in force at a time.
pub(super) fn in_force<'a>(profiles: &'a [(When, &'a Json)], now: Timestamp) -> Option<&'a Json> {
    let fixed = profiles.iter().find(
        |(when, _)| matches!(when, When::Between(start, end) if (*start..*end).contains(&now)),
    );
    let recurring = || {
        let begun = profiles.iter().filter_map(|(when, profile)| match when {
            When::Weekly(weekly) => {
                Some((weekly.starts(now).rfind(|start| *start <= now)?, profile))
            }
            _ => None,
        });
        // Of those that start at the same time the first one in the list wins.
        begun.reduce(|best, next| if next.0 > best.0 { next } else { best })
    };
    let otherwise = || {
        let mut rest = profiles.iter();
        rest.find(|(when, _)| matches!(when, When::Otherwise))
    };
    fixed
        .map(|(_, profile)| *profile)
        .or_else(|| recurring().map(|(_, profile)| *profile))
        .or_else(|| otherwise().map(|(_, profile)| *profile))
}

/// When the next profile starts or ends.
pub(super) fn next_change(profiles: &[(When, &Json)], now: Timestamp) -> Option<Timestamp> {
    let next = profiles.iter().filter_map(|(when, _)| match when {
        When::Between(start, end) => [*start, *end].into_iter().find(|time| *time > now),
        When::Weekly(weekly) => weekly.starts(now).find(|start| *start > now),
        When::Otherwise => None,
    });
    next.min()
}

impl Weekly {
    fn read(recurrence: &Json) -> Result<Self, Wrong> {
        if text(recurrence, "frequency") != Some("Week") {
            return Err(("recurrence.frequency", "must be Week"));
        }
        let days = list(recurrence, "schedule/days").iter();
        let days: Option<Vec<Weekday>> = days.map(|day| weekday(day.as_str()?)).collect();
        let days = days.filter(|days| !days.is_empty());
        let numbers = |path: &str, most: i8| -> Option<Vec<i8>> {
            let mut numbers: Vec<i8> = list(recurrence, path)
                .iter()
                .map(|number| i8::try_from(number.as_i64()?).ok())
                .collect::<Option<_>>()?;
            numbers.sort_unstable();
            let valid = !numbers.is_empty() && numbers.iter().all(|one| (0..=most).contains(one));
            valid.then_some(numbers)
        };
        Ok(Self {
            zone: text(recurrence, "schedule/timeZone")
                .and_then(zone)
                .ok_or(("recurrence.schedule.timeZone", ZONE))?,
            days: days.ok_or((
                "recurrence.schedule.days",
                "must be days from Sunday to Saturday",
            ))?,
            hours: numbers("schedule/hours", 23)
                .ok_or(("recurrence.schedule.hours", "must be numbers from 0 to 23"))?,
            minutes: numbers("schedule/minutes", 59).ok_or((
                "recurrence.schedule.minutes",
                "must be numbers from 0 to 59",
            ))?,
        })
    }

    /// The starts within more than a week around a time, in order.
    fn starts(&self, around: Timestamp) -> impl DoubleEndedIterator<Item = Timestamp> {
        let today = self.zone.to_datetime(around).date();
        let dates = (-8..=8).filter_map(move |days| today.checked_add(days.days()).ok());
        let dates = dates.filter(|date| self.days.contains(&date.weekday()));
        dates.flat_map(|date| self.starts_on(date))
    }

    fn starts_on(&self, date: Date) -> Vec<Timestamp> {
        let times = self
            .hours
            .iter()
            .flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)));
        times
            .filter_map(|(hour, minute)| instant(&self.zone, date.at(hour, minute, 0, 0)))
            .collect()
    }
}

/// A span between two times on the clock of a zone. A time that says its distance from UTC stands for itself; `Z` says
/// nothing, since every client writes it (an assumption).
fn fixed(date: &Json) -> Result<When, Wrong> {
    let zone = text(date, "timeZone").map_or(Some(TimeZone::UTC), zone);
    let zone = zone.ok_or(("fixedDate.timeZone", ZONE))?;
    let time = |member: &str| {
        let written = text(date, member)?;
        let local = written.strip_suffix(['Z', 'z']).unwrap_or(written);
        match local.parse::<Timestamp>() {
            Ok(absolute) => Some(absolute),
            Err(_) => instant(&zone, local.parse::<DateTime>().ok()?),
        }
    };
    let start = time("start").ok_or(("fixedDate.start", "must be a time in ISO 8601 format"))?;
    let end = time("end").ok_or(("fixedDate.end", "must be a time in ISO 8601 format"))?;
    if start >= end {
        return Err(("fixedDate.end", "must be after the start"));
    }
    Ok(When::Between(start, end))
}

/// A zone by the name that Windows has for it. Two that are published have gone from its list since.
fn zone(name: &str) -> Option<TimeZone> {
    let known = match name {
        "Kamchatka Standard Time" => "Asia/Kamchatka",
        "Mid-Atlantic Standard Time" => "Etc/GMT+2",
        name => name.parse::<WindowsTimezone>().ok()?.tzdb_id(),
    };
    TimeZone::get(known).ok()
}

/// A day by its English name, or by its number from Sunday as a text: a published example has it so.
fn weekday(name: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ];
    let named = NAMES.iter().position(|day| day.eq_ignore_ascii_case(name));
    let number = named.map_or_else(|| name.parse().ok(), |day| i8::try_from(day).ok())?;
    Weekday::from_sunday_zero_offset(number).ok()
}

/// When a clock on the wall of a zone shows a time: a time that is left out comes after the gap, one that comes twice
/// is the first.
fn instant(zone: &TimeZone, shown: DateTime) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(shown).compatible().ok()
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::core::json::json;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn weekly(name: &str, zone: &str, days: Json, hour: u8) -> Json {
        let schedule = json!({"timeZone": zone, "days": days, "hours": [hour], "minutes": [30]});
        json!({"name": name, "recurrence": {"frequency": "Week", "schedule": schedule}})
    }

    fn fixed(name: &str, zone: &str, start: &str, end: &str) -> Json {
        json!({"name": name, "fixedDate": {"timeZone": zone, "start": start, "end": end}})
    }

    /// The name of the profile in force, and when that changes.
    fn at_time(profiles: &[Json], now: &str) -> (String, Option<Timestamp>) {
        let read: Vec<(When, &Json)> = profiles
            .iter()
            .map(|profile| (When::read(profile).expect("times"), profile))
            .collect();
        let name = in_force(&read, time(now)).and_then(|profile| text(profile, "name"));
        let name = name.unwrap_or_default().to_owned();
        (name, next_change(&read, time(now)))
    }

    #[test]
    fn a_fixed_date_wins_over_recurrences_and_they_over_the_rest() {
        let workdays = json!(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]);
        let profiles = [
            json!({"name": "rest"}),
            weekly("day", "UTC", workdays.clone(), 8),
            weekly("night", "UTC", workdays, 18),
            fixed(
                "sale",
                "UTC",
                "2024-11-29T00:00:00Z",
                "2024-11-30T00:00:00Z",
            ),
        ];
        for (now, name, next) in [
            // A Monday, before and after the day starts; the weekend goes on with Friday's night.
            ("2024-11-25T08:29:59Z", "night", "2024-11-25T08:30:00Z"),
            ("2024-11-25T08:30:00Z", "day", "2024-11-25T18:30:00Z"),
            ("2024-11-25T20:00:00Z", "night", "2024-11-26T08:30:00Z"),
            ("2024-11-23T12:00:00Z", "night", "2024-11-25T08:30:00Z"),
            ("2024-11-29T12:00:00Z", "sale", "2024-11-29T18:30:00Z"),
            ("2024-11-30T00:00:00Z", "night", "2024-12-02T08:30:00Z"),
        ] {
            assert_eq!(
                at_time(&profiles, now),
                (name.to_owned(), Some(time(next))),
                "{now}"
            );
        }
        assert_eq!(
            at_time(&profiles[..1], "2024-11-25T08:30:00Z"),
            ("rest".to_owned(), None)
        );
        assert_eq!(
            at_time(&profiles[3..], "2025-01-01T00:00:00Z"),
            (String::new(), None)
        );
    }

    #[test]
    fn times_are_those_on_the_clocks_of_the_zone() {
        let every = json!(["0", "monday", "Tuesday", "Wednesday", "Thursday", "5", "6"]);
        for (zone, hour, now, next) in [
            (
                "W. Europe Standard Time",
                8,
                "2024-01-10T00:00:00Z",
                "2024-01-10T07:30:00Z",
            ),
            (
                "W. Europe Standard Time",
                8,
                "2024-07-10T00:00:00Z",
                "2024-07-10T06:30:00Z",
            ),
            // Half past two does not come in the night to summer time, and comes twice in the one back.
            (
                "W. Europe Standard Time",
                2,
                "2024-03-31T00:00:00Z",
                "2024-03-31T01:30:00Z",
            ),
            (
                "W. Europe Standard Time",
                2,
                "2024-10-27T00:00:00Z",
                "2024-10-27T00:30:00Z",
            ),
            (
                "India Standard Time",
                0,
                "2024-01-10T00:00:00Z",
                "2024-01-10T19:00:00Z",
            ),
            ("UTC+12", 0, "2024-01-10T00:00:00Z", "2024-01-10T12:30:00Z"),
            (
                "Kamchatka Standard Time",
                0,
                "2024-01-10T00:00:00Z",
                "2024-01-10T12:30:00Z",
            ),
        ] {
            let profiles = [weekly("p", zone, every.clone(), hour)];
            assert_eq!(at_time(&profiles, now).1, Some(time(next)), "{zone} {now}");
        }
        for (zone, start, begins) in [
            (
                "Pacific Standard Time",
                "2024-07-01T00:00:00Z",
                "2024-07-01T07:00:00Z",
            ),
            (
                "Pacific Standard Time",
                "2024-07-01T00:00:00",
                "2024-07-01T07:00:00Z",
            ),
            (
                "Pacific Standard Time",
                "2024-07-01T00:00:00+02:00",
                "2024-06-30T22:00:00Z",
            ),
        ] {
            let profiles = [fixed("p", zone, start, "2024-08-01T00:00:00Z")];
            let now = "2024-06-01T00:00:00Z";
            assert_eq!(
                at_time(&profiles, now).1,
                Some(time(begins)),
                "{zone} {start}"
            );
        }
    }

    #[test]
    fn wrong_times_are_found() {
        let good = weekly("p", "UTC", json!(["Monday"]), 8);
        for (pointer, wrong, member) in [
            (
                "/recurrence/frequency",
                json!("Day"),
                "recurrence.frequency",
            ),
            (
                "/recurrence/schedule/timeZone",
                json!("Europe/Berlin"),
                "recurrence.schedule.timeZone",
            ),
            (
                "/recurrence/schedule/days",
                json!(["Mon"]),
                "recurrence.schedule.days",
            ),
            (
                "/recurrence/schedule/hours",
                json!([24]),
                "recurrence.schedule.hours",
            ),
            (
                "/recurrence/schedule/minutes",
                json!([]),
                "recurrence.schedule.minutes",
            ),
        ] {
            let mut profile = good.clone();
            *profile.pointer_mut(pointer).expect("a member") = wrong;
            assert_eq!(
                When::read(&profile).map_err(|wrong| wrong.0).err(),
                Some(member)
            );
        }
        for (zone, start, end, member) in [
            (
                "Nowhere",
                "2024-01-01T00:00:00Z",
                "2024-01-02T00:00:00Z",
                "fixedDate.timeZone",
            ),
            ("UTC", "tomorrow", "2024-01-02T00:00:00Z", "fixedDate.start"),
            (
                "UTC",
                "2024-01-02T00:00:00Z",
                "2024-01-02T00:00:00Z",
                "fixedDate.end",
            ),
        ] {
            let wrong = When::read(&fixed("p", zone, start, end)).map_err(|wrong| wrong.0);
            assert_eq!(wrong.err(), Some(member));
        }
    }
}
