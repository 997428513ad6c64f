//! The schema of an autoscale setting.

use std::sync::{Arc, LazyLock};

use serde_json::Value as Json;
use tfplugin_framework::schema::config_validator::{conflicting, exactly_one_of};
use tfplugin_framework::schema::plan_modifier::requires_replace;
use tfplugin_framework::schema::validator::{
    each_element, int64_between, length_between, no_null_elements, one_of, size_between, text,
};
use tfplugin_framework::schema::{Attribute, Nesting, Schema};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use super::{counts, metrics};
use crate::azure::arm_type::ArmType;
use crate::azure::attributes;
use crate::azure::row::{ArmAttribute as _, Remote};
use crate::azure::types::{AUTOSCALE_SETTINGS, ENVIRONMENTS};
use crate::validate::{self, clock_time, contacts, iso_duration, time_zone};

pub(crate) const ARM: ArmType = ArmType {
    resource_type: &AUTOSCALE_SETTINGS,
    noun: "autoscale setting",
    resource: "ise_autoscale_setting",
    schema: &SCHEMA,
};

/// How many additional units an environment can have.
const MOST_UNITS: i64 = 10;

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    description: "An autoscale setting of Azure Monitor that changes the capacity of an integration service environment: to a fixed \
                  number of additional units, or by profiles with times and rules on metrics."
        .into(),
    attributes: attributes(),
    blocks: vec![attributes::TIMEOUTS.block()],
    validators: vec![Arc::new(exactly_one_of(&["instance_count", "profiles"]))],
    ..Schema::default()
}
});

fn attributes() -> Vec<Attribute> {
    vec![
        attributes::id(),
        attributes::name(
            validate::names::autoscale_setting,
            "Name. 1 to 260 characters, but none of `< > * % { } & : \\ ? / # |`, and neither a dot nor a blank at the end.",
        ),
        attributes::resource_group_name(),
        Attribute::string("ise_id")
            .required()
            .plan(requires_replace())
            .compared_by(attributes::same_id)
            .validator(text(|text| attributes::is_id_of(text, ENVIRONMENTS.name)))
            .with(Remote::at("properties.targetResourceUri").read_as(attributes::read_id))
            .doc("ID of the environment that it scales. An environment has one autoscale setting at most."),
        attributes::location_of_environment(),
        Attribute::bool("enabled")
            .default(true)
            .with(Remote::at("properties.enabled"))
            .doc("Whether it scales."),
        Attribute::number("instance_count")
            .validator(int64_between(0, MOST_UNITS))
            .doc(
                "Scales to this number of additional units. Either this or `profiles`. An import reads a setting with one profile of a \
                 fixed number of units, without times and rules, as an `instance_count`.",
            ),
        profiles(),
        notifications(),
        attributes::tags(),
        attributes::tags_all(),
    ]
}

fn profiles() -> Attribute {
    let capacity = |name, path, description| {
        Attribute::number(name)
            .required()
            .validator(int64_between(0, MOST_UNITS))
            .with(Remote::at(path).converted(counts::read_number, counts::as_text))
            .doc(description)
    };
    Attribute::nested(
        "profiles",
        Nesting::List,
        vec![
            Attribute::string("name")
                .required()
                .validator(length_between(1, 512))
                .with(Remote::at("name"))
                .doc("Name, which no other profile of the setting has."),
            capacity("minimum", "capacity.minimum", "The least number of additional units."),
            capacity("maximum", "capacity.maximum", "The greatest number of additional units."),
            capacity(
                "default",
                "capacity.default",
                "The number of additional units while metrics have no data, if the environment has fewer.",
            ),
            rules(),
            fixed_date(),
            recurrence(),
        ],
    )
    .key("name")
    .validator(size_between(1, 20))
    .validator(no_null_elements())
    .validator(conflicting(&["fixed_date", "recurrence"]))
    .with(Remote::at("properties.profiles"))
    .doc(
        "1 to 20 profiles, of which one is in force at a time: one with a `fixed_date` while that lasts, or else the one whose \
         `recurrence` started last, or else the one with neither.",
    )
}

fn fixed_date() -> Attribute {
    let time = |name, description| {
        Attribute::string(name)
            .required()
            .compared_by(|a, b| both(a, b, clock_time::same))
            .validator(text(clock_time::check))
            .with(Remote::at(name).converted(|json| json.as_str().into(), write_time))
            .doc(description)
    };
    Attribute::nested(
        "fixed_date",
        Nesting::Single,
        vec![
            timezone("timeZone"),
            time("start", "When it begins, such as `2024-12-24T18:00:00`, as the clocks of the time zone show it."),
            time("end", "When it ends, in the same form."),
        ],
    )
    .with(Remote::at("fixedDate"))
    .doc("The one time during which the profile is in force.")
}

