//! When a request is sent again, and after how long: one pure decision.

use std::time::Duration;

/// How often a request is sent while the other side fails; refusals that ask for patience are not counted.
pub(crate) const MOST_ATTEMPTS: u32 = 6;

/// Codes of Microsoft.Network for "another write is under way, ask again", which come with 409 or 429.
const BUSY_CODES: [&str; 3] = [
    "AnotherOperationInProgress",
    "RetryableError",
    "RetryableErrorDueToAnotherOperation",
];

/// How one attempt ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome<'a> {
    /// No connection came about: the request was certainly not sent.
    NotConnected,
    /// The connection broke, or no answer came in time: the request may have been carried out.
    AnswerLost,
    /// Something on the way answered: ARM may have been asked, and may not.
    Stranger {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// An error answer.
    Refused {
        status: u16,
        code: Option<&'a str>,
        retry_after: Option<Duration>,
    },
    /// Anything that will not be better next time.
    Final,
}

/// All that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt<'a> {
    /// 1 for the first.
    pub(crate) number: u32,
    /// How many have failed so far, refusals that ask for patience left out.
    pub(crate) failures: u32,
    /// Whether sending the request twice does what sending it once does.
    pub(crate) idempotent: bool,
    pub(crate) outcome: Outcome<'a>,
    /// Time left until the operation's deadline.
    pub(crate) remaining: Duration,
    /// Random, 0 to 1.
    pub(crate) jitter: f64,
}

/// The growing wait where the server names none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    pub(crate) first: Duration,
    pub(crate) longest: Duration,
}

impl Backoff {
    /// Doubles each time; between half and all of it, so that clients that failed together do not come back together.
    pub(crate) fn after(&self, attempt: u32, jitter: f64) -> Duration {
        let doubled = self.first.saturating_mul(1 << (attempt - 1).min(16));
        doubled.min(self.longest).mul_f64(0.5 + jitter / 2.0)
    }
}

/// The wait before the next attempt; `None` ends it.
pub(crate) fn wait_before_next(attempt: &Attempt<'_>, backoff: Backoff) -> Option<Duration> {
    let verdict = judge(&attempt.outcome);
    let again = match verdict {
        Verdict::Final => false,
        Verdict::Patience => true,
        Verdict::NotDone => attempt.failures < MOST_ATTEMPTS,
        Verdict::MaybeDone => attempt.idempotent && attempt.failures < MOST_ATTEMPTS,
    };
    let wait = match attempt.outcome {
        Outcome::Refused { retry_after, .. } | Outcome::Stranger { retry_after, .. } => retry_after,
        _ => None,
    };
    let wait = wait.unwrap_or_else(|| backoff.after(attempt.number, attempt.jitter));
    (again && wait < attempt.remaining).then_some(wait)
}

/// Whether the server asks to come back later, as often as it takes.
pub(crate) fn asks_for_patience(outcome: &Outcome<'_>) -> bool {
    matches!(judge(outcome), Verdict::Patience)
}

/// Whether a code asks to repeat a write that another one kept out.
pub(crate) fn is_busy(code: &str) -> bool {
    BUSY_CODES.contains(&code)
}

/// What an outcome says about the request.
enum Verdict {
    /// Repeating would end the same way.
    Final,
    /// Not carried out, and asked to come back later: for as long as it takes.
    Patience,
    /// Not carried out: safe to repeat, whatever the method.
    NotDone,
    /// Perhaps carried out.
    MaybeDone,
}

fn judge(outcome: &Outcome<'_>) -> Verdict {
    match outcome {
        Outcome::Final => Verdict::Final,
        Outcome::NotConnected => Verdict::NotDone,
        Outcome::Stranger { status: 429, .. } => Verdict::Patience,
        Outcome::AnswerLost | Outcome::Stranger { .. } => Verdict::MaybeDone,
        Outcome::Refused { status, code, .. } => match status {
            429 => Verdict::Patience,
            409 if code.is_some_and(is_busy) => Verdict::Patience,
            503 => Verdict::NotDone,
            408 | 500 | 502 | 504 => Verdict::MaybeDone,
            _ => Verdict::Final,
        },
    }
}

