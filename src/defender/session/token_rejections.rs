//! Tracks rejected tokens: decides whether a new one may help, or the run ends.

use url::Url;

use crate::defender::auth::Token;

/// The number of consecutive new tokens that the service may refuse before the run ends. The first
/// is replaced like an expired token. A run that had answers before may have one more.
const REFUSED_TOKENS: u32 = 2;

/// What a refused token means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rejection {
    /// A new token may help.
    Renew,
    /// Another caller has already replaced it.
    Stale,
    /// The service refuses new tokens as well.
    Over,
}

/// The tokens that the service has rejected so far.
#[derive(Default)]
pub(super) struct TokenRejections {
    /// Whether any token was ever accepted.
    accepted: bool,
    /// The last refused token, and the number of consecutive refusals.
    refused: Option<Token>,
    consecutive: u32,
    /// What was requested with these tokens, and whether that was more than one URL.
    first_url: Option<Url>,
    several_urls: bool,
    /// Whether the run is over.
    run_is_over: bool,
}

impl TokenRejections {
    /// Records a rejected token, and returns what that means. If only one machine refuses tokens
    /// that others accept, the run does not end.
    pub(super) fn refuse(&mut self, token: &Token, url: Url) -> Rejection {
        self.several_urls |= self.first_url.as_ref().is_some_and(|first| *first != url);
        self.first_url.get_or_insert(url);
        if self
            .refused
            .as_ref()
            .is_some_and(|refused| !token.is_newer_than(refused))
        {
            return if self.run_is_over {
                Rejection::Over
            } else {
                Rejection::Stale
            };
        }
        self.refused = Some(token.clone());
        self.consecutive += 1;
        let few = self.consecutive < REFUSED_TOKENS + u32::from(self.accepted);
        if few || (self.accepted && !self.several_urls) {
            Rejection::Renew
        } else {
            self.run_is_over = true;
            Rejection::Over
        }
    }

    /// Whether the service ever accepted a token.
    pub(super) fn was_accepted(&self) -> bool {
        self.accepted
    }

    /// Records an accepted token.
    pub(super) fn accept(&mut self) {
        self.accepted = true;
        self.run_is_over = false;
        self.consecutive = 0;
        self.first_url = None;
        self.several_urls = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defender::auth::{AccessToken, SignInError, TokenSource, Tokens};

    struct Endless;

    #[async_trait::async_trait]
    impl TokenSource for Endless {
        async fn sign_in(&self) -> Result<AccessToken, SignInError> {
            Ok(AccessToken {
                secret: "token".into(),
                lifetime: None,
            })
        }
    }

    async fn tokens(count: usize) -> Vec<Token> {
        let source = Tokens::new(Box::new(Endless));
        let mut tokens = vec![source.current().await.unwrap()];
        while tokens.len() < count {
            let next = source.renew(&tokens[tokens.len() - 1]).await.unwrap();
            tokens.push(next);
        }
        tokens
    }

    fn machine(number: u8) -> Url {
        let url = format!("https://api.example/{number}");
        url.parse().unwrap()
    }

    #[tokio::test]
    async fn unanswered_run_ends_at_the_second_rejected_token() {
        let tokens = tokens(2).await;
        let mut rejections = TokenRejections::default();
        assert_eq!(rejections.refuse(&tokens[0], machine(1)), Rejection::Renew);
        assert_eq!(rejections.refuse(&tokens[0], machine(2)), Rejection::Stale);
        assert_eq!(rejections.refuse(&tokens[1], machine(1)), Rejection::Over);
        assert_eq!(rejections.refuse(&tokens[1], machine(2)), Rejection::Over);
    }

    #[tokio::test]
    async fn answered_run_ends_at_the_third_rejected_token() {
        let tokens = tokens(3).await;
        let mut rejections = TokenRejections::default();
        rejections.accept();
        assert_eq!(rejections.refuse(&tokens[0], machine(1)), Rejection::Renew);
        assert_eq!(rejections.refuse(&tokens[1], machine(2)), Rejection::Renew);
        assert_eq!(rejections.refuse(&tokens[2], machine(3)), Rejection::Over);
    }

    #[tokio::test]
    async fn answer_after_the_last_rejection_resets_the_count() {
        let tokens = tokens(4).await;
        let mut rejections = TokenRejections::default();
        rejections.accept();
        for (token, number) in tokens.iter().zip(1..4) {
            rejections.refuse(token, machine(number));
        }
        assert_eq!(rejections.refuse(&tokens[2], machine(4)), Rejection::Over);
        rejections.accept();
        assert_eq!(rejections.refuse(&tokens[2], machine(4)), Rejection::Stale);
        assert_eq!(rejections.refuse(&tokens[3], machine(4)), Rejection::Renew);
    }

    #[tokio::test]
    async fn one_machine_cannot_end_an_answered_run() {
        let tokens = tokens(9).await;
        let mut rejections = TokenRejections::default();
        rejections.accept();
        for token in &tokens {
            assert_eq!(rejections.refuse(token, machine(1)), Rejection::Renew);
        }
    }

    #[tokio::test]
    async fn accepted_token_resets_the_count() {
        let tokens = tokens(8).await;
        let mut rejections = TokenRejections::default();
        rejections.accept();
        for pair in tokens.chunks(2) {
            assert_eq!(rejections.refuse(&pair[0], machine(1)), Rejection::Renew);
            assert_eq!(rejections.refuse(&pair[1], machine(2)), Rejection::Renew);
            rejections.accept();
        }
    }
}
