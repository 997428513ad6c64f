//! One access token, shared by all requests.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azure_core::credentials::{AccessToken, Secret};
use tokio::time::Instant;

use super::method::LONGEST_RENEWAL;
use crate::arm::error::Error;
use time::OffsetDateTime;

/// How long before its expiry a token is replaced, unless it lives for less than twice as long.
const REFRESH_AHEAD: time::Duration = time::Duration::minutes(5);

/// How long a token that could not be renewed serves before that is tried again: not by every request in turn.
const TRY_AGAIN: time::Duration = time::Duration::seconds(15);

/// How long a failure answers for the requests that queued behind it: without this, each would run the Azure CLI in turn.
const FAILURE_LASTS: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct TokenCache {
    state: Mutex<State>,
    /// Held by the one who fetches.
    fetching: tokio::sync::Mutex<()>,
    longest_renewal: Duration,
}

impl Default for TokenCache {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
            longest_renewal: LONGEST_RENEWAL,
        }
    }
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Empty,
    Held {
        token: AccessToken,
        refresh_on: OffsetDateTime,
    },
    Failed {
        at: Instant,
        why: String,
    },
}

/// What the cache has for somebody who needs a token.
enum Found {
    /// A token that serves.
    Fresh(Secret),
    /// One that serves as long as there is no other.
    Spare(Secret),
    /// It was tried just now.
    Failed(String),
    Nothing,
}

impl TokenCache {
    /// The token, fetched by one of the callers. The others wait for it, unless the one that is held still serves.
    pub(super) async fn get(
        &self,
        fetch: impl AsyncFnOnce() -> Result<AccessToken, Error>,
    ) -> Result<Secret, Error> {
        let _fetching = match self.look() {
            Found::Fresh(token) => return Ok(token),
            Found::Failed(why) => return Err(Error::credential(why)),
            Found::Spare(token) => match self.fetching.try_lock() {
                Ok(fetching) => fetching,
                Err(_) => return Ok(token),
            },
            Found::Nothing => self.fetching.lock().await,
        };
        // Meanwhile another one may have fetched it.
        let spare = match self.look() {
            Found::Fresh(token) => return Ok(token),
            Found::Failed(why) => return Err(Error::credential(why)),
            Found::Spare(token) => Some(token),
            Found::Nothing => None,
        };
        let fetched = match &spare {
            Some(_) => {
                // Before, so that it holds too for a caller who gives up, or is stopped.
                self.postpone();
                let renewal = tokio::time::timeout(self.longest_renewal, fetch());
                let too_late = |_| Err(Error::credential("no answer in time"));
                renewal.await.unwrap_or_else(too_late)
            }
            None => fetch().await,
        };
        let now = OffsetDateTime::now_utc();
        match (fetched, spare) {
            (Ok(token), _) => {
                let life = token.expires_on - now;
                let refresh_on = token.expires_on - REFRESH_AHEAD.min(life / 2);
                let secret = token.token.clone();
                *self.state() = State::Held { token, refresh_on };
                Ok(secret)
            }
            (Err(error), Some(spare)) => {
                tracing::warn!(%error, "the access token cannot be renewed yet");
                self.postpone();
                Ok(spare)
            }
            (Err(error), None) => {
                *self.state() = State::Failed {
                    at: Instant::now(),
                    why: error.sign_in_reason().to_owned(),
                };
                Err(error)
            }
        }
    }

    /// Lets the token that is held serve a little longer.
    fn postpone(&self) {
        if let State::Held { token, refresh_on } = &mut *self.state() {
            *refresh_on = token.expires_on.min(OffsetDateTime::now_utc() + TRY_AGAIN);
        }
    }