fn recurrence() -> Attribute {
    Attribute::nested(
        "recurrence",
        Nesting::Single,
        vec![
            timezone("schedule.timeZone"),
            Attribute::set("days", Type::String)
                .required()
                .compared_by(attributes::same_names)
                .validator(size_between(1, DAYS.len()))
                .validator(no_null_elements())
                .validator(each_element(one_of(DAYS)))
                .with(Remote::at("schedule.days").read_as(read_days))
                .doc("The days of the week on which it starts, such as `Monday`."),
            Attribute::number("hour")
                .required()
                .validator(int64_between(0, 23))
                .with(Remote::at("schedule.hours.0"))
                .doc("The hour at which it starts, 0 to 23."),
            Attribute::number("minute")
                .required()
                .validator(int64_between(0, 59))
                .with(Remote::at("schedule.minutes.0"))
                .doc("The minute at which it starts, 0 to 59."),
        ],
    )
    .with(Remote::at("recurrence"))
    .doc("The times of each week at which the profile comes into force. It stays so until another recurrence starts.")
}

/// The time zone of times that name none.
pub(super) const TIMEZONE: &str = "UTC";

fn timezone(path: &'static str) -> Attribute {
    Attribute::string("timezone")
        .default(TIMEZONE)
        .compared_by(attributes::same_ignoring_case)
        .validator(text(time_zone::windows))
        .with(Remote::at(path))
        .doc("Time zone, by the name that Windows has for it, such as `W. Europe Standard Time`.")
}

fn rules() -> Attribute {
    Attribute::nested(
        "rules",
        Nesting::List,
        [trigger_attributes(), action_attributes()].concat(),
    )
    .validator(size_between(0, 10))
    .validator(no_null_elements())
    .validator(exactly_one_of(&[
        "change_count",
        "exact_count",
        "percent_change",
    ]))
    .with(Remote::at("rules"))
    .doc("Up to 10 rules that scale between `minimum` and `maximum`. Without any, the limits alone count.")
}

/// One of these words, in any casing where Azure tells it.
fn choice<const N: usize>(
    name: &'static str,
    path: &'static str,
    choices: [&'static str; N],
) -> Attribute {
    Attribute::string(name)
        .compared_by(attributes::same_ignoring_case)
        .validator(one_of(choices))
        .with(Remote::at(path))
}

fn duration(name: &'static str, path: &'static str, default: &'static str) -> Attribute {
    Attribute::string(name)
        .default(default)
        .compared_by(|a, b| both(a, b, iso_duration::same))
        .with(Remote::at(path))
}

fn trigger_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("metric")
            .required()
            .compared_by(|a, b| both(a, b, metrics::same))
            .validator(text(metrics::check))
            .with(Remote::at("metricTrigger.metricName").converted(metrics::read, metrics::write))
            .doc(
                "The metric of the environment: `workflow_processor`, `workflow_memory`, `connector_processor`, `connector_memory` (percent \
                 in use), or any other by Azure's name for it, such as `RunsStarted`.",
            ),
        choice(
            "operator",
            "metricTrigger.operator",
            ["Equals", "NotEquals", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"],
        )
        .required()
        .doc("How the metric is compared with the threshold, such as `GreaterThan`."),
        Attribute::number("threshold")
            .required()
            .with(Remote::at("metricTrigger.threshold"))
            .doc("The value at which the rule fires."),
        choice("statistic", "metricTrigger.statistic", ["Average", "Min", "Max", "Sum", "Count"])
            .default("Average")
            .doc("How the values within a time grain are combined."),
        duration("time_grain", "metricTrigger.timeGrain", "PT1M")
            .validator(text(iso_duration::grain))
            .doc("How often the metric is taken, `PT1M` to `PT12H`."),
        duration("time_window", "metricTrigger.timeWindow", "PT10M")
            .validator(text(iso_duration::window))
            .doc("How far back the rule looks, `PT5M` to `PT12H`."),
        choice(
            "time_aggregation",
            "metricTrigger.timeAggregation",
            ["Average", "Minimum", "Maximum", "Total", "Count", "Last"],
        )
        .default("Average")
        .doc("How the time grains of the window are combined."),
    ]
}

