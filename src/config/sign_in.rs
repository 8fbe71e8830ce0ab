//! What the sign-in needs, gathered from the settings and from Azure's own variables.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use url::Url;

use super::{ConfigError, EntraName, Environment, Settings, environment::ACCESS_TOKEN, secret};
use crate::defender::auth::{CredentialKind, SignIn};

/// What the Azure CLI is called.
const AZURE_CLI: &str = if cfg!(windows) { "az.cmd" } else { "az" };

/// Azure's own variable for the client secret.
const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";

/// What is resolved before the rest of the sign-in.
pub(super) struct Settled {
    pub(super) kind: CredentialKind,
    pub(super) authority_url: Url,
    pub(super) scope: String,
    pub(super) secret: Option<SecretString>,
}

/// The files that may hold the client secret.
pub(super) struct SecretFiles {
    /// Named by our own variable, which beats Azure's.
    pub(super) of_variable: Option<PathBuf>,
    /// Named by the configuration file, which Azure's variable beats.
    pub(super) of_file: Option<PathBuf>,
}

/// A client secret, and a warning about the place where it was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) secret: Option<SecretString>,
    pub(super) warning: Option<String>,
}

/// Everything that the sign-in needs.
pub(super) fn sign_in(
    settled: Settled,
    settings: &Settings,
    environment: &Environment,
) -> Result<SignIn, ConfigError> {
    Ok(SignIn {
        kind: settled.kind,
        authority_url: settled.authority_url,
        scope: settled.scope,
        tenant_id: settings.tenant_id.clone().map(Into::into),
        client_id: settings.client_id.clone().map(Into::into),
        secret: settled.secret,
        certificate: settings.client_certificate_path.clone(),
        certificate_password: without_line_end(environment, "AZURE_CLIENT_CERTIFICATE_PASSWORD")?,
        federated_token_file: environment.path("AZURE_FEDERATED_TOKEN_FILE")?,
        access_token: without_line_end(environment, ACCESS_TOKEN)?,
        managed_identity_offered: ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"]
            .into_iter()
            .any(|variable| environment.get(variable).is_some()),
        azure_cli_offered: environment.offers(AZURE_CLI),
    })
}

/// What Azure's own variables say: the layer between the file and the defaults.
pub(super) fn azure_layer(environment: &Environment) -> Result<Settings, ConfigError> {
    Ok(Settings {
        tenant_id: name(environment, "AZURE_TENANT_ID")?,
        client_id: name(environment, "AZURE_CLIENT_ID")?,
        client_certificate_path: environment.path("AZURE_CLIENT_CERTIFICATE_PATH")?,
        ..Settings::default()
    })
}

fn name(environment: &Environment, variable: &str) -> Result<Option<EntraName>, ConfigError> {
    let parse = |text: &str| {
        text.parse()
            .map_err(|error: super::InvalidValue| ConfigError::Variable {
                variable: variable.to_owned(),
                message: error.to_string(),
            })
    };
    environment.text(variable)?.map(parse).transpose()
}

/// Finds the client secret: in the file that our own variable names, in Azure's variable,
/// or in the file that the configuration names. Only a sign-in that could use it reads it.
pub(super) fn client_secret(
    kind: CredentialKind,
    files: SecretFiles,
    environment: &Environment,
) -> Result<Found, ConfigError> {
    if !matches!(kind, CredentialKind::Auto | CredentialKind::Secret) {
        return Ok(Found::default());
    }
    if let Some(path) = files.of_variable {
        return from_file(&path);
    }
    match (of_variable(environment)?, files.of_file) {
        (None, Some(path)) => from_file(&path),
        (secret, _) => Ok(Found {
            secret,
            warning: None,
        }),
    }
}

/// Reads the secret that a file holds.
fn from_file(path: &Path) -> Result<Found, ConfigError> {
    let bytes = read_secret(path).map_err(|source| ConfigError::Read {
        what: "client secret file",
        path: path.to_owned(),
        source,
    })?;
    let secret = secret::from_bytes(&bytes).map_err(|problem| ConfigError::Secret {
        place: format!("client secret file {}", path.display()),
        problem,
    })?;
    match secret {
        None => Err(ConfigError::EmptySecret(path.to_owned())),
        secret => Ok(Found {
            secret,
            warning: open_to_others(path),
        }),
    }
}

/// As many bytes as show that a file is too long for a secret.
fn read_secret(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(secret::LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A warning when more people than its owner may read a secret.
#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| {
        let path = path.display();
        format!("client secret file {path} is open to others (mode {mode:o}): chmod 600 {path}")
    })
}

/// Windows inherits the access list of the folder, which says nothing about intent.
#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<String> {
    None
}

/// The client secret in a variable.
fn of_variable(environment: &Environment) -> Result<Option<SecretString>, ConfigError> {
    let text = environment.text(CLIENT_SECRET)?.unwrap_or_default();
    secret::from_text(text).map_err(|problem| ConfigError::Secret {
        place: format!("environment variable {CLIENT_SECRET}"),
        problem,
    })
}

/// A secret that may hold anything, in a variable. The line end that a shell or a vault left there is
/// no part of it.
fn without_line_end(
    environment: &Environment,
    variable: &str,
) -> Result<Option<SecretString>, ConfigError> {
    let text = environment.text(variable)?;
    Ok(text
        .map(|text| text.trim_end_matches(['\r', '\n']))
        .filter(|text| !text.is_empty())
        .map(SecretString::from))
}
