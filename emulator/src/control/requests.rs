//! The requests that were served, newest last, with every secret masked.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::faults::Form;
use super::masking::{mask, mask_headers, mask_query};
use crate::core::call::{Call, Reply};
use crate::core::clock::timestamp;
use crate::core::json::{Json, json};
use crate::core::target::Target;

/// How many requests are remembered.
const CAPACITY: usize = 20_000;
/// How many bytes they have together.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A request that was served. Its bodies are kept as text: as trees they would take several times the room.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) time: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// None when the client got no answer.
    pub(crate) status: Option<u16>,
    pub(crate) duration_ms: u64,
    pub(crate) correlation_id: Option<String>,
    pub(crate) fault: Option<&'static str>,
    pub(crate) body: Option<Box<RawValue>>,
    pub(crate) response_body: Option<Box<RawValue>>,
    /// The headers as one object each; they are looked at so seldom that text is enough.
    pub(crate) headers: Option<Box<RawValue>>,
    pub(crate) response_headers: Option<Box<RawValue>>,
    /// By which it is told from others: they count on, whatever is forgotten.
    pub(crate) number: u64,
}

impl Entry {
    /// What is to be remembered of a request, when it came and how long it took, and what a fault did to it; no answer
    /// means that its client got none. An answer is a reply and how it is sent.
    pub(crate) fn new(
        call: &Call,
        query: &str,
        (started, took): (Timestamp, Duration),
        fault: Option<&'static str>,
        answer: Option<&(Reply, Form)>,
    ) -> Self {
        let reply = answer.map(|(reply, _)| reply);
        let correlation = reply.and_then(|reply| {
            reply
                .headers
                .iter()
                .find(|(name, _)| *name == "x-ms-correlation-request-id")
                .map(|(_, id)| id.clone())
        });
        let answered = reply.and_then(|reply| reply.body.clone()).map(mask);
        Self {
            time: timestamp(started),
            method: call.method.clone(),
            path: shown_path(call),
            query: mask_query(query),
            status: reply.map(|reply| reply.status),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            correlation_id: correlation,
            fault,
            body: body(call).and_then(|body| to_raw_value(&body).ok()),
            response_body: answered.and_then(|body| to_raw_value(&body).ok()),
            headers: headers(text_pairs(&call.headers)),
            response_headers: answer.and_then(|(reply, form)| {
                let own = reply.headers.iter();
                let own = own.map(|(name, value)| (*name, value.as_str()));
                headers(own.chain(text_pairs(&form.headers)))
            }),
            number: 0,
        }
    }

    /// How many bytes it has.
    fn size(&self) -> usize {
        let raw = |body: &Option<Box<RawValue>>| body.as_ref().map_or(0, |body| body.get().len());
        size_of::<Self>()
            + self.time.len()
            + self.method.len()
            + self.path.len()
            + self.query.len()
            + self.correlation_id.as_ref().map_or(0, String::len)
            + raw(&self.body)
            + raw(&self.response_body)
            + raw(&self.headers)
            + raw(&self.response_headers)
    }
}

fn text_pairs(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
}

fn headers<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Box<RawValue>> {
    to_raw_value(&mask_headers(headers)).ok()
}

/// The remembered requests.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    /// How many there were since the start.
    served: u64,
}

impl Requests {
    /// Remembers a request, and forgets the oldest ones that there is no room for any more.
    pub(crate) fn remember(&mut self, mut entry: Entry) {
        self.served += 1;
        entry.number = self.served;
        self.bytes += entry.size();
        self.entries.push_back(Arc::new(entry));
        while self.entries.len() > CAPACITY || self.bytes > MOST_BYTES {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= oldest.size();
        }
    }

    /// So many of the last ones, the last one last.
    pub(crate) fn last(&self, most: usize) -> Vec<Arc<Entry>> {
        let skipped = self.entries.len().saturating_sub(most);
        self.entries.iter().skip(skipped).cloned().collect()
    }

    /// The request of that number, if it is still remembered.
    pub(crate) fn get(&self, number: u64) -> Option<&Entry> {
        let place = self
            .entries
            .binary_search_by_key(&number, |entry| entry.number);
        self.entries.get(place.ok()?).map(Arc::as_ref)
    }

    /// The remembered requests, the last one first.
    pub(crate) fn latest(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter().map(Arc::as_ref).rev()
    }

    /// Forgets them.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }
}

/// The path in its one form; as it was sent when it cannot be read.
fn shown_path(call: &Call) -> String {
    if call.target == Target::default() {
        call.path.clone()
    } else {
        call.target.path()
    }
}

/// Requests as the JSON of a list.
pub(crate) fn list(entries: &[Arc<Entry>]) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct List<'a> {
        value: Vec<&'a Entry>,
    }
    serde_json::to_string(&List {
        value: entries.iter().map(Arc::as_ref).collect(),
    })
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
            ..Call::default()
        };
        for number in 0..6 {
            let at = (Timestamp::UNIX_EPOCH, Duration::ZERO);
            let long = call(&number.to_string().repeat(MOST_BYTES / 4));
            requests.remember(Entry::new(&long, "", at, None, None));
        }
        assert_eq!(requests.entries.len(), 3);
        assert!(requests.bytes <= MOST_BYTES);
        assert!(requests.entries[0].path.starts_with('3'));
        requests.clear();
        assert_eq!(requests.bytes, 0);
    }

    #[test]
    fn they_are_listed_as_json_with_their_bodies() {
        let mut requests = Requests::default();
        let call = Call {
            method: "PUT".to_owned(),
            path: "/a\"b".to_owned(),
            headers: vec![("authorization".to_owned(), "Bearer hush".to_owned())],
            body: br#"{"number": 1.50, "password": "p1"}"#.to_vec(),
            ..Call::default()
        };
        let at = (Timestamp::UNIX_EPOCH, Duration::from_millis(7));
        requests.remember(Entry::new(&call, "x=1", at, Some("swallow"), None));
        assert_eq!(
            list(&requests.last(usize::MAX)).expect("a list"),
            concat!(
                r#"{"value":[{"time":"1970-01-01T00:00:00.0000000Z","method":"PUT","path":"/a\"b","query":"x=1","status":null,"#,
                r#""duration_ms":7,"correlation_id":null,"fault":"swallow","#,
                r#""body":{"number":1.50,"password":"***"},"response_body":null,"#,
                r#""headers":{"authorization":"***"},"response_headers":null,"number":1}]}"#
            )
        );
        let at = (Timestamp::UNIX_EPOCH, Duration::ZERO);
        requests.remember(Entry::new(&call, "last", at, None, None));
        let last = list(&requests.last(1)).expect("a list");
        assert!(last.contains("\"last\"") && !last.contains("x=1"), "{last}");
        requests.clear();
        requests.remember(Entry::new(&call, "", at, None, None));
        let numbers = [1, 2, 3, 4].map(|number| requests.get(number).is_some());
        assert_eq!(numbers, [false, false, true, false]);
    }
}
