//! Gathers what the sign-in needs from the settings and from Azure's own variables.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::{
    ConfigError, EntraName, Environment, Settings, Tenant,
    defaults::{required, url_or},
    environment::{ACCESS_TOKEN, GRAPH_ACCESS_TOKEN},
    secret_place,
};
use crate::defender::{
    auth::{CredentialKind, SignIn, choose, tenant_of_token},
    cloud::Endpoints,
};

/// The name of the Azure CLI program.
const AZURE_CLI: &str = if cfg!(windows) { "az.cmd" } else { "az" };

/// Azure's own variable for the client secret.
const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";

/// The files that may hold the client secret.
pub(super) struct SecretFiles {
    /// From patchgap's own variable; takes precedence over Azure's variable.
    pub(super) of_variable: Option<PathBuf>,
    /// From the configuration file; Azure's variable takes precedence over it.
    pub(super) of_file: Option<PathBuf>,
    /// The variable that a tenant's own table names, before all others.
    pub(super) variable: Option<String>,
}

impl SecretFiles {
    /// The paths that are named, whether or not they are read.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let paths = [&self.of_variable, &self.of_file];
        paths.into_iter().flatten().cloned().collect()
    }
}

/// A client secret, and a warning about the place where it was found.
#[derive(Default)]
pub(super) struct FoundSecret {
    pub(super) secret: Option<SecretString>,
    pub(super) warning: Option<String>,
}

/// Builds the sign-in configuration.
pub(super) fn sign_in(
    settings: &Settings,
    endpoints: Endpoints,
    secret: Option<SecretString>,
    environment: &Environment,
) -> Result<SignIn, ConfigError> {
    let authority_url = settings.authority_url.clone();
    let scope = settings.scope.clone();
    Ok(SignIn {
        authority_url: url_or(authority_url, endpoints.authority, "authority_url")?.into(),
        kind: required(settings.credential, "credential")?,
        scope: scope.map_or_else(|| endpoints.scope.to_owned(), Into::into),
        tenant_id: settings.tenant_id.clone().map(Into::into),
        client_id: settings.client_id.clone().map(Into::into),
        secret,
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

/// The sign-in of a tenant. A ready-made token is used for the tenant that it names, or for all if
/// it names none. Otherwise the tenant's own table takes precedence over the common environment.
pub(super) fn of_tenant(sign_in: SignIn, tenant: &Tenant) -> Result<SignIn, ConfigError> {
    let foreign = foreign(&sign_in, tenant);
    if sign_in.access_token.is_some() && foreign.is_none() {
        return Ok(sign_in);
    }
    let named = &tenant.settings;
    let has_secret = tenant.secret_variable.is_some() || named.client_secret_file.is_some();
    let sign_in = SignIn {
        access_token: None,
        kind: match sign_in.kind {
            CredentialKind::Auto if has_secret => CredentialKind::Secret,
            CredentialKind::Auto if named.client_certificate_path.is_some() => {
                CredentialKind::Certificate
            }
            kind => kind,
        },
        ..sign_in
    };
    match (foreign, choose(&sign_in)) {
        (Some(token), Ok(CredentialKind::Token) | Err(_)) => Err(ConfigError::OtherTenantsToken {
            token,
            tenant: tenant.id().to_owned(),
        }),
        _ => Ok(sign_in),
    }
}

/// The tenant that the ready-made token names, if it is a different one.
fn foreign(sign_in: &SignIn, tenant: &Tenant) -> Option<String> {
    let named = tenant_of_token(sign_in.access_token.as_ref()?)?;
    (!named.eq_ignore_ascii_case(tenant.id())).then_some(named)
}

/// The sign-in for Microsoft Graph: the same application, with a token for another scope.
pub(super) fn graph_sign_in(
    sign_in: &SignIn,
    scope: String,
    tenant: Option<&Tenant>,
    environment: &Environment,
) -> Result<SignIn, ConfigError> {
    let graph = SignIn {
        scope,
        access_token: without_line_end(environment, GRAPH_ACCESS_TOKEN)?,
        ..sign_in.clone()
    };
    match tenant.and_then(|tenant| foreign(&graph, tenant)) {
        None => Ok(graph),
        Some(_) => Ok(SignIn {
            access_token: None,
            ..graph
        }),
    }
}

/// Azure's own variables as a layer, between the file and the defaults.
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

/// Finds the client secret: in the variable or the file that a tenant's own table names, in the
/// file named by patchgap's own variable, in Azure's variable, or in the file named by the
/// configuration. It is read only if the credential kind can use it.
pub(super) fn client_secret(
    kind: CredentialKind,
    files: SecretFiles,
    environment: &Environment,
) -> Result<FoundSecret, ConfigError> {
    if !matches!(kind, CredentialKind::Auto | CredentialKind::Secret) {
        return Ok(FoundSecret::default());
    }
    if let Some(variable) = files.variable {
        let secret = of_variable(environment, &variable)?;
        let found = secret.ok_or(ConfigError::NoSecret(variable))?;
        return Ok(FoundSecret {
            secret: Some(found),
            warning: None,
        });
    }
    if let Some(path) = files.of_variable {
        return from_file(&path);
    }
    match (of_variable(environment, CLIENT_SECRET)?, files.of_file) {
        (None, Some(path)) => from_file(&path),
        (secret, _) => Ok(FoundSecret {
            secret,
            warning: None,
        }),
    }
}

/// The secret in a file.
fn from_file(path: &Path) -> Result<FoundSecret, ConfigError> {
    let what = "client secret file";
    match secret_place::in_file(what, path)? {
        None => Err(ConfigError::EmptySecret(path.to_owned())),
        secret => Ok(FoundSecret {
            secret,
            warning: secret_place::accessible_to_others(what, path),
        }),
    }
}

/// The client secret in a variable.
fn of_variable(
    environment: &Environment,
    variable: &str,
) -> Result<Option<SecretString>, ConfigError> {
    let text = environment.text(variable)?.unwrap_or_default();
    secret_place::in_variable(variable, text)
}

/// A secret with any content in a variable, without the line end that a shell or a vault may add.
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
