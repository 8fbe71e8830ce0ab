//! Resolves the layers to one configuration: reads and merges them, for one tenant or for several.

use std::path::{Path, PathBuf};

use jiff::ZonedDateTime;

use super::{
    Config, ConfigError, Environment, PlaceUrl, Resolved, Settings, Tenant, Tenants,
    control_characters::refuse_typed,
    defaults::{defaults, required},
    environment::{NOTIFY_URL, SMTP_URL, variable},
    file,
    sections::{Surroundings, config},
    sign_in::{FoundSecret, SecretFiles, azure_layer, client_secret},
    store, tenants, variables,
};

/// The layers that all tenants share.
struct Layers {
    typed: Settings,
    environment: Settings,
    file: Settings,
    /// The path of the file.
    path: Option<PathBuf>,
    azure: Settings,
}

impl Layers {
    fn read(
        typed: Settings,
        environment: &Environment,
        working_directory: &Path,
    ) -> Result<Self, ConfigError> {
        refuse_typed(&typed)?;
        let typed = typed.typed().relative_to(working_directory);
        let layer = variables::layer(environment)?.relative_to(working_directory);
        let config = typed.config.as_deref().or(layer.config.as_deref());
        let (path, file) = file::read(config, environment, working_directory)?
            .map(|file| (file.path, file.settings))
            .unzip();
        Ok(Self {
            typed,
            environment: layer,
            file: file.unwrap_or_default(),
            path,
            azure: azure_layer(environment)?.relative_to(working_directory),
        })
    }

    /// The files that may hold the client secret. A tenant's own file comes before any variable.
    fn secret_files(&self, tenant: Option<&Tenant>) -> SecretFiles {
        let of_tenant = tenant.and_then(|it| it.settings.client_secret_file.clone());
        let variable = tenant.and_then(|it| it.secret_variable.clone());
        SecretFiles {
            of_variable: of_tenant.or_else(|| self.environment.client_secret_file.clone()),
            of_file: self.file.client_secret_file.clone(),
            variable,
        }
    }

    /// All layers merged, including the defaults and the tenant's.
    fn merged(
        self,
        tenant: Option<&Tenant>,
        environment: &Environment,
    ) -> Result<Settings, ConfigError> {
        let tenant = tenant.map(|it| it.settings.clone().typed());
        let upper = self.typed.or(tenant.unwrap_or_default());
        let lower = self.environment.or(self.file).or(self.azure);
        store::with_path(upper.or(lower).or(defaults()?), environment)
    }
}

/// Resolves the layers, the highest first: command line, a tenant of a file of tenants, environment,
/// file, Azure's own variables, defaults.
///
/// Relative paths are resolved against `working_directory`; in the file, those of credentials,
/// certificates and the store are resolved against the folder of that file. If the working
/// directory is the empty path, paths stay as given. `started` fills in `{date}` and `{time}`: the
/// folder of a nightly run is named after the local date of that night.
pub fn resolve(
    typed: Settings,
    tenant: Option<&Tenant>,
    environment: &Environment,
    working_directory: &Path,
    started: &ZonedDateTime,
) -> Result<Resolved, ConfigError> {
    let layers = Layers::read(typed, environment, working_directory)?;
    let secret_files = layers.secret_files(tenant);
    let named = secret_files.paths();
    let path = layers.path.clone();
    let is_out_typed = layers.typed.out.is_some();
    let is_upload_typed = layers.typed.upload.is_some();
    let settings = layers.merged(tenant, environment)?;
    let kind = required(settings.credential, "credential")?;
    let found = client_secret(kind, secret_files, environment)?;
    let mut warnings = variables::warnings(environment);
    warnings.extend(environment.zone_warning(started));
    warnings.extend(found.warning.clone());
    let surroundings = Surroundings {
        environment,
        working_directory,
        started,
        tenant,
        is_out_typed,
        is_upload_typed,
    };
    Ok(Resolved {
        config: config(settings, found, surroundings)?,
        warnings,
        file: path,
        secret_files: named,
    })
}

/// The file of tenants that the layers name, if they name one.
pub fn read_tenants(
    typed: &Settings,
    environment: &Environment,
    working_directory: &Path,
    started: &ZonedDateTime,
) -> Result<Option<Tenants>, ConfigError> {
    let chosen = typed.tenant.clone().map(String::from);
    let layers = Layers::read(typed.clone(), environment, working_directory)?;
    let settings = layers.merged(None, environment)?;
    let Some(path) = settings.tenants.clone() else {
        return chosen.map_or(Ok(None), |it| Err(ConfigError::TenantWithoutFile(it)));
    };
    let out = required(settings.out.clone(), "out")?
        .of_each()
        .above_tenants();
    if out.is_dated() {
        environment.require_zone(started, &format!("--out {}", out.as_str()))?;
    }
    let upload = settings.upload.as_ref();
    let upload = upload.map(PlaceUrl::of_each);
    Ok(Some(Tenants {
        list: tenants::read(&path)?,
        path,
        parallel: required(settings.parallel, "parallel")?.get() as usize,
        overview: working_directory.join(out.at(started)),
        upload: upload.map(|it| it.above_tenants().at(started)),
        state: required(settings.state, "state")?,
    }))
}

/// Resolves the command line on top of the defaults only: no file and no variable changes the
/// output of a demonstration, and it does not touch the user's store. Only `NO_COLOR` and the
/// addresses of a requested notification are taken from variables.
pub fn resolve_typed(
    typed: Settings,
    environment: &Environment,
    working_directory: &Path,
    started: &ZonedDateTime,
) -> Result<Config, ConfigError> {
    refuse_typed(&typed)?;
    let mut bare = environment.only(&["NO_COLOR", "TZ"]);
    let mut typed = typed.typed();
    if typed.notify_on.is_some() {
        bare = environment.only(&["NO_COLOR", "TZ", NOTIFY_URL, SMTP_URL]);
        typed.notify_url_file = environment.path(&variable("notify_url_file"))?;
        typed.smtp_url_file = environment.path(&variable("smtp_url_file"))?;
    }
    let settings = typed.relative_to(working_directory).or(defaults()?);
    let surroundings = Surroundings {
        environment: &bare,
        working_directory,
        started,
        tenant: None,
        is_out_typed: false,
        is_upload_typed: false,
    };
    config(settings, FoundSecret::default(), surroundings)
}