/// Whether an answer leaves open if the request was carried out.
pub(crate) fn leaves_outcome_unknown(outcome: &Outcome<'_>) -> bool {
    matches!(judge(outcome), Verdict::MaybeDone)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BACKOFF: Backoff = Backoff {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(30),
    };

    fn refused(status: u16, code: Option<&'static str>, seconds: Option<u64>) -> Outcome<'static> {
        Outcome::Refused {
            status,
            code,
            retry_after: seconds.map(Duration::from_secs),
        }
    }

    fn stranger(status: u16) -> Outcome<'static> {
        Outcome::Stranger {
            status,
            retry_after: None,
        }
    }

    fn attempt(number: u32, idempotent: bool, outcome: Outcome<'_>) -> Attempt<'_> {
        Attempt {
            number,
            failures: number,
            idempotent,
            outcome,
            remaining: Duration::from_secs(100),
            jitter: 1.0,
        }
    }

    #[test]
    fn decisions() {
        let put = true;
        let post = false;
        let busy = Some("AnotherOperationInProgress");
        for (number, idempotent, outcome, expected) in [
            (1, put, refused(503, None, None), Some(1)),
            (2, put, refused(500, None, None), Some(2)),
            (5, put, refused(502, None, None), Some(16)),
            (1, put, refused(504, None, Some(7)), Some(7)),
            (1, put, refused(408, None, None), Some(1)),
            (6, put, refused(500, None, None), None),
            (6, put, Outcome::NotConnected, None),
            (1, put, Outcome::AnswerLost, Some(1)),
            (1, put, Outcome::Final, None),
            // A POST is repeated only when it was certainly not carried out.
            (1, post, refused(500, None, None), None),
            (1, post, refused(504, None, Some(1)), None),
            (1, post, Outcome::AnswerLost, None),
            (1, post, refused(503, None, None), Some(1)),
            (1, post, refused(429, None, Some(3)), Some(3)),
            (1, post, Outcome::NotConnected, Some(1)),
            (1, post, refused(409, busy, None), Some(1)),
            // Throttling and busy networks are not counted, only timed.
            (40, put, refused(429, None, Some(3)), Some(3)),
            (40, put, refused(429, None, None), Some(30)),
            (
                40,
                put,
                refused(409, Some("RetryableError"), None),
                Some(30),
            ),
            // What does not pass by waiting.
            (1, put, refused(409, None, None), None),
            (1, put, refused(409, Some("ScopeLocked"), Some(1)), None),
            (1, put, refused(404, None, Some(1)), None),
            (1, put, refused(400, Some("RetryableError"), None), None),
            (1, put, refused(501, None, None), None),
            // Nobody knows whether a stranger passed the request on.
            (1, put, stranger(200), Some(1)),
            (1, post, stranger(204), None),
            (1, post, stranger(503), None),
            (6, put, stranger(404), None),
            (9, post, stranger(429), Some(30)),
            // A wait that reaches the deadline is pointless.
            (1, put, refused(429, None, Some(99)), Some(99)),
            (1, put, refused(429, None, Some(100)), None),
        ] {
            let wait = wait_before_next(&attempt(number, idempotent, outcome), BACKOFF);
            let expected = expected.map(Duration::from_secs);
            assert_eq!(wait, expected, "{number} {idempotent} {outcome:?}");
        }
    }

    proptest! {
        #[test]
        fn a_wait_is_never_zero_nor_beyond_the_deadline(
            number in 1u32..2_000,
            jitter in 0.0..=1.0,
            seconds in 1u64..10_000,
        ) {
            let attempt = Attempt {
                jitter,
                remaining: Duration::from_secs(seconds),
                ..attempt(number, true, refused(429, None, None))
            };
            if let Some(wait) = wait_before_next(&attempt, BACKOFF) {
                prop_assert!(!wait.is_zero());
                prop_assert!(wait < attempt.remaining && wait <= BACKOFF.longest);
            }
        }
    }
}
