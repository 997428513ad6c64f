//! The trace to which requests belong, as W3C Trace Context describes it.

use reqwest::header::HeaderValue;
use uuid::Uuid;

use super::error::Error;

/// A trace that began before this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// Two hexadecimal digits, such as `01` for one that is recorded.
    pub flags: String,
}

impl Trace {
    /// The header of one request, which is a span of its own.
    pub(super) fn request(&self) -> Result<HeaderValue, Error> {
        // This half of the random number is never all zeros, which would be no identifier.
        let (_, span_id) = Uuid::new_v4().as_u64_pair();
        let text = format!("00-{}-{span_id:016x}-{}", self.trace_id, self.flags);
        HeaderValue::from_str(&text).map_err(|_| Error::invalid("the trace is unusable"))
    }
}
