//! The token of a session, renewed before it expires and by one caller at a time.
//!
//! A token's expiry is kept as an instant of tokio's clock. Machines sleep and clocks jump, so that
//! instant is an estimate. A 401 from the service is authoritative; [`Tokens::renew`] handles it.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use secrecy::SecretString;
use tokio::time::Instant;

use super::{AccessToken, SignInError, TokenSource};

/// Maximum margin: the time before its expiry at which a token is renewed.
const LONGEST_MARGIN: Duration = Duration::from_mins(5);

/// The divisor of a token's lifetime for that margin: a fifth.
const MARGIN_DIVISOR: u32 = 5;

/// Number of renewal attempts within the margin.
const ATTEMPTS_IN_MARGIN: u32 = 10;

/// A token in use. Clones share the same token.
#[derive(Debug, Clone)]
pub struct Token(Arc<Issued>);

#[derive(Debug)]
struct Issued {
    secret: SecretString,
    ends: Option<Instant>,
    /// Number of the sign-in that returned it: a higher number is a newer token.
    serial: u64,
}

impl Token {
    /// The value that follows `Bearer`.
    pub fn secret(&self) -> &SecretString {
        &self.0.secret
    }

    /// Remaining lifetime, if known.
    pub fn remaining(&self) -> Option<Duration> {
        let ends = self.0.ends?;
        Some(ends.saturating_duration_since(Instant::now()))
    }

    /// Whether it comes from a later sign-in.
    pub fn is_newer_than(&self, other: &Self) -> bool {
        self.0.serial > other.0.serial
    }

    fn has_life(&self, now: Instant) -> bool {
        self.0.ends.is_none_or(|ends| now < ends)
    }
}

/// A token cache in front of a [`TokenSource`].
pub struct Tokens {
    source: Box<dyn TokenSource>,
    cache: Mutex<Cache>,
    /// Held by the caller that signs in; the others wait for it.
    signing_in: tokio::sync::Mutex<()>,
}

impl Tokens {
    /// Creates an empty cache: the first call signs in.
    pub fn new(source: Box<dyn TokenSource>) -> Self {
        Self {
            source,
            cache: Mutex::default(),
            signing_in: tokio::sync::Mutex::default(),
        }
    }

    /// The current token.
    pub async fn current(&self) -> Result<Token, SignInError> {
        let (state, seen) = self.cache.lock().state(Instant::now());
        match state {
            TokenState::Fresh(token) => Ok(token),
            TokenState::Due(token) => self.renew_early(token, seen).await,
            TokenState::Gone => self.join(seen).await,
        }
    }

    /// A token newer than `stale`, which the service refused. Signs in once for all callers whose
    /// request was refused with that token.
    pub async fn renew(&self, stale: &Token) -> Result<Token, SignInError> {
        let seen = {
            let mut cache = self.cache.lock();
            if let Some(token) = cache.newer_than(stale, Instant::now()) {
                return Ok(token);
            }
            // If no sign-in returns another token, this one is still refused.
            cache.discard(stale);
            cache.finished
        };
        self.join(seen).await
    }

    /// Waits for a sign-in in progress and returns its result, even if it is an error; signs in if
    /// none is in progress. `seen` is the number that had finished when the caller arrived.
    async fn join(&self, seen: u64) -> Result<Token, SignInError> {
        let _signing_in = self.signing_in.lock().await;
        if let Some(result) = self.cache.lock().finished_since(seen) {
            return result;
        }
        self.sign_in().await
    }

    /// Renews a token that has not expired yet. Only the renewing caller waits, and a failure does
    /// no harm while the old token is valid. `seen` as in `join`: a caller that gets the lock late
    /// does not renew a second time.
    async fn renew_early(&self, old: Token, seen: u64) -> Result<Token, SignInError> {
        let Ok(_signing_in) = self.signing_in.try_lock() else {
            return Ok(old);
        };
        if let Some(result) = self.cache.lock().finished_since(seen) {
            return Ok(result.unwrap_or(old));
        }
        match self.sign_in().await {
            Err(error) if old.has_life(Instant::now()) => {
                self.cache.lock().postpone(&error, Instant::now());
                Ok(old)
            }
            result => result,
        }
    }

    async fn sign_in(&self) -> Result<Token, SignInError> {
        let result = self.source.sign_in().await;
        self.cache.lock().finish(result, Instant::now())
    }
}

/// State of the token at an instant.
enum TokenState {
    /// The token can be used.
    Fresh(Token),
    /// The token can be used, but is due for renewal.
    Due(Token),
    /// There is no token, or it has expired.
    Gone,
}

/// The state kept between sign-ins.
#[derive(Default)]
struct Cache {
    token: Option<Token>,
    /// When to renew the token early; `None` for never.
    renew_at: Option<Instant>,
    /// How long before the token's expiry early renewal starts.
    margin: Duration,
    /// The number of finished sign-ins, successful or not.
    finished: u64,
    /// Why the last sign-in failed, if it did.
    failure: Option<SignInError>,
}

impl Cache {
    fn state(&self, now: Instant) -> (TokenState, u64) {
        let state = match self.token.clone().filter(|token| token.has_life(now)) {
            None => TokenState::Gone,
            Some(token) if self.renew_at.is_some_and(|at| at <= now) => TokenState::Due(token),
            Some(token) => TokenState::Fresh(token),
        };
        (state, self.finished)
    }

    fn discard(&mut self, stale: &Token) {
        self.token = self.token.take().filter(|token| token.is_newer_than(stale));
    }

    fn newer_than(&self, stale: &Token, now: Instant) -> Option<Token> {
        self.token
            .clone()
            .filter(|token| token.0.serial > stale.0.serial && token.has_life(now))
    }

    /// The result of the last sign-in, if one has finished after the first `seen`.
    fn finished_since(&self, seen: u64) -> Option<Result<Token, SignInError>> {
        if self.finished == seen {
            return None;
        }
        match self.failure.clone() {
            Some(error) => Some(Err(error)),
            None => self.token.clone().map(Ok),
        }
    }

    fn finish(
        &mut self,
        result: Result<AccessToken, SignInError>,
        now: Instant,
    ) -> Result<Token, SignInError> {
        self.finished += 1;
        self.failure = result.as_ref().err().cloned();
        let token = self.issue(result?, now);
        tracing::debug!(
            lifetime_s = token.remaining().map(|life| life.as_secs()),
            "access token renewed"
        );
        self.token = Some(token.clone());
        Ok(token)
    }

    /// Records the renewal time of a token that arrived just now.
    fn issue(&mut self, access: AccessToken, now: Instant) -> Token {
        let ends = access.lifetime.and_then(|life| now.checked_add(life));
        let life = access.lifetime.unwrap_or_default();
        self.margin = LONGEST_MARGIN.min(life / MARGIN_DIVISOR);
        self.renew_at = ends.and_then(|ends| ends.checked_sub(self.margin));
        Token(Arc::new(Issued {
            secret: access.secret,
            ends,
            serial: self.finished,
        }))
    }

    /// After a failed early renewal: a transient failure is retried a little later, any other only
    /// once the token has expired.
    fn postpone(&mut self, error: &SignInError, now: Instant) {
        let passing = error.is_passing();
        self.renew_at = passing.then(|| now + self.margin / ATTEMPTS_IN_MARGIN);
        let ends_in_s = self.token.as_ref().and_then(Token::remaining);
        let ends_in_s = ends_in_s.unwrap_or_default().as_secs();
        tracing::warn!(
            ends_in_s,
            "the access token could not be renewed early and is used for another {ends_in_s} s: {error}"
        );
    }
}

#[cfg(test)]
mod tests;
