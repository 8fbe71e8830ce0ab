//! The extra root certificate.

use std::{fs, path::PathBuf};

use rustls_pki_types::{CertificateDer, pem::PemObject};

use super::ConfigError;
use crate::domain::stored_text::stored_text;

/// One or more root certificates that are trusted in addition to the platform's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaCertificate {
    /// The file it was read from.
    pub path: PathBuf,
    /// The certificates as PEM: at least one.
    pub pem: Vec<u8>,
}

impl CaCertificate {
    pub(super) fn read(path: PathBuf) -> Result<Self, ConfigError> {
        let pem = fs::read(&path).map_err(|source| ConfigError::Read {
            what: "root certificate",
            path: path.clone(),
            source,
        })?;
        let pem = as_utf8(pem);
        match count(&pem) {
            Ok(0) => Err("it contains no certificate".to_owned()),
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
        .map_err(|reason| ConfigError::Certificate {
            path: path.clone(),
            reason,
        })?;
        Ok(Self { path, pem })
    }
}

/// Converts text in UTF-16 to UTF-8; other bytes are returned unchanged.
fn as_utf8(pem: Vec<u8>) -> Vec<u8> {
    match stored_text(&pem) {
        Some(text) => text.into_owned().into_bytes(),
        None => pem,
    }
}

fn count(pem: &[u8]) -> Result<usize, rustls_pki_types::pem::Error> {
    CertificateDer::pem_slice_iter(pem)
        .try_fold(0, |count, certificate| certificate.map(|_| count + 1))
}
