//! When the certificate of a sign-in ends.

use jiff::Timestamp;

use super::{CredentialKind, SignIn, certificate::Certificate, choose};

/// When the certificate ends that a sign-in uses; `None` if it uses none, or the certificate cannot be read.
pub fn certificate_end(sign_in: &SignIn) -> Option<Timestamp> {
    let is_used = matches!(choose(sign_in), Ok(CredentialKind::Certificate));
    let path = sign_in.certificate().filter(|_| is_used)?;
    let certificate = Certificate::read(path, sign_in.certificate_password.as_ref());
    certificate.ok()?.ends
}
