//! Reads the certificate for a sign-in from a PEM or PKCS#12 file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::EncodingKey;
use p12_keystore::Pkcs12Archive;
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use rustls_pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer,
    pem::{self, PemObject},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use thiserror::Error;
use x509_parser::parse_x509_certificate;

use crate::domain::{quotes::unquoted, stored_text::stored_text};

/// The first bytes of every PEM section.
const PEM_MARK: &[u8] = b"-----BEGIN ";

/// Text that only encrypted private keys contain, in PKCS#8 and in OpenSSL's older format.
const ENCRYPTED_MARKS: [&[u8]; 2] = [b"BEGIN ENCRYPTED PRIVATE KEY", b"Proc-Type: 4,ENCRYPTED"];

/// A certificate file that cannot be used.
#[derive(Debug, Error)]
#[error("certificate file `{}`", path.display())]
pub struct CertificateError {
    path: PathBuf,
    #[source]
    problem: CertificateProblem,
}

/// Why a certificate file cannot be used.
#[derive(Debug, Error)]
pub enum CertificateProblem {
    /// The file cannot be read.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
    /// It starts like PEM but is not valid PEM.
    #[error("is not valid PEM")]
    Pem(#[source] pem::Error),
    /// The private key is encrypted; encrypted PEM keys are not supported.
    #[error("the private key is encrypted")]
    Encrypted,
    /// It is neither PEM nor PKCS#12, or the password is wrong.
    #[error("is neither PEM nor a PKCS#12 file that this password opens")]
    Pkcs12(#[source] p12_keystore::error::Error),
    /// It contains no private key.
    #[error("contains no private key")]
    NoKey,
    /// The key is of a type that Entra does not accept.
    #[error("the private key is not an RSA key")]
    NotRsa,
    /// It contains no certificate.
    #[error("contains no certificate")]
    NoCertificate,
    /// It contains certificates, but none that matches the private key.
    #[error("none of its certificates matches its private key")]
    WrongKey,
}

impl CertificateError {
    /// How to fix it.
    pub fn hint(&self) -> Option<&'static str> {
        match self.problem {
            CertificateProblem::Unreadable(_) => None,
            CertificateProblem::Encrypted => Some(
                "put both into a PKCS#12 file with a password: `openssl pkcs12 -export -inkey \
                 key.pem -in certificate.pem -out certificate.pfx`, and set \
                 AZURE_CLIENT_CERTIFICATE_PASSWORD",
            ),
            CertificateProblem::Pkcs12(_) => {
                Some("check AZURE_CLIENT_CERTIFICATE_PASSWORD: it opens the PKCS#12 file")
            }
            CertificateProblem::NotRsa => {
                Some("Entra only accepts RSA certificates: register one of at least 2048 bits")
            }
            CertificateProblem::Pem(_)
            | CertificateProblem::NoKey
            | CertificateProblem::NoCertificate
            | CertificateProblem::WrongKey => Some(
                "the file must contain the certificate and its private key: PEM with both, or \
                 PKCS#12",
            ),
        }
    }

    /// What is wrong with the file.
    pub fn problem(&self) -> &CertificateProblem {
        &self.problem
    }
}

/// A certificate's thumbprint and its private key. The key is wiped on drop, and `Debug` does not
/// show it.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) key: EncodingKey,
    /// SHA-256 of the certificate, encoded as in a JWT's `x5t#S256`.
    pub(super) thumbprint: String,
    /// When the certificate ends, if that can be read.
    pub(super) ends: Option<Timestamp>,
}

/// The contents of a file.
struct KeyAndCertificates {
    key: PrivateKeyDer<'static>,
    certificates: Vec<CertificateDer<'static>>,
}

impl Certificate {
    /// Reads a PEM or PKCS#12 file. The format is detected from the content, not from the file
    /// name.
    pub(super) fn read(
        path: &Path,
        password: Option<&SecretString>,
    ) -> Result<Self, CertificateError> {
        fs::read(path)
            .map_err(CertificateProblem::Unreadable)
            .and_then(|content| Self::parse(&content, password))
            .map_err(|problem| CertificateError {
                path: path.to_owned(),
                problem,
            })
    }

