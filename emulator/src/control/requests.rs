//! The requests that were served, newest last, with every secret masked.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use lz4_flex::block::{compress_prepend_size_with_dict, decompress_size_prepended_with_dict};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::faults::Form;
use super::masking::{self, mask_query};
use crate::core::call::{Call, Reply};
use crate::core::clock::timestamp;
use crate::core::json::Json;
use crate::core::target::Target;

/// How many requests are remembered.
const CAPACITY: usize = 20_000;
/// How many bytes they have together when they are shown.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// What most messages have in them, so that it need not be kept with each.
const TYPICAL: &[u8] = include_bytes!("data/messages.json");

/// A request that was served.
#[derive(Debug)]
pub(crate) struct Entry {
    time: Timestamp,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// None when the client got no answer.
    pub(crate) status: Option<u16>,
    pub(crate) duration_ms: u64,
    pub(crate) correlation_id: Option<String>,
    pub(crate) fault: Option<&'static str>,
    /// What was sent and answered is looked at so seldom that it is kept packed.
    messages: Box<[u8]>,
    /// By which it is told from others: they count on, whatever is forgotten.
    pub(crate) number: u64,
}

/// What a client sent and what it was answered; the headers of each are one object.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Messages {
    pub(crate) body: Option<Box<RawValue>>,
    pub(crate) response_body: Option<Box<RawValue>>,
    pub(crate) headers: Option<Box<RawValue>>,
    pub(crate) response_headers: Option<Box<RawValue>>,
}

impl Entry {
    /// What is to be remembered of a request, when it came and how long it took, and what a fault did to it; no answer
    /// means that its client got none. An answer is a reply and how it is sent, and the text of its body is masked.
    pub(crate) fn new(
        call: &Call,
        query: &str,
        (started, took): (Timestamp, Duration),
        fault: Option<&'static str>,
        answer: Option<&(Reply, Form)>,
        response_body: Option<&str>,
    ) -> Self {
        let reply = answer.map(|(reply, _)| reply);
        let correlation = reply.and_then(|reply| {
            reply
                .headers
                .iter()
                .find(|(name, _)| *name == "x-ms-correlation-request-id")
                .map(|(_, id)| id.clone())
        });
        let answer_headers = answer.map(|(reply, form)| {
            let own = reply.headers.iter();
            let own = own.map(|(name, value)| (*name, value.as_str()));
            masking::headers(own.chain(text_pairs(&form.headers)))
        });
        Self {
            time: started,
            method: call.method.clone(),
            path: shown_path(call),
            query: mask_query(query),
            status: reply.map(|reply| reply.status),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            correlation_id: correlation,
            fault,
            messages: pack(
                &masking::headers(text_pairs(&call.headers)),
                body(call).as_deref(),
                answer_headers.as_deref(),
                response_body,
            ),
            number: 0,
        }
    }

    /// When it came.
    pub(crate) fn time(&self) -> String {
        timestamp(self.time)
    }

    /// What was sent and answered.
    pub(crate) fn messages(&self) -> Messages {
        let text = decompress_size_prepended_with_dict(&self.messages, TYPICAL);
        let read = text
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok());
        // Nobody but us has packed it.
        read.unwrap_or_default()
    }

    /// How many bytes it has when it is shown.
    fn size(&self) -> usize {
        let length = self.messages.first_chunk().copied().map(u32::from_le_bytes);
        size_of::<Self>()
            + self.method.len()
            + self.path.len()
            + self.query.len()
            + self.correlation_id.as_ref().map_or(0, String::len)
            + length
                .and_then(|length| usize::try_from(length).ok())
                .unwrap_or_default()
    }
}

/// The JSON texts of what was sent and answered, together and packed.
fn pack(
    headers: &str,
    body: Option<&str>,
    response_headers: Option<&str>,
    response_body: Option<&str>,
) -> Box<[u8]> {
    let [body, response_headers, response_body] =
        [body, response_headers, response_body].map(|text| text.unwrap_or("null"));
    let text = format!(
        r#"{{"headers":{headers},"body":{body},"response_headers":{response_headers},"response_body":{response_body}}}"#
    );
    compress_prepend_size_with_dict(text.as_bytes(), TYPICAL).into_boxed_slice()
}

impl Serialize for Entry {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            time: String,
            method: &'a str,
            path: &'a str,
            query: &'a str,
            status: Option<u16>,
            duration_ms: u64,
            correlation_id: Option<&'a str>,
            fault: Option<&'static str>,
            body: Option<Box<RawValue>>,
            response_body: Option<Box<RawValue>>,
            headers: Option<Box<RawValue>>,
            response_headers: Option<Box<RawValue>>,
            number: u64,
        }
        let Messages {
            body,
            response_body,
            headers,
            response_headers,
        } = self.messages();
        let shown = Shown {
            time: self.time(),
            method: &self.method,
            path: &self.path,
            query: &self.query,
            status: self.status,
            duration_ms: self.duration_ms,
            correlation_id: self.correlation_id.as_deref(),
            fault: self.fault,
            body,
            response_body,
            headers,
            response_headers,
            number: self.number,
        };
        shown.serialize(to)
    }
}

fn text_pairs(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
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
fn body(call: &Call) -> Option<String> {
    if call.body.is_empty() {
        return None;
    }
    if call
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    {
        let fields = url::form_urlencoded::parse(&call.body)
            .map(|(name, value)| (name.into_owned(), Json::from(value.into_owned())));
        return Some(masking::json(&Json::Object(fields.collect())));
    }
    Some(match call.parsed() {
        Ok(body) => masking::json(body),
        Err(_) => format!("\"({} bytes)\"", call.body.len()),
    })
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
            requests.remember(Entry::new(&long, "", at, None, None, None));
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
        requests.remember(Entry::new(&call, "x=1", at, Some("swallow"), None, None));
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
        requests.remember(Entry::new(&call, "last", at, None, None, None));
        let last = list(&requests.last(1)).expect("a list");
        assert!(last.contains("\"last\"") && !last.contains("x=1"), "{last}");
        requests.clear();
        requests.remember(Entry::new(&call, "", at, None, None, None));
        let numbers = [1, 2, 3, 4].map(|number| requests.get(number).is_some());
        assert_eq!(numbers, [false, false, true, false]);
    }
}
