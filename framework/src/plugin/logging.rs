//! Logs in the form that the client reads: one JSON object per line on stderr, as hclog writes it.
//!
//! The client crashes when one of `@level`, `@message` and `@timestamp` is not a string, and takes a line that is not
//! exactly in form for raw text. So these are written here and nowhere else.

use std::error::Error;
use std::fmt;
use std::io::Write;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// What the client looks at; a provider's own variable goes before them.
const VARIABLES: [&str; 2] = ["TF_LOG_PROVIDER", "TF_LOG"];
/// What this crate logs is the provider's own as well.
const OWN_TARGET: &str = "tfplugin_framework";
/// Libraries trace headers and bodies, which may hold secrets.
const LIBRARY_LEVEL: LevelFilter = LevelFilter::WARN;

/// The client reads lines of up to 64 KiB.
const MAX_LINE: usize = 60_000;
/// What is left of each text in a line that would be longer, however it is escaped.
const MAX_TEXT: usize = 4096;

/// Six digits of a second, no more and no less.
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// Starts logging at the level that the environment asks for; at none it costs nothing.
pub(super) fn install(
    own_variable: &str,
    log_targets: &[&'static str],
    variable: impl Fn(&str) -> Option<String>,
) {
    let level = level(own_variable, variable);
    if level == LevelFilter::OFF {
        return;
    }
    let targets = Targets::new()
        .with_default(LIBRARY_LEVEL.min(level))
        .with_target(OWN_TARGET, level)
        .with_targets(log_targets.iter().map(|target| (*target, level)));
    let layer = HclogLayer {
        write: |line: &[u8]| {
            // The client may have closed its end of stderr; then no one reads the log.
            std::io::stderr().lock().write_all(line).ok();
        },
    };
    let subscriber = tracing_subscriber::registry().with(targets).with(layer);
    // It fails only if logging was started before.
    tracing::subscriber::set_global_default(subscriber).ok();
}

fn level(own_variable: &str, variable: impl Fn(&str) -> Option<String>) -> LevelFilter {
    let mut variables = [own_variable].into_iter().chain(VARIABLES);
    let Some(level) = variables.find_map(variable) else {
        return LevelFilter::OFF;
    };
    match level.to_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        // JSON asks for another form of the whole; anything else, such as 1, means as much as there is.
        _ => LevelFilter::TRACE,
    }
}

struct HclogLayer<W> {
    write: W,
}

impl<S, W> Layer<S> for HclogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&[u8]) + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Map::new();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            if let Some(Fields(span)) = span.extensions().get() {
                fields.extend(span.clone());
            }
        }
        let mut own = Fields::default();
        event.record(&mut own);
        fields.extend(own.0);
        let metadata = event.metadata();
        let line = line(
            metadata.level(),
            metadata.target(),
            OffsetDateTime::now_utc(),
            fields,
        );
        (self.write)(&line);
    }
}

/// What tracing calls the text of an event.
const MESSAGE: &str = "message";

