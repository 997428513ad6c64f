//! Who holds a lock.

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::operations::LockRequest;
use crate::diagnostics::Diagnostic;

/// What a store may keep as a lock: who holds it, since when and what for. As JSON it is what providers in Go keep.
///
/// ```
/// use tfplugin_framework::state_store::{LockInfo, LockRequest};
///
/// fn lock(request: &LockRequest<'_>) -> serde_json::Result<String> {
///     serde_json::to_string(&LockInfo::new(request))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LockInfo {
    /// What gives the lock back.
    pub id: String,
    /// What Terraform does meanwhile.
    pub operation: String,
    /// `user@host` of the holder, as far as that is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub who: String,
    /// When it was locked.
    #[serde(with = "rfc3339")]
    pub created: SystemTime,
}

impl LockInfo {
    /// A lock that this process takes now.
    pub fn new(request: &LockRequest<'_>) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            operation: request.operation.to_owned(),
            who: who(user(), host()),
            created: SystemTime::now(),
        }
    }

    /// The error of who wanted the lock that this one holds.
    pub fn already_locked(&self, request: &LockRequest<'_>) -> Diagnostic {
        let detail = format!(
            "{:?} workspace has a lock held by another client.\n\n{self}",
            request.state_id
        );
        Diagnostic::error("Workspace Already Locked", detail)
    }
}

impl fmt::Display for LockInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            operation,
            who,
            created,
        } = self;
        let created = rfc3339::format(*created).unwrap_or_default();
        write!(
            f,
            "Lock Info:\n  ID:        {id}\n  Operation: {operation}\n  Who:       {who}\n  Created:   {created}\n"
        )
    }
}

fn who(user: String, host: String) -> String {
    match (user.is_empty(), host.is_empty()) {
        (_, true) => user,
        (true, false) => String::new(),
        (false, false) => format!("{user}@{host}"),
    }
}

fn user() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"];
    let mut given = names.iter().filter_map(|name| std::env::var(name).ok());
    given.find(|it| !it.is_empty()).unwrap_or_default()
}

#[cfg(unix)]
fn host() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// Times as text.
mod rfc3339 {
    use std::time::SystemTime;

    use serde::{Deserialize as _, Deserializer, Serializer, de, ser};
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;

    pub(super) fn format(time: SystemTime) -> Result<String, time::error::Format> {
        OffsetDateTime::from(time).format(&Rfc3339)
    }

    pub(super) fn serialize<S: Serializer>(
        time: &SystemTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = format(*time).map_err(ser::Error::custom)?;
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SystemTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = OffsetDateTime::parse(&text, &Rfc3339).map_err(de::Error::custom)?;
        Ok(time.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: LockRequest<'_> = LockRequest {
        state_id: "prod",
        operation: "OperationTypeApply",
    };

    #[test]
    fn a_lock_is_read_as_it_was_written() {
        let lock = LockInfo::new(&REQUEST);
        let text = serde_json::to_string(&lock).expect("it can be written");
        let read: LockInfo = serde_json::from_str(&text).expect("it can be read");
        assert_eq!(read, lock);
        assert_ne!(LockInfo::new(&REQUEST).id, lock.id);
    }

    #[test]
    fn locks_of_providers_in_go_are_read_and_told() {
        let text = r#"{"id":"4e7b","operation":"plan","created":"2026-07-16T09:08:07.065Z"}"#;
        let lock: LockInfo = serde_json::from_str(text).expect("it can be read");
        let told = lock.already_locked(&REQUEST);
        assert_eq!(told.summary, "Workspace Already Locked");
        let expect = "\"prod\" workspace has a lock held by another client.\n\nLock Info:\n  ID:        4e7b\n  \
                      Operation: plan\n  Who:       \n  Created:   2026-07-16T09:08:07.065Z\n";
        assert_eq!(told.detail, expect);
    }

    #[test]
    fn who_is_told_as_far_as_it_is_known() {
        for (user, host, expect) in [
            ("ann", "desk", "ann@desk"),
            ("ann", "", "ann"),
            ("", "desk", ""),
        ] {
            assert_eq!(who(user.to_owned(), host.to_owned()), expect);
        }
    }
}
