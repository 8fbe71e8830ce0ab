//! The issued tokens, and until when each is valid.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

/// Every token that the tenant issued.
#[derive(Debug)]
pub(super) struct Tokens {
    lifetime: Duration,
    issued: Mutex<Issued>,
}

#[derive(Debug, Default)]
struct Issued {
    order: Vec<String>,
    valid_until: HashMap<String, Instant>,
}

impl Tokens {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            issued: Mutex::default(),
        }
    }

    /// Issues the token that `make` makes from its number.
    pub(super) fn issue(&self, make: impl FnOnce(usize) -> String) -> String {
        self.with(|issued| {
            let token = make(issued.order.len());
            let valid_until = Instant::now() + self.lifetime;
            issued.order.push(token.clone());
            issued.valid_until.insert(token.clone(), valid_until);
            token
        })
    }

    /// Whether the token was issued here and is still valid.
    pub(super) fn is_valid(&self, token: &str) -> bool {
        let valid_until = self.with(|issued| issued.valid_until.get(token).copied());
        valid_until.is_some_and(|until| Instant::now() < until)
    }

    /// Declares the token expired.
    pub(super) fn expire(&self, token: &str) {
        self.with(|issued| issued.valid_until.remove(token));
    }

    /// Every token ever issued, in order.
    pub(super) fn all(&self) -> Vec<String> {
        self.with(|issued| issued.order.clone())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Issued) -> T) -> T {
        work(&mut self.issued.lock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn token_is_valid_for_its_lifetime_unless_expired_early() {
        let tokens = Tokens::new(Duration::from_mins(1));
        let first = tokens.issue(|number| format!("token {number}"));
        let second = tokens.issue(|number| format!("token {number}"));
        assert!(tokens.is_valid(&first) && tokens.is_valid(&second));
        assert!(!tokens.is_valid("token 2"));

        tokens.expire(&first);
        assert!(!tokens.is_valid(&first) && tokens.is_valid(&second));

        tokio::time::advance(Duration::from_mins(1)).await;
        assert!(!tokens.is_valid(&second));
        assert_eq!(tokens.all(), ["token 0", "token 1"]);
    }
}
