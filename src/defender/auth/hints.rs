//! Hints for a failed sign-in: Entra's well-known error codes, and network problems.

use super::{CredentialKind, NetworkProblem};

/// The hint for each code.
const BY_CODE: &[(u32, &str)] = &[
    (
        7_000_215,
        "configure the secret's value, not its id; the portal shows the value only once, so \
         create a new secret if it is lost",
    ),
    (
        7_000_222,
        "the client secret has expired: create a new one under the app registration's \
         \"Certificates \
         & secrets\"",
    ),
    (
        7_000_218,
        "the app registration is a public client: give it a secret or a certificate",
    ),
    (
        700_016,
        "the tenant has no such app: check the client id (--client-id, AZURE_CLIENT_ID) and the \
         tenant id (--tenant-id, AZURE_TENANT_ID); an app of another tenant needs the consent of an \
         admin of this one",
    ),
    (
        7_000_229,
        "the app has no consent in this tenant: an admin of the tenant has to give it, at \
         https://login.microsoftonline.com/TENANT/adminconsent?client_id=APP",
    ),
    (
        90002,
        "no such tenant: check --tenant-id or AZURE_TENANT_ID, and --cloud for a government tenant",
    ),
    (
        900_023,
        "the tenant id is malformed: set --tenant-id or AZURE_TENANT_ID to the directory's id or \
         one of its domains",
    ),
    (
        900_382,
        "the tenant belongs to another cloud: check --cloud",
    ),
    (
        500_011,
        "this tenant has no Defender for Endpoint: either it lacks a licence, or --cloud (or \
         --scope) is wrong",
    ),
    (
        70011,
        "the scope is not valid: leave --scope to the cloud's default, or end it in \"/.default\"",
    ),
    (
        1_002_012,
        "the scope is not valid for an app: it must end in \"/.default\"",
    ),
    (
        700_027,
        "upload this certificate's public part to the app registration's \"Certificates & \
         secrets\", or configure the certificate that is registered there",
    ),
    (
        700_024,
        "the signed assertion is outside its validity period: check this machine's \
         clock and time zone",
    ),
    (
        700_211,
        "the app registration has no federated credential for this token's issuer: add one under \
         \"Federated credentials\"",
    ),
    (
        700_213,
        "the app registration has no federated credential for this subject: add one under \
         \"Federated credentials\"",
    ),
    (
        7_000_112,
        "the app is disabled in this tenant: enable it under Enterprise applications",
    ),
    (
        53003,
        "a conditional access policy blocks this sign-in: allow the app from this machine's address",
    ),
    (
        50194,
        "the app is registered for one tenant: set --tenant-id or AZURE_TENANT_ID to that tenant",
    ),
    (
        50034,
        "the account is not in this tenant: check --tenant-id or AZURE_TENANT_ID",
    ),
    (
        50076,
        "the account needs a second factor: sign in again with `az login`, or use an \
         app registration",
    ),
    (
        50173,
        "the account's sign-in has been revoked: sign in again with `az login`",
    ),
    (
        65001,
        "the app's permissions have no consent: have an administrator grant consent",
    ),
    (
        700_082,
        "the account's sign-in has expired: sign in again with `az login`",
    ),
];

/// The hint for a sign-in error code, such as `AADSTS7000215`.
pub fn hint_for(code: &str) -> Option<&'static str> {
    by_code(code.strip_prefix("AADSTS")?.parse().ok()?)
}

pub(super) fn by_code(code: u32) -> Option<&'static str> {
    BY_CODE
        .iter()
        .find_map(|&(known, hint)| (known == code).then_some(hint))
}

pub(super) fn by_refusing_kind(kind: CredentialKind) -> Option<&'static str> {
    (kind == CredentialKind::ManagedIdentity).then_some(
        "check that the identity is assigned to this machine or service, and that --client-id or \
         AZURE_CLIENT_ID, when set, is that identity's",
    )
}

pub(super) fn by_failing_kind(kind: CredentialKind) -> Option<&'static str> {
    match kind {
        CredentialKind::AzureCli => Some(
            "check that `az account get-access-token` works for the account that runs this: install the \
             Azure CLI and sign in with `az login`, or use another --credential",
        ),
        CredentialKind::WorkloadIdentity => Some(
            "check the file that AZURE_FEDERATED_TOKEN_FILE names: the pod's service account \
             writes it",
        ),
        _ => None,
    }
}

