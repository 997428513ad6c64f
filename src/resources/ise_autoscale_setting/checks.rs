//! The rules within a setting that need no network.

use std::collections::BTreeSet;

use tfplugin_framework::diagnostics::Diagnostics;
use tfplugin_framework::model::Model;
use tfplugin_framework::types::attr::Attr;
use tfplugin_framework::types::number::Number;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};

use super::schema::TIMEZONE;
use crate::validate::clock_time::ClockTime;

/// A setting in a configuration, as far as it is known.
#[derive(Debug, Model)]
#[model(partial)]
pub(super) struct Setting {
    name: Attr<String>,
    profiles: Attr<Vec<Attr<Profile>>>,
}

#[derive(Clone, Debug, Model)]
struct Profile {
    name: Attr<String>,
    minimum: Attr<Number>,
    maximum: Attr<Number>,
    default: Attr<Number>,
    rules: Attr<Vec<Attr<Rule>>>,
    fixed_date: Attr<FixedDate>,
    recurrence: Attr<Recurrence>,
}

#[derive(Clone, Debug, Model)]
struct Rule {
    direction: Attr<String>,
    metric: Value,
    operator: Value,
    threshold: Value,
    statistic: Value,
    time_grain: Value,
    time_window: Value,
    time_aggregation: Value,
    change_count: Value,
    exact_count: Value,
    percent_change: Value,
    cooldown: Value,
}

#[derive(Clone, Debug, Model)]
struct FixedDate {
    timezone: Value,
    start: Attr<String>,
    end: Attr<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Model)]
struct Recurrence {
    timezone: Attr<String>,
    days: Attr<BTreeSet<Attr<String>>>,
    hour: Attr<Number>,
    minute: Attr<Number>,
}

/// Checks a configuration, as far as it is known.
pub(super) fn check(config: &Object, diagnostics: &mut Diagnostics) {
    let setting: Setting = match config.model() {
        Ok(setting) => setting,
        Err(error) => return diagnostics.add(error),
    };
    let name = setting.name.unwrap_or(String::new());
    let Some(profiles) = setting.profiles.into_known() else {
        return;
    };
    check_names(&profiles, diagnostics);
    let known = profiles.iter().enumerate();
    for (index, profile) in known.filter_map(|(index, it)| Some((index, it.known()?))) {
        let path = profile_path(index);
        check_capacity(profile, &path, diagnostics);
        check_dates(profile, &path, diagnostics);
        warn_of_no_way_in(&name, profile, &path, diagnostics);
    }
    warn_of_no_end(&name, &profiles, diagnostics);
}

fn profile_path(index: usize) -> Path {
    Path::attribute("profiles").with_index(index)
}

fn wrong(path: Path, detail: String, diagnostics: &mut Diagnostics) {
    diagnostics.add_attribute_error(path.clone(), format!("Invalid {path}"), detail);
}

fn check_names(profiles: &[Attr<Profile>], diagnostics: &mut Diagnostics) {
    let mut seen = BTreeSet::new();
    for (index, profile) in profiles.iter().enumerate() {
        let name = profile.known().and_then(|it| it.name.known());
        if let Some(name) = name.filter(|name| !seen.insert(*name)) {
            let detail = format!(
                "Another profile is called {name:?} as well. Give each profile a name of its own."
            );
            wrong(
                profile_path(index).with_attribute("name"),
                detail,
                diagnostics,
            );
        }
    }
}

/// Microsoft's reference: `minimum` ≤ `default` ≤ `maximum`.
fn check_capacity(profile: &Profile, path: &Path, diagnostics: &mut Diagnostics) {
    let (least, most) = (profile.minimum.known(), profile.maximum.known());
    if let Some((least, most)) = least.zip(most).filter(|(least, most)| least > most) {
        let detail = format!(
            "The minimum {least} is above the maximum {most}: give one of at most {most}, or a greater maximum."
        );
        return wrong(path.with_attribute("minimum"), detail, diagnostics);
    }
    let Some(usual) = profile.default.known() else {
        return;
    };
    if least.is_some_and(|least| usual < least) || most.is_some_and(|most| usual > most) {
        let bound = |bound: Option<&Number>| bound.map_or("…".to_owned(), ToString::to_string);
        let detail = format!(
            "The default {usual} is not from minimum to maximum: give one from {} to {}.",
            bound(least),
            bound(most)
        );
        wrong(path.with_attribute("default"), detail, diagnostics);
    }
}

