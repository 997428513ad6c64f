//! Metrics as monitoring clients read them: `{resource}/providers/Microsoft.Insights/metrics`.

use jiff::{SignedDuration, Timestamp};

use crate::core::call::{Call, Outcome, Reply};
use crate::core::clock::{iso_duration, minus, plus, seconds};
use crate::core::definition::Request;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{Json, json, text};
use crate::core::metrics::{SAMPLE, Series, fold};
use crate::core::presence;
use crate::core::scope;
use crate::core::store::Stored;
use crate::core::versions;
use crate::core::world::World;

const NAMESPACE: &str = "Microsoft.Insights";
/// How many times an answer may have.
const MOST: i64 = 10_000;
/// How far back Azure keeps metrics: no request is about more.
const LONGEST: SignedDuration = SignedDuration::from_hours(93 * 24);
/// How many metrics a request may name.
const MOST_NAMES: usize = 20;
/// The ways to fold values, in the words of requests and of answers.
const AGGREGATIONS: [(&str, &str); 5] = [
    ("Average", "average"),
    ("Minimum", "minimum"),
    ("Maximum", "maximum"),
    ("Total", "total"),
    ("Count", "count"),
];
/// The metrics that every environment has, whether somebody has set them or not.
const OF_ENVIRONMENTS: [&str; 4] = [
    "IntegrationServiceEnvironmentWorkflowProcessorUsage",
    "IntegrationServiceEnvironmentWorkflowMemoryUsage",
    "IntegrationServiceEnvironmentConnectorProcessorUsage",
    "IntegrationServiceEnvironmentConnectorMemoryUsage",
];

/// The accepted versions.
const VERSIONS: &[&str] = &[
    "2024-02-01",
    "2023-10-01",
    "2021-05-01",
    "2019-07-01",
    "2018-01-01",
];

/// The values of metrics of a resource.
pub(super) fn serve(request: &mut Request<'_>, _: &[&str]) -> Outcome {
    let (world, call) = (&*request.world, request.call);
    versions::one_of(call.api_version()?, VERSIONS)?;
    let id = scope::asked(request, 3)?;
    let resource = presence::existing(request.types, world, &id)?;
    let window = Window::of(world, call)?;
    let asked = call.query("aggregation").unwrap_or("Average").split(',');
    let aggregations: Vec<(&str, &str)> = asked
        .map(|name| {
            let mut known = AGGREGATIONS.into_iter();
            let found = known.find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
            found.ok_or_else(|| invalid(&format!("'{name}' is no aggregation")))
        })
        .collect::<Result<_, _>>()?;
    let names = call.query("metricnames").unwrap_or_default();
    let names = names.split(',').filter(|name| !name.trim().is_empty());
    if names.clone().count() > MOST_NAMES {
        return Err(invalid("'metricnames' names more than 20 metrics"));
    }
    let value: Vec<Json> = names
        .map(|name| {
            let (name, series) = known(world, resource, name.trim())?;
            Ok(show(resource, name, series, &window, &aggregations))
        })
        .collect::<Result<_, ArmError>>()?;
    if value.is_empty() {
        return Err(invalid("'metricnames' names no metric"));
    }
    Ok(Reply::json(
        200,
        json!({
            "cost": 0,
            "timespan": format!("{}/{}", seconds(window.start), seconds(window.end)),
            "interval": window.interval_text,
            "value": value,
            "namespace": resource.id.type_name(),
            "resourceregion": text(&resource.body, "location")
        }),
    ))
}

/// The times that a request asks for.
struct Window {
    start: Timestamp,
    end: Timestamp,
    interval: SignedDuration,
    interval_text: String,
}

impl Window {
    /// The last hour, minute by minute, unless the request says otherwise.
    fn of(world: &World, call: &Call) -> Result<Self, ArmError> {
        let time = |text: &str| text.parse::<Timestamp>().ok();
        let (start, end) = match call.query("timespan") {
            None => (minus(world.now, SignedDuration::from_hours(1)), world.now),
            Some(span) => span
                .split_once('/')
                .and_then(|(start, end)| Some((time(start)?, time(end)?)))
                .filter(|(start, end)| start < end)
                .ok_or_else(|| {
                    invalid("'timespan' is a start and an end, with '/' between them")
                })?,
        };
        let interval_text = call.query("interval").unwrap_or("PT1M").to_owned();
        let interval = iso_duration(&interval_text).filter(|interval| *interval >= SAMPLE);
        let interval =
            interval.ok_or_else(|| invalid("'interval' is a span of a minute or more"))?;
        if end - start > LONGEST {
            return Err(invalid("'timespan' is longer than 93 days"));
        }
        if (end - start).as_secs() / interval.as_secs() > MOST {
            return Err(invalid("'timespan' has too many of 'interval'"));
        }
        Ok(Self {
            start,
            end,
            interval,
            interval_text,
        })
    }
}

/// A metric that was set, or one that every environment has.
fn known<'a>(
    world: &'a World,
    resource: &Stored,
    name: &'a str,
) -> Result<(&'a str, Option<&'a Series>), ArmError> {
    if let Some(series) = world.metrics.get(&resource.id, name) {
        return Ok((&series.name, Some(series)));
    }
    let kind = resource.id.type_name();
    let is_environment =
        kind.eq_ignore_ascii_case("Microsoft.Logic/integrationServiceEnvironments");
    let mut all = OF_ENVIRONMENTS.into_iter();
    let found = all.find(|known| is_environment && known.eq_ignore_ascii_case(name));
    found
        .map(|name| (name, None))
        .ok_or_else(|| invalid(&format!("the resource has no metric '{name}'")))
}

fn show(
    resource: &Stored,
    name: &str,
    series: Option<&Series>,
    window: &Window,
    aggregations: &[(&str, &str)],
) -> Json {
    let mut data = Vec::new();
    let mut at = window.start;
    while at < window.end {
        let next = plus(at, window.interval);
        let mut point = json!({"timeStamp": seconds(at)});
        let last = minus(next.min(window.end), SignedDuration::from_secs(1));
        let samples =
            series.map(|series| series.samples(last, last - at + SignedDuration::from_secs(1)));
        for (how, member) in aggregations {
            if let Some(value) = samples.as_ref().and_then(|samples| fold(how, samples)) {
                point[*member] = json!(value);
            }
        }
        data.push(point);
        at = next;
    }
    json!({
        "id": format!("{}/providers/{NAMESPACE}/metrics/{name}", resource.id),
        "type": "Microsoft.Insights/metrics",
        "name": {"value": name, "localizedValue": name},
        "unit": if OF_ENVIRONMENTS.contains(&name) { "Percent" } else { "Unspecified" },
        "timeseries": [{"metadatavalues": [], "data": data}],
        "errorCode": "Success"
    })
}

fn invalid(why: &str) -> ArmError {
    errors::bad_request(why)
}
