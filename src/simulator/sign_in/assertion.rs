//! Client assertions: how an application proves itself without a secret.

use std::{fmt, slice};

use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, dangerous::insecure_decode_claims, decode,
    decode_header,
};
use serde::Deserialize;

use crate::simulator::error::SimulatorError;

use super::refusal::Refusal;

/// Seconds that clocks may disagree by.
const LEEWAY: i64 = 300;

/// Checks assertions against the application's certificate, if one is known.
#[derive(Clone)]
pub(super) struct AssertionCheck {
    key: Option<DecodingKey>,
}

/// Whom and what an assertion must speak of.
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

impl AssertionCheck {
    pub(super) fn new(certificate_pem: Option<&str>) -> Result<Self, SimulatorError> {
        let key = certificate_pem
            .map(|pem| DecodingKey::from_rsa_pem(pem.as_bytes()))
            .transpose()
            .map_err(SimulatorError::AssertionCertificate)?;
        Ok(Self { key })
    }

    pub(super) fn check(&self, assertion: &str, expected: Expected<'_>) -> Result<(), Refusal> {
        let header = decode_header(assertion).map_err(|_| malformed())?;
        let claims = match &self.key {
            Some(key) => signed_claims(assertion, &header, key)?,
            None => insecure_decode_claims(assertion).map_err(|_| malformed())?,
        };
        check_claims(&claims, expected)
    }
}

/// The claims, if the certificate's owner signed them and says so.
fn signed_claims(assertion: &str, header: &Header, key: &DecodingKey) -> Result<Claims, Refusal> {
    if header.x5t.is_none() && header.x5t_s256.is_none() && header.kid.is_none() {
        let message = "Invalid JWT token. Token missing required kid or x5t header.";
        return Err(Refusal::client(5_002_730, message));
    }
    let mut validation = Validation::new(Algorithm::RS256);
    validation.algorithms = vec![Algorithm::RS256, Algorithm::PS256];
    // The claims are checked by the tenant's own clock.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let token = decode(assertion, key, &validation).map_err(|_| unregistered())?;
    Ok(token.claims)
}

fn check_claims(claims: &Claims, expected: Expected<'_>) -> Result<(), Refusal> {
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

impl fmt::Debug for AssertionCheck {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AssertionCheck")
            .field("by_certificate", &self.key.is_some())
            .finish()
    }
}

fn malformed() -> Refusal {
    Refusal::client(50027, "JWT token is invalid or malformed.")
}

fn unregistered() -> Refusal {
    Refusal::client(
        700_027,
        "The certificate with identifier used to sign the client assertion is not registered \
         on application.",
    )
}