    fn parse(content: &[u8], password: Option<&SecretString>) -> Result<Self, CertificateProblem> {
        let text = stored_text(content);
        let content = text.as_ref().map_or(content, |text| text.as_bytes());
        let contents = if contains(content, PEM_MARK) {
            from_pem(content)?
        } else {
            from_pkcs12(content, password)?
        };
        contents.pair()
    }
}

impl KeyAndCertificates {
    /// The key, with the certificate that was issued for it.
    fn pair(&self) -> Result<Certificate, CertificateProblem> {
        let pair = KeyPair::try_from(&self.key).map_err(|_| CertificateProblem::NotRsa)?;
        if !pair.is_compatible(&PKCS_RSA_SHA256) {
            return Err(CertificateProblem::NotRsa);
        }
        if self.certificates.is_empty() {
            return Err(CertificateProblem::NoCertificate);
        }
        // A certificate contains its public key byte for byte.
        let own = self
            .certificates
            .iter()
            .find(|certificate| contains(certificate, pair.public_key_raw()))
            .ok_or(CertificateProblem::WrongKey)?;
        Ok(Certificate {
            key: self.signing_key(&pair)?,
            thumbprint: BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(own)),
            ends: end(own),
        })
    }

    /// The key in the form the signer accepts: bare RSA, or PEM for the other format.
    fn signing_key(&self, pair: &KeyPair) -> Result<EncodingKey, CertificateProblem> {
        match &self.key {
            PrivateKeyDer::Pkcs1(key) => Ok(EncodingKey::from_rsa_der(key.secret_pkcs1_der())),
            _ => EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes())
                .map_err(|_| CertificateProblem::NotRsa),
        }
    }
}

fn end(certificate: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = parse_x509_certificate(certificate).ok()?;
    let end = certificate.validity().not_after.timestamp();
    Timestamp::from_second(end).ok()
}

/// Reads certificates and key, in any order.
fn from_pem(content: &[u8]) -> Result<KeyAndCertificates, CertificateProblem> {
    if ENCRYPTED_MARKS.iter().any(|mark| contains(content, mark)) {
        return Err(CertificateProblem::Encrypted);
    }
    let key = PrivateKeyDer::from_pem_slice(content).map_err(|error| match error {
        pem::Error::NoItemsFound => CertificateProblem::NoKey,
        error => CertificateProblem::Pem(error),
    })?;
    let certificates = CertificateDer::pem_slice_iter(content)
        .collect::<Result<_, _>>()
        .map_err(CertificateProblem::Pem)?;
    Ok(KeyAndCertificates { key, certificates })
}

fn from_pkcs12(
    content: &[u8],
    password: Option<&SecretString>,
) -> Result<KeyAndCertificates, CertificateProblem> {
    let password = password.map_or("", |password| password.expose_secret());
    let archive = opened(content, password).map_err(CertificateProblem::Pkcs12)?;
    let key = archive.keys.first().ok_or(CertificateProblem::NoKey)?;
    let key = PrivatePkcs8KeyDer::from(key.key.as_der().to_vec());
    let certificates = archive
        .certs
        .iter()
        .map(|bag| bag.cert.as_der().to_vec().into())
        .collect();
    Ok(KeyAndCertificates {
        key: key.into(),
        certificates,
    })
}

/// Opens the archive. If the password does not open it, it is tried again without the quotes that
/// an environment file may have left around it.
fn opened(content: &[u8], password: &str) -> Result<Pkcs12Archive, p12_keystore::error::Error> {
    let inside = unquoted(password);
    Pkcs12Archive::from_pkcs12(content, password).or_else(|error| {
        let again = (inside != password).then(|| Pkcs12Archive::from_pkcs12(content, inside));
        again.and_then(Result::ok).ok_or(error)
    })
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
pub(super) mod tests;