pub(super) fn by_network_problem(kind: CredentialKind, problem: NetworkProblem) -> &'static str {
    match (kind, problem) {
        (CredentialKind::ManagedIdentity, _) => {
            "a managed identity exists only on an Azure machine or service; elsewhere use another \
             --credential"
        }
        (CredentialKind::AzureCli, _) => {
            "check that `az account get-access-token` works for the account that runs this"
        }
        (_, NetworkProblem::Name) => {
            "check the name (--cloud, --authority-url) and this machine's DNS; behind a proxy set \
             HTTPS_PROXY"
        }
        (_, NetworkProblem::Certificate | NetworkProblem::CertificateTime) => {
            "if a proxy or firewall inspects TLS connections here, give its root certificate \
             with --ca-cert"
        }
        (_, NetworkProblem::RootCertificate) => {
            "the server presents a root certificate as its own: install one issued by that root \
             (CA:FALSE) on the server, and give the root to --ca-cert"
        }
        (_, NetworkProblem::Proxy) => {
            "put the user name and password in HTTPS_PROXY: http://user:password@host:port"
        }
        (_, NetworkProblem::Tls) => {
            "check that --authority-url and HTTPS_PROXY name the right port: the other end does \
             not speak TLS"
        }
        (_, NetworkProblem::Connection | NetworkProblem::Timeout) => {
            "check the network and the firewall; behind a proxy set HTTPS_PROXY"
        }
    }
}

pub(super) fn by_bad_status(http_status: u16) -> &'static str {
    match http_status {
        407 => "the proxy requires authentication: put the user name and password in HTTPS_PROXY",
        300..400 => {
            "something redirects the sign-in, such as a network's login page: check the \
             network and HTTPS_PROXY"
        }
        404 => "check --authority-url: that address is not a sign-in service",
        _ => {
            "a proxy or firewall seems to answer in its place: check HTTPS_PROXY and --authority-url"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defender::{
        auth::{Refusal, SignInError},
        http::mask::Mask,
    };

    fn refused(kind: CredentialKind, body: &str) -> SignInError {
        SignInError::Refused {
            kind,
            refusal: Box::new(Refusal::read(400, body.as_bytes(), &Mask::default()).unwrap()),
        }
    }

    #[test]
    fn well_known_codes_have_hints() {
        for (code, word) in [
            (7_000_215, "not its id"),
            (7_000_222, "expired"),
            (700_016, "AZURE_CLIENT_ID"),
            (90002, "AZURE_TENANT_ID"),
            (900_023, "malformed"),
            (500_011, "Defender for Endpoint"),
            (70011, "--scope"),
            (1_002_012, "/.default"),
            (700_027, "upload"),
            (700_024, "clock"),
            (7_000_112, "disabled"),
            (53003, "conditional access"),
            (50194, "one tenant"),
            (50034, "not in this tenant"),
        ] {
            let body = format!(r#"{{"error":"x","error_description":"AADSTS{code}: no."}}"#);
            let hint = refused(CredentialKind::Secret, &body).hint().unwrap();
            assert!(hint.contains(word), "{code}: {hint}");
        }
    }

    #[test]
    fn first_known_code_gives_the_hint() {
        let body = r#"{"error":"x","error_codes":[1,50034,53003]}"#;
        let hint = refused(CredentialKind::Secret, body).hint().unwrap();
        assert!(hint.contains("not in this tenant"), "{hint}");
    }

    #[test]
    fn unknown_code_has_a_hint_only_for_managed_identity() {
        let body = r#"{"error":"x","error_codes":[1]}"#;
        assert_eq!(refused(CredentialKind::Secret, body).hint(), None);
        assert!(
            refused(CredentialKind::ManagedIdentity, body)
                .hint()
                .is_some()
        );
    }

    #[test]
    fn codes_are_unique() {
        for (at, (code, _)) in BY_CODE.iter().enumerate() {
            let first = BY_CODE.iter().position(|(other, _)| other == code);
            assert_eq!(first, Some(at), "{code}");
        }
    }
}
