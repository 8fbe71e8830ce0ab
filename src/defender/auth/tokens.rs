//! The token of a session, renewed in time and by one caller at a time.
//!
//! A token's end is kept as an instant of tokio's clock. Machines sleep and clocks jump,
//! so that instant is an expectation; the service's 401 is the truth, and
//! [`Tokens::renew`] is for that.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use secrecy::SecretString;
use tokio::time::Instant;

use super::{AccessToken, SignInError, TokenSource};

/// No token is renewed earlier than this before its end.
const LONGEST_MARGIN: Duration = Duration::from_mins(5);

/// The part of its life before whose end a token is renewed: a fifth.
const MARGIN_PART: u32 = 5;

/// How often a renewal is tried within the margin.
const TRIES_IN_MARGIN: u32 = 10;

/// A token in use. Clones are the same token.
#[derive(Debug, Clone)]
pub struct Token(Arc<Issued>);

#[derive(Debug)]
struct Issued {
    secret: SecretString,
    ends: Option<Instant>,
    /// Which sign-in brought it: a later one brought a newer token.
    serial: u64,
}

impl Token {
    /// What goes behind `Bearer`.
    pub fn secret(&self) -> &SecretString {
        &self.0.secret
    }

    /// How long it has to live, where that is known.
    pub fn remaining(&self) -> Option<Duration> {
        let ends = self.0.ends?;
        Some(ends.saturating_duration_since(Instant::now()))
    }

    /// Whether a later sign-in brought it.
    pub fn is_newer_than(&self, other: &Self) -> bool {
        self.0.serial > other.0.serial
    }

    fn has_life(&self, now: Instant) -> bool {
        self.0.ends.is_none_or(|ends| now < ends)
    }
}

/// The cache in front of a [`TokenSource`].
pub struct Tokens {
    source: Box<dyn TokenSource>,
    cache: Mutex<Cache>,
    /// Held by the caller that signs in; the others wait for it.
    signing_in: tokio::sync::Mutex<()>,
}

impl Tokens {
    /// An empty cache: the first call signs in.
    pub fn new(source: Box<dyn TokenSource>) -> Self {
        Self {
            source,
            cache: Mutex::default(),
            signing_in: tokio::sync::Mutex::default(),
        }
    }

    /// The token to use now.
    pub async fn current(&self) -> Result<Token, SignInError> {
        let (state, seen) = self.cache.lock().state(Instant::now());
        match state {
            TokenState::Fresh(token) => Ok(token),
            TokenState::Due(token) => self.renew_early(token, seen).await,
            TokenState::Gone => self.join(seen).await,
        }
    }

    /// A token newer than `stale`, which the service refused: signs in once for all who
    /// were refused with that same token.
    pub async fn renew(&self, stale: &Token) -> Result<Token, SignInError> {
        let seen = {
            let mut cache = self.cache.lock();
            if let Some(token) = cache.newer_than(stale, Instant::now()) {
                return Ok(token);
            }
            // Where no sign-in brings another one, this one is still refused.
            cache.discard(stale);
            cache.finished
        };
        self.join(seen).await
    }

    /// Waits for the sign-in that is under way and takes what it brings, be it an error;
    /// makes one when none is. `seen` is how many had ended when the caller came.
    async fn join(&self, seen: u64) -> Result<Token, SignInError> {
        let _signing_in = self.signing_in.lock().await;
        if let Some(result) = self.cache.lock().finished_since(seen) {
            return result;
        }
        self.sign_in().await
    }

    /// Renews a token that still has life. Nobody waits for that but the one who does it,
    /// and a failure costs nothing as long as the old token lives. `seen` as in `join`:
    /// a caller that comes late to the lock does not try once more.
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

/// Whether there is a token at an instant.
enum TokenState {
    /// It can be used.
    Fresh(Token),
    /// It can be used, and it is time to renew it.
    Due(Token),
    /// There is none, or it has ended.
    Gone,
}

/// What is known between two sign-ins.
#[derive(Default)]
struct Cache {
    token: Option<Token>,
    /// When to renew the token early; `None` for never.
    renew_at: Option<Instant>,
    /// How long before the token's end that began.
    margin: Duration,
    /// Sign-ins that have ended, well or not.
    finished: u64,
    /// Why the last one failed, when it did.
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

    /// What the last sign-in brought, when one has ended after the first `seen`.
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
            "a new access token has arrived"
        );
        self.token = Some(token.clone());
        Ok(token)
    }

    /// Sets the clock for a token that arrived just now.
    fn issue(&mut self, access: AccessToken, now: Instant) -> Token {
        let ends = access.lifetime.and_then(|life| now.checked_add(life));
        let life = access.lifetime.unwrap_or_default();
        self.margin = LONGEST_MARGIN.min(life / MARGIN_PART);
        self.renew_at = ends.and_then(|ends| ends.checked_sub(self.margin));
        Token(Arc::new(Issued {
            secret: access.secret,
            ends,
            serial: self.finished,
        }))
    }

    /// After an early renewal that failed: a passing reason is worth another try a little
    /// later, any other is left until the token has ended.
    fn postpone(&mut self, error: &SignInError, now: Instant) {
        let passing = error.is_passing();
        self.renew_at = passing.then(|| now + self.margin / TRIES_IN_MARGIN);
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
