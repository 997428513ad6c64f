//! Private state: what the provider remembers about an object and Terraform keeps without looking at it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

/// Named JSON values beside the state of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private(Map<String, Json>);

impl Private {
    /// Reads the stored bytes. Bytes of another provider, or of none, are the same as nothing remembered.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).map(Self).unwrap_or_default()
    }

    /// The bytes to store; none when nothing is remembered.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        Json::Object(self.0.clone()).to_string().into_bytes()
    }

    /// What is remembered under `key`, if it still has the shape of a `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.0.get(key)?).ok()
    }

    /// Remembers `value` under `key`; nothing, if it is something that JSON cannot hold.
    pub fn set<T: Serialize>(&mut self, key: &str, value: &T) {
        let json = serde_json::to_value(value);
        debug_assert!(json.is_ok(), "plain data can be remembered");
        if let Ok(json) = json {
            self.0.insert(key.to_owned(), json);
        }
    }

    /// Forgets what is under `key`.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_survives_storage() {
        let mut private = Private::default();
        private.set("phase", &"creating");
        let stored = Private::from_bytes(&private.to_bytes());
        assert_eq!(stored.get::<String>("phase").as_deref(), Some("creating"));
        assert_eq!(stored.get::<u32>("phase"), None);
    }

    #[test]
    fn foreign_bytes_are_nothing() {
        assert_eq!(Private::from_bytes(b"\x00\x01"), Private::default());
        assert_eq!(Private::from_bytes(b""), Private::default());
        assert_eq!(Private::default().to_bytes(), b"");
    }
}
