//! Errors in the sign-in configuration, found before any request is sent.

use std::fmt;

use jiff::Timestamp;
use thiserror::Error;
use url::Url;

use super::{CertificateError, CredentialKind};

/// Why no credential can be built from the configuration.
#[derive(Debug, Error)]
pub enum CredentialError {
    /// Nothing is configured.
    #[error(
        "no credential is configured: none of these is set: {}; and the Azure CLI is not on the PATH",
        CredentialSetting::REQUIRED_BY_KINDS.map(CredentialSetting::with_source).join(", ")
    )]
    NothingConfigured,
    /// A required setting of the kind is missing.
    #[error("the credential kind `{kind}` needs the {setting}")]
    Missing {
        /// The kind that was requested or detected.
        kind: CredentialKind,
        /// The missing setting.
        setting: CredentialSetting,
    },
    /// The tenant id has invalid characters.
    #[error("invalid tenant id `{found}`: expected letters, digits, `.` and `-`")]
    MalformedTenant {
        /// The configured value.
        found: String,
    },
    /// The sign-in address is not https, so a secret would be sent unencrypted.
    #[error("the sign-in address {url} is not https")]
    InsecureAuthority {
        /// The address.
        url: Url,
    },
    /// The certificate file cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The kind cannot be used on this machine.
    #[error("the credential kind `{kind}` cannot be used: {reason}")]
    Unusable {
        /// The kind that was requested or detected.
        kind: CredentialKind,
        /// Why not.
        reason: String,
    },
    /// The ready-made token contains characters that no token has.
    #[error(
        "the access token provided is not valid: it contains spaces, line breaks or other \
             characters that no token has"
    )]
    MalformedToken,
    /// The ready-made token has expired.
    #[error("the access token provided expired at {ended_at}")]
    EndedToken {
        /// When it expired.
        ended_at: Timestamp,
    },
}

impl CredentialError {
    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NothingConfigured => Some(
                "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or choose with \
                 --credential"
                    .to_owned(),
            ),
            Self::Missing { setting, .. } => Some(format!("set it with {}", setting.set_with())),
            Self::MalformedTenant { .. } => Some(format!(
                "set it with {}",
                CredentialSetting::TenantId.set_with()
            )),
            Self::InsecureAuthority { .. } => Some(
                "give an https address with --authority-url; --ca-cert makes its certificate \
                 trusted"
                    .to_owned(),
            ),
            Self::Certificate(error) => error.hint().map(str::to_owned),
            Self::Unusable { .. } => Some("choose another kind with --credential".to_owned()),
            Self::MalformedToken | Self::EndedToken { .. } => {
                Some("get a new token and set PATCHGAP_ACCESS_TOKEN to it".to_owned())
            }
        }
    }
}

/// The settings that a credential is built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialSetting {
    /// The Entra tenant.
    TenantId,
    /// The app registration.
    ClientId,
    /// The client secret.
    Secret,
    /// The file with certificate and key.
    Certificate,
    /// The file with the federated token.
    FederatedTokenFile,
    /// The platform's identity endpoint.
    IdentityEndpoint,
    /// The ready-made access token.
    AccessToken,
}

impl CredentialSetting {
    /// The settings by which [`CredentialKind::Auto`] detects a kind, in the order of detection.
    const REQUIRED_BY_KINDS: [Self; 5] = [
        Self::AccessToken,
        Self::Secret,
        Self::Certificate,
        Self::FederatedTokenFile,
        Self::IdentityEndpoint,
    ];

    /// Which option or variable sets it.
    const fn set_with(self) -> &'static str {
        match self {
            Self::TenantId => {
                "--tenant-id, AZURE_TENANT_ID or `tenant_id` in the configuration file"
            }
            Self::ClientId => {
                "--client-id, AZURE_CLIENT_ID or `client_id` in the configuration file"
            }
            Self::Secret => {
                "AZURE_CLIENT_SECRET, or `client_secret_file` in the configuration file"
            }
            Self::Certificate => "AZURE_CLIENT_CERTIFICATE_PATH",
            Self::FederatedTokenFile => "AZURE_FEDERATED_TOKEN_FILE",
            Self::IdentityEndpoint => "IDENTITY_ENDPOINT",
            Self::AccessToken => "PATCHGAP_ACCESS_TOKEN",
        }
    }

    fn with_source(self) -> String {
        let variable = self.set_with().split(',').next().unwrap_or_default();
        format!("{self} ({variable})")
    }
}

impl fmt::Display for CredentialSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TenantId => "tenant id",
            Self::ClientId => "client id",
            Self::Secret => "client secret",
            Self::Certificate => "certificate",
            Self::FederatedTokenFile => "federated token file",
            Self::IdentityEndpoint => "managed identity",
            Self::AccessToken => "access token",
        })
    }
}
