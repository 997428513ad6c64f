//! The requests that were served, newest last, with every secret masked.

use std::collections::VecDeque;
use std::time::Duration;

use time::OffsetDateTime;

use super::masking::{mask, mask_query};
use crate::core::call::{Call, Reply};
use crate::core::clock::timestamp;
use crate::core::json::{Json, json};

/// How many requests are remembered.
const CAPACITY: usize = 20_000;

/// The remembered requests.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    entries: VecDeque<Json>,
}

impl Requests {
    /// Remembers a request; no reply means that its client got none.
    pub(crate) fn record(
        &mut self,
        call: &Call,
        query: &str,
        started: OffsetDateTime,
        took: Duration,
        reply: Option<&Reply>,
    ) {
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        let correlation = reply.and_then(|reply| {
            reply
                .headers
                .iter()
                .find(|(name, _)| *name == "x-ms-correlation-request-id")
                .map(|(_, id)| id.clone())
        });
        self.entries.push_back(json!({
            "time": timestamp(started),
            "method": call.method,
            "path": call.path,
            "query": mask_query(query),
            "status": reply.map(|reply| reply.status),
            "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "correlation_id": correlation,
            "body": body(call),
            "response_body": reply.and_then(|reply| reply.body.clone()).map(mask),
        }));
    }

    /// The remembered requests.
    pub(crate) fn list(&self) -> Json {
        json!({ "value": self.entries })
    }

    /// The remembered requests, the last one first.
    pub(crate) fn latest(&self) -> impl ExactSizeIterator<Item = &Json> {
        self.entries.iter().rev()
    }

    /// Forgets them.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

/// The body as JSON: a form as its fields. What is neither is not kept, since nothing in it could be masked.
fn body(call: &Call) -> Option<Json> {
    if call.body.is_empty() {
        return None;
    }
    if call
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    {
        let fields = url::form_urlencoded::parse(&call.body)
            .map(|(name, value)| (name.into_owned(), Json::from(value.into_owned())));
        return Some(mask(Json::Object(fields.collect())));
    }
    Some(
        serde_json::from_slice(&call.body)
            .map_or_else(|_| json!(format!("({} bytes)", call.body.len())), mask),
    )
}
