//! Private state: what the provider remembers about an object and Terraform keeps without looking at it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

/// Named JSON values beside the state of one object.
///
/// ```
/// use tfplugin_framework::private::Private;
///
/// let mut private = Private::default();
/// private.set("etag", &"0x1");
/// assert_eq!(private.get::<String>("etag").as_deref(), Some("0x1"));
/// private.remove("etag");
/// assert_eq!(private.get::<String>("etag"), None);
///
/// // A note is for the next plan, and never stored.
/// private.note("asked", &3);
/// assert_eq!(private.take_note::<u32>("asked"), Some(3));
/// // An apply may see the note of the plan that the user has seen: clients hand it on since Terraform 1.16.
/// assert_eq!(private.planned_note::<u32>("asked"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private {
    values: Map<String, Json>,
    /// What the plan that the user has seen remembered; never stored.
    planned: Map<String, Json>,
}

/// The key that says that the object was just imported.
const IMPORTED: &str = "framework:imported";

/// The beginning of the keys of notes.
const NOTE: &str = "plan:";

impl Private {
    /// Reads the stored bytes. Bytes of another provider, or of none, are the same as nothing remembered.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self {
            values: read(bytes),
            planned: Map::new(),
        }
    }

    /// The same, in the plan that an apply begins with: it knows besides what the plan before it remembered. Clients hand
    /// that on from protocol 6.11 on (Terraform 1.16).
    pub fn with_planned(mut self, bytes: &[u8]) -> Self {
        self.planned = read(bytes);
        self
    }

    /// The bytes to store; none when nothing is remembered.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.values.is_empty() {
            return Vec::new();
        }
        Json::Object(self.values.clone()).to_string().into_bytes()
    }

    /// What is remembered under `key`, if it still has the shape of a `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.values.get(key)?).ok()
    }

    /// Remembers `value` under `key`; nothing, if it is something that JSON cannot hold.
    pub fn set<T: Serialize>(&mut self, key: &str, value: &T) {
        let json = serde_json::to_value(value);
        debug_assert!(json.is_ok(), "plain data can be remembered");
        if let Ok(json) = json {
            self.values.insert(key.to_owned(), json);
        }
    }

    /// Leaves a note for the next plan of the same object; an apply never sees it, and so nothing stores it.
    pub fn note<T: Serialize>(&mut self, key: &str, value: &T) {
        self.set(&format!("{NOTE}{key}"), value);
    }

    /// Takes the note that the plan before this one has left.
    pub fn take_note<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let key = format!("{NOTE}{key}");
        let value = self.get(&key);
        self.remove(&key);
        value
    }

    /// The note that the plan left which the user has seen; none where the client does not hand it on.
    pub fn planned_note<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.planned.get(&format!("{NOTE}{key}"))?).ok()
    }

    /// Notes that the object was just imported, for the read that follows.
    pub(crate) fn set_imported(&mut self) {
        self.set(IMPORTED, &true);
    }

    /// Whether the object was just imported; it is forgotten with that.
    pub(crate) fn take_imported(&mut self) -> bool {
        let is_imported = self.values.contains_key(IMPORTED);
        self.remove(IMPORTED);
        is_imported
    }

    /// Throws all notes away.
    pub fn forget_notes(&mut self) {
        self.values.retain(|key, _| !key.starts_with(NOTE));
    }

    /// Forgets what is under `key`.
    pub fn remove(&mut self, key: &str) {
        self.values.remove(key);
    }
}

/// Bytes of another provider, or of none, are the same as nothing remembered.
fn read(bytes: &[u8]) -> Map<String, Json> {
    serde_json::from_slice(bytes).unwrap_or_default()
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
    fn notes_are_for_the_next_plan_only() {
        let mut private = Private::default();
        private.set("phase", &1);
        private.note("phase", &2);
        assert_eq!(private.get::<u8>("phase"), Some(1));
        assert_eq!(private.clone().take_note("phase"), Some(2));
        private.forget_notes();
        assert_eq!(private.take_note::<u8>("phase"), None);
        assert_eq!(private.get("phase"), Some(1));
    }

    #[test]
    fn foreign_bytes_are_nothing() {
        assert_eq!(Private::from_bytes(b"\x00\x01"), Private::default());
        assert_eq!(Private::from_bytes(b""), Private::default());
        assert_eq!(Private::default().to_bytes(), b"");
    }

    #[test]
    fn what_a_plan_noted_is_handed_to_the_plan_of_its_apply_and_stored_by_nobody() {
        let mut first = Private::default();
        first.note("seen", &1);
        let second = Private::default().with_planned(&first.to_bytes());
        assert_eq!(second.planned_note("seen"), Some(1));
        assert_eq!(second.get::<u32>("seen"), None);
        assert_eq!(second.to_bytes(), [0; 0]);
        assert_eq!(Private::default().planned_note::<u32>("seen"), None);
    }
}
