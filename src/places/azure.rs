//! Azure Blob Storage, Data Lake Storage and Fabric's `OneLake`.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use object_store::{
    CredentialProvider, Error,
    azure::{AzureConfigKey, AzureCredential, MicrosoftAzure, MicrosoftAzureBuilder},
};
use secrecy::ExposeSecret;
use url::Url;

use super::{
    PlaceError,
    azure_blobs::AzureBlobs,
    surroundings::{Surroundings, retry},
};
use crate::{
    config::AzureAccount,
    defender::{HttpSettings, StorageTokens, auth::SignIn},
};

/// The prefix of its variables.
const PREFIX: &str = "AZURE_STORAGE_";

/// How to fix variables that cannot be used.
const HINT: &str = "check the variables that begin with AZURE_STORAGE_";

/// The variables of which one is enough for access, instead of the run's sign-in.
const CREDENTIALS: [AzureConfigKey; 4] = [
    AzureConfigKey::AccessKey,
    AzureConfigKey::SasKey,
    AzureConfigKey::Token,
    AzureConfigKey::ClientId,
];

/// The run's own sign-in.
pub(super) struct AzureSignIn<'run> {
    pub(super) sign_in: &'run SignIn,
    pub(super) http: &'run HttpSettings,
    pub(super) now: Timestamp,
}

/// A container.
pub(super) struct AzureStore {
    pub(super) store: Arc<MicrosoftAzure>,
    /// Removes blobs.
    pub(super) blobs: AzureBlobs,
}

/// The container, with the account of the URL or of Azure's usual variables. Without a key or signature in
/// these, the run's sign-in is used, as for the API.
pub(super) fn store(
    container: &str,
    account: Option<&AzureAccount>,
    surroundings: &Surroundings<'_>,
    sign_in: &AzureSignIn<'_>,
) -> Result<AzureStore, PlaceError> {
    let builder = MicrosoftAzureBuilder::new();
    let variables = surroundings.variables.of(PREFIX);
    let builder = variables.fold(builder, |builder, (name, value)| match name.parse() {
        // We supply the connections and the address.
        Ok(AzureConfigKey::Client(_) | AzureConfigKey::UseEmulator) | Err(_) => builder,
        Ok(key) => builder.with_config(key, value.expose_secret()),
    });
    let builder = with_account(builder, account, surroundings, sign_in.sign_in)?;
    let is_let_in = CREDENTIALS
        .iter()
        .any(|key| builder.get_config_value(key).is_some());
    let builder = if is_let_in {
        builder
    } else {
        builder.with_credentials(Arc::new(signed_in(surroundings, sign_in)?))
    };
    let blobs = blobs(&builder, container, surroundings)?;
    let built = builder
        .with_container_name(container)
        .with_http_connector(surroundings.connector.clone())
        .with_retry(retry())
        .build();
    let store = built.map_err(|problem| surroundings.unusable(&problem, HINT))?;
    Ok(AzureStore {
        store: Arc::new(store),
        blobs,
    })
}

/// The blobs of the container, at the builder's address.
fn blobs(
    builder: &MicrosoftAzureBuilder,
    container: &str,
    surroundings: &Surroundings<'_>,
) -> Result<AzureBlobs, PlaceError> {
    let value = |key| builder.get_config_value(&key).unwrap_or_default();
    let endpoint = Url::parse(&value(AzureConfigKey::Endpoint));
    let endpoint = endpoint.map_err(|problem| PlaceError::Settings {
        place: surroundings.place.clone(),
        problem: format!("the address of the account cannot be used: {problem}"),
        hint: HINT,
    })?;
    Ok(AzureBlobs {
        endpoint,
        account: value(AzureConfigKey::AccountName),
        container: container.to_owned(),
        connector: surroundings.connector.clone(),
    })
}

/// Sets the account and its address.
fn with_account(
    builder: MicrosoftAzureBuilder,
    account: Option<&AzureAccount>,
    surroundings: &Surroundings<'_>,
    sign_in: &SignIn,
) -> Result<MicrosoftAzureBuilder, PlaceError> {
    let builder = match account {
        Some(account) => builder.with_account(&account.name),
        None => builder,
    };
    let Some(name) = builder.get_config_value(&AzureConfigKey::AccountName) else {
        return Err(PlaceError::Settings {
            place: surroundings.place.clone(),
            problem: "the storage account is unknown".to_owned(),
            hint: "set AZURE_STORAGE_ACCOUNT_NAME, or use \
                   abfss://FILESYSTEM@ACCOUNT.dfs.core.windows.net/PATH",
        });
    };
    if builder
        .get_config_value(&AzureConfigKey::Endpoint)
        .is_some()
    {
        return Ok(builder);
    }
    let domain = account.map_or_else(|| domain(sign_in), |it| it.domain);
    Ok(builder.with_endpoint(format!("https://{name}.blob.{domain}")))
}

/// The domain of the accounts in the cloud of the sign-in.
fn domain(sign_in: &SignIn) -> &'static str {
    match sign_in.authority_url.host_str() {
        // For example `login.microsoftonline.us`.
        Some(host) if host.rsplit('.').next() == Some("us") => "core.usgovcloudapi.net",
        _ => "core.windows.net",
    }
}

fn signed_in(
    surroundings: &Surroundings<'_>,
    sign_in: &AzureSignIn<'_>,
) -> Result<SignedIn, PlaceError> {
    let tokens = StorageTokens::connect(sign_in.sign_in, sign_in.http, sign_in.now);
    let tokens = tokens.map_err(|source| PlaceError::Credential {
        place: surroundings.place.clone(),
        source: Box::new(source),
    })?;
    tokens.map(SignedIn).ok_or_else(|| PlaceError::Settings {
        place: surroundings.place.clone(),
        problem: "a ready-made access token is for the API alone".to_owned(),
        hint: "set AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN, or sign in with another kind of \
               credential",
    })
}

/// Adds the token of the run's sign-in to requests.
struct SignedIn(StorageTokens);

impl fmt::Debug for SignedIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SignedIn")
    }
}

#[async_trait]
impl CredentialProvider for SignedIn {
    type Credential = AzureCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AzureCredential>> {
        let token = self.0.current().await.map_err(|problem| Error::Generic {
            store: "Azure",
            source: Box::new(problem),
        })?;
        let token = token.expose_secret().to_owned();
        Ok(Arc::new(AzureCredential::BearerToken(token)))
    }
}
