//! The client assertion that a certificate's key signs, used in place of a client secret.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::{error::ErrorKind, http::ClientMethodOptions};
use azure_identity::ClientAssertion;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header};
use serde::Serialize;
use url::Url;

use super::certificate::Certificate;

/// Lifetime of an assertion, in seconds.
const LIFETIME_S: i64 = 600;

/// Signs a new assertion for each sign-in.
#[derive(Debug)]
pub(super) struct Assertion {
    pub(super) certificate: Arc<Certificate>,
    pub(super) client_id: String,
    /// The token endpoint that the assertion is sent to.
    pub(super) audience: Url,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
struct AssertionClaims {
    aud: String,
    iss: String,
    sub: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

#[async_trait]
impl ClientAssertion for Assertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.sign(Timestamp::now()).map_err(|error| {
            let text = format!("the certificate's key cannot sign: {error}");
            azure_core::Error::with_message(ErrorKind::Credential, text)
        })
    }
}

impl Assertion {
    /// The assertion in the form Entra documents: PS256, with the certificate's SHA-256 thumbprint.
    fn sign(&self, now: Timestamp) -> jsonwebtoken::errors::Result<String> {
        let header = Header {
            x5t_s256: Some(self.certificate.thumbprint.clone()),
            ..Header::new(Algorithm::PS256)
        };
        jsonwebtoken::encode(&header, &self.claims(now), &self.certificate.key)
    }

    fn claims(&self, now: Timestamp) -> AssertionClaims {
        let now = now.as_second();
        AssertionClaims {
            aud: self.audience.to_string(),
            iss: self.client_id.clone(),
            sub: self.client_id.clone(),
            jti: format!("{:032x}", fastrand::u128(..)),
            iat: now,
            nbf: now,
            exp: now + LIFETIME_S,
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    use jsonwebtoken::{DecodingKey, Validation};
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::defender::auth::certificate::tests::Rsa;

    #[test]
    fn assertion_verifies_with_its_certificate() {
        let rsa = Rsa::generate();
        let assertion = Assertion {
            certificate: Arc::new(rsa.read()),
            client_id: "app-1".to_owned(),
            audience: Url::parse("https://login.example/t-1/oauth2/v2.0/token").unwrap(),
        };
        let now = Timestamp::now();
        let jwt = assertion.sign(now).unwrap();

        let header = jsonwebtoken::decode_header(&jwt).unwrap();
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(rsa.certificate.der()));
        assert_eq!(header.x5t_s256, Some(thumbprint));
        assert_eq!(header.typ.as_deref(), Some("JWT"));

        let mut validation = Validation::new(Algorithm::PS256);
        validation.validate_nbf = true;
        validation.set_audience(&["https://login.example/t-1/oauth2/v2.0/token"]);
        validation.set_issuer(&["app-1"]);
        let key = DecodingKey::from_rsa_der(rsa.key.public_key_raw());
        let claims = jsonwebtoken::decode::<AssertionClaims>(&jwt, &key, &validation)
            .unwrap()
            .claims;
        assert_eq!(claims.sub, "app-1");
        assert_eq!(claims.nbf, now.as_second());
        assert_eq!(claims.exp, now.as_second() + 600);

        let other = Rsa::generate();
        let key = DecodingKey::from_rsa_der(other.key.public_key_raw());
        assert!(jsonwebtoken::decode::<AssertionClaims>(&jwt, &key, &validation).is_err());
    }

    #[test]
    fn each_assertion_has_its_own_id() {
        let assertion = Assertion {
            certificate: Arc::new(Rsa::generate().read()),
            client_id: "app-1".to_owned(),
            audience: Url::parse("https://login.example/").unwrap(),
        };
        let now = Timestamp::now();
        assert_ne!(assertion.claims(now).jti, assertion.claims(now).jti);
    }

    #[test]
    fn debug_output_hides_the_key() {
        let rsa = Rsa::generate();
        let shown = format!("{:?}", rsa.read());
        assert!(shown.contains("redacted"), "{shown}");
    }
}