/// One line, with its newline. `fields` holds the message and everything else.
fn line(
    level: &Level,
    target: &str,
    now: OffsetDateTime,
    mut fields: Map<String, Value>,
) -> Vec<u8> {
    let message = match fields.remove(MESSAGE) {
        Some(Value::String(message)) => message,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let head = [
        ("@level", level.as_str().to_lowercase()),
        ("@message", message),
        ("@timestamp", now.format(TIMESTAMP).unwrap_or_default()),
        ("@module", module(target)),
    ];
    let head: Map<_, _> = head
        .into_iter()
        .map(|(key, text)| (key.to_owned(), Value::String(text)))
        .collect();
    let mut object = head.clone();
    object.extend(fields);
    let mut line = encode(&object);
    if line.len() > MAX_LINE {
        object.values_mut().for_each(shorten);
        line = encode(&object);
    }
    if line.len() > MAX_LINE {
        let mut object = head;
        object.values_mut().for_each(shorten);
        line = encode(&object);
    }
    line
}

fn encode(object: &Map<String, Value>) -> Vec<u8> {
    // Maps of strings to plain values always have a form in JSON.
    let mut line = serde_json::to_vec(object).unwrap_or_default();
    line.push(b'\n');
    line
}

fn shorten(value: &mut Value) {
    let Value::String(text) = value else { return };
    let length = text.len();
    if length > MAX_TEXT {
        text.truncate(text.floor_char_boundary(MAX_TEXT));
        text.push_str(&format!("… ({length} bytes)"));
    }
}

/// `provider_acme::api::client` becomes `acme.api.client`.
fn module(target: &str) -> String {
    let own = target.strip_prefix("provider_").unwrap_or(target);
    own.replace("::", ".")
}

/// Fields of a span or an event.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        // What begins so belongs to the form of the line.
        let name = match field.name().strip_prefix('@') {
            Some(name) => format!("field_{name}"),
            None => field.name().to_owned(),
        };
        self.0.insert(name, value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut source = value.source();
        while let Some(error) = source {
            text.push_str(&format!(": {error}"));
            source = error.source();
        }
        self.insert(field, text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// The lines that `log` writes, parsed.
    fn logged(log: impl FnOnce()) -> Vec<Map<String, Value>> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let layer = HclogLayer {
            write: move |line: &[u8]| sink.lock().expect("no panic").push(line.to_vec()),
        };
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, log);
        let lines = lines.lock().expect("no panic");
        lines.iter().map(|line| parse(line)).collect()
    }

    fn parse(line: &[u8]) -> Map<String, Value> {
        assert!(line.len() <= MAX_LINE, "{} bytes", line.len());
        let text = std::str::from_utf8(line).expect("UTF-8");
        let text = text.strip_suffix('\n').expect("a newline");
        assert!(!text.contains('\n'), "{text}");
        serde_json::from_str(text).expect("JSON")
    }

    fn assert_head(line: &Map<String, Value>) {
        for key in ["@level", "@message", "@timestamp", "@module"] {
            assert!(line[key].is_string(), "{line:?}");
        }
    }

    #[test]
    fn the_form_of_a_line() {
        let time = time::macros::datetime!(2024-02-03 04:05:06.0789 UTC);
        let mut fields = Map::new();
        fields.insert("n".to_owned(), 1.into());
        fields.insert(MESSAGE.to_owned(), "hello \"you\"\n".into());
        let line = line(&Level::WARN, "provider_acme::api::client", time, fields);
        let text = String::from_utf8(line).expect("UTF-8");
        assert_eq!(
            text,
            "{\"@level\":\"warn\",\"@message\":\"hello \\\"you\\\"\\n\",\
             \"@timestamp\":\"2024-02-03T04:05:06.078900Z\",\"@module\":\"acme.api.client\",\"n\":1}\n"
        );
    }

    #[test]
    fn what_the_client_relies_on_is_a_string_whatever_is_logged() {
        let lines = logged(|| {
            tracing::info!("@level" = 1, "@message" = true, "@timestamp" = 2.5, "text");
            tracing::info!(message = 7);
            tracing::info!(answer = 42);
        });
        lines.iter().for_each(assert_head);
        assert_eq!(lines[0]["@message"], "text");
        assert_eq!(lines[0]["field_level"], 1);
        assert_eq!(lines[0]["field_message"], true);
        assert_eq!(lines[1]["@message"], "7");
        assert_eq!(lines[2]["@message"], "");
        assert_eq!(lines[2]["answer"], 42);
    }

    #[test]
    fn fields_of_spans_are_on_every_line_within() {
        let lines = logged(|| {
            let call = tracing::info_span!("call", tf_rpc = "ReadResource", status = 1);
            let _call = call.enter();
            let inner = tracing::info_span!("inner", tf_resource_type = tracing::field::Empty);
            inner.record("tf_resource_type", "ise_subnet");
            inner.in_scope(|| tracing::info!(status = 2, "inside"));
            tracing::info!("outside");
        });
        assert_eq!(lines[0]["tf_rpc"], "ReadResource");
        assert_eq!(lines[0]["tf_resource_type"], "ise_subnet");
        assert_eq!(lines[0]["status"], 2);
        assert_eq!(lines[1]["status"], 1);
        assert!(!lines[1].contains_key("tf_resource_type"));
    }

    #[test]
    fn long_lines_are_shortened() {
        let long = "\u{1}".repeat(2 * MAX_LINE);
        let lines = logged(|| {
            tracing::info!(body = %"ä".repeat(MAX_LINE), "a body");
            tracing::info!(a = %long, b = %long, c = %long, "{long}");
        });
        assert_eq!(lines[0]["@message"], "a body");
        let body = lines[0]["body"].as_str().expect("text");
        assert!(body.ends_with("… (120000 bytes)"), "{body}");
        assert_head(&lines[1]);
        assert!(!lines[1].contains_key("a"));
    }

    #[test]
    fn errors_show_their_sources() {
        #[derive(Debug)]
        struct Outer(fmt::Error);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("outer")
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let outer = Outer(fmt::Error);
        let lines = logged(|| tracing::error!(error = &outer as &dyn Error));
        let expect = format!("outer: {}", fmt::Error);
        assert_eq!(lines[0]["error"], Value::String(expect));
    }

    #[test]
    fn levels() {
        let check = |variables: &[(&str, &str)], expect| {
            let found = |name: &str| {
                let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
                Some((*value).to_owned())
            };
            assert_eq!(level("TF_LOG_PROVIDER_ISE", found), expect, "{variables:?}");
        };
        check(&[], LevelFilter::OFF);
        check(&[("TF_LOG", "debug")], LevelFilter::DEBUG);
        check(&[("TF_LOG", "JSON")], LevelFilter::TRACE);
        check(&[("TF_LOG", "1")], LevelFilter::TRACE);
        check(
            &[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "WARN")],
            LevelFilter::WARN,
        );
        check(
            &[("TF_LOG_PROVIDER", "TRACE"), ("TF_LOG_PROVIDER_ISE", "OFF")],
            LevelFilter::OFF,
        );
    }
}
