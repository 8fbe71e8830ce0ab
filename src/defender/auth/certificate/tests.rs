use std::{fs, path::PathBuf};

use base64::prelude::BASE64_STANDARD;
use p12_keystore::{KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use tempfile::TempDir;

use super::*;

/// A certificate with its key, made for one test.
pub(in super::super) struct Rsa {
    pub(in super::super) key: KeyPair,
    pub(in super::super) certificate: rcgen::Certificate,
}

impl Rsa {
    pub(in super::super) fn generate() -> Self {
        Self::of(KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap())
    }

    fn of(key: KeyPair) -> Self {
        let params = CertificateParams::new(vec!["app.example".to_owned()]).unwrap();
        Self {
            certificate: params.self_signed(&key).unwrap(),
            key,
        }
    }

    pub(in super::super) fn pem(&self) -> String {
        format!("{}{}", self.key.serialize_pem(), self.certificate.pem())
    }

    /// As returned by [`Certificate::read`].
    pub(in super::super) fn read(&self) -> Certificate {
        Certificate::parse(self.pem().as_bytes(), None).unwrap()
    }

    /// The key in PKCS#1, which is the last field of PKCS#8.
    fn pkcs1_pem(&self) -> String {
        let der = self.key.serialized_der();
        let start = (1..der.len())
            .find(|&at| rcgen_reads_pkcs1(&der[at..]))
            .unwrap();
        section("RSA PRIVATE KEY", &der[start..])
    }

    fn thumbprint(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.certificate.der()))
    }
}

fn rcgen_reads_pkcs1(der: &[u8]) -> bool {
    der.starts_with(&[0x30, 0x82])
        && KeyPair::from_der_and_sign_algo(
            &PrivateKeyDer::Pkcs1(der.to_vec().into()),
            &PKCS_RSA_SHA256,
        )
        .is_ok()
}

fn section(label: &str, der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

fn pfx(rsa: &Rsa, password: &str) -> Vec<u8> {
    let mut store = KeyStore::new();
    let certificates = [
        &rsa.certificate,
        &Rsa::of(KeyPair::generate().unwrap()).certificate,
    ]
    .map(|certificate| p12_keystore::Certificate::from_der(certificate.der()).unwrap());
    let key = PrivateKey::from_der(rsa.key.serialized_der()).unwrap();
    let chain = PrivateKeyChain::new("1", key, certificates);
    store.add_entry("app", KeyStoreEntry::PrivateKeyChain(chain));
    store
        .writer(password)
        .encryption_iterations(10)
        .write()
        .unwrap()
}

fn parse(content: &str) -> Result<Certificate, CertificateProblem> {
    Certificate::parse(content.as_bytes(), None)
}

/// Signs something, to detect a key that was read incompletely.
fn can_sign(certificate: &Certificate) -> bool {
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::PS256);
    jsonwebtoken::encode(&header, &"statement", &certificate.key).is_ok()
}

#[test]
fn every_pem_layout_is_read() {
    let rsa = Rsa::generate();
    let issuer = Rsa::of(KeyPair::generate().unwrap());
    let (key, own, issuer) = (
        rsa.key.serialize_pem(),
        rsa.certificate.pem(),
        issuer.certificate.pem(),
    );
    for (shape, content) in [
        ("key first", format!("{key}{own}")),
        ("certificate first", format!("{own}{key}")),
        ("PKCS#1", format!("{}{own}", rsa.pkcs1_pem())),
        ("with its chain", format!("{key}{own}{issuer}")),
        ("the chain upside down", format!("{issuer}{own}{key}")),
        (
            "talk around it",
            format!("Bag Attributes\n{key}\nsubject=x\n{own}"),
        ),
        ("CRLF", format!("{key}{own}").replace('\n', "\r\n")),
    ] {
        let certificate = parse(&content).unwrap_or_else(|error| panic!("{shape}: {error}"));
        assert_eq!(certificate.thumbprint, rsa.thumbprint(), "{shape}");
        assert!(can_sign(&certificate), "{shape}");
    }
}

#[test]
fn pkcs12_is_read_with_its_password() {
    let rsa = Rsa::generate();
    let pfx = pfx(&rsa, "open sesame");
    let certificate = Certificate::parse(&pfx, Some(&"open sesame".into())).unwrap();
    assert_eq!(certificate.thumbprint, rsa.thumbprint());
    assert!(can_sign(&certificate));

    // An env file may leave quotes around it.
    assert!(Certificate::parse(&pfx, Some(&"\"open sesame\"".into())).is_ok());
    for wrong in [Some(&"open".into()), None] {
        let problem = Certificate::parse(&pfx, wrong).unwrap_err();
        assert!(
            matches!(problem, CertificateProblem::Pkcs12(_)),
            "{problem:?}"
        );
    }
}

#[test]
fn each_unusable_file_has_its_own_error() {
    use CertificateProblem as Problem;
    type Expectation = fn(&Problem) -> bool;

    let rsa = Rsa::generate();
    let other = Rsa::of(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap());
    let encrypted = section("ENCRYPTED PRIVATE KEY", b"locked");
    let old_encrypted = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let own = rsa.certificate.pem();
    let broken = rsa.pem().replace("-----END", "-----FIN");
    let cases: [(String, Expectation); 9] = [
        (encrypted + &own, |p| matches!(p, Problem::Encrypted)),
        (old_encrypted.to_owned() + &own, |p| {
            matches!(p, Problem::Encrypted)
        }),
        (own.clone(), |p| matches!(p, Problem::NoKey)),
        (rsa.key.serialize_pem(), |p| {
            matches!(p, Problem::NoCertificate)
        }),
        (other.pem(), |p| matches!(p, Problem::NotRsa)),
        (rsa.key.serialize_pem() + &other.certificate.pem(), |p| {
            matches!(p, Problem::WrongKey)
        }),
        (broken, |p| matches!(p, Problem::Pem(_))),
        (String::new(), |p| matches!(p, Problem::Pkcs12(_))),
        ("hello".to_owned(), |p| matches!(p, Problem::Pkcs12(_))),
    ];
    for (content, expected) in cases {
        let problem = parse(&content).unwrap_err();
        assert!(expected(&problem), "{problem:?} for {content}");
    }
}

#[test]
fn error_names_the_file_and_has_a_hint() {
    let path = PathBuf::from("missing.pem");
    let error = Certificate::read(&path, None).unwrap_err();
    assert_eq!(error.to_string(), "certificate file `missing.pem`");

    let folder = TempDir::new().unwrap();
    let path = folder.path().join("locked.pem");
    fs::write(&path, section("ENCRYPTED PRIVATE KEY", b"locked")).unwrap();
    let error = Certificate::read(&path, None).unwrap_err();
    assert!(error.hint().unwrap().contains("openssl pkcs12 -export"));
}

#[test]
fn end_of_a_certificate_is_read() {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let mut params = CertificateParams::new(vec!["app.example".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2027, 3, 1);
    let certificate = params.self_signed(&key).unwrap();
    let rsa = Rsa { key, certificate };
    let end = rsa.read().ends.unwrap();
    assert_eq!(end.to_string(), "2027-03-01T00:00:00Z");
    assert_eq!(super::end(b"nonsense"), None);
}
