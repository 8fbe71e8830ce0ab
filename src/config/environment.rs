//! The environment of the process, read once.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

use super::{
    ConfigError, Folders, LogFormat, Origin,
    control_characters::refuse,
    store_variables::{PREFIXES, StoreVariables},
};
use crate::domain::quotes::unquoted;

/// The prefix of patchgap's variables.
pub(super) const PREFIX: &str = "PATCHGAP_";

/// The variable for a ready-made access token. It is a secret, so it is neither a flag nor a key.
pub(super) const ACCESS_TOKEN: &str = "PATCHGAP_ACCESS_TOKEN";

/// The variable with the webhook's address, which is also a secret.
pub(super) const NOTIFY_URL: &str = "PATCHGAP_NOTIFY_URL";

/// The variable with the mail server's address and password.
pub(super) const SMTP_URL: &str = "PATCHGAP_SMTP_URL";

/// The variable of a ready-made token for Microsoft Graph.
pub(super) const GRAPH_ACCESS_TOKEN: &str = "PATCHGAP_GRAPH_ACCESS_TOKEN";

/// The environment of the process at the start of the run.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, OsString>,
    folders: Folders,
}

impl Environment {
    /// Uses these variables, and the folders of the platform. Ignores variables whose name is not
    /// Unicode: patchgap has none.
    pub fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        folders: Folders,
    ) -> Self {
        let variables = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .map(|(name, value)| (as_the_platform_compares(name), value))
            .collect();
        Self { variables, folders }
    }

    /// A copy of the environment with only these variables and no folders.
    pub(super) fn only(&self, names: &[&str]) -> Self {
        let variables = names
            .iter()
            .filter_map(|name| self.variables.get_key_value(*name));
        Self {
            variables: variables
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            folders: Folders::default(),
        }
    }

    /// A variable, without the spaces and the pair of quotes that shells and environment files
    /// leave around it; an empty one counts as unset.
    pub(super) fn get(&self, name: &str) -> Option<&OsStr> {
        let value = self.exactly(name)?;
        let text = value.to_str();
        let value = text.map_or(value, |text| OsStr::new(unquoted(text.trim_matches(' '))));
        Some(value).filter(|value| !value.is_empty())
    }

    /// A variable with its exact value; an empty one counts as unset.
    pub(super) fn exactly(&self, name: &str) -> Option<&OsStr> {
        let value = self.variables.get(name)?;
        Some(value.as_os_str()).filter(|value| !value.is_empty())
    }

    /// A variable that holds a path.
    pub(super) fn path(&self, name: &str) -> Result<Option<PathBuf>, ConfigError> {
        let Some(path) = self.get(name) else {
            return Ok(None);
        };
        refuse(&place(name), &path.to_string_lossy(), Origin::Environment)?;
        Ok(Some(PathBuf::from(path)))
    }

    /// Whether there is a program of this name on the `PATH`.
    pub(super) fn offers(&self, program: &str) -> bool {
        let path = self.exactly("PATH").unwrap_or_default();
        std::env::split_paths(path).any(|folder| folder.join(program).is_file())
    }

    /// A variable that must be Unicode text, with its exact value. An error does not repeat the
    /// value.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, ConfigError> {
        let value = self.exactly(name).map(|value| value.to_str());
        match value {
            Some(None) => Err(not_unicode(name)),
            text => Ok(text.flatten()),
        }
    }

    /// The file for the job summary, when running as a step of a GitHub workflow.
    pub(super) fn step_summary(&self) -> Option<PathBuf> {
        self.exactly("GITHUB_STEP_SUMMARY").map(PathBuf::from)
    }

    /// The log format set in the environment. Configuration errors are logged in it too, before the
    /// other layers are known.
    pub fn log_format(&self) -> Option<LogFormat> {
        self.get(&variable("log_format"))?.to_str()?.parse().ok()
    }

    /// The variables of object stores.
    pub(super) fn store_variables(&self) -> StoreVariables {
        let names = self.variables.keys().filter(|name| {
            let mut prefixes = PREFIXES.iter();
            prefixes.any(|prefix| name.starts_with(prefix))
        });
        let variables = names.filter_map(|name| {
            let value = self.get(name)?.to_str()?;
            Some((name.clone(), value.to_owned()))
        });
        StoreVariables::new(variables)
    }

    /// The names of all variables.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// The folders of the platform.
    pub(super) const fn folders(&self) -> &Folders {
        &self.folders
    }
}

/// The beginning of an error message about a variable.
pub(super) fn place(name: &str) -> String {
    format!("environment variable {name}")
}

/// Environment variable names are case-insensitive on Windows.
fn as_the_platform_compares(name: String) -> String {
    if cfg!(windows) {
        name.to_ascii_uppercase()
    } else {
        name
    }
}

pub(super) fn not_unicode(name: &str) -> ConfigError {
    ConfigError::Variable {
        variable: name.to_owned(),
        message: "it is not Unicode text".to_owned(),
    }
}

/// The name of an option's variable.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase())
}
