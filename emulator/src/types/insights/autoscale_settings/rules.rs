//! The rules of a profile: what the metrics of a window come to, whether a rule fires, and how far it scales.

use jiff::{SignedDuration, Timestamp};

use crate::core::clock::{iso_duration, minus, plus};
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, list, text};
use crate::core::metrics::{Metrics, SAMPLE, Series, fold};

/// A rule that scales out or in.
#[derive(Debug)]
pub(super) struct Rule<'a> {
    resource: ResourceId,
    trigger: &'a Json,
    action: &'a Json,
    grain: SignedDuration,
    window: SignedDuration,
    pub(super) outward: bool,
    pub(super) cooldown: SignedDuration,
}

/// The rules of a profile that scale at all.
pub(super) fn of_profile(profile: &Json) -> Vec<Rule<'_>> {
    list(profile, "rules").iter().filter_map(read).collect()
}

fn read(rule: &Json) -> Option<Rule<'_>> {
    let (trigger, action) = (at(rule, "metricTrigger")?, at(rule, "scaleAction")?);
    let outward = match text(action, "direction")? {
        "Increase" => true,
        "Decrease" => false,
        _ => return None,
    };
    Some(Rule {
        resource: ResourceId::parse(text(trigger, "metricResourceUri")?)?,
        trigger,
        action,
        grain: iso_duration(text(trigger, "timeGrain")?)?.max(SAMPLE),
        window: iso_duration(text(trigger, "timeWindow")?)?,
        outward,
        cooldown: iso_duration(text(action, "cooldown")?)?,
    })
}

