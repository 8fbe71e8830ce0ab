use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use secrecy::ExposeSecret;
use tokio::time::{advance, sleep};

use super::*;
use crate::defender::auth::CredentialKind;

const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);

/// A scripted sign-in: tokens of these lifetimes, or errors, repeating the last.
#[derive(Clone)]
struct Script(Arc<Inner>);

struct Inner {
    calls: AtomicUsize,
    takes: Duration,
    steps: Mutex<Vec<Result<Option<Duration>, SignInError>>>,
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Result<Option<Duration>, SignInError>>) -> Self {
        let mut steps: Vec<_> = steps.into_iter().collect();
        steps.reverse();
        Self(Arc::new(Inner {
            calls: AtomicUsize::new(0),
            takes: Duration::from_secs(2),
            steps: Mutex::new(steps),
        }))
    }

    fn tokens(&self) -> Tokens {
        Tokens::new(Box::new(self.clone()))
    }

    fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }
}

#[async_trait::async_trait]
impl TokenSource for Script {
    async fn sign_in(&self) -> Result<AccessToken, SignInError> {
        let call = self.0.calls.fetch_add(1, Ordering::SeqCst) + 1;
        sleep(self.0.takes).await;
        let mut steps = self.0.steps.lock().unwrap();
        let step = match steps.len() {
            1 => steps[0].clone(),
            _ => steps.pop().unwrap(),
        };
        step.map(|lifetime| AccessToken {
            secret: format!("token-{call}").into(),
            lifetime,
        })
    }
}

fn passing() -> SignInError {
    SignInError::TimedOut {
        kind: CredentialKind::Secret,
        time_limit: Duration::from_secs(15),
    }
}

async fn current(tokens: &Tokens) -> String {
    text(&tokens.current().await.unwrap())
}

fn text(token: &Token) -> String {
    token.secret().expose_secret().to_owned()
}

#[tokio::test(start_paused = true)]
async fn concurrent_callers_share_one_sign_in() {
    let script = Script::new([Ok(Some(HOUR))]);
    let tokens = script.tokens();
    let all = join_all((0..100).map(|_| current(&tokens))).await;
    assert!(all.iter().all(|token| token == "token-1"));
    assert_eq!(script.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn waiting_callers_share_the_error_and_the_next_one_retries() {
    let script = Script::new([Err(passing()), Ok(Some(HOUR))]);
    let tokens = script.tokens();
    let all = join_all((0..100).map(|_| tokens.current())).await;
    assert!(all.iter().all(Result::is_err));
    assert_eq!(script.calls(), 1);
    assert_eq!(current(&tokens).await, "token-2");
}

#[tokio::test(start_paused = true)]
async fn cancelled_caller_does_not_affect_others() {
    let script = Script::new([Ok(Some(HOUR))]);
    let tokens = script.tokens();
    let impatient = tokio::time::timeout(Duration::from_secs(1), tokens.current());
    let (impatient, patient) = futures::join!(impatient, current(&tokens));
    assert!(impatient.is_err());
    assert_eq!(patient, "token-2");
}

#[tokio::test(start_paused = true)]
async fn tokens_are_renewed_before_their_end() {
    for (lifetime, almost) in [
        (60 * 60, 55 * 60 - 1),
        (25 * 60, 20 * 60 - 1),
        (10 * 60, 8 * 60 - 1),
        (10, 8 - 1),
    ] {
        let lifetime = Duration::from_secs(lifetime);
        let script = Script::new([Ok(Some(lifetime))]);
        let tokens = script.tokens();
        assert_eq!(current(&tokens).await, "token-1");
        advance(Duration::from_secs(almost)).await;
        assert_eq!(current(&tokens).await, "token-1", "{lifetime:?}");
        advance(Duration::from_secs(1)).await;
        assert_eq!(current(&tokens).await, "token-2", "{lifetime:?}");
        assert_eq!(script.calls(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_renewing_caller_waits_for_an_early_renewal() {
    let script = Script::new([Ok(Some(HOUR))]);
    let tokens = script.tokens();
    current(&tokens).await;
    advance(56 * MINUTE).await;
    let all = join_all((0..8).map(|_| current(&tokens))).await;
    assert_eq!(all.iter().filter(|token| *token == "token-2").count(), 1);
    assert_eq!(all.iter().filter(|token| *token == "token-1").count(), 7);
    assert_eq!(script.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn failed_early_renewal_keeps_the_old_token_and_is_retried_later() {
    let script = Script::new([Ok(Some(HOUR)), Err(passing()), Ok(Some(HOUR))]);
    let tokens = script.tokens();
    current(&tokens).await;
    advance(56 * MINUTE).await;
    for _ in 0..50 {
        assert_eq!(current(&tokens).await, "token-1");
    }
    assert_eq!(script.calls(), 2, "one try, not one for each call");
    advance(MINUTE / 2).await;
    assert_eq!(current(&tokens).await, "token-3");
}

#[tokio::test(start_paused = true)]
async fn token_that_cannot_be_renewed_is_used_until_it_expires() {
    let script = Script::new([Ok(Some(HOUR)), Err(SignInError::ReadyMade)]);
    let tokens = script.tokens();
    current(&tokens).await;
    for _ in 0..4 {
        advance(14 * MINUTE).await;
        assert_eq!(current(&tokens).await, "token-1");
    }
    advance(3 * MINUTE).await;
    assert_eq!(current(&tokens).await, "token-1");
    assert_eq!(script.calls(), 2, "no further early try");
    advance(MINUTE).await;
    assert!(tokens.current().await.is_err(), "the hour is over");
}

#[tokio::test(start_paused = true)]
async fn token_without_expiry_is_kept() {
    let script = Script::new([Ok(None)]);
    let tokens = script.tokens();
    let token = tokens.current().await.unwrap();
    assert_eq!(token.remaining(), None);
    advance(100 * HOUR).await;
    assert_eq!(current(&tokens).await, "token-1");
}

#[tokio::test(start_paused = true)]
async fn rejected_token_is_renewed_once_for_all_callers() {
    let script = Script::new([Ok(Some(HOUR))]);
    let tokens = script.tokens();
    let stale = tokens.current().await.unwrap();
    let all = join_all((0..20).map(|_| tokens.renew(&stale))).await;
    assert!(
        all.iter()
            .all(|token| text(token.as_ref().unwrap()) == "token-2")
    );
    assert_eq!(script.calls(), 2);

    let late = tokens.renew(&stale).await.unwrap();
    assert_eq!(text(&late), "token-2", "somebody has already renewed it");
    assert_eq!(script.calls(), 2);

    assert_eq!(text(&tokens.renew(&late).await.unwrap()), "token-3");
}

#[tokio::test(start_paused = true)]
async fn debug_output_hides_the_token() {
    let script = Script::new([Ok(Some(HOUR))]);
    let token = script.tokens().current().await.unwrap();
    assert!(!format!("{token:?}").contains("token-1"));
}
