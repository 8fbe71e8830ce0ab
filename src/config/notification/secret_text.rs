//! A secret address in a variable, or in a file.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::AddressProblem;
use crate::config::{ConfigError, Environment, environment, secret_place};

/// Where a secret is.
#[derive(Debug, Clone, Default)]
pub(super) struct SecretText {
    /// The variable's name and value.
    variable: Option<(&'static str, SecretString)>,
    /// The file to read if the variable is not set.
    pub(super) file: Option<PathBuf>,
}

/// A secret, and where it was found.
pub(super) struct Found {
    pub(super) text: SecretString,
    /// For error messages.
    pub(super) place: String,
    pub(super) warning: Option<String>,
}

impl SecretText {
    pub(super) fn new(
        variable: &'static str,
        file: Option<PathBuf>,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let text = environment.text(variable)?;
        let variable = text.map(|text| (variable, SecretString::from(text)));
        Ok(Self { variable, file })
    }

    /// The secret, if there is one; `what` describes the file in errors.
    pub(super) fn read(&self, what: &'static str) -> Result<Option<Found>, ConfigError> {
        match (&self.variable, &self.file) {
            (Some((name, text)), _) => {
                let found = secret_place::in_variable(name, text.expose_secret())?;
                Ok(found.map(|text| Found {
                    text,
                    place: environment::place(name),
                    warning: None,
                }))
            }
            (None, Some(path)) => of_file(what, path).map(Some),
            (None, None) => Ok(None),
        }
    }
}

fn of_file(what: &'static str, path: &Path) -> Result<Found, ConfigError> {
    let place = secret_place::file_place(what, path);
    match secret_place::in_file(what, path)? {
        Some(text) => Ok(Found {
            text,
            place,
            warning: secret_place::accessible_to_others(what, path),
        }),
        None => Err(ConfigError::Address {
            place,
            problem: AddressProblem::Empty,
        }),
    }
}