impl Rule<'_> {
    /// Whether the rule fires; none when its metric has no value in the window.
    pub(super) fn fires(&self, metrics: &Metrics, now: Timestamp, units: u32) -> Option<bool> {
        let mut value = self.measure(self.series(metrics)?, now)?;
        if at(self.trigger, "dividePerInstance").and_then(Json::as_bool) == Some(true) {
            value /= f64::from(units.max(1));
        }
        let threshold = at(self.trigger, "threshold")?.as_f64()?;
        let equal = (value - threshold).abs() < f64::EPSILON;
        Some(match text(self.trigger, "operator")? {
            "Equals" => equal,
            "NotEquals" => !equal,
            "GreaterThan" => value > threshold,
            "GreaterThanOrEqual" => value >= threshold,
            "LessThan" => value < threshold,
            "LessThanOrEqual" => value <= threshold,
            _ => return None,
        })
    }

    /// Until when the window holds more than one value: what the rule says may change by itself until then.
    pub(super) fn settles(&self, metrics: &Metrics) -> Option<Timestamp> {
        let changed = self.series(metrics)?.changed()?;
        Some(plus(changed, self.window))
    }

    /// How many units the rule wants.
    pub(super) fn wants(&self, units: u32) -> u32 {
        let value = text(self.action, "value").and_then(|value| value.parse::<u32>().ok());
        let value = value.unwrap_or(1);
        let step = match text(self.action, "type") {
            Some("ExactCount") if self.outward => return value.max(units),
            Some("ExactCount") => return value.min(units),
            Some("PercentChangeCount") => units.saturating_mul(value).div_ceil(100).max(1),
            Some("ServiceAllowedNextValue") => 1,
            _ => value,
        };
        if self.outward {
            units.saturating_add(step)
        } else {
            units.saturating_sub(step)
        }
    }

    fn series<'a>(&self, metrics: &'a Metrics) -> Option<&'a Series> {
        metrics.get(&self.resource, text(self.trigger, "metricName")?)
    }

    /// The samples of the window: first those of each grain by the statistic, then the grains by the aggregation.
    fn measure(&self, series: &Series, now: Timestamp) -> Option<f64> {
        let statistic = text(self.trigger, "statistic")?;
        let mut by_grain = Vec::new();
        let mut newer = SignedDuration::ZERO;
        while newer < self.window {
            let grain = series.samples(minus(now, newer), self.grain.min(self.window - newer));
            by_grain.extend(fold(statistic, &grain));
            newer += self.grain;
        }
        fold(text(self.trigger, "timeAggregation")?, &by_grain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::json;

    const ID: &str = "/subscriptions/s/resourceGroups/g/providers/N/types/t";

    fn rule(trigger: &[(&str, Json)], action: &[(&str, Json)]) -> Json {
        let mut rule = json!({
            "metricTrigger": {"metricName": "load", "metricResourceUri": ID, "timeGrain": "PT1M", "timeWindow": "PT10M",
                "statistic": "Average", "timeAggregation": "Average", "operator": "GreaterThan", "threshold": 50},
            "scaleAction": {"direction": "Increase", "type": "ChangeCount", "value": "1", "cooldown": "PT5M"}
        });
        for (member, value) in trigger {
            rule["metricTrigger"][*member] = value.clone();
        }
        for (member, value) in action {
            rule["scaleAction"][*member] = value.clone();
        }
        rule
    }

    #[test]
    fn windows_come_to_what_they_are_folded_by() {
        let start = Timestamp::UNIX_EPOCH;
        let id = ResourceId::parse(ID).expect("an id");
        let mut metrics = Metrics::default();
        // Four minutes of 100 after ten of 10: the window of ten minutes has six of the one and four of the other.
        metrics.set(&id, "Load", Some(10.0), start);
        metrics.set(
            &id,
            "load",
            Some(100.0),
            start + SignedDuration::from_mins(10),
        );
        let now = start + SignedDuration::from_mins(13);
        for (statistic, aggregation, grain, expected) in [
            ("Average", "Average", "PT1M", 46.0),
            ("Max", "Maximum", "PT1M", 100.0),
            ("Min", "Minimum", "PT1M", 10.0),
            ("Sum", "Total", "PT1M", 460.0),
            ("Count", "Total", "PT1M", 10.0),
            ("Average", "Count", "PT5M", 2.0),
            ("Average", "Last", "PT5M", 82.0),
            ("Max", "Average", "PT5M", 55.0),
        ] {
            let rule = rule(
                &[
                    ("statistic", json!(statistic)),
                    ("timeAggregation", json!(aggregation)),
                    ("timeGrain", json!(grain)),
                ],
                &[],
            );
            let read = read(&rule).expect("a rule");
            let series = read.series(&metrics).expect("values");
            assert_eq!(
                read.measure(series, now),
                Some(expected),
                "{statistic} {aggregation} {grain}"
            );
        }
        let rule = rule(&[], &[]);
        let read = read(&rule).expect("a rule");
        assert_eq!(
            read.settles(&metrics),
            Some(start + SignedDuration::from_mins(20))
        );
        metrics.set(&id, "load", None, now);
        assert_eq!(
            read.fires(&metrics, now + SignedDuration::from_mins(5), 1),
            Some(true),
            "still in the window"
        );
        assert_eq!(
            read.fires(&metrics, now + SignedDuration::from_mins(20), 1),
            None,
            "no value left"
        );
    }

    #[test]
    fn operators_compare_and_units_divide() {
        let id = ResourceId::parse(ID).expect("an id");
        let mut metrics = Metrics::default();
        metrics.set(&id, "load", Some(50.0), Timestamp::UNIX_EPOCH);
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        for (operator, fires) in [
            ("Equals", true),
            ("NotEquals", false),
            ("GreaterThan", false),
            ("GreaterThanOrEqual", true),
            ("LessThan", false),
            ("LessThanOrEqual", true),
        ] {
            let rule = rule(&[("operator", json!(operator))], &[]);
            assert_eq!(
                read(&rule).expect("a rule").fires(&metrics, now, 3),
                Some(fires),
                "{operator}"
            );
        }
        let rule = rule(
            &[
                ("operator", json!("LessThan")),
                ("dividePerInstance", json!(true)),
            ],
            &[],
        );
        assert_eq!(
            read(&rule).expect("a rule").fires(&metrics, now, 2),
            Some(true)
        );
    }

    #[test]
    fn actions_count_in_their_direction() {
        for (direction, kind, value, units, wanted) in [
            ("Increase", "ChangeCount", "2", 3, 5),
            ("Decrease", "ChangeCount", "2", 1, 0),
            ("Increase", "PercentChangeCount", "50", 3, 5),
            ("Increase", "PercentChangeCount", "50", 0, 1),
            ("Decrease", "PercentChangeCount", "50", 4, 2),
            ("Increase", "ExactCount", "4", 2, 4),
            ("Increase", "ExactCount", "4", 6, 6),
            ("Decrease", "ExactCount", "4", 6, 4),
            ("Increase", "ServiceAllowedNextValue", "7", 6, 7),
        ] {
            let rule = rule(
                &[],
                &[
                    ("direction", json!(direction)),
                    ("type", json!(kind)),
                    ("value", json!(value)),
                ],
            );
            let read = read(&rule).expect("a rule");
            assert_eq!(
                read.wants(units),
                wanted,
                "{direction} {kind} {value} from {units}"
            );
        }
        assert!(read(&rule(&[], &[("direction", json!("None"))])).is_none());
    }
}
