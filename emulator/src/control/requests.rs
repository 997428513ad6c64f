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
/// How many bytes their bodies have together, about.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The remembered requests.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    /// Each with about how many bytes it has.
    entries: VecDeque<(Json, usize)>,
    bytes: usize,
}

impl Requests {
    /// Remembers a request, when it came and how long it took, and what a fault did to it; no reply means that its client
    /// got none.
    pub(crate) fn record(
        &mut self,
        call: &Call,
        query: &str,
        (started, took): (OffsetDateTime, Duration),
        fault: Option<&str>,
        reply: Option<&Reply>,
    ) {
        let correlation = reply.and_then(|reply| {
            reply
                .headers
                .iter()
                .find(|(name, _)| *name == "x-ms-correlation-request-id")
                .map(|(_, id)| id.clone())
        });
        let entry = json!({
            "time": timestamp(started),
            "method": call.method,
            "path": call.path,
            "query": mask_query(query),
            "status": reply.map(|reply| reply.status),
            "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "correlation_id": correlation,
            "fault": fault,
            "body": body(call),
            "response_body": reply.and_then(|reply| reply.body.clone()).map(mask),
        });
        let size = size(&entry);
        self.bytes += size;
        self.entries.push_back((entry, size));
        while self.entries.len() > CAPACITY || self.bytes > MOST_BYTES {
            let Some((_, size)) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= size;
        }
    }

    /// The remembered requests.
    pub(crate) fn list(&self) -> Json {
        let entries = self.entries.iter().map(|(entry, _)| entry);
        json!({ "value": entries.collect::<Vec<_>>() })
    }

    /// The remembered requests, the last one first.
    pub(crate) fn latest(&self) -> impl ExactSizeIterator<Item = &Json> {
        self.entries.iter().rev().map(|(entry, _)| entry)
    }

    /// Forgets them.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }
}

/// About how many bytes a value has.
fn size(value: &Json) -> usize {
    match value {
        Json::String(text) => text.len() + 2,
        Json::Array(values) => values.iter().map(size).sum::<usize>() + 2,
        Json::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, value)| name.len() + 4 + size(value))
                .sum::<usize>()
                + 2
        }
        _ => 8,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut requests = Requests::default();
        let call = |path: &str| Call {
            method: "GET".to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
            base: String::new(),
        };
        let large = Reply::json(200, json!({"text": "x".repeat(MOST_BYTES / 4)}));
        for number in 0..6 {
            let call = call(&format!("/{number}"));
            requests.record(
                &call,
                "",
                (OffsetDateTime::UNIX_EPOCH, Duration::ZERO),
                None,
                Some(&large),
            );
        }
        assert_eq!(requests.entries.len(), 3);
        assert_eq!(requests.list()["value"][0]["path"], "/3");
        requests.clear();
        assert_eq!(requests.bytes, 0);
    }
}
