//! The environment variables, read once and parsed like the flags.

use std::{
    collections::BTreeMap,
    error::Error,
    ffi::{OsStr, OsString},
    fmt::Display,
    path::PathBuf,
    str::FromStr,
};

use clap::{
    Arg, ArgAction, Args, Command, FromArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{
    ConfigError, Folders, LogFormat, MachineSource, Origin, Settings,
    control_characters::refuse,
    nearest::nearest,
    settings::{FILE_KEYS, Verbosity},
    store_variables::{PREFIXES, StoreVariables},
};
use crate::domain::quotes::unquoted;

/// The prefix of all our variables.
const PREFIX: &str = "PATCHGAP_";

/// The options that are paths.
const PATHS: [&str; 11] = [
    "config",
    "ca_cert",
    "exceptions",
    "exclude",
    "feeds",
    "lake",
    "log_file",
    "metrics",
    "state",
    "tenants",
    "out",
];

/// The variable for a ready-made access token. It is a secret, so it is neither a flag nor a key.
pub(super) const ACCESS_TOKEN: &str = "PATCHGAP_ACCESS_TOKEN";

/// The variable with the webhook's address, which is a secret, too.
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
    /// Takes these variables, and the folders of the platform. Variables whose name is not Unicode
    /// are ignored, because they cannot be ours.
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

    /// The folders of the platform.
    pub(super) const fn folders(&self) -> &Folders {
        &self.folders
    }

    /// The settings in our variables, as a layer.
    pub(super) fn layer(&self) -> Result<Settings, ConfigError> {
        let said = Settings {
            client_secret_file: self.path(&variable("client_secret_file"))?,
            client_certificate_path: self.path(&variable("client_certificate_path"))?,
            machines: self.machines()?,
            kev_url: self.parsed("kev_url")?,
            epss_url: self.parsed("epss_url")?,
            msrc_url: self.parsed("msrc_url")?,
            notify_url_file: self.path(&variable("notify_url_file"))?,
            smtp_url_file: self.path(&variable("smtp_url_file"))?,
            ..Settings::default()
        };
        let command = command();
        command.get_arguments().try_fold(said, |said, argument| {
            let key = argument.get_id().as_str();
            let name = variable(key);
            let Some(value) = self.get(&name) else {
                return Ok(said);
            };
            let value = trimmed_value(key, value)?;
            Ok(said.or(parse(&command, argument, &name, value)?))
        })
    }

    /// An option that is no flag of `patchgap report`.
    fn parsed<T: FromStr<Err: Display>>(&self, key: &str) -> Result<Option<T>, ConfigError> {
        let name = variable(key);
        let Some(value) = self.get(&name) else {
            return Ok(None);
        };
        let text = trimmed_value(key, value)?.to_str();
        let text = text.ok_or_else(|| not_unicode(&name))?;
        let parsed = text.parse().map_err(|error: T::Err| ConfigError::Variable {
            variable: name,
            message: error.to_string(),
        });
        parsed.map(Some)
    }

    /// The list of machines.
    fn machines(&self) -> Result<Option<MachineSource>, ConfigError> {
        let path = self.path(&variable("machines"))?;
        Ok(path.map(MachineSource::from))
    }

    /// One warning for each variable with our prefix that is not known.
    pub(super) fn warnings(&self) -> Vec<String> {
        let known = known_names();
        self.variables
            .keys()
            .filter_map(|name| name.strip_prefix(PREFIX))
            .filter(|&name| known.iter().all(|known| known != name))
            .map(|name| unknown(name, &known))
            .collect()
    }
}

/// The value to parse. Line ends around a value that is not a path are trimmed; any other control
/// character is refused, except in the name of a column.
fn trimmed_value<'value>(key: &str, value: &'value OsStr) -> Result<&'value OsStr, ConfigError> {
    let Some(text) = value.to_str() else {
        return Ok(value);
    };
    let text = match key {
        "column" => return Ok(value),
        key if PATHS.contains(&key) => text,
        _ => unquoted(text.trim()),
    };
    refuse(&place(&variable(key)), text, Origin::Environment)?;
    Ok(OsStr::new(text))
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

fn not_unicode(name: &str) -> ConfigError {
    ConfigError::Variable {
        variable: name.to_owned(),
        message: "it is not Unicode text".to_owned(),
    }
}

/// The name of an option's variable.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase())
}

/// The known variable names, without the prefix.
fn known_names() -> Vec<String> {
    command()
        .get_arguments()
        .map(|argument| argument.get_id().as_str())
        .chain(FILE_KEYS)
        .map(variable)
        .chain([ACCESS_TOKEN, GRAPH_ACCESS_TOKEN, NOTIFY_URL, SMTP_URL].map(str::to_owned))
        .map(|name| name.replacen(PREFIX, "", 1))
        .collect()
}

/// The warning about an unknown variable. Names are compared without the prefix, which would make
/// any two of them similar.
fn unknown(name: &str, known: &[String]) -> String {
    let hint = match (name, nearest(name, known)) {
        ("CLIENT_SECRET", _) => "; the client secret belongs in AZURE_CLIENT_SECRET".to_owned(),
        (_, Some(nearest)) => format!("; did you mean {PREFIX}{nearest}?"),
        (_, None) => String::new(),
    };
    format!("unknown environment variable {PREFIX}{name} is ignored{hint}")
}

/// A command with every option, so that a variable goes through the parser of its flag.
pub(super) fn command() -> Command {
    Settings::augment_args(Command::new("environment"))
        .no_binary_name(true)
        .disable_help_flag(true)
        .mut_args(|argument| match argument.get_action() {
            ArgAction::Count => argument.action(ArgAction::Set).value_parser(times),
            _ => argument,
        })
}

/// Parses the number that stands for a counted flag outside the command line.
fn times(text: &str) -> Result<u8, Box<dyn Error + Send + Sync>> {
    let times: Verbosity = text.parse()?;
    Ok(u8::try_from(times.get())?)
}

/// Parses one variable as if it were the flag.
fn parse(
    command: &Command,
    argument: &Arg,
    name: &str,
    value: &OsStr,
) -> Result<Settings, ConfigError> {
    let mut flag = OsString::from(format!("--{}=", argument.get_long().unwrap_or_default()));
    flag.push(value);
    command
        .clone()
        .try_get_matches_from([flag])
        .and_then(|matches| Settings::from_arg_matches(&matches))
        .map_err(|error| ConfigError::Variable {
            variable: name.to_owned(),
            message: reason(&error, value),
        })
}

/// The reason why the argument parser refused a value, without mentioning flags.
fn reason(error: &clap::Error, value: &OsStr) -> String {
    if let Some(ContextValue::Strings(allowed)) = error.get(ContextKind::ValidValue) {
        return format!(
            "unknown value `{}`: expected one of {}",
            value.display(),
            allowed.join(", ")
        );
    }
    match (error.source(), error.kind()) {
        (Some(source), _) => source.to_string(),
        (None, ErrorKind::InvalidUtf8) => "it is not Unicode text".to_owned(),
        (None, kind) => kind.to_string(),
    }
}
