//! Client assertions: how an application authenticates without a secret.

use std::slice;

use jsonwebtoken::dangerous::insecure_decode_claims;
use serde::Deserialize;

use super::refusal::Refusal;

/// The maximum clock difference in seconds.
const LEEWAY: i64 = 300;

/// The expected contents of an assertion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) client_id: &'a str,
    /// The URL of the token endpoint.
    pub(super) audience: &'a str,
    /// Seconds since 1970.
    pub(super) now: i64,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    nbf: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Checks an assertion. Any signature is accepted.
pub(super) fn check(assertion: &str, expected: Expected<'_>) -> Result<(), Refusal> {
    let malformed = || Refusal::client(50027, "JWT token is invalid or malformed.");
    let claims: Claims = insecure_decode_claims(assertion).map_err(|_| malformed())?;
    if claims.iss != expected.client_id || claims.sub != expected.client_id {
        let message =
            "Client assertion application identifier doesn't match 'client_id' parameter.";
        return Err(Refusal::client(700_021, message));
    }
    if !claims.aud.names(expected.audience) {
        let message = "Client assertion audience claim does not match Realm issuer.";
        return Err(Refusal::client(700_023, message));
    }
    let begun = claims
        .nbf
        .is_none_or(|begin| begin - LEEWAY <= expected.now);
    if claims.exp <= expected.now || !begun {
        let message = "Client assertion is not within its valid time range.";
        return Err(Refusal::client(700_024, message));
    }
    Ok(())
}

impl Audience {
    fn names(&self, audience: &str) -> bool {
        let named = match self {
            Self::One(one) => slice::from_ref(one),
            Self::Several(several) => several,
        };
        named.iter().any(|name| name == audience)
    }
}
