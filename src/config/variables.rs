//! Our environment variables as a layer: each goes through the parser of its flag.

use std::{
    error::Error,
    ffi::{OsStr, OsString},
    fmt::Display,
    str::FromStr,
};

use clap::{
    Arg, ArgAction, Args, Command, FromArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{
    ConfigError, Environment, MachineSource, Origin, Settings,
    control_characters::refuse,
    environment::{
        ACCESS_TOKEN, GRAPH_ACCESS_TOKEN, NOTIFY_URL, PREFIX, SMTP_URL, not_unicode, place,
        variable,
    },
    nearest::nearest,
    settings::{FILE_KEYS, Verbosity},
};
use crate::domain::quotes::unquoted;

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

/// The settings in our variables, as a layer.
pub(super) fn layer(environment: &Environment) -> Result<Settings, ConfigError> {
    let said = Settings {
        client_secret_file: environment.path(&variable("client_secret_file"))?,
        client_certificate_path: environment.path(&variable("client_certificate_path"))?,
        machines: environment
            .path(&variable("machines"))?
            .map(MachineSource::from),
        kev_url: parsed(environment, "kev_url")?,
        epss_url: parsed(environment, "epss_url")?,
        msrc_url: parsed(environment, "msrc_url")?,
        notify_url_file: environment.path(&variable("notify_url_file"))?,
        smtp_url_file: environment.path(&variable("smtp_url_file"))?,
        ..Settings::default()
    };
    let command = command();
    command.get_arguments().try_fold(said, |said, argument| {
        let key = argument.get_id().as_str();
        let name = variable(key);
        let Some(value) = environment.get(&name) else {
            return Ok(said);
        };
        let value = trimmed_value(key, value)?;
        Ok(said.or(parse(&command, argument, &name, value)?))
    })
}

/// An option that is not a flag of `patchgap report`.
fn parsed<T: FromStr<Err: Display>>(
    environment: &Environment,
    key: &str,
) -> Result<Option<T>, ConfigError> {
    let name = variable(key);
    let Some(value) = environment.get(&name) else {
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

/// One warning for each variable with our prefix that is not known.
pub(super) fn warnings(environment: &Environment) -> Vec<String> {
    let known = known_names();
    environment
        .names()
        .filter_map(|name| name.strip_prefix(PREFIX))
        .filter(|&name| known.iter().all(|known| known != name))
        .map(|name| unknown(name, &known))
        .collect()
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
