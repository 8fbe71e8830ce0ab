//! Settings for a sign-in, gathered by the caller: nothing in `auth` reads the environment.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::CredentialKind;

/// All settings for the sign-in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The requested kind; [`CredentialKind::Auto`] uses the first that is configured.
    pub kind: CredentialKind,
    /// Base URL of the sign-in service; https.
    pub authority_url: Url,
    /// What the token is for, such as `https://api.securitycenter.microsoft.com/.default`.
    pub scope: String,
    /// The Entra tenant: its id or one of its domains.
    pub tenant_id: Option<String>,
    /// The app registration's (or the managed identity's) client id.
    pub client_id: Option<String>,
    /// The client secret.
    pub secret: Option<SecretString>,
    /// File with certificate and private key: PEM or PKCS#12.
    pub certificate: Option<PathBuf>,
    /// Password of that file, if it is PKCS#12.
    pub certificate_password: Option<SecretString>,
    /// File in which Kubernetes stores the federated token.
    pub federated_token_file: Option<PathBuf>,
    /// A ready-made access token.
    pub access_token: Option<SecretString>,
    /// Whether the platform's environment variables offer a managed identity.
    pub managed_identity_offered: bool,
    /// Whether the Azure CLI is installed: `az` is on the PATH.
    pub azure_cli_offered: bool,
}

/// Empty values count as not set: many pipelines pass an empty variable to mean "no value".
impl SignIn {
    pub(super) fn tenant_id(&self) -> Option<&str> {
        self.tenant_id.as_deref().filter(|id| !id.is_empty())
    }

    pub(super) fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref().filter(|id| !id.is_empty())
    }

    pub(super) fn secret(&self) -> Option<&SecretString> {
        filled(self.secret.as_ref())
    }

    pub(super) fn access_token(&self) -> Option<&SecretString> {
        filled(self.access_token.as_ref())
    }

    pub(super) fn certificate(&self) -> Option<&Path> {
        named(self.certificate.as_deref())
    }

    pub(super) fn federated_token_file(&self) -> Option<&Path> {
        named(self.federated_token_file.as_deref())
    }
}

fn filled(secret: Option<&SecretString>) -> Option<&SecretString> {
    secret.filter(|secret| !secret.expose_secret().is_empty())
}

fn named(path: Option<&Path>) -> Option<&Path> {
    path.filter(|path| !path.as_os_str().is_empty())
}

#[cfg(test)]
impl SignIn {
    /// A sign-in of this kind with nothing configured.
    pub(super) fn sample(kind: CredentialKind) -> Self {
        Self {
            kind,
            authority_url: Url::parse("https://login.example").unwrap(),
            scope: "https://api.example/.default".to_owned(),
            tenant_id: None,
            client_id: None,
            secret: None,
            certificate: None,
            certificate_password: None,
            federated_token_file: None,
            access_token: None,
            managed_identity_offered: false,
            azure_cli_offered: false,
        }
    }
}
