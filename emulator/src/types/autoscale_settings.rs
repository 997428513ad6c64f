//! Microsoft.Insights/autoscaleSettings: checked and kept; nothing scales by them yet.

use std::collections::BTreeSet;

use time::Duration;

use crate::core::definition::{Behaviour, Naming, TypeDefinition, Write, Written};
use crate::core::error::ArmError;
use crate::core::json::{Json, at, json, list, set_default, text};
use crate::core::store::Stored;
use crate::core::versions;
use crate::core::world::World;

/// Autoscale settings.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    name: "Microsoft.Insights/autoscaleSettings",
    api_versions: versions::AUTOSCALE,
    located: true,
    naming: Naming::Group,
    read_only: &["systemData"],
    order: &["id", "name", "type", "location", "tags", "properties"],
    behaviour: &AutoscaleSettings,
};

struct AutoscaleSettings;

impl Behaviour for AutoscaleSettings {
    fn put(&self, _world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        check(&write.body)?;
        let body = &mut write.body;
        set_default(body, "properties/enabled", json!(false));
        set_default(body, "properties/name", json!(write.id.name()));
        set_default(body, "properties/notifications", json!([]));
        Ok(Written {
            body: write.body,
            hidden: Json::Null,
            work: None,
        })
    }

    /// Replaces the tags and the whole of `properties` where they are given.
    fn patch(&self, existing: &Stored, patch: &Json) -> Result<Json, ArmError> {
        let mut body = existing.body.clone();
        for member in ["tags", "properties"] {
            if let Some(value) = at(patch, member) {
                body[member] = value.clone();
            }
        }
        Ok(body)
    }

    fn patch_is_put(&self) -> bool {
        true
    }
}

/// The published limits. The service's own codes and texts for them are not known.
const MOST_PROFILES: usize = 20;
const MOST_RULES: usize = 10;
const WINDOW: (Duration, Duration) = (Duration::minutes(5), Duration::hours(12));
const COOLDOWN: (Duration, Duration) = (Duration::minutes(1), Duration::weeks(1));

/// The members with a fixed set of values, by their place in a rule.
const VALUES: &[(&str, &[&str])] = &[
    (
        "metricTrigger/statistic",
        &["Average", "Min", "Max", "Sum", "Count"],
    ),
    (
        "metricTrigger/timeAggregation",
        &["Average", "Minimum", "Maximum", "Total", "Count", "Last"],
    ),
    (
        "metricTrigger/operator",
        &[
            "Equals",
            "NotEquals",
            "GreaterThan",
            "GreaterThanOrEqual",
            "LessThan",
            "LessThanOrEqual",
        ],
    ),
    ("scaleAction/direction", &["None", "Increase", "Decrease"]),
    (
        "scaleAction/type",
        &[
            "ChangeCount",
            "PercentChangeCount",
            "ExactCount",
            "ServiceAllowedNextValue",
        ],
    ),
];

fn check(body: &Json) -> Result<(), ArmError> {
    let profiles = list(body, "properties/profiles");
    if profiles.is_empty() || profiles.len() > MOST_PROFILES {
        return refuse("properties.profiles", "must have 1 to 20 profiles");
    }
    let mut names = BTreeSet::new();
    for (number, profile) in profiles.iter().enumerate() {
        let place = format!("properties.profiles[{number}]");
        let Some(name) = text(profile, "name").filter(|name| !name.is_empty()) else {
            return refuse(&place, "must have a name");
        };
        if !names.insert(name) {
            return refuse(&place, "must have a name of its own");
        }
        check_capacity(profile, &place)?;
        if at(profile, "fixedDate").is_some() && at(profile, "recurrence").is_some() {
            return refuse(&place, "cannot have both a fixed date and a recurrence");
        }
        let rules = at(profile, "rules").and_then(Json::as_array);
        let Some(rules) = rules.filter(|rules| rules.len() <= MOST_RULES) else {
            return refuse(
                &format!("{place}.rules"),
                "must be a list of up to 10 rules",
            );
        };
        for (number, rule) in rules.iter().enumerate() {
            check_rule(rule, &format!("{place}.rules[{number}]"))?;
        }
    }
    Ok(())
}

fn check_capacity(profile: &Json, place: &str) -> Result<(), ArmError> {
    let count = |member: &str| {
        let path = format!("capacity/{member}");
        text(profile, &path).and_then(|text| text.parse::<u32>().ok())
    };
    let (Some(least), Some(most), Some(usual)) =
        (count("minimum"), count("maximum"), count("default"))
    else {
        let place = format!("{place}.capacity");
        return refuse(
            &place,
            "must have minimum, maximum and default, numbers as texts",
        );
    };
    if least > most || !(least..=most).contains(&usual) {
        let place = format!("{place}.capacity");
        return refuse(
            &place,
            "must have its default between its minimum and its maximum",
        );
    }
    Ok(())
}

fn check_rule(rule: &Json, place: &str) -> Result<(), ArmError> {
    let dotted = |path: &str| format!("{place}.{}", path.replace('/', "."));
    for (path, values) in VALUES {
        if !text(rule, path).is_some_and(|value| values.contains(&value)) {
            return refuse(
                &dotted(path),
                &format!("must be one of {}", values.join(", ")),
            );
        }
    }
    for path in [
        "metricTrigger/metricName",
        "metricTrigger/metricResourceUri",
    ] {
        if text(rule, path).is_none_or(str::is_empty) {
            return refuse(&dotted(path), "is required");
        }
    }
    if !at(rule, "metricTrigger/threshold").is_some_and(Json::is_number) {
        return refuse(&dotted("metricTrigger/threshold"), "must be a number");
    }
    let any = (Duration::SECOND, Duration::MAX);
    for (path, (least, most)) in [
        ("metricTrigger/timeGrain", any),
        ("metricTrigger/timeWindow", WINDOW),
        ("scaleAction/cooldown", COOLDOWN),
    ] {
        let span = text(rule, path).and_then(duration);
        if !span.is_some_and(|span| (least..=most).contains(&span)) {
            return refuse(
                &dotted(path),
                "must be an ISO 8601 duration within its limits",
            );
        }
    }
    let value = text(rule, "scaleAction/value").unwrap_or("1");
    if value.parse::<u32>().is_err() {
        return refuse(&dotted("scaleAction/value"), "must be a number as a text");
    }
    Ok(())
}

fn refuse(place: &str, what: &str) -> Result<(), ArmError> {
    Err(ArmError::new(
        400,
        "InvalidAutoscaleSetting",
        format!("The autoscale setting is not valid: '{place}' {what}."),
    ))
}

/// An ISO 8601 duration of days, hours, minutes and seconds.
fn duration(text: &str) -> Option<Duration> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
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
            assert_eq!(duration(text), seconds.map(Duration::seconds), "{text}");
        }
    }
}
