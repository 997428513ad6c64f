//! `Debug` for the messages that carry users' values, sensitive ones included: sizes, never content.

use std::fmt;

use crate::v6::{DynamicValue, RawState, read_state_bytes, write_state_bytes};

impl fmt::Debug for DynamicValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.msgpack.len(), self.json.len()) {
            (0, 0) => f.write_str("DynamicValue(null)"),
            (0, json) => write!(f, "DynamicValue({json} bytes of JSON)"),
            (msgpack, _) => write!(f, "DynamicValue({msgpack} bytes of msgpack)"),
        }
    }
}

impl fmt::Debug for RawState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.flatmap.len() {
            0 => write!(f, "RawState({} bytes of JSON)", self.json.len()),
            keys => write!(f, "RawState(flatmap of {keys} keys)"),
        }
    }
}

impl fmt::Debug for read_state_bytes::Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("bytes", &format_args!("{} bytes", self.bytes.len()))
            .field("total_length", &self.total_length)
            .field("range", &self.range)
            .field("diagnostics", &self.diagnostics)
            .finish()
    }
}

impl fmt::Debug for write_state_bytes::RequestChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestChunk")
            .field("meta", &self.meta)
            .field("bytes", &format_args!("{} bytes", self.bytes.len()))
            .field("total_length", &self.total_length)
            .field("range", &self.range)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v6::read_resource;

    #[test]
    fn debug_shows_no_content() {
        let secret = || bytes::Bytes::from_static(b"hunter2");
        let request = read_resource::Request {
            current_state: Some(DynamicValue {
                msgpack: secret(),
                json: secret(),
            }),
            ..Default::default()
        };
        let flatmap = [("password".to_owned(), "hunter2".to_owned())].into();
        let state = RawState {
            json: secret(),
            flatmap,
        };
        let read = read_state_bytes::Response {
            bytes: secret(),
            ..Default::default()
        };
        let written = write_state_bytes::RequestChunk {
            bytes: secret(),
            ..Default::default()
        };
        let shown = format!("{request:?} {state:?} {read:?} {written:?}");
        assert!(shown.contains("7 bytes of msgpack"), "{shown}");
        for leak in ["hunter2", "104", "password"] {
            assert!(!shown.contains(leak), "{shown}");
        }
    }
}