fn action_attributes() -> Vec<Attribute> {
    vec![
        choice(
            "direction",
            "scaleAction.direction",
            ["Increase", "Decrease"],
        )
        .required()
        .doc("`Increase` or `Decrease`."),
        Attribute::number("change_count")
            .validator(int64_between(1, MOST_UNITS))
            .with(Remote::at("scaleAction").merged(
                |json| counts::CHANGE.read(json),
                |a, b, json| counts::CHANGE.write(a, b, json),
            ))
            .doc("By how many units. One of this, `exact_count` and `percent_change`."),
        Attribute::number("exact_count")
            .validator(int64_between(1, MOST_UNITS))
            .with(Remote::at("scaleAction").merged(
                |json| counts::EXACT.read(json),
                |a, b, json| counts::EXACT.write(a, b, json),
            ))
            .doc("To how many units."),
        Attribute::number("percent_change")
            .validator(int64_between(1, 1000))
            .with(Remote::at("scaleAction").merged(
                |json| counts::PERCENT.read(json),
                |a, b, json| counts::PERCENT.write(a, b, json),
            ))
            .doc("By how many percent of the units there are."),
        duration("cooldown", "scaleAction.cooldown", "PT5M")
            .validator(text(iso_duration::cooldown))
            .doc("How long the setting rests after scaling, `PT1M` to `P7D`."),
    ]
}

fn notifications() -> Attribute {
    let to_whom = |name, path, description| {
        Attribute::bool(name)
            .default(false)
            .with(Remote::at(path))
            .doc(description)
    };
    Attribute::nested(
        "notifications",
        Nesting::Single,
        vec![
            to_whom(
                "send_to_subscription_administrator",
                "email.sendToSubscriptionAdministrator",
                "Whether the administrator of the subscription gets an email.",
            ),
            to_whom(
                "send_to_subscription_co_administrator",
                "email.sendToSubscriptionCoAdministrators",
                "Whether the co-administrators of the subscription get an email.",
            ),
            Attribute::set("custom_emails", Type::String)
                .compared_by(attributes::same_names)
                .validator(no_null_elements())
                .validator(each_element(text(contacts::email)))
                .with(Remote::at("email.customEmails"))
                .doc("Addresses that get an email."),
            Attribute::nested(
                "webhooks",
                Nesting::List,
                vec![
                    Attribute::string("service_uri")
                        .required()
                        .sensitive()
                        .validator(text(contacts::webhook))
                        .with(Remote::at("serviceUri"))
                        .doc("URL that is called."),
                    Attribute::map("properties", Type::String)
                        .validator(no_null_elements())
                        .with(Remote::at("properties"))
                        .doc("What the call says besides."),
                ],
            )
            .validator(no_null_elements())
            .with(Remote::at("webhooks"))
            .doc("Services that are called."),
        ],
    )
    .semantic_equality(same_notifications)
    .with(Remote::at("properties.notifications.0"))
    .doc("Who is told when it scales.")
}

/// Whether two texts are the same by this measure.
fn both(a: &Value, b: &Value, same: fn(&str, &str) -> bool) -> bool {
    a.as_str()
        .zip(b.as_str())
        .is_some_and(|(a, b)| a == b || same(a, b))
}

/// Writes a time in the form that Azure publishes, which has an offset.
fn write_time(value: &Value) -> Json {
    value.as_str().map(clock_time::with_offset).into()
}

/// Days by their names; a published example of Azure's has them as numbers from Sunday on.
fn read_days(json: &Json) -> Value {
    let name = |day: &Json| {
        let text = day.as_str().map_or_else(|| day.to_string(), str::to_owned);
        let numbered = text.parse::<usize>().ok();
        let day = numbered.and_then(|number| DAYS.get(number));
        Value::from(day.map_or(text, |day| (*day).to_owned()))
    };
    json.as_array()
        .map_or(Value::Null, |days| Value::set(days.iter().map(name)))
}

/// Nobody is told, in whatever words.
fn same_notifications(a: &Value, b: &Value) -> bool {
    a == b || (tells_nobody(a) && tells_nobody(b))
}

/// Whether it says that nobody is told.
pub(super) fn tells_nobody(notifications: &Value) -> bool {
    let is_nothing = |(_, value): (&str, &Value)| {
        value.is_null() || value.is_empty_collection() || value.as_bool() == Some(false)
    };
    match notifications {
        Value::Null => true,
        Value::Object(object) => Object::iter(object).all(is_nothing),
        _ => false,
    }
}
