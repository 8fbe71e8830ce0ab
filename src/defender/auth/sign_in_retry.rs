//! Retries a sign-in that got no answer; such failures are usually short.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::warn;

use super::{SignInError, Token, Tokens};
use crate::domain::text::span;

/// The first delay; each further one is twice as long.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// The longest delay, unless the sign-in service asks for more.
const MAX_DELAY: Duration = Duration::from_secs(30);

/// Retries sign-ins; one caller retries for all.
#[derive(Debug, Default)]
pub struct SignInRetry {
    /// Held by the caller that retries; the others wait for its result.
    trying: tokio::sync::Mutex<()>,
}

impl SignInRetry {
    /// The token to use now. A sign-in that fails for a transient reason is retried for up to
    /// `longest`; after that, the last failure is returned.
    pub async fn token(&self, tokens: &Tokens, longest: Duration) -> Result<Token, SignInError> {
        loop {
            let error = match tokens.current().await {
                Err(error) if error.is_passing() => error,
                result => return result,
            };
            match self.trying.try_lock() {
                Ok(_trying) => return retry_sign_in(tokens, error, longest).await,
                Err(_) => drop(self.trying.lock().await),
            }
        }
    }
}

/// Retries a sign-in that failed for a transient reason, for up to `longest`.
pub async fn retry_sign_in(
    tokens: &Tokens,
    mut error: SignInError,
    longest: Duration,
) -> Result<Token, SignInError> {
    warn_of(&error, longest);
    let began = Instant::now();
    let mut pause = FIRST_DELAY;
    loop {
        let left = longest.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Err(error);
        }
        let requested_wait = error.retry_after().unwrap_or_default();
        sleep(pause.max(requested_wait).min(left)).await;
        match tokens.current().await {
            Err(again) if again.is_passing() => error = again,
            Err(refused) => return Err(refused),
            Ok(token) => {
                warn!(
                    "The sign-in is responding again after {}",
                    span(began.elapsed())
                );
                return Ok(token);
            }
        }
        pause = (pause * 2).min(MAX_DELAY);
    }
}

