//! What is wrong with the configuration of a sign-in, before anybody was asked.

use std::fmt;

use jiff::Timestamp;
use thiserror::Error;
use url::Url;

use super::{CertificateError, CredentialKind};

/// Why no credential can be made of what was configured.
#[derive(Debug, Error)]
pub enum CredentialError {
    /// Nothing at all is configured.
    #[error(
        "no credential is configured: there is no {}, and the Azure CLI is not on the PATH",
        Part::THAT_MAKE_A_KIND.map(Part::with_source).join(", no ")
    )]
    NothingConfigured,
    /// A kind lacks one of its parts.
    #[error("the credential kind `{kind}` lacks the {part}")]
    Missing {
        /// The kind that was asked for or found.
        kind: CredentialKind,
        /// What it lacks.
        part: Part,
    },
    /// The tenant id cannot be one.
    #[error("`{found}` is not a tenant id: it may hold letters, digits, `.` and `-`")]
    MalformedTenant {
        /// What was configured.
        found: String,
    },
    /// A secret would travel in the clear.
    #[error("the sign-in address {url} is not https")]
    InsecureAuthority {
        /// The address.
        url: Url,
    },
    /// The certificate's file cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The kind cannot be used here.
    #[error("the credential kind `{kind}` cannot be used: {reason}")]
    Unusable {
        /// The kind that was asked for or found.
        kind: CredentialKind,
        /// Why not.
        reason: String,
    },
    /// The ready-made token holds what no token holds.
    #[error("the ready-made access token is not one: it holds spaces, line ends or other letters")]
    MalformedToken,
    /// The ready-made token is of the past.
    #[error("the ready-made access token ended at {ended_at}")]
    EndedToken {
        /// When it ended.
        ended_at: Timestamp,
    },
}

impl CredentialError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NothingConfigured => Some(
                "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or choose with \
                 --credential"
                    .to_owned(),
            ),
            Self::Missing { part, .. } => Some(format!("set it with {}", part.set_with())),
            Self::MalformedTenant { .. } => {
                Some(format!("set it with {}", Part::TenantId.set_with()))
            }
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

/// What a credential is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
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
    /// The ready-made token.
    AccessToken,
}

impl Part {
    /// Those by which [`CredentialKind::Auto`] knows a kind, in the order in which it looks.
    const THAT_MAKE_A_KIND: [Self; 5] = [
        Self::AccessToken,
        Self::Secret,
        Self::Certificate,
        Self::FederatedTokenFile,
        Self::IdentityEndpoint,
    ];

    /// Where it comes from.
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

impl fmt::Display for Part {
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
