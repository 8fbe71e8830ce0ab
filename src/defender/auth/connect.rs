//! Chooses the kind of credential from the settings, and builds one that is ready to sign in.

use jiff::Timestamp;

use super::{
    CredentialError, CredentialKind, Http, SignIn, TokenSource, azure::Azure,
    certificate::Certificate, ready_made::ReadyMade,
};

/// The configured credential, ready to sign in. No request is sent yet, so any error here is a
/// configuration error. A ready-made token must be valid at `now`.
pub fn connect(
    sign_in: &SignIn,
    http: &Http,
    now: Timestamp,
) -> Result<Box<dyn TokenSource>, CredentialError> {
    let kind = choose(sign_in)?;
    tracing::debug!(%kind, "credential kind: {kind}");
    if kind == CredentialKind::Token {
        return Ok(Box::new(ReadyMade::new(sign_in, now)?));
    }
    Ok(Box::new(Azure::new(kind, sign_in, http)?))
}

/// The kind that signs in: the requested one, or the first that is configured.
///
/// Settings for this run come first, then credentials that happen to be present on the machine.
pub fn choose(sign_in: &SignIn) -> Result<CredentialKind, CredentialError> {
    if sign_in.kind != CredentialKind::Auto {
        return Ok(sign_in.kind);
    }
    [
        (sign_in.access_token().is_some(), CredentialKind::Token),
        (sign_in.secret().is_some(), CredentialKind::Secret),
        (sign_in.certificate().is_some(), CredentialKind::Certificate),
        (
            sign_in.federated_token_file().is_some(),
            CredentialKind::WorkloadIdentity,
        ),
        (
            sign_in.managed_identity_offered,
            CredentialKind::ManagedIdentity,
        ),
        (sign_in.azure_cli_offered, CredentialKind::AzureCli),
    ]
    .into_iter()
    .find_map(|(configured, kind)| configured.then_some(kind))
    .ok_or(CredentialError::NothingConfigured)
}

/// When the certificate ends that a sign-in uses; `None` if it uses none, or the certificate cannot be read.
pub fn certificate_end(sign_in: &SignIn) -> Option<Timestamp> {
    let is_used = matches!(choose(sign_in), Ok(CredentialKind::Certificate));
    let path = sign_in.certificate().filter(|_| is_used)?;
    let certificate = Certificate::read(path, sign_in.certificate_password.as_ref());
    certificate.ok()?.ends
}

#[cfg(test)]
mod tests {
    use super::*;

    type Setting = fn(&mut SignIn);

    /// The setting that selects each kind, in the order of the search.
    const SETTINGS: [(CredentialKind, Setting); 6] = [
        (CredentialKind::Token, |sign_in| {
            sign_in.access_token = Some("t".into());
        }),
        (CredentialKind::Secret, |sign_in| {
            sign_in.secret = Some("s".into());
        }),
        (CredentialKind::Certificate, |sign_in| {
            sign_in.certificate = Some("c.pem".into());
        }),
        (CredentialKind::WorkloadIdentity, |sign_in| {
            sign_in.federated_token_file = Some("f".into());
        }),
        (CredentialKind::ManagedIdentity, |sign_in| {
            sign_in.managed_identity_offered = true;
        }),
        (CredentialKind::AzureCli, |sign_in| {
            sign_in.azure_cli_offered = true;
        }),
    ];

    #[test]
    fn first_configured_kind_is_chosen() {
        for first in 0..SETTINGS.len() {
            let mut sign_in = SignIn::sample(CredentialKind::Auto);
            for (_, set) in &SETTINGS[first..] {
                set(&mut sign_in);
            }
            assert_eq!(choose(&sign_in).unwrap(), SETTINGS[first].0);
        }
    }

    #[test]
    fn requested_kind_is_chosen() {
        for word in &CredentialKind::WORDS[1..] {
            let kind = word.parse().unwrap();
            let mut sign_in = SignIn::sample(kind);
            for (_, set) in SETTINGS {
                set(&mut sign_in);
            }
            assert_eq!(choose(&sign_in).unwrap(), kind);
        }
    }

    #[test]
    fn empty_settings_count_as_unset() {
        let sign_in = SignIn {
            access_token: Some("".into()),
            secret: Some("".into()),
            certificate: Some("".into()),
            federated_token_file: Some("".into()),
            azure_cli_offered: true,
            ..SignIn::sample(CredentialKind::Auto)
        };
        assert_eq!(choose(&sign_in).unwrap(), CredentialKind::AzureCli);
    }

    #[test]
    fn missing_credentials_error_lists_every_source() {
        let error = choose(&SignIn::sample(CredentialKind::Auto)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no credential is configured: none of these is set: access token (PATCHGAP_ACCESS_TOKEN), \
             client secret (AZURE_CLIENT_SECRET), certificate (AZURE_CLIENT_CERTIFICATE_PATH), \
             federated token file (AZURE_FEDERATED_TOKEN_FILE), managed identity \
             (IDENTITY_ENDPOINT); and the Azure CLI is not on the PATH"
        );
        assert!(error.hint().unwrap().contains("AZURE_CLIENT_SECRET"));
    }
}