fn check_dates(profile: &Profile, path: &Path, diagnostics: &mut Diagnostics) {
    let Some(date) = profile.fixed_date.known() else {
        return;
    };
    let time = |text: &Attr<String>| ClockTime::parse(text.known()?);
    let is_over = time(&date.start)
        .zip(time(&date.end))
        .and_then(|(start, end)| start.is_before(&end))
        == Some(false);
    if is_over && let (Some(start), Some(end)) = (date.start.known(), date.end.known()) {
        let path = path.with_attribute("fixed_date").with_attribute("end");
        let detail = format!("{end:?} is not after the start, {start:?}: give a later end.");
        wrong(path, detail, diagnostics);
    }
}

/// What rules have added stays for good, unless others take it away.
fn warn_of_no_way_in(setting: &str, profile: &Profile, path: &Path, diagnostics: &mut Diagnostics) {
    let Some(rules) = profile.rules.known() else {
        return;
    };
    let direction = |rule: &Attr<Rule>| rule.known().map(|it| it.direction.clone());
    let directions: Vec<_> = rules.iter().filter_map(direction).collect();
    let is_open = directions.len() < rules.len() || directions.contains(&Attr::Unknown);
    let has = |name: &str| directions.contains(&Attr::Known(name.to_owned()));
    if is_open || !has("Increase") || has("Decrease") {
        return;
    }
    let profile = profile.name.as_deref().unwrap_or("");
    let summary =
        format!("Profile {profile:?} of autoscale setting {setting:?} scales out and never in");
    let detail = "It has rules with direction \"Increase\" and none with \"Decrease\", so units that it adds stay, and are paid for. Add \
                  a rule that takes them away, such as one for less than a lower threshold.";
    diagnostics.add_attribute_warning(path.with_attribute("rules"), summary, detail);
}

/// A recurrence has no end of its own: it ends when another one starts.
fn warn_of_no_end(setting: &str, profiles: &[Attr<Profile>], diagnostics: &mut Diagnostics) {
    let mut recurring = Vec::new();
    for (index, profile) in profiles.iter().enumerate() {
        let Some(profile) = profile.known() else {
            return;
        };
        match &profile.recurrence {
            Attr::Null => {}
            Attr::Unknown => return,
            Attr::Known(recurrence) if !recurrence.is_whole() => return,
            Attr::Known(recurrence) => recurring.push((index, profile, recurrence)),
        }
    }
    for (index, profile, recurrence) in &recurring {
        let mut others = recurring.iter();
        if others.any(|(_, _, other)| other.starts_otherwise(recurrence)) {
            continue;
        }
        let name = profile.name.as_deref().unwrap_or("");
        let summary = format!(
            "Nothing ends the recurrence of profile {name:?} of autoscale setting {setting:?}"
        );
        let detail = "A recurrence lasts until another one starts, so from its first start on this profile is in force for good, but for \
                      fixed dates. Add a profile with the limits that are to hold afterwards, whose recurrence starts when this one is \
                      to end.";
        let path = profile_path(*index).with_attribute("recurrence");
        diagnostics.add_attribute_warning(path, summary, detail);
    }
}

impl Recurrence {
    fn is_whole(&self) -> bool {
        let days = self.days.known();
        let days = days.is_some_and(|days| days.iter().all(Attr::is_known));
        days && !self.timezone.is_unknown() && self.hour.is_known() && self.minute.is_known()
    }

    /// Whether it starts at times at which another one does not.
    fn starts_otherwise(&self, other: &Self) -> bool {
        let days = |it: &Self| it.days.known().cloned().unwrap_or_default();
        let zone = |it: &Self| it.timezone.clone().unwrap_or(TIMEZONE.to_owned());
        let zone = |it: &Self| zone(it).to_lowercase();
        let time = |it: &Self| (zone(it), it.hour.clone(), it.minute.clone());
        time(self) != time(other) || !days(self).is_subset(&days(other))
    }
}
