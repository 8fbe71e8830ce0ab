//! Parses token replies in all the formats that sign-in services use.
//!
//! `azure_identity` accepts one format of the lifetime for each credential kind, and panics if
//! adding the lifetime to the clock overflows. So the reply is parsed here, and `azure_identity`
//! always receives the same format.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{AccessToken, Claims, claims::time_left};

/// Maximum lifetime of a token: a larger number is a mistake or in another unit.
const LONGEST_LIFE: Duration = Duration::from_hours(7 * 24);

/// The lifetime passed to `azure_identity`, which does not need the real one.
const ANY_LIFETIME_S: u32 = 3600;
const ANY_END: &str = "4102444800";

/// Reads the token in the body of a reply that arrived at `now`, if there is one.
pub(super) fn read(body: &[u8], now: Timestamp) -> Option<AccessToken> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let token = body.get("access_token")?.as_str()?.trim();
    if token.is_empty() {
        return None;
    }
    let secret = SecretString::from(token);
    let lifetime = stated_lifetime(&body, now).or_else(|| own_lifetime(&secret, now));
    Some(AccessToken { secret, lifetime })
}

/// The lifetime stated in the reply.
fn stated_lifetime(body: &Value, now: Timestamp) -> Option<Duration> {
    let expires_in = body.get("expires_in").and_then(number);
    let end = body.get("expires_on").and_then(number);
    let left = || end.map(|end| end - now.as_duration().as_secs_f64());
    expires_in.and_then(life).or_else(|| left().and_then(life))
}

/// The lifetime by the token's own `exp` claim.
fn own_lifetime(secret: &SecretString, now: Timestamp) -> Option<Duration> {
    time_left(Claims::read(secret)?.expires_at?, now)
}

/// A number, or a string that contains one.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_f64(),
    }
}

fn life(seconds: f64) -> Option<Duration> {
    let life = Duration::try_from_secs_f64(seconds).ok()?;
    (!life.is_zero() && life <= LONGEST_LIFE).then_some(life)
}

/// A reply with this token that every credential of `azure_identity` can read.
pub(super) fn canonical(token: &AccessToken) -> Vec<u8> {
    let reply = json!({
        "token_type": "Bearer",
        "resource": "",
        "expires_in": ANY_LIFETIME_S,
        "ext_expires_in": ANY_LIFETIME_S,
        "expires_on": ANY_END,
        "access_token": token.secret.expose_secret(),
    });
    reply.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

    use super::*;

    /// The arrival time of the replies.
    const NOW: Timestamp = Timestamp::constant(1_767_323_045, 0);

    fn jwt(payload: &str) -> String {
        format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(payload))
    }

    /// The lifetime in seconds of a token in a reply with these fields.
    fn lifetime(token: &str, fields: &str) -> Option<u64> {
        let body = format!(r#"{{"access_token":"{token}"{fields}}}"#);
        let token = read(body.as_bytes(), NOW).unwrap();
        token.lifetime.map(|life| life.as_secs())
    }

    #[test]
    fn lifetimes_are_read_in_every_spelling() {
        for (fields, expected) in [
            (r#","expires_in":3599"#, Some(3599)),
            (r#","expires_in":"3599""#, Some(3599)),
            (r#","expires_in":" 3599 ""#, Some(3599)),
            (r#","expires_in":3599.0"#, Some(3599)),
            (r#","expires_in":"3599.7""#, Some(3599)),
            (r#","expires_in":1"#, Some(1)),
            (r#","expires_in":604800"#, Some(604_800)),
            (r#","expires_on":1767326645"#, Some(3600)),
            (r#","expires_on":"1767326645""#, Some(3600)),
            (
                r#","expires_in":null,"expires_on":"1767326645""#,
                Some(3600),
            ),
            (r#","expires_in":-1,"expires_on":1767326645"#, Some(3600)),
            (r#","expires_in":60,"expires_on":1767326645"#, Some(60)),
        ] {
            for token in ["opaque", &jwt(r#"{"exp":1767330245}"#)] {
                assert_eq!(lifetime(token, fields), expected, "{fields}");
            }
        }
    }

    #[test]
    fn expiry_of_the_token_is_the_fallback_lifetime() {
        for fields in [
            "",
            r#","expires_in":null"#,
            r#","expires_in":"""#,
            r#","expires_in":"soon""#,
            r#","expires_in":0"#,
            r#","expires_in":-3599"#,
            r#","expires_in":"NaN""#,
            r#","expires_in":true"#,
            r#","expires_in":[3599]"#,
            r#","expires_in":604801"#,
            r#","expires_in":9223372036854775807"#,
            r#","expires_in":1e300"#,
            r#","expires_in":"inf""#,
            r#","expires_on":1"#,
            r#","expires_on":"1e300""#,
        ] {
            for (payload, expected) in [
                (r#"{"exp":1767330245}"#, Some(7200)),
                (r#"{"exp":"1767330245"}"#, Some(7200)),
                (r#"{"exp":1767323045}"#, None),
                (r#"{"exp":1}"#, None),
                (r#"{"exp":1e300}"#, None),
                ("{}", None),
            ] {
                let found = lifetime(&jwt(payload), fields);
                assert_eq!(found, expected, "{payload} {fields}");
            }
            assert_eq!(lifetime("opaque", fields), None, "{fields}");
        }
    }

    #[test]
    fn bodies_without_a_token_are_rejected() {
        for body in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"access_token":null}"#,
            r#"{"access_token":""}"#,
            r#"{"access_token":" "}"#,
            r#"{"access_token":7}"#,
            r#"{"access_token":{"access_token":"a.b.c"}}"#,
            r#"[{"access_token":"a.b.c"}]"#,
            "<html>a.b.c</html>",
        ] {
            assert!(read(body.as_bytes(), NOW).is_none(), "{body}");
        }
    }

    #[test]
    fn canonical_reply_has_a_fixed_form() {
        let token = read(br#"{"access_token":"a\"b","expires_in":"7"}"#, NOW).unwrap();
        let again = canonical(&token);
        let again: Value = serde_json::from_slice(&again).unwrap();
        assert_eq!(again["access_token"], "a\"b");
        assert_eq!(again["expires_in"], 3600);
    }
}