/// Logs what the run is waiting for, which is not logged elsewhere.
fn warn_of(error: &SignInError, longest: Duration) {
    let hint = error.hint().map(|hint| format!(" ({hint})"));
    warn!(
        http_status = error.http_status(),
        code = error.code(),
        correlation_id = error.correlation_id(),
        "The sign-in is not responding; pausing all requests until it does, for up \
         to {}: {error}{}",
        span(longest),
        hint.unwrap_or_default()
    );
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    };

    use super::*;
    use crate::defender::auth::{AccessToken, CredentialKind, Refusal, TokenSource};

    /// A sign-in that fails with these errors, one after the other, and records its attempts.
    #[derive(Clone, Default)]
    struct Script(std::sync::Arc<Inner>);

    #[derive(Default)]
    struct Inner {
        errors: Mutex<Vec<SignInError>>,
        forever: bool,
        tries: AtomicUsize,
        tried: Mutex<Vec<Instant>>,
    }

    #[async_trait::async_trait]
    impl TokenSource for Script {
        async fn sign_in(&self) -> Result<AccessToken, SignInError> {
            self.0.tries.fetch_add(1, SeqCst);
            self.0.tried.lock().unwrap().push(Instant::now());
            sleep(Duration::from_millis(100)).await;
            let mut errors = self.0.errors.lock().unwrap();
            if self.0.forever {
                return Err(errors[0].clone());
            }
            match errors.pop() {
                Some(error) => Err(error),
                None => Ok(AccessToken {
                    secret: "token".into(),
                    lifetime: Some(Duration::from_hours(1)),
                }),
            }
        }
    }

    fn failing(errors: Vec<SignInError>, forever: bool) -> (Script, Tokens) {
        let script = Script(std::sync::Arc::new(Inner {
            errors: Mutex::new(errors),
            forever,
            ..Inner::default()
        }));
        let tokens = Tokens::new(Box::new(script.clone()));
        (script, tokens)
    }

    fn silence() -> SignInError {
        SignInError::TimedOut {
            kind: CredentialKind::Secret,
            time_limit: Duration::from_secs(15),
        }
    }

    fn refusal(http_status: u16, error: &str, retry_after: Option<u64>) -> SignInError {
        SignInError::Refused {
            kind: CredentialKind::Secret,
            refusal: Box::new(Refusal {
                http_status,
                error: Some(error.to_owned()),
                codes: Vec::new(),
                text: error.to_owned(),
                correlation_id: None,
                retry_after: retry_after.map(Duration::from_secs),
            }),
        }
    }

    /// The pauses between attempts, in whole seconds.
    fn pauses(script: &Script) -> Vec<u64> {
        let tried = script.0.tried.lock().unwrap();
        let pauses = tried.windows(2).map(|pair| (pair[1] - pair[0]).as_secs());
        pauses.collect()
    }

    const HOUR: Duration = Duration::from_hours(1);

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_until_the_sign_in_answers() {
        let (script, tokens) = failing(vec![silence(); 8], false);
        let retry = SignInRetry::default();
        assert!(retry.token(&tokens, HOUR).await.is_ok());
        assert_eq!(pauses(&script), [1, 2, 4, 8, 16, 30, 30, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn last_failure_is_returned_after_the_limit() {
        for minutes in [5, 60] {
            let (script, tokens) = failing(vec![silence()], true);
            let start = Instant::now();
            let longest = Duration::from_mins(minutes);
            let error = SignInRetry::default().token(&tokens, longest).await;
            assert!(error.unwrap_err().is_passing());
            assert_eq!(start.elapsed().as_secs(), minutes * 60, "{minutes}");
            let tries = script.0.tries.load(SeqCst) as u64;
            assert!((minutes * 2..minutes * 2 + 6).contains(&tries), "{tries}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn refusal_ends_the_wait() {
        let no = || refusal(401, "invalid_client", None);
        for (errors, seconds) in [(vec![no()], 0), (vec![no(), silence(), silence()], 3)] {
            let (_, tokens) = failing(errors, false);
            let start = Instant::now();
            let error = SignInRetry::default()
                .token(&tokens, HOUR)
                .await
                .unwrap_err();
            assert!(!error.is_passing());
            assert_eq!(start.elapsed().as_secs(), seconds);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_respected_within_the_limit() {
        let busy = |seconds| refusal(429, "throttled", Some(seconds));
        let (script, tokens) = failing(vec![silence(), busy(40), busy(1)], false);
        assert!(SignInRetry::default().token(&tokens, HOUR).await.is_ok());
        assert_eq!(pauses(&script), [1, 40, 4]);
        let (_, tokens) = failing(vec![busy(7200)], true);
        let start = Instant::now();
        assert!(SignInRetry::default().token(&tokens, HOUR).await.is_err());
        assert_eq!(start.elapsed().as_secs(), 3600);
    }

    #[tokio::test(start_paused = true)]
    async fn concurrent_callers_share_one_attempt() {
        let (script, tokens) = failing(vec![silence(); 4], false);
        let retry = SignInRetry::default();
        let all = (0..50).map(|_| retry.token(&tokens, HOUR));
        let all = futures::future::join_all(all).await;
        assert!(all.into_iter().all(|token| token.is_ok()));
        assert_eq!(script.0.tries.load(SeqCst), 5);
    }

    /// A rejected token is not used again, even if there is no other.
    #[tokio::test(start_paused = true)]
    async fn rejected_token_is_replaced_when_the_sign_in_answers_again() {
        let (script, tokens) = failing(Vec::new(), false);
        let retry = SignInRetry::default();
        let stale = retry.token(&tokens, HOUR).await.unwrap();
        script
            .0
            .errors
            .lock()
            .unwrap()
            .extend([silence(), silence()]);
        assert!(tokens.renew(&stale).await.is_err());
        let start = Instant::now();
        let token = retry.token(&tokens, HOUR).await.unwrap();
        assert!(token.is_newer_than(&stale));
        assert_eq!(start.elapsed().as_secs(), 1);
    }
}
