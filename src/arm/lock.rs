//! One writer at a time for what ARM cannot change twice at once, such as a virtual network and its subnets.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

use super::resource_id::ResourceId;

/// Held while writing; the next one waiting for the same ID goes on when it is dropped.
#[derive(Debug)]
pub struct LockGuard(#[allow(dead_code, reason = "held for its drop")] OwnedMutexGuard<()>);

/// One table for the process: the provider configurations in it may well share a network.
static LOCKS: LazyLock<Mutex<HashMap<ResourceId, Weak<tokio::sync::Mutex<()>>>>> =
    LazyLock::new(Mutex::default);

/// Waits until nobody else holds this ID, in whatever casing.
pub(crate) async fn lock(id: &ResourceId) -> LockGuard {
    LockGuard(entry(id).lock_owned().await)
}

fn entry(id: &ResourceId) -> Arc<tokio::sync::Mutex<()>> {
    let mut locks = LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = locks.get(id).and_then(Weak::upgrade) {
        return known;
    }
    locks.retain(|_, lock| lock.strong_count() > 0);
    let new = Arc::new(tokio::sync::Mutex::new(()));
    locks.insert(id.clone(), Arc::downgrade(&new));
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_holder_per_id_in_any_casing() {
        let id = ResourceId::group("lock-test", "Group");
        let held = lock(&id).await;
        let shouted = ResourceId::group("LOCK-TEST", "GROUP");
        assert!(entry(&shouted).try_lock_owned().is_err());
        let other = ResourceId::group("lock-test", "other");
        assert!(entry(&other).try_lock_owned().is_ok());
        drop(held);
        assert!(entry(&shouted).try_lock_owned().is_ok());
    }
}
