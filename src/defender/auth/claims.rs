//! The claims of an access token.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

/// Unverified claims of a token: suitable for telling users what they hold, never for authorisation
/// decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// The tenant: `tid`.
    pub tenant_id: Option<String>,
    /// The app: `appid`, or `azp` in newer tokens.
    pub app_id: Option<String>,
    /// The granted application permissions: `roles`.
    pub roles: Vec<String>,
    /// The delegated permissions of a user token: `scp`.
    pub scopes: Vec<String>,
    /// When the token expires: `exp`.
    pub expires_at: Option<Timestamp>,
    /// The intended recipient of the token: `aud`.
    pub audience: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ClaimsDto {
    tid: Value,
    appid: Value,
    azp: Value,
    roles: Value,
    scp: Value,
    exp: Value,
    aud: Value,
}

impl Claims {
    /// Reads the claims of a token; `None` for an opaque token.
    pub fn read(token: &SecretString) -> Option<Self> {
        let mut parts = token.expose_secret().split('.');
        let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        let payload = payload.trim_end_matches('=');
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
        let payload: ClaimsDto = serde_json::from_slice(&payload).ok()?;
        Some(Self {
            tenant_id: text(&payload.tid),
            app_id: text(&payload.appid).or_else(|| text(&payload.azp)),
            roles: list(&payload.roles),
            scopes: list(&payload.scp),
            expires_at: instant(&payload.exp),
            audience: list(&payload.aud).into_iter().next(),
        })
    }
}

/// How long a token lives that ends at `end`; `None` if it has ended.
pub(super) fn time_left(end: Timestamp, now: Timestamp) -> Option<Duration> {
    let left = Duration::try_from(end.duration_since(now)).ok();
    left.filter(|left| !left.is_zero())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A list of words: an array, or a string separated by spaces.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(text).collect(),
        Value::String(words) => words.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Seconds since the epoch; some issuers send them with a fraction, or as a string.
#[expect(clippy::cast_possible_truncation, reason = "a fraction of a second")]
fn instant(value: &Value) -> Option<Timestamp> {
    let seconds = match value {
        Value::String(text) => text.trim().parse().ok()?,
        value => value
            .as_i64()
            .or_else(|| value.as_f64().map(|seconds| seconds as i64))?,
    };
    Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> SecretString {
        let payload = BASE64_URL_SAFE_NO_PAD.encode(payload);
        format!("eyJhbGciOiJSUzI1NiJ9.{payload}.c2ln").into()
    }

    #[test]
    fn app_token_has_roles() {
        let claims = Claims::read(&token(
            r#"{"aud":"https://api.securitycenter.microsoft.com","tid":"t-1","appid":"a-1",
               "roles":["Software.Read.All","Machine.Read.All"],"exp":1767323045}"#,
        ));
        assert_eq!(
            claims,
            Some(Claims {
                tenant_id: Some("t-1".into()),
                app_id: Some("a-1".into()),
                roles: vec!["Software.Read.All".into(), "Machine.Read.All".into()],
                scopes: vec![],
                expires_at: Some("2026-01-02T03:04:05Z".parse().unwrap()),
                audience: Some("https://api.securitycenter.microsoft.com".into()),
            })
        );
    }

    #[test]
    fn user_token_has_scopes() {
        let claims = Claims::read(&token(
            r#"{"azp":"a-2","scp":"Software.Read user_impersonation","exp":1767323045.7,"aud":["x","y"]}"#,
        ))
        .unwrap();
        assert_eq!(claims.app_id.as_deref(), Some("a-2"));
        assert_eq!(claims.scopes, ["Software.Read", "user_impersonation"]);
        assert_eq!(claims.audience.as_deref(), Some("x"));
        assert!(claims.expires_at.is_some());
    }

    #[test]
    fn opaque_token_has_no_claims() {
        for token in ["", "opaque", "a.b.c", "a.!.c", "a..c", "e30.NQ.c2ln"] {
            assert_eq!(Claims::read(&token.into()), None, "{token}");
        }
    }

    #[test]
    fn malformed_claims_are_ignored() {
        let claims = Claims::read(&token(r#"{"tid":7,"roles":null,"exp":"soon","aud":{}}"#));
        assert_eq!(claims, Some(Claims::default()));
    }
}
