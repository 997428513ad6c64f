//! The path of a request, read once for everybody: what routes, roles, faults and the log see is the same.

use super::error::ArmError;
use super::errors;
use super::id::ResourceId;

/// The segments of a path, decoded and checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Target {
    segments: Vec<String>,
}

impl Target {
    /// Reads a path. Slashes more or less do not count; a segment that could be taken for more than one is refused.
    pub(crate) fn read(path: &str) -> Result<Self, ArmError> {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let segments = segments.map(|segment| {
            decode(segment)
                .filter(|decoded| is_name(decoded))
                .ok_or_else(|| errors::invalid_request_path(segment))
        });
        Ok(Self {
            segments: segments.collect::<Result<_, _>>()?,
        })
    }

    /// The segments.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The path in its one form.
    pub(crate) fn path(&self) -> String {
        format!("/{}", self.segments.join("/"))
    }

    /// The subscription that the path lies in.
    pub(crate) fn subscription(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [first, subscription, ..] if first.eq_ignore_ascii_case("subscriptions") => {
                Some(subscription)
            }
            _ => None,
        }
    }

    /// The group or the resource that the whole path names.
    pub(crate) fn resource(&self) -> Option<ResourceId> {
        ResourceId::of_segments(&self.segments())
    }

    /// Whether the path lies in a namespace.
    pub(crate) fn is_in(&self, namespace: &str) -> bool {
        self.segments.windows(2).any(|pair| {
            pair[0].eq_ignore_ascii_case("providers") && pair[1].eq_ignore_ascii_case(namespace)
        })
    }
}

/// Whether a decoded segment is one name, however often it is put into a path and read again.
fn is_name(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
        && !segment.contains(['/', '\\'])
        && !segment.contains(char::is_control)
}

/// Undoes percent-encoding; a `%` that starts no escape stays as it is. None when the bytes are no text.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escape.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_form() {
        for (sent, path) in [
            ("/a%20b", "/a b"),
            ("/100%", "/100%"),
            ("/%zz/%", "/%zz/%"),
            ("/%28x%29", "/(x)"),
            ("//a///b/", "/a/b"),
            ("/Microsoft%2ELogic", "/Microsoft.Logic"),
            ("/", "/"),
        ] {
            assert_eq!(
                Target::read(sent).map(|target| target.path()),
                Ok(path.to_owned())
            );
        }
        for sent in [
            "/a%2Fb",
            "/a%2fb",
            "/a%5Cb",
            "/a%00b",
            "/a%0Ab",
            "/%FF",
            "/a/../b",
            "/%2e%2e/b",
            "/./b",
        ] {
            let status = Target::read(sent).map_err(|error| error.status);
            assert_eq!(status, Err(400), "{sent}");
        }
    }
}
