//! The metrics of resources: what is set through the control API holds from then on until it is changed.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::clock::minus;
use super::id::ResourceId;
use super::tracked::Tracked;

/// How long values are remembered: longer than any rule or client looks back.
const KEPT: SignedDuration = SignedDuration::from_hours(2 * 24);
/// How many values of one metric are remembered.
const MOST: usize = 10_000;

/// How often a metric is taken.
pub(crate) const SAMPLE: SignedDuration = SignedDuration::from_mins(1);

/// The values of all metrics, by the keys of resource and metric.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    series: Tracked<String, Series>,
}

/// The values of a metric, in order of time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) resource: ResourceId,
    pub(crate) name: String,
    points: Vec<Point>,
}

/// A value that holds from a time on; none means that there is no data.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Point {
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    at: Timestamp,
    value: Option<f64>,
}

impl Metrics {
    /// Lets a value hold from now on.
    pub(crate) fn set(
        &mut self,
        resource: &ResourceId,
        name: &str,
        value: Option<f64>,
        now: Timestamp,
    ) {
        let key = key(resource, name);
        if self.series.get(&key).is_none() {
            let series = Series {
                resource: resource.clone(),
                name: name.to_owned(),
                points: Vec::new(),
            };
            self.series.insert(key.clone(), series);
        }
        if let Some(series) = self.series.get_mut(&key) {
            series.points.push(Point { at: now, value });
            series.forget(minus(now, KEPT));
        }
    }

    /// Puts the values of a metric in place of any that it has.
    pub(crate) fn insert(&mut self, series: Series) {
        let key = key(&series.resource, &series.name);
        self.series.insert(key, series);
    }

    /// The values of a metric.
    pub(crate) fn get(&self, resource: &ResourceId, name: &str) -> Option<&Series> {
        self.series.get(&key(resource, name))
    }

    /// Every metric.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Series> {
        self.series.values()
    }

    /// Drops the metrics of a resource.
    pub(crate) fn remove(&mut self, resource: &ResourceId) {
        let own = self.all().filter(|series| series.resource.same(resource));
        let own: Vec<String> = own.map(|series| key(resource, &series.name)).collect();
        for key in own {
            self.series.remove(&key);
        }
    }

    /// Drops them all.
    pub(crate) fn clear(&mut self) {
        let keys: Vec<String> = self.series.keys().cloned().collect();
        for key in keys {
            self.series.remove(&key);
        }
    }

    /// The metrics that were touched since the last call, none for those that are gone.
    pub(crate) fn take_changes(&mut self) -> impl Iterator<Item = (String, Option<&Series>)> {
        self.series.take_changes()
    }
}

impl FromIterator<Series> for Metrics {
    /// Metrics that are written down already.
    fn from_iter<I: IntoIterator<Item = Series>>(series: I) -> Self {
        let series = series.into_iter();
        Self {
            series: series
                .map(|series| (key(&series.resource, &series.name), series))
                .collect(),
        }
    }
}

impl Series {
    /// The value at a time, if there is one.
    pub(crate) fn value(&self, at: Timestamp) -> Option<f64> {
        let after = self.points.partition_point(|point| point.at <= at);
        self.points.get(after.checked_sub(1)?)?.value
    }

    /// What was measured in a span that ends at a time, the newest first.
    pub(crate) fn samples(&self, end: Timestamp, span: SignedDuration) -> Vec<f64> {
        let mut samples = Vec::new();
        let mut age = SignedDuration::ZERO;
        while age < span {
            samples.extend(self.value(minus(end, age)));
            age += SAMPLE;
        }
        samples
    }

    /// When the value was changed last.
    pub(crate) fn changed(&self) -> Option<Timestamp> {
        self.points.last().map(|point| point.at)
    }

    /// Drops what was before a time; the value that held then stays.
    fn forget(&mut self, before: Timestamp) {
        let after = self.points.partition_point(|point| point.at <= before);
        let surplus = self.points.len().saturating_sub(MOST);
        self.points.drain(..after.saturating_sub(1).max(surplus));
    }
}

/// What values come to, the newest one being the first; none when there are none.
pub(crate) fn fold(how: &str, values: &[f64]) -> Option<f64> {
    let newest = *values.first()?;
    let sum = values.iter().sum::<f64>();
    let count = u32::try_from(values.len()).map_or(f64::MAX, f64::from);
    Some(match how {
        "Average" => sum / count,
        "Min" | "Minimum" => values.iter().copied().fold(newest, f64::min),
        "Max" | "Maximum" => values.iter().copied().fold(newest, f64::max),
        "Sum" | "Total" => sum,
        "Count" => count,
        "Last" => newest,
        _ => return None,
    })
}

fn key(resource: &ResourceId, name: &str) -> String {
    format!("{}|{}", resource.key(), name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_until_it_is_changed_and_old_ones_are_forgotten() {
        let start = Timestamp::UNIX_EPOCH;
        let id = ResourceId::of_group("s", "g");
        let mut metrics = Metrics::default();
        metrics.set(&id, "Load", Some(1.0), start);
        metrics.set(
            &id,
            "load",
            Some(2.0),
            start + SignedDuration::from_hours(1),
        );
        metrics.set(&id, "load", None, start + SignedDuration::from_hours(2));
        let series = metrics.get(&id, "LOAD").expect("values");
        for (minutes, value) in [
            (-1, None),
            (0, Some(1.0)),
            (59, Some(1.0)),
            (60, Some(2.0)),
            (120, None),
        ] {
            assert_eq!(
                series.value(start + SignedDuration::from_mins(minutes)),
                value,
                "{minutes}"
            );
        }
        metrics.set(
            &id,
            "load",
            Some(3.0),
            start + KEPT + SignedDuration::from_mins(90),
        );
        let series = metrics.get(&id, "load").expect("values");
        assert_eq!(series.value(start), None, "forgotten");
        assert_eq!(
            series.value(start + SignedDuration::from_mins(90)),
            Some(2.0)
        );
        metrics.remove(&id);
        assert!(metrics.get(&id, "load").is_none());
    }
}
