//! Requests as they come in.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Uri, request::Parts};
use futures::StreamExt as _;

use crate::core::call::Call;
use crate::core::error::ArmError;
use crate::core::errors;

/// The largest request that ARM takes.
const MAX_BODY: usize = 4 * 1024 * 1024;
/// How much of a larger one is read all the same: a client that is still sending does not read the refusal.
const MAX_READ: usize = 16 * MAX_BODY;
/// How long a body may take.
const LONGEST: Duration = Duration::from_secs(60);

/// Why a body is not there.
pub(super) enum Unread {
    TooLarge,
    Broken,
    Slow,
    /// The client has left.
    Gone,
}

impl Unread {
    /// What is answered, if anyone listens.
    pub(super) fn error(&self) -> Option<ArmError> {
        match self {
            Self::TooLarge => Some(errors::request_content_too_large()),
            Self::Broken => Some(errors::invalid_content(
                "its transfer encoding cannot be read.",
            )),
            Self::Slow => Some(errors::request_timeout()),
            Self::Gone => None,
        }
    }
}

/// Reads a body.
pub(super) async fn read(body: Body) -> Result<Vec<u8>, Unread> {
    let body = tokio::time::timeout(LONGEST, read_all(body)).await;
    body.unwrap_or(Err(Unread::Slow))
}

async fn read_all(body: Body) -> Result<Vec<u8>, Unread> {
    let mut parts = body.into_data_stream();
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| {
            if has_left(&error) {
                Unread::Gone
            } else {
                Unread::Broken
            }
        })?;
        length += part.len();
        if length <= MAX_BODY {
            bytes.extend_from_slice(&part);
        } else if length > MAX_READ {
            break;
        }
    }
    if length > MAX_BODY {
        Err(Unread::TooLarge)
    } else {
        Ok(bytes)
    }
}

/// Whether a body ends because its connection has ended.
fn has_left(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(|cause| {
        let of_http = cause.downcast_ref::<hyper::Error>();
        let of_io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        of_http.is_some_and(|error| error.is_incomplete_message() || error.is_canceled())
            || matches!(
                of_io,
                Some(
                    io::ErrorKind::UnexpectedEof
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::BrokenPipe
                )
            )
    })
}

/// A request whose body is still to come.
pub(super) fn call(parts: &Parts, query: &str, is_secure: bool) -> Call {
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect();
    Call {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        base: base(&parts.uri, &headers, is_secure),
        headers,
        ..Call::default()
    }
}

/// The address under which the client reached us.
fn base(uri: &Uri, headers: &[(String, String)], is_secure: bool) -> String {
    let host = headers
        .iter()
        .find(|(name, _)| name == "host")
        .map(|(_, host)| host.as_str());
    let host = uri.authority().map(|authority| authority.as_str()).or(host);
    let scheme = if is_secure { "https" } else { "http" };
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}
