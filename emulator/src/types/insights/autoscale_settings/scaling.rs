//! What a setting does to the capacity of its environment, and when it has to be looked at again.
//!
//! Nothing is looked at in vain: between two looks nothing can change but by a request or the end of an operation, which
//! ask for a look themselves.

use jiff::{SignedDuration, Timestamp};

use super::rules::{self, Rule};
use super::schedule::{self, When};
use super::{DEFINITION, counts};
use crate::core::clock::plus;
use crate::core::definition::Wish;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, json, list, text};
use crate::core::metrics::{Metrics, SAMPLE};
use crate::core::world::World;
use crate::types::logic::integration_service_environments as environments;

/// How long until a change that was refused is tried again: the environment may be locked.
const RETRY: SignedDuration = SignedDuration::from_mins(15);

/// The hidden member with the time of the setting's last change, in seconds.
const SCALED: &str = "scaled";

/// Looks at every setting that is about a resource, or at all of them.
pub(super) fn look(world: &mut World, target: Option<&ResourceId>) {
    let settings = world.resources.of_type(DEFINITION.name);
    let concerned = settings.filter(|setting| {
        target
            .is_none_or(|target| target_of(&setting.body).is_some_and(|wanted| wanted.same(target)))
    });
    let concerned: Vec<ResourceId> = concerned.map(|setting| setting.id.clone()).collect();
    for id in concerned {
        world.agenda.wake(world.now, &id);
    }
}

/// The resource that a setting scales.
pub(super) fn target_of(setting: &Json) -> Option<ResourceId> {
    text(setting, "properties/targetResourceUri").and_then(ResourceId::parse)
}

/// What a setting wants now; and plans the next look.
pub(super) fn act(world: &mut World, id: &ResourceId) -> Option<Wish> {
    let setting = world.resources.get(id)?.clone();
    let enabled = at(&setting.body, "properties/enabled").and_then(Json::as_bool);
    // A change that is going on asks for a look when it ends.
    let target = target_of(&setting.body).filter(|_| enabled == Some(true))?;
    let (environment, units, most) = environments::scalable(world, &target)?;
    let profiles: Vec<(When, &Json)> = list(&setting.body, "properties/profiles")
        .iter()
        .filter_map(|profile| Some((When::read(profile).ok()?, profile)))
        .collect();
    let now = world.now;
    let mut again = schedule::next_change(&profiles, now);
    let mut wish = None;
    if let Some(profile) = schedule::in_force(&profiles, now) {
        let scaled = at(&setting.hidden, SCALED).and_then(Json::as_i64);
        let scaled = scaled
            .and_then(|at| Timestamp::from_second(at).ok())
            .filter(|at| *at <= now);
        let verdict = Verdict::of(profile, &world.metrics, Moment { now, units, scaled });
        again = earlier(again, verdict.again);
        let wanted = verdict.units.min(most);
        if wanted != units {
            wish = Some(Wish {
                id: environment,
                body: json!({"sku": {"capacity": wanted}}),
            });
        }
    }
    // At the end of the calendar nothing comes after now.
    if let Some(at) = again.filter(|at| *at > now) {
        world.agenda.wake(at, id);
    }
    wish
}

/// Remembers a change, or plans to try a refused one again.
pub(super) fn answered(world: &mut World, id: &ResourceId, fulfilled: bool) {
    let now = world.now;
    if !fulfilled {
        let again = plus(now, RETRY);
        let (id, planned) = (id.clone(), world.agenda.planned(id));
        world
            .agenda
            .wake(earlier(planned, Some(again)).unwrap_or(again), &id);
    } else if let Some(setting) = world.resources.get_mut(id) {
        setting.hidden = json!({ SCALED: now.as_second() }).into();
    }
}

/// The state of things that rules are judged in.
#[derive(Clone, Copy)]
struct Moment {
    now: Timestamp,
    units: u32,
    scaled: Option<Timestamp>,
}

/// How many units a profile wants, and when it may want something else by itself.
#[derive(Debug, PartialEq)]
struct Verdict {
    units: u32,
    again: Option<Timestamp>,
}

impl Verdict {
    fn of(profile: &Json, metrics: &Metrics, moment: Moment) -> Self {
        let Some((least, most, usual)) = counts(profile) else {
            return Self {
                units: moment.units,
                again: None,
            };
        };
        let rules = rules::of_profile(profile);
        let mut again = rules
            .iter()
            .filter_map(|rule| rule.settles(metrics))
            .filter(|settles| *settles > moment.now)
            .map(|_| plus(moment.now, SAMPLE))
            .min();
        let inside = moment.units.clamp(least, most);
        // Limits hold without regard to rules and to the time since the last change.
        if inside != moment.units || rules.is_empty() {
            return Self {
                units: inside,
                again,
            };
        }
        let judged: Vec<(&Rule<'_>, Option<bool>)> = rules
            .iter()
            .map(|rule| (rule, rule.fires(metrics, moment.now, moment.units)))
            .collect();
        if judged.iter().all(|(_, fires)| fires.is_none()) {
            return Self {
                units: moment.units.max(usual),
                again,
            };
        }
        let (units, wait) = wanted(&judged, moment, least, most);
        again = earlier(again, wait);
        Self { units, again }
    }
}

/// What the rules come to: the one that scales out farthest, else all that scale in together.
fn wanted(
    judged: &[(&Rule<'_>, Option<bool>)],
    moment: Moment,
    least: u32,
    most: u32,
) -> (u32, Option<Timestamp>) {
    let firing = |outward: bool| {
        let rules = judged
            .iter()
            .filter(move |(rule, _)| rule.outward == outward);
        rules.map(|(rule, fires)| (*rule, *fires == Some(true)))
    };
    let rests_until = |rule: &Rule<'_>| {
        let until = moment.scaled.map(|at| plus(at, rule.cooldown));
        until.filter(|until| *until > moment.now)
    };
    let wants = |rule: &Rule<'_>| rule.wants(moment.units).clamp(least, most);
    let outward: Vec<&Rule<'_>> = firing(true)
        .filter(|(_, fires)| *fires)
        .map(|(rule, _)| rule)
        .collect();
    if !outward.is_empty() {
        let ready = outward.iter().filter(|rule| rests_until(rule).is_none());
        let units = ready.map(|rule| wants(rule)).max();
        let waiting = outward
            .iter()
            .filter(|rule| wants(rule) > units.unwrap_or(moment.units))
            .filter_map(|rule| rests_until(rule))
            .min();
        return (units.unwrap_or(moment.units), waiting);
    }
    if firing(false).next().is_none() || !firing(false).all(|(_, fires)| fires) {
        return (moment.units, None);
    }
    // The most cautious of them decides how far.
    let units = firing(false).map(|(rule, _)| wants(rule)).max();
    let units = units.unwrap_or(moment.units);
    let waiting = firing(false)
        .filter_map(|(rule, _)| rests_until(rule))
        .max();
    match waiting {
        Some(_) if units == moment.units => (units, None),
        Some(_) => (moment.units, waiting),
        None => (units, None),
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
