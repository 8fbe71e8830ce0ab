//! The credential kinds for which `azure_identity` does the sign-in.

use std::{error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use azure_core::{
    cloud::{CloudConfiguration, CustomConfiguration},
    error::ErrorKind,
    http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport, UserAgentOptions},
    time::{Duration as AzureDuration, OffsetDateTime},
};
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::{
    AccessToken, CredentialError, CredentialKind, Http, SignIn, SignInError, TokenSource,
    credential_config::CredentialConfig, recording_client::RecordingClient, refusal::one_line,
};

/// Time limit of a sign-in, retries included. A dead network is reported at once; in the middle of
/// a run the session retries.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// The Azure CLI starts slowly and makes network calls of its own.
const CLI_TIME_LIMIT: Duration = Duration::from_secs(40);

/// Prefix to Azure's own `User-Agent`. It must be a token, so it has no slash.
const APPLICATION: &str = concat!("patchgap-", env!("CARGO_PKG_VERSION"));

/// A credential of `azure_identity`, built anew for each sign-in.
#[derive(Debug)]
pub(super) struct Azure {
    kind: CredentialKind,
    config: CredentialConfig,
    scope: String,
    client: Client,
    cloud: Arc<CloudConfiguration>,
    retry: RetryOptions,
    time_limit: Duration,
}

impl Azure {
    pub(super) fn new(
        kind: CredentialKind,
        sign_in: &SignIn,
        http: &Http,
    ) -> Result<Self, CredentialError> {
        let config = CredentialConfig::new(kind, sign_in)?;
        if config.uses_authority() && sign_in.authority_url.scheme() != "https" {
            return Err(CredentialError::InsecureAuthority {
                url: sign_in.authority_url.clone(),
            });
        }
        let azure = Self {
            kind,
            config,
            scope: sign_in.scope.clone(),
            client: match kind {
                CredentialKind::ManagedIdentity => http.direct.clone(),
                _ => http.proxied.clone(),
            },
            cloud: cloud(sign_in),
            retry: retry(),
            time_limit: match kind {
                CredentialKind::AzureCli => CLI_TIME_LIMIT,
                _ => TIME_LIMIT,
            },
        };
        azure.validate()?;
        Ok(azure)
    }

    /// Builds the credential once, without using it, so that errors in it are reported now.
    fn validate(&self) -> Result<(), CredentialError> {
        let options = self.options(self.recording_client());
        match self.config.build(options) {
            Ok(_) => Ok(()),
            Err(error) => Err(CredentialError::Unusable {
                kind: self.kind,
                reason: words_of(&error),
            }),
        }
    }

    fn recording_client(&self) -> Arc<RecordingClient> {
        Arc::new(RecordingClient::new(self.kind, self.client.clone()))
    }

    fn options(&self, client: Arc<RecordingClient>) -> ClientOptions {
        ClientOptions {
            retry: self.retry.clone(),
            transport: Some(Transport::new(client)),
            user_agent: UserAgentOptions {
                application_id: Some(APPLICATION.to_owned()),
            },
            cloud: Some(Arc::clone(&self.cloud)),
            ..Default::default()
        }
    }

    async fn token(&self, client: Arc<RecordingClient>) -> azure_core::Result<AccessToken> {
        let credential = self.config.build(self.options(Arc::clone(&client)))?;
        let token = credential.get_token(&[&self.scope], None).await?;
        if let Some(token) = client.token() {
            return Ok(token);
        }
        let secret = SecretString::from(token.token.secret());
        if secret.expose_secret().is_empty() {
            let text = "the reply contains no token";
            return Err(azure_core::Error::with_message(
                ErrorKind::DataConversion,
                text,
            ));
        }
        Ok(AccessToken {
            secret,
            lifetime: lifetime(token.expires_on),
        })
    }

    /// Why there is no token. The recorded exchange says more than the error of `azure_identity`.
    fn explain(&self, client: &RecordingClient, error: &azure_core::Error) -> SignInError {
        client.failure().unwrap_or_else(|| SignInError::Failed {
            kind: self.kind,
            text: words_of(error),
        })
    }
}

#[async_trait]
impl TokenSource for Azure {
    async fn sign_in(&self) -> Result<AccessToken, SignInError> {
        let client = self.recording_client();
        match timeout(self.time_limit, self.token(Arc::clone(&client))).await {
            Ok(result) => result.map_err(|error| self.explain(&client, &error)),
            Err(_) => Err(client.failure().unwrap_or(SignInError::TimedOut {
                kind: self.kind,
                time_limit: self.time_limit,
            })),
        }
    }
}

fn cloud(sign_in: &SignIn) -> Arc<CloudConfiguration> {
    let mut custom = CustomConfiguration::default();
    custom.authority_host = sign_in.authority_url.to_string();
    Arc::new(custom.into())
}

/// One quick retry for a brief network failure; the caller retries for longer. Refusals are not
/// retried.
fn retry() -> RetryOptions {
    RetryOptions::exponential(ExponentialRetryOptions {
        initial_delay: AzureDuration::milliseconds(500),
        max_retries: 1,
        max_total_elapsed: AzureDuration::seconds(10),
        max_delay: AzureDuration::seconds(1),
    })
}

/// Remaining lifetime of a token with this expiry. A token without one is used until it is refused.
fn lifetime(expires_on: OffsetDateTime) -> Option<Duration> {
    let lifetime = expires_on - OffsetDateTime::now_utc();
    Duration::try_from(lifetime)
        .ok()
        .filter(|life| !life.is_zero())
}

/// The message of `azure_identity`, without the text it wraps around it.
fn words_of(error: &azure_core::Error) -> String {
    let error = error.downcast_ref::<azure_core::Error>().unwrap_or(error);
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !words.ends_with(&text) {
            words = format!("{words}: {text}");
        }
        source = cause.source();
    }
    let words = one_line(&words);
    words.strip_prefix("ERROR: ").unwrap_or(&words).to_owned()
}

#[cfg(test)]
mod tests;
