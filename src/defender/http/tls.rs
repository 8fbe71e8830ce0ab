//! TLS with the platform's root certificates. They are read once for all clients, because reading
//! them is the slowest part of creating a client, and a run over many tenants creates several for
//! each of them.

use std::sync::Arc;

use parking_lot::Mutex;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use rustls_platform_verifier::Verifier;
use tokio_rustls::rustls::{
    ClientConfig, Error,
    crypto::{CryptoProvider, aws_lc_rs::default_provider},
};

/// A verifier, and the extra root certificates (PEM) that it trusts.
type CachedVerifier = (Option<Vec<u8>>, Arc<Verifier>);

/// The verifiers created so far.
static VERIFIERS: Mutex<Vec<CachedVerifier>> = Mutex::new(Vec::new());

/// The settings for connections that trust `ca_cert` (PEM) in addition to the platform's roots.
pub(super) fn tls(ca_cert: Option<&[u8]>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(default_provider());
    let verifier = verifier(ca_cert, &provider)?;
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        // Only the method's name is dangerous: the verifier is the HTTP client's default one.
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    tls.alpn_protocols = ["h2", "http/1.1"].map(Into::into).to_vec();
    Ok(tls)
}

fn verifier(
    ca_cert: Option<&[u8]>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<Verifier>, Error> {
    let mut known = VERIFIERS.lock();
    if let Some((_, verifier)) = known.iter().find(|(it, _)| it.as_deref() == ca_cert) {
        return Ok(Arc::clone(verifier));
    }
    let verifier = match ca_cert {
        Some(pem) => Verifier::new_with_extra_roots(certificates(pem)?, Arc::clone(provider)),
        None => Verifier::new(Arc::clone(provider)),
    };
    let verifier = Arc::new(verifier?);
    known.push((ca_cert.map(<[u8]>::to_vec), Arc::clone(&verifier)));
    Ok(verifier)
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>();
    certificates.map_err(|problem| Error::General(problem.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_read_once_for_each_extra_certificate() {
        let provider = Arc::new(default_provider());
        let own = rcgen::generate_simple_self_signed(["roots.example".to_owned()]).unwrap();
        let pem = own.cert.pem();
        let get = |pem: Option<&str>| verifier(pem.map(str::as_bytes), &provider).unwrap();
        let (one, again, plain) = (get(Some(&pem)), get(Some(&pem)), get(None));
        assert!(Arc::ptr_eq(&one, &again));
        assert!(!Arc::ptr_eq(&one, &plain));
        assert!(Arc::ptr_eq(&plain, &get(None)));
    }
}