    fn look(&self) -> Found {
        let now = OffsetDateTime::now_utc();
        match &*self.state() {
            State::Held { token, refresh_on } if now < *refresh_on => {
                Found::Fresh(token.token.clone())
            }
            State::Held { token, .. } if now < token.expires_on => {
                Found::Spare(token.token.clone())
            }
            State::Failed { at, why } if at.elapsed() < FAILURE_LASTS => Found::Failed(why.clone()),
            _ => Found::Nothing,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops that token, if it is still the one that is held.
    pub(super) fn forget(&self, refused: &Secret) {
        let mut state = self.state();
        if matches!(&*state, State::Held { token, .. } if token.token == *refused) {
            *state = State::Empty;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn token(text: &'static str, minutes: i64) -> AccessToken {
        let life = time::Duration::minutes(minutes);
        AccessToken::new(text, OffsetDateTime::now_utc() + life)
    }

    async fn get(cache: &TokenCache, answer: Result<AccessToken, Error>) -> Result<String, Error> {
        let secret = cache.get(async || answer).await?;
        Ok(secret.secret().to_owned())
    }

    #[tokio::test]
    async fn a_token_is_kept_until_it_is_refused() -> Result<(), Error> {
        let cache = TokenCache::default();
        assert_eq!(get(&cache, Ok(token("one", 60))).await?, "one");
        assert_eq!(get(&cache, Ok(token("two", 60))).await?, "one");
        cache.forget(&Secret::new("other"));
        assert_eq!(get(&cache, Ok(token("two", 60))).await?, "one");
        cache.forget(&Secret::new("one"));
        assert_eq!(get(&cache, Ok(token("two", 60))).await?, "two");
        Ok(())
    }

    #[tokio::test]
    async fn it_is_renewed_ahead_of_its_expiry_and_serves_until_then() -> Result<(), Error> {
        let cache = TokenCache::default();
        *cache.state() = State::Held {
            token: token("old", 1),
            refresh_on: OffsetDateTime::now_utc(),
        };
        let failure = Err(Error::credential("down"));
        assert_eq!(get(&cache, failure).await?, "old");
        // It is not tried again at once.
        assert_eq!(get(&cache, Ok(token("new", 60))).await?, "old");
        if let State::Held { refresh_on, .. } = &mut *cache.state() {
            *refresh_on = OffsetDateTime::now_utc();
        }
        assert_eq!(get(&cache, Ok(token("new", 60))).await?, "new");
        Ok(())
    }

    #[tokio::test]
    async fn callers_wait_for_one_fetch() {
        let cache = TokenCache::default();
        let fetched = Cell::new(0);
        let fetch = async || {
            fetched.set(fetched.get() + 1);
            tokio::task::yield_now().await;
            Ok(token("one", 60))
        };
        let (first, second) = tokio::join!(cache.get(fetch), cache.get(fetch));
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(fetched.get(), 1);
    }

    #[tokio::test]
    async fn nobody_waits_for_a_renewal_while_the_old_token_serves() -> Result<(), Error> {
        let cache = TokenCache::default();
        *cache.state() = State::Held {
            token: token("old", 1),
            refresh_on: OffsetDateTime::now_utc(),
        };
        let renewed = tokio::sync::Notify::new();
        let renewing = cache.get(async || {
            renewed.notified().await;
            Ok(token("new", 60))
        });
        let meanwhile = async {
            let old = get(&cache, Ok(token("second", 60))).await;
            renewed.notify_one();
            old
        };
        let (renewing, meanwhile) = tokio::join!(renewing, meanwhile);
        assert_eq!((renewing?.secret(), &*meanwhile?), ("new", "old"));
        assert_eq!(get(&cache, Ok(token("third", 60))).await?, "new");
        Ok(())
    }

    #[tokio::test]
    async fn a_renewal_that_hangs_or_is_given_up_is_not_tried_again_at_once() -> Result<(), Error> {
        let due = || {
            let cache = TokenCache {
                longest_renewal: Duration::from_millis(1),
                ..TokenCache::default()
            };
            *cache.state() = State::Held {
                token: token("old", 1),
                refresh_on: OffsetDateTime::now_utc(),
            };
            cache
        };
        let cache = due();
        let hanging = cache.get(async || std::future::pending().await).await?;
        assert_eq!(hanging.secret(), "old");
        assert_eq!(get(&cache, Ok(token("new", 60))).await?, "old");
        let cache = TokenCache {
            longest_renewal: Duration::from_secs(600),
            ..due()
        };
        let dropped = cache.get(async || std::future::pending().await);
        let stopped = tokio::time::timeout(Duration::from_millis(1), dropped).await;
        assert!(stopped.is_err());
        assert_eq!(get(&cache, Ok(token("new", 60))).await?, "old");
        Ok(())
    }

    #[tokio::test]
    async fn a_failure_answers_for_those_who_queued() {
        let cache = TokenCache::default();
        assert!(get(&cache, Err(Error::credential("down"))).await.is_err());
        let error = get(&cache, Ok(token("one", 60)))
            .await
            .expect_err("too soon");
        assert_eq!(error.to_string(), "signing in: down");
    }
}
