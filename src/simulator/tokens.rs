//! The issued tokens, with their expiry.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

/// The role for missing KBs and software.
pub(super) const SOFTWARE_ROLE: &str = "Software.Read.All";
/// The role for the machine list.
pub(super) const LIST_ROLE: &str = "Machine.Read.All";
/// The role for the export of vulnerabilities, and for their changes.
pub(super) const EXPORT_ROLE: &str = "Vulnerability.Read.All";
/// The role for hunting, in Graph.
pub(super) const HUNTING_ROLE: &str = "ThreatHunting.Read.All";

/// The service that a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    Defender,
    Graph,
    /// Azure's storage, which is not simulated.
    Storage,
}

impl Audience {
    pub(super) const ALL: [Self; 3] = [Self::Defender, Self::Graph, Self::Storage];

    /// The scope that tokens for it are requested for.
    pub(super) const fn scope(self) -> &'static str {
        match self {
            Self::Defender => "https://api.securitycenter.microsoft.com/.default",
            Self::Graph => "https://graph.microsoft.com/.default",
            Self::Storage => "https://storage.azure.com/.default",
        }
    }

    /// The roles that the application was granted.
    pub(super) const fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Defender => &["Alert.Read.All", LIST_ROLE, SOFTWARE_ROLE, EXPORT_ROLE],
            Self::Graph => &[HUNTING_ROLE],
            Self::Storage => &[],
        }
    }
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

    /// Issues a token for this service; `make` creates it from its number.
    pub(super) fn issue(&self, audience: Audience, make: impl FnOnce(usize) -> String) -> String {
        let mut issued = self.issued.lock();
        let token = make(issued.order.len());
        let valid_until = Instant::now() + self.lifetime;
        issued.order.push(token.clone());
        issued.valid.insert(token.clone(), (audience, valid_until));
        token
    }

    /// The service that the token is for, if it was issued by this tenant and is still valid.
    pub(super) fn audience(&self, token: &str) -> Option<Audience> {
        let (audience, until) = self.issued.lock().valid.get(token).copied()?;
        (Instant::now() < until).then_some(audience)
    }

    /// Declares the token expired.
    pub(super) fn expire(&self, token: &str) {
        self.issued.lock().valid.remove(token);
    }

    /// Every token ever issued, in order.
    pub(super) fn all(&self) -> Vec<String> {
        self.issued.lock().order.clone()
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
