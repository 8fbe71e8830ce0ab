//! Builds a credential of `azure_identity` from the configuration.
//!
//! A credential is built anew for each sign-in: Azure's credentials cache tokens, and a cached
//! token would be returned again after a 401.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use azure_core::{
    credentials::{Secret, TokenCredential},
    http::ClientOptions,
};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientAssertionCredential,
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    Executor, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    CredentialError, CredentialKind, CredentialSetting, SignIn, assertion::Assertion,
    certificate::Certificate, token_file::TokenFile,
};

/// The configuration of each kind.
#[derive(Debug)]
pub(super) enum CredentialConfig {
    Secret {
        app: App,
        secret: SecretString,
    },
    Certificate {
        app: App,
        certificate: Arc<Certificate>,
        endpoint: Url,
    },
    WorkloadIdentity {
        app: App,
        token_file: PathBuf,
    },
    ManagedIdentity {
        client_id: Option<String>,
    },
    AzureCli {
        tenant_id: Option<String>,
        /// Runs `az`.
        executor: Arc<dyn Executor>,
    },
}

/// An app registration in its tenant.
#[derive(Debug, Clone)]
pub(super) struct App {
    tenant_id: String,
    client_id: String,
}

impl CredentialConfig {
    /// The configuration for this kind, or the setting that is missing.
    pub(super) fn new(kind: CredentialKind, sign_in: &SignIn) -> Result<Self, CredentialError> {
        let missing = |setting| CredentialError::Missing { kind, setting };
        match kind {
            CredentialKind::Secret => Ok(Self::Secret {
                app: App::new(kind, sign_in)?,
                secret: sign_in
                    .secret()
                    .cloned()
                    .ok_or(missing(CredentialSetting::Secret))?,
            }),
            CredentialKind::Certificate => Self::certificate(App::new(kind, sign_in)?, sign_in),
            CredentialKind::WorkloadIdentity => Ok(Self::WorkloadIdentity {
                app: App::new(kind, sign_in)?,
                token_file: sign_in
                    .federated_token_file()
                    .map(Path::to_owned)
                    .ok_or(missing(CredentialSetting::FederatedTokenFile))?,
            }),
            CredentialKind::ManagedIdentity => Ok(Self::ManagedIdentity {
                client_id: sign_in.client_id().map(str::to_owned),
            }),
            CredentialKind::AzureCli => Ok(Self::AzureCli {
                tenant_id: tenant_id(sign_in)?,
                executor: azure_identity::new_executor(),
            }),
            CredentialKind::Auto | CredentialKind::Token => Err(CredentialError::NothingConfigured),
        }
    }

    fn certificate(app: App, sign_in: &SignIn) -> Result<Self, CredentialError> {
        let path = sign_in.certificate().ok_or(CredentialError::Missing {
            kind: CredentialKind::Certificate,
            setting: CredentialSetting::Certificate,
        })?;
        let certificate = Certificate::read(path, sign_in.certificate_password.as_ref())?;
        Ok(Self::Certificate {
            endpoint: app.endpoint(&sign_in.authority_url),
            certificate: Arc::new(certificate),
            app,
        })
    }

    /// Whether this kind signs in at the configured authority.
    pub(super) const fn uses_authority(&self) -> bool {
        matches!(
            self,
            Self::Secret { .. } | Self::Certificate { .. } | Self::WorkloadIdentity { .. }
        )
    }

    /// Builds a new credential.
    pub(super) fn build(
        &self,
        client_options: ClientOptions,
    ) -> azure_core::Result<Arc<dyn TokenCredential>> {
        Ok(match self {
            Self::Secret { app, secret } => ClientSecretCredential::new(
                &app.tenant_id,
                app.client_id.clone(),
                Secret::new(secret.expose_secret().to_owned()),
                Some(ClientSecretCredentialOptions { client_options }),
            )?,
            Self::Certificate {
                app,
                certificate,
                endpoint,
            } => ClientAssertionCredential::new(
                app.tenant_id.clone(),
                app.client_id.clone(),
                Assertion {
                    certificate: Arc::clone(certificate),
                    client_id: app.client_id.clone(),
                    audience: endpoint.clone(),
                },
                Some(ClientAssertionCredentialOptions { client_options }),
            )?,
            Self::WorkloadIdentity { app, token_file } => ClientAssertionCredential::new(
                app.tenant_id.clone(),
                app.client_id.clone(),
                TokenFile::open(token_file.clone())?,
                Some(ClientAssertionCredentialOptions { client_options }),
            )?,
            Self::ManagedIdentity { client_id } => {
                ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                    user_assigned_id: client_id.clone().map(UserAssignedId::ClientId),
                    client_options,
                }))?
            }
            Self::AzureCli {
                tenant_id,
                executor,
            } => AzureCliCredential::new(Some(AzureCliCredentialOptions {
                tenant_id: tenant_id.clone(),
                executor: Some(Arc::clone(executor)),
                ..Default::default()
            }))?,
        })
    }
}

