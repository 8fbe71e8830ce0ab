//! The simulator's own root certificate, and a server certificate that it issued.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs},
};

use super::error::SimulatorError;

/// The names in the server certificate.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The validity of the certificates in days: some platforms distrust longer ones.
const VALID_DAYS: i32 = 397;

/// A root for clients to trust, and the TLS acceptor with a certificate that it issued.
pub(super) struct Certificates {
    pub(super) root_pem: String,
    pub(super) acceptor: TlsAcceptor,
}

impl Certificates {
    /// Creates new ones; earlier ones can no longer be used.
    pub(super) fn make(now: Timestamp) -> Result<Self, SimulatorError> {
        let today = now.to_zoned_datetime(TimeZone::UTC).date();
        let root = CertifiedIssuer::self_signed(root_parameters(today), KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let server = server_parameters(today)?.signed_by(&key, &root)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![server.der().clone()], key.into())?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            root_pem: root.pem(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

fn root_parameters(today: Date) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    valid_around(&mut parameters, today);
    named(&mut parameters, "patchgap simulator root");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
}

fn server_parameters(today: Date) -> Result<CertificateParams, SimulatorError> {
    let mut parameters = CertificateParams::new(NAMES.map(str::to_owned))?;
    valid_around(&mut parameters, today);
    named(&mut parameters, "patchgap simulator");
    parameters.use_authority_key_identifier_extension = true;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(parameters)
}

fn named(parameters: &mut CertificateParams, name: &str) {
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
}

/// Valid from yesterday, in case clocks differ, for about a year.
fn valid_around(parameters: &mut CertificateParams, today: Date) {
    let midnight = |date: Date| {
        let number = |part: i8| part.unsigned_abs();
        date_time_ymd(date.year().into(), number(date.month()), number(date.day()))
    };
    parameters.not_before = midnight(today.saturating_sub(1.day()));
    parameters.not_after = midnight(today.saturating_add((VALID_DAYS - 1).days()));
}
