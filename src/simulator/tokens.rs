//! The issued tokens, and until when each is valid.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

/// The scope that tokens for Azure's storage can be requested for.
pub(super) const STORAGE_SCOPE: &str = "https://storage.azure.com/.default";

/// The service that a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    Defender,
    Graph,
    /// Azure's storage, which is not simulated.
    Storage,
}

/// Every token that the tenant issued.
#[derive(Debug)]
pub(super) struct Tokens {
    lifetime: Duration,
    issued: Mutex<Issued>,
}

#[derive(Debug, Default)]
struct Issued {
    order: Vec<String>,
    valid: HashMap<String, (Audience, Instant)>,
}

impl Tokens {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            issued: Mutex::default(),
        }
    }

    /// Issues the token for this service that `make` makes from its number.
    pub(super) fn issue(&self, audience: Audience, make: impl FnOnce(usize) -> String) -> String {
        self.with(|issued| {
            let token = make(issued.order.len());
            let valid_until = Instant::now() + self.lifetime;
            issued.order.push(token.clone());
            issued.valid.insert(token.clone(), (audience, valid_until));
            token
        })
    }

    /// The service that the token is for, if it was issued here and is still valid.
    pub(super) fn audience(&self, token: &str) -> Option<Audience> {
        let (audience, until) = self.with(|issued| issued.valid.get(token).copied())?;
        (Instant::now() < until).then_some(audience)
    }

    /// Declares the token expired.
    pub(super) fn expire(&self, token: &str) {
        self.with(|issued| issued.valid.remove(token));
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
        let issue = |audience| tokens.issue(audience, |number| format!("token {number}"));
        let (first, second) = (issue(Audience::Defender), issue(Audience::Graph));
        assert_eq!(tokens.audience(&first), Some(Audience::Defender));
        assert_eq!(tokens.audience(&second), Some(Audience::Graph));
        assert_eq!(tokens.audience("token 2"), None);

        tokens.expire(&first);
        assert_eq!(tokens.audience(&first), None);
        assert_eq!(tokens.audience(&second), Some(Audience::Graph));

        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(tokens.audience(&second), None);
        assert_eq!(tokens.all(), ["token 0", "token 1"]);
    }
}
