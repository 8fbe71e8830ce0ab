//! A ready-made access token, obtained outside this program.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{
    AccessToken, Claims, CredentialError, CredentialKind, CredentialSetting, SignIn, SignInError,
    TokenSource, claims::time_left,
};
use crate::domain::{invisible::is_invisible, quotes::unquoted};

/// The ready-made token. It is handed out once: a second request means that it was refused or has
/// expired, and there is no other.
pub(super) struct ReadyMade {
    secret: SecretString,
    ends: Option<Instant>,
    handed_out: AtomicBool,
}

impl ReadyMade {
    pub(super) fn new(sign_in: &SignIn, now: Timestamp) -> Result<Self, CredentialError> {
        let secret = sign_in.access_token().ok_or(CredentialError::Missing {
            kind: CredentialKind::Token,
            setting: CredentialSetting::AccessToken,
        })?;
        let secret = bare(secret)?;
        let expires_at = Claims::read(&secret).and_then(|claims| claims.expires_at);
        let ended = |ended_at| CredentialError::EndedToken { ended_at };
        let lifetime = expires_at.map(|at| time_left(at, now).ok_or(ended(at)));
        let lifetime = lifetime.transpose()?;
        Ok(Self {
            secret,
            ends: lifetime.and_then(|life| Instant::now().checked_add(life)),
            handed_out: AtomicBool::new(false),
        })
    }
}

#[async_trait]
impl TokenSource for ReadyMade {
    async fn sign_in(&self) -> Result<AccessToken, SignInError> {
        if self.handed_out.swap(true, Ordering::SeqCst) {
            return Err(SignInError::ReadyMade);
        }
        Ok(AccessToken {
            secret: self.secret.clone(),
            lifetime: self
                .ends
                .map(|ends| ends.saturating_duration_since(Instant::now())),
        })
    }
}

/// The tenant that a ready-made token names; `None` if it names none.
pub fn tenant_of_token(token: &SecretString) -> Option<String> {
    Claims::read(&bare(token).ok()?)?.tenant_id
}

/// The token without text that is often copied along with it.
fn bare(token: &SecretString) -> Result<SecretString, CredentialError> {
    let token = unquoted(token.expose_secret().trim_matches(is_around));
    let token = without("authorization:", token);
    let token = unquoted(without("bearer", token));
    if !is_token(token) {
        return Err(CredentialError::MalformedToken);
    }
    Ok(token.into())
}

fn is_around(letter: char) -> bool {
    letter.is_whitespace() || is_invisible(letter)
}

/// The text without this prefix, ignoring case.
fn without<'text>(word: &str, text: &'text str) -> &'text str {
    let (before, after) = text.split_at_checked(word.len()).unwrap_or(("", text));
    let rest = if before.eq_ignore_ascii_case(word) {
        after
    } else {
        text
    };
    rest.trim_start()
}

/// Whether a text can be a bearer token by RFC 6750. Quotes and braces, as in JSON, cannot be in one.
pub(super) fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::defender::auth::Tokens;

    /// `exp` is 2026-01-02T03:04:05Z.
    const TOKEN: &str = "e30.eyJleHAiOjE3NjczMjMwNDV9.c2ln";

    fn ready_made(token: &str, now: &str) -> Result<ReadyMade, CredentialError> {
        let mut sign_in = SignIn::sample(CredentialKind::Token);
        sign_in.access_token = Some(token.into());
        ReadyMade::new(&sign_in, now.parse().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn ready_made_token_is_used_until_it_expires() {
        let source = ready_made(TOKEN, "2026-01-02T02:04:05Z").unwrap();
        let tokens = Tokens::new(Box::new(source));
        let token = tokens.current().await.unwrap();
        assert_eq!(token.remaining(), Some(Duration::from_hours(1)));

        tokio::time::advance(Duration::from_mins(59)).await;
        assert!(tokens.current().await.is_ok());
        tokio::time::advance(Duration::from_mins(1)).await;
        let error = tokens.current().await.unwrap_err();
        assert!(matches!(error, SignInError::ReadyMade));
        assert!(error.hint().unwrap().contains("PATCHGAP_ACCESS_TOKEN"));
    }

    #[tokio::test]
    async fn rejected_ready_made_token_is_final() {
        let source = ready_made("opaque", "2026-01-02T02:04:05Z").unwrap();
        let tokens = Tokens::new(Box::new(source));
        let token = tokens.current().await.unwrap();
        assert_eq!(token.remaining(), None);
        let error = tokens.renew(&token).await.unwrap_err();
        assert!(matches!(error, SignInError::ReadyMade));
        assert!(!error.is_passing());
    }

    #[test]
    fn expired_ready_made_token_is_refused_at_once() {
        let error = ready_made(TOKEN, "2026-01-02T03:04:05Z").err().unwrap();
        assert_eq!(
            error.to_string(),
            "the access token provided expired at 2026-01-02T03:04:05Z"
        );
    }

    #[test]
    fn quotes_and_prefixes_around_a_token_are_removed() {
        for (token, expected) in [
            ("abc", Some("abc")),
            (" Bearer abc\r\n", Some("abc")),
            ("bearer abc", Some("abc")),
            ("\"abc\"", Some("abc")),
            ("'Bearer abc'", Some("abc")),
            ("Bearer \"abc\"", Some("abc")),
            ("\u{201c}abc\u{201d}\n", Some("abc")),
            ("\u{feff}abc", Some("abc")),
            ("Authorization: Bearer abc", Some("abc")),
            ("e30.e30.a-b_c", Some("e30.e30.a-b_c")),
            ("a+/b==", Some("a+/b==")),
            ("\"abc", None),
            ("{\"accessToken\":\"abc\"}", None),
            ("abc,def", None),
            ("a\0b\0c\0", None),
            ("", None),
            ("Bearer ", None),
            ("a b", None),
            ("a\nb", None),
            ("é", None),
        ] {
            let bare = bare(&token.into()).ok();
            let bare = bare.as_ref().map(ExposeSecret::expose_secret);
            assert_eq!(bare, expected, "{token:?}");
        }
    }
}
