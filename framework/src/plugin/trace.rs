//! The trace that a process belongs to, as W3C Trace Context describes it.

use std::sync::OnceLock;

use uuid::Uuid;

/// The variable in which the process that starts another hands on its trace.
const VARIABLE: &str = "TRACEPARENT";

/// A trace, and the span in it that caused everything here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TraceContext {
    /// 32 hexadecimal digits.
    pub(crate) trace_id: String,
    /// 16 hexadecimal digits; none if the trace begins here.
    pub(crate) parent_span_id: Option<String>,
    /// Two hexadecimal digits.
    pub(crate) flags: String,
}

/// The trace that `TRACEPARENT` names, and its flags: what a provider sends on to others. The log of this process has the
/// same trace.
///
/// ```
/// if let Some((trace_id, flags)) = tfplugin_framework::plugin::inherited_trace() {
///     println!("traceparent: 00-{trace_id}-0000000000000001-{flags}");
/// }
/// ```
pub fn inherited_trace() -> Option<(String, String)> {
    let context = TraceContext::of_process();
    context.parent_span_id.as_ref()?;
    Some((context.trace_id.clone(), context.flags.clone()))
}

impl TraceContext {
    /// The trace of this process: that of the environment, or a new one.
    pub(crate) fn of_process() -> &'static Self {
        static CONTEXT: OnceLock<TraceContext> = OnceLock::new();
        CONTEXT.get_or_init(|| {
            let inherited = std::env::var(VARIABLE).ok();
            let inherited = inherited.and_then(|text| Self::parse(&text));
            inherited.unwrap_or_else(Self::new)
        })
    }

    fn new() -> Self {
        Self {
            trace_id: Uuid::new_v4().simple().to_string(),
            parent_span_id: None,
            flags: "01".to_owned(),
        }
    }

    /// Reads `version-trace-parent-flags`; anything that is not exactly that is nothing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let version = hexadecimal(parts.next()?, 2)?;
        let trace_id = hexadecimal(parts.next()?, 32)?;
        let parent_span_id = hexadecimal(parts.next()?, 16)?;
        let flags = hexadecimal(parts.next()?, 2)?;
        let is_zero = |id: &str| id.bytes().all(|digit| digit == b'0');
        // Later versions may have more parts, this one has not.
        let has_wrong_length = version == "00" && parts.next().is_some();
        if version == "ff" || has_wrong_length || is_zero(trace_id) || is_zero(parent_span_id) {
            return None;
        }
        Some(Self {
            trace_id: trace_id.to_owned(),
            parent_span_id: Some(parent_span_id.to_owned()),
            flags: flags.to_owned(),
        })
    }
}

/// An identifier for a new span.
pub(crate) fn new_span_id() -> String {
    // This half of the random number is never all zeros, which would be no identifier.
    let (_, low) = Uuid::new_v4().as_u64_pair();
    format!("{low:016x}")
}

fn hexadecimal(text: &str, length: usize) -> Option<&str> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (text.len() == length && text.bytes().all(is_digit)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn a_context_is_read_strictly() {
        for (valid, flags) in [
            (format!("00-{TRACE}-{SPAN}-01"), "01"),
            (format!("00-{TRACE}-{SPAN}-00"), "00"),
            (format!("01-{TRACE}-{SPAN}-01-later"), "01"),
        ] {
            let expect = TraceContext {
                trace_id: TRACE.into(),
                parent_span_id: Some(SPAN.into()),
                flags: flags.into(),
            };
            assert_eq!(TraceContext::parse(&valid), Some(expect), "{valid}");
        }
        let upper = TRACE.to_uppercase();
        let (no_trace, no_span) = ("0".repeat(32), "0".repeat(16));
        for invalid in [
            String::new(),
            TRACE.to_owned(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{upper}-{SPAN}-01"),
            format!("00-{no_trace}-{SPAN}-01"),
            format!("00-{TRACE}-{no_span}-01"),
            format!("00-{SPAN}-{SPAN}-01"),
            format!(" 00-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-01\n"),
        ] {
            assert_eq!(TraceContext::parse(&invalid), None, "{invalid:?}");
        }
    }

    #[test]
    fn new_identifiers_are_valid() {
        let context = TraceContext::new();
        let text = format!("00-{}-{}-01", context.trace_id, new_span_id());
        let read = TraceContext::parse(&text).expect("valid");
        assert_eq!(read.trace_id, context.trace_id);
        assert_ne!(new_span_id(), new_span_id());
    }
}
