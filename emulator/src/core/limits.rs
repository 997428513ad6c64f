//! How many requests Azure would still take: token buckets on real time. Nothing is refused here, so that load tests run.

use std::time::Instant;

/// The buckets of one emulator.
#[derive(Debug)]
pub(crate) struct Limits {
    reads: Bucket,
    writes: Bucket,
    deletes: Bucket,
}

impl Limits {
    /// Azure's sizes: 250 reads and 25 more a second; 200 writes or deletions and 10 more a second.
    pub(crate) fn new() -> Self {
        let writes = || Bucket {
            size: 200.0,
            refill: 10.0,
            level: 200.0,
            at: Instant::now(),
        };
        let reads = Bucket {
            size: 250.0,
            refill: 25.0,
            level: 250.0,
            at: Instant::now(),
        };
        Self {
            reads,
            writes: writes(),
            deletes: writes(),
        }
    }

    /// Counts a request and says how many are left.
    pub(crate) fn count(&mut self, method: &str) -> u64 {
        let bucket = match method {
            "DELETE" => &mut self.deletes,
            "PUT" | "PATCH" | "POST" => &mut self.writes,
            _ => &mut self.reads,
        };
        bucket.take()
    }
}

#[derive(Debug)]
struct Bucket {
    size: f64,
    refill: f64,
    level: f64,
    at: Instant,
}

impl Bucket {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the level is between 0 and 250"
    )]
    fn take(&mut self) -> u64 {
        self.level = (self.level + self.at.elapsed().as_secs_f64() * self.refill).min(self.size);
        self.at = Instant::now();
        self.level = (self.level - 1.0).max(0.0);
        self.level as u64
    }
}
