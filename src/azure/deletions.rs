//! The deletions that this process carries out, for creates that they are to make room for.
//!
//! Terraform does not order the deletion of one object and the creation of another that takes its name or its addresses,
//! so the create finds out by itself, and waits.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::arm::{Error, Intervals, ResourceId, Session};

/// How long a create waits for a deletion to begin that frees its name.
const FOR_THE_NAME: Duration = Duration::from_secs(10);

/// How long one waits until addresses come free: others may be about to let go of them.
const FOR_ADDRESSES: Duration = Duration::from_secs(60);

/// How long the pauses between looks grow at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Longer than anything here lasts.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// What is being deleted by this process.
#[derive(Debug)]
pub struct Deletions {
    running: watch::Sender<HashMap<ResourceId, usize>>,
    for_the_name: Duration,
    for_addresses: Duration,
    longest_pause: Duration,
}

impl Default for Deletions {
    fn default() -> Self {
        Self {
            running: watch::Sender::default(),
            for_the_name: FOR_THE_NAME,
            for_addresses: FOR_ADDRESSES,
            longest_pause: LONGEST_PAUSE,
        }
    }
}

/// A deletion that runs until this value goes.
#[derive(Debug)]
pub struct Deletion<'a> {
    deletions: &'a Deletions,
    id: ResourceId,
}

impl Drop for Deletion<'_> {
    fn drop(&mut self) {
        self.deletions.running.send_modify(|running| {
            if let Some(count) = running.get_mut(&self.id) {
                *count -= 1;
            }
            running.retain(|_, count| *count > 0);
        });
    }
}

/// The patience of one create with what is in its way.
#[derive(Debug)]
pub struct Patience {
    lasts: Duration,
    since: Instant,
    intervals: Intervals,
}

impl Deletions {
    /// With another patience than that of users, and shorter pauses.
    #[cfg(test)]
    pub(crate) fn with_patience(patience: Duration, longest_pause: Duration) -> Self {
        Self {
            for_the_name: patience,
            for_addresses: patience,
            longest_pause,
            ..Self::default()
        }
    }

    /// Tells creates that the object is being deleted, for as long as the answer lives.
    #[must_use]
    pub fn begin(&self, id: &ResourceId) -> Deletion<'_> {
        self.running
            .send_modify(|running| *running.entry(id.clone()).or_default() += 1);
        Deletion {
            deletions: self,
            id: id.clone(),
        }
    }

    /// Patience with an object that has the name.
    pub fn patience_for_the_name(&self) -> Patience {
        Patience::lasting(self.for_the_name, self.longest_pause)
    }

    /// Patience with objects that have the addresses.
    pub fn patience_for_addresses(&self) -> Patience {
        Patience::lasting(self.for_addresses, self.longest_pause)
    }

    /// Waits while one of the objects is being deleted, and tells whether one was.
    pub async fn ended(&self, session: &Session, ids: &[ResourceId]) -> Result<bool, Error> {
        let mut running = self.running.subscribe();
        if !are_among(ids, &running.borrow()) {
            return Ok(false);
        }
        tokio::select! {
            biased;
            stopped = session.sleep(FOR_EVER) => stopped?,
            _ = running.wait_for(|running| !are_among(ids, running)) => {}
        }
        Ok(true)
    }

    /// Waits before the next look at the objects in the way: while one of them is being deleted, else a moment. False,
    /// at once, when there is no patience left.
    pub async fn wait(
        &self,
        session: &Session,
        ids: &[ResourceId],
        patience: &mut Patience,
    ) -> Result<bool, Error> {
        if self.ended(session, ids).await? {
            patience.since = Instant::now();
            return Ok(true);
        }
        let left = patience.lasts.saturating_sub(patience.since.elapsed());
        if left.is_zero() {
            return Ok(false);
        }
        let pause = patience.intervals.pause().min(left);
        let mut running = self.running.subscribe();
        tokio::select! {
            biased;
            slept = session.sleep(pause) => slept?,
            _ = running.wait_for(|running| are_among(ids, running)) => {}
        }
        Ok(true)
    }
}

impl Patience {
    fn lasting(lasts: Duration, longest_pause: Duration) -> Self {
        Self {
            lasts,
            since: Instant::now(),
            intervals: Intervals::up_to(longest_pause),
        }
    }

    /// How long it lasts while nothing that is in the way is being deleted.
    pub fn lasts(&self) -> Duration {
        self.lasts
    }
}

fn are_among(ids: &[ResourceId], running: &HashMap<ResourceId, usize>) -> bool {
    ids.iter().any(|id| running.contains_key(id))
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::arm::test_server::{TIMING, TestServer};

    fn id(name: &str) -> ResourceId {
        ResourceId::in_group("s", "g", "Microsoft.Logic/workflows", name)
    }

    /// A millisecond of patience, or hours of it.
    const LITTLE: Duration = Duration::from_millis(1);
    const MUCH: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn patience_lasts_as_long_as_a_deletion_runs() {
        let server = TestServer::start(&[]).await;
        let session = server.session();
        let deletions = Deletions::with_patience(LITTLE, LITTLE);
        let ids = [id("a"), id("b")];
        let first = deletions.begin(&id("B"));
        let second = deletions.begin(&id("b"));
        let mut patience = deletions.patience_for_the_name();
        let others_end = async {
            drop(first);
            tokio::task::yield_now().await;
            drop(second);
        };
        let (waited, ()) = tokio::join!(deletions.wait(&session, &ids, &mut patience), others_end);
        assert!(waited.expect("no stop"), "another look is due");
        assert!(!deletions.ended(&session, &ids).await.expect("no stop"));
        // Nothing runs any more.
        while deletions
            .wait(&session, &ids, &mut patience)
            .await
            .expect("no stop")
        {}
    }

    #[tokio::test]
    async fn a_deletion_that_begins_ends_the_pause() {
        let server = TestServer::start(&[]).await;
        let session = server.session();
        let deletions = Deletions::with_patience(MUCH, MUCH);
        let ids = [id("a")];
        let mut patience = deletions.patience_for_addresses();
        // The pause is of minutes by now.
        for _ in 0..20 {
            patience.intervals.pause();
        }
        let begins = async {
            tokio::task::yield_now().await;
            deletions.begin(&id("a"))
        };
        let (waited, _deletion) =
            tokio::join!(deletions.wait(&session, &ids, &mut patience), begins);
        assert!(waited.expect("no stop"));
    }

    #[tokio::test]
    async fn a_stop_ends_every_wait() {
        let server = TestServer::start(&[]).await;
        let cancel = CancellationToken::new();
        cancel.cancel();
        let session = server.session_until(cancel, TIMING);
        let deletions = Deletions::with_patience(MUCH, MUCH);
        let mut patience = deletions.patience_for_addresses();
        let ids = [id("a")];
        let paused = deletions.wait(&session, &ids, &mut patience).await;
        assert!(paused.is_err_and(|error| error.is_cancelled()));
        let _deletion = deletions.begin(&id("a"));
        let ended = deletions.ended(&session, &ids).await;
        assert!(ended.is_err_and(|error| error.is_cancelled()));
    }
}
