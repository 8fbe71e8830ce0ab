//! The certificate that signs in, out of the files that people have.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
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

use crate::domain::{quotes::unquoted, stored_text::stored_text};

/// What every PEM section begins with.
const PEM_MARK: &[u8] = b"-----BEGIN ";

/// What only encrypted private keys hold, in PKCS#8 and in OpenSSL's older form.
const ENCRYPTED_MARKS: [&[u8]; 2] = [b"BEGIN ENCRYPTED PRIVATE KEY", b"Proc-Type: 4,ENCRYPTED"];

/// A certificate's file that cannot be used.
#[derive(Debug, Error)]
#[error("certificate file `{}`", path.display())]
pub struct CertificateError {
    path: PathBuf,
    #[source]
    problem: CertificateProblem,
}

/// What is wrong with it.
#[derive(Debug, Error)]
pub enum CertificateProblem {
    /// It cannot be read.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
    /// It begins as PEM does and goes on otherwise.
    #[error("is not valid PEM")]
    Pem(#[source] pem::Error),
    /// The key is locked, and PEM's locks are not opened here.
    #[error("the private key is encrypted")]
    Encrypted,
    /// It is neither PEM nor PKCS#12, or the password is another.
    #[error("is neither PEM nor PKCS#12 that this password opens")]
    Pkcs12(#[source] p12_keystore::error::Error),
    /// There is no private key.
    #[error("holds no private key")]
    NoKey,
    /// There is a key of a kind that Entra does not take.
    #[error("the private key is not an RSA key")]
    NotRsa,
    /// There is no certificate.
    #[error("holds no certificate")]
    NoCertificate,
    /// There are certificates, all for other keys.
    #[error("no certificate in it belongs to its private key")]
    Stranger,
}

impl CertificateError {
    /// What to do about it.
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
                Some("Entra takes RSA certificates only: register one of 2048 bits or more")
            }
            CertificateProblem::Pem(_)
            | CertificateProblem::NoKey
            | CertificateProblem::NoCertificate
            | CertificateProblem::Stranger => Some(
                "the file must hold the certificate and its private key: PEM with both, or \
                 PKCS#12",
            ),
        }
    }

    /// What is wrong with the file.
    pub fn problem(&self) -> &CertificateProblem {
        &self.problem
    }
}

/// A certificate's fingerprint and its private key. The key is wiped when dropped, and
/// its `Debug` does not show it.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) key: EncodingKey,
    /// SHA-256 of the certificate, as a JWT's `x5t#S256` spells it.
    pub(super) thumbprint: String,
}

/// What a file holds.
struct Contents {
    key: PrivateKeyDer<'static>,
    certificates: Vec<CertificateDer<'static>>,
}

impl Certificate {
    /// Reads the file, be it PEM or PKCS#12: what counts is the content, not the name.
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

impl Contents {
    /// The key, and the certificate that was issued for it.
    fn pair(&self) -> Result<Certificate, CertificateProblem> {
        let pair = KeyPair::try_from(&self.key).map_err(|_| CertificateProblem::NotRsa)?;
        if !pair.is_compatible(&PKCS_RSA_SHA256) {
            return Err(CertificateProblem::NotRsa);
        }
        if self.certificates.is_empty() {
            return Err(CertificateProblem::NoCertificate);
        }
        // A certificate holds its public key letter for letter.
        let own = self
            .certificates
            .iter()
            .find(|certificate| contains(certificate, pair.public_key_raw()))
            .ok_or(CertificateProblem::Stranger)?;
        Ok(Certificate {
            key: self.signing_key(&pair)?,
            thumbprint: BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(own)),
        })
    }

    /// The signer wants the bare RSA key, or PEM around the other form.
    fn signing_key(&self, pair: &KeyPair) -> Result<EncodingKey, CertificateProblem> {
        match &self.key {
            PrivateKeyDer::Pkcs1(key) => Ok(EncodingKey::from_rsa_der(key.secret_pkcs1_der())),
            _ => EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes())
                .map_err(|_| CertificateProblem::NotRsa),
        }
    }
}

/// Certificates and key, in any order.
fn from_pem(content: &[u8]) -> Result<Contents, CertificateProblem> {
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
    Ok(Contents { key, certificates })
}

fn from_pkcs12(
    content: &[u8],
    password: Option<&SecretString>,
) -> Result<Contents, CertificateProblem> {
    let password = password.map_or("", |password| password.expose_secret());
    let archive = opened(content, password).map_err(CertificateProblem::Pkcs12)?;
    let key = archive.keys.first().ok_or(CertificateProblem::NoKey)?;
    let key = PrivatePkcs8KeyDer::from(key.key.as_der().to_vec());
    let certificates = archive
        .certs
        .iter()
        .map(|bag| bag.cert.as_der().to_vec().into())
        .collect();
    Ok(Contents {
        key: key.into(),
        certificates,
    })
}

/// Opens the archive. A password that does not open it may stand in quotes that a file of variables
/// has left around it.
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