impl App {
    fn new(kind: CredentialKind, sign_in: &SignIn) -> Result<Self, CredentialError> {
        let missing = |setting| CredentialError::Missing { kind, setting };
        Ok(Self {
            tenant_id: tenant_id(sign_in)?.ok_or(missing(CredentialSetting::TenantId))?,
            client_id: sign_in
                .client_id()
                .map(str::to_owned)
                .ok_or(missing(CredentialSetting::ClientId))?,
        })
    }

    /// The token endpoint to which `azure_identity` sends the assertion.
    fn endpoint(&self, authority_url: &Url) -> Url {
        let mut endpoint = authority_url.clone();
        endpoint.set_path(&format!("/{}/oauth2/v2.0/token", self.tenant_id));
        endpoint.set_query(None);
        endpoint
    }
}

/// The tenant, checked for valid characters: it becomes part of a URL and of a command line.
fn tenant_id(sign_in: &SignIn) -> Result<Option<String>, CredentialError> {
    let Some(tenant) = sign_in.tenant_id() else {
        return Ok(None);
    };
    if !tenant
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    {
        return Err(CredentialError::MalformedTenant {
            found: tenant.to_owned(),
        });
    }
    Ok(Some(tenant.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(kind: CredentialKind) -> SignIn {
        SignIn {
            tenant_id: Some("t-1".to_owned()),
            client_id: Some("app-1".to_owned()),
            secret: Some("secret".into()),
            certificate: Some("missing.pem".into()),
            federated_token_file: Some("token".into()),
            ..SignIn::sample(kind)
        }
    }

    #[test]
    fn missing_setting_is_named_with_a_hint() {
        type Remove = fn(&mut SignIn);
        let tenant: Remove = |sign_in| sign_in.tenant_id = None;
        let client: Remove = |sign_in| sign_in.client_id = Some(String::new());
        let own: Remove = |sign_in| {
            sign_in.secret = Some("".into());
            sign_in.certificate = None;
            sign_in.federated_token_file = None;
        };
        let tenant_hint = "--tenant-id, AZURE_TENANT_ID or `tenant_id`";
        let client_hint = "--client-id, AZURE_CLIENT_ID or `client_id`";
        for (word, remove, setting, hint) in [
            ("secret", tenant, "tenant id", tenant_hint),
            ("secret", client, "client id", client_hint),
            ("secret", own, "client secret", "AZURE_CLIENT_SECRET"),
            ("certificate", tenant, "tenant id", tenant_hint),
            ("certificate", client, "client id", client_hint),
            (
                "certificate",
                own,
                "certificate",
                "AZURE_CLIENT_CERTIFICATE_PATH",
            ),
            ("workload-identity", tenant, "tenant id", tenant_hint),
            ("workload-identity", client, "client id", client_hint),
            (
                "workload-identity",
                own,
                "federated token file",
                "AZURE_FEDERATED_TOKEN_FILE",
            ),
        ] {
            let kind = word.parse().unwrap();
            let mut sign_in = full(kind);
            remove(&mut sign_in);
            let error = CredentialConfig::new(kind, &sign_in).unwrap_err();
            let expected = format!("the credential kind `{word}` needs the {setting}");
            assert_eq!(error.to_string(), expected);
            let shown = error.hint().unwrap();
            assert!(shown.contains(hint), "{shown}");
        }
    }

    #[test]
    fn tenant_names_are_validated() {
        for (tenant, valid) in [
            ("contoso.onmicrosoft.com", true),
            ("72f988bf-86f1-41af-91ab-2d7cd011db47", true),
            ("a b", false),
            ("a/../b", false),
            ("$(reboot)", false),
        ] {
            for kind in [CredentialKind::Secret, CredentialKind::AzureCli] {
                let mut sign_in = full(kind);
                sign_in.tenant_id = Some(tenant.to_owned());
                assert_eq!(
                    CredentialConfig::new(kind, &sign_in).is_ok(),
                    valid,
                    "{tenant}"
                );
            }
        }
    }

    #[test]
    fn debug_output_hides_the_secret() {
        let config = CredentialConfig::new(CredentialKind::Secret, &full(CredentialKind::Secret));
        assert!(!format!("{config:?}").contains("\"secret\""));
    }

    #[test]
    fn token_endpoint_is_below_the_authority() {
        let app = App::new(CredentialKind::Secret, &full(CredentialKind::Secret)).unwrap();
        for authority in ["https://login.example", "https://login.example:8443/x?y"] {
            let endpoint = app.endpoint(&Url::parse(authority).unwrap());
            assert_eq!(endpoint.path(), "/t-1/oauth2/v2.0/token");
            assert_eq!(endpoint.query(), None);
        }
    }
}
