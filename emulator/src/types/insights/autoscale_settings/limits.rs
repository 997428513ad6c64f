//! What an autoscale setting may be: the published limits. The service's own codes and texts for them are not known.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::schedule::When;
use crate::core::clock::iso_duration;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{Json, list, text};
use crate::types::logic::integration_service_environments as environments;

const MOST_RULES: usize = 10;
const GRAIN: (SignedDuration, SignedDuration) =
    (SignedDuration::from_mins(1), SignedDuration::from_hours(12));
const WINDOW: (SignedDuration, SignedDuration) =
    (SignedDuration::from_mins(5), SignedDuration::from_hours(12));
const COOLDOWN: (SignedDuration, SignedDuration) = (
    SignedDuration::from_mins(1),
    SignedDuration::from_hours(7 * 24),
);

/// Checks a setting.
pub(super) fn check(body: &Json) -> Result<(), ArmError> {
    let profiles = list(body, "properties/profiles");
    if profiles.is_empty() {
        return refuse("properties.profiles", "must have 1 to 20 profiles");
    }
    let mut names = BTreeSet::new();
    let most = super::target_of(body)
        .filter(|target| {
            let kind = environments::DEFINITION.name;
            target.type_name().eq_ignore_ascii_case(kind)
        })
        .map_or(u32::MAX, |_| environments::MOST_UNITS);
    for (number, profile) in profiles.iter().enumerate() {
        let place = format!("properties.profiles[{number}]");
        let Some(name) = text(profile, "name").filter(|name| !name.is_empty()) else {
            return refuse(&place, "must have a name");
        };
        if !names.insert(name) {
            return refuse(&place, "must have a name of its own");
        }
        check_capacity(profile, &place, most)?;
        if let Err((member, what)) = When::read(profile) {
            return refuse(&format!("{place}.{member}"), what);
        }
        let rules = list(profile, "rules");
        if rules.len() > MOST_RULES {
            return refuse(&format!("{place}.rules"), "must be up to 10 rules");
        }
        for (number, rule) in rules.iter().enumerate() {
            check_rule(rule, &format!("{place}.rules[{number}]"))?;
        }
    }
    Ok(())
}

/// The least, the most and the usual number of units of a profile.
pub(super) fn counts(profile: &Json) -> Option<(u32, u32, u32)> {
    let count = |member: &str| {
        let path = format!("capacity/{member}");
        text(profile, &path).and_then(|text| text.parse::<u32>().ok())
    };
    let counts = (count("minimum")?, count("maximum")?, count("default")?);
    (counts.0 <= counts.1).then_some(counts)
}

fn check_capacity(profile: &Json, place: &str, limit: u32) -> Result<(), ArmError> {
    let place = format!("{place}.capacity");
    let Some((least, most, usual)) = counts(profile) else {
        return refuse(
            &place,
            "must have minimum, maximum and default, numbers as texts in this order of size",
        );
    };
    if !(least..=most).contains(&usual) {
        return refuse(
            &place,
            "must have its default between its minimum and its maximum",
        );
    }
    if most > limit {
        return refuse(&place, "must not go beyond what the resource can have");
    }
    Ok(())
}

fn check_rule(rule: &Json, place: &str) -> Result<(), ArmError> {
    let dotted = |path: &str| format!("{place}.{}", path.replace('/', "."));
    for path in [
        "metricTrigger/metricName",
        "metricTrigger/metricResourceUri",
    ] {
        if text(rule, path).is_none_or(str::is_empty) {
            return refuse(&dotted(path), "is required");
        }
    }
    for (path, (least, most)) in [
        ("metricTrigger/timeGrain", GRAIN),
        ("metricTrigger/timeWindow", WINDOW),
        ("scaleAction/cooldown", COOLDOWN),
    ] {
        let span = text(rule, path).and_then(iso_duration);
        if !span.is_some_and(|span| (least..=most).contains(&span)) {
            return refuse(
                &dotted(path),
                "must be an ISO 8601 duration within its limits",
            );
        }
    }
    let value = text(rule, "scaleAction/value").unwrap_or("1");
    if !value.parse::<u32>().is_ok_and(|value| value > 0) {
        return refuse(
            &dotted("scaleAction/value"),
            "must be a number above 0 as a text",
        );
    }
    Ok(())
}

fn refuse(place: &str, what: &str) -> Result<(), ArmError> {
    Err(errors::invalid_autoscale_setting(place, what))
}
