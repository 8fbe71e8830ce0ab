//! The tokens handed out, and until when each is good.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Every token that the tenant handed out.
#[derive(Debug)]
pub(super) struct Tokens {
    lifetime: Duration,
    issued: Mutex<Issued>,
}

#[derive(Debug, Default)]
struct Issued {
    order: Vec<String>,
    good_until: HashMap<String, Instant>,
}

impl Tokens {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            issued: Mutex::default(),
        }
    }

    /// Hands out what `make` makes of its number.
    pub(super) fn issue(&self, make: impl FnOnce(usize) -> String) -> String {
        self.with(|issued| {
            let token = make(issued.order.len());
            let good_until = Instant::now() + self.lifetime;
            issued.order.push(token.clone());
            issued.good_until.insert(token.clone(), good_until);
            token
        })
    }

    /// Whether the token was handed out here and is good still.
    pub(super) fn is_good(&self, token: &str) -> bool {
        let good_until = self.with(|issued| issued.good_until.get(token).copied());
        good_until.is_some_and(|until| Instant::now() < until)
    }

    /// Declares the token expired.
    pub(super) fn expire(&self, token: &str) {
        self.with(|issued| issued.good_until.remove(token));
    }

    /// Every token ever handed out, in order.
    pub(super) fn all(&self) -> Vec<String> {
        self.with(|issued| issued.order.clone())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Issued) -> T) -> T {
        work(&mut self.issued.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_token_is_good_for_its_lifetime_unless_declared_expired() {
        let tokens = Tokens::new(Duration::from_mins(1));
        let first = tokens.issue(|number| format!("token {number}"));
        let second = tokens.issue(|number| format!("token {number}"));
        assert!(tokens.is_good(&first) && tokens.is_good(&second));
        assert!(!tokens.is_good("token 2"));

        tokens.expire(&first);
        assert!(!tokens.is_good(&first) && tokens.is_good(&second));

        tokio::time::advance(Duration::from_mins(1)).await;
        assert!(!tokens.is_good(&second));
        assert_eq!(tokens.all(), ["token 0", "token 1"]);
    }
}
