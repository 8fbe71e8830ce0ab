//! Finds and parses the configuration file.

use std::{
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::de::DeTable;

use super::{
    ConfigError, Environment, Settings, control_characters::refuse, nearest::nearest,
    origin::Origin, settings::keys,
};

/// The name of the file when no path is given.
const NAME: &str = "patchgap.toml";

/// A key, and the byte range of the key with its value.
type Entry = (String, Range<usize>);

/// A configuration file that was read.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) settings: Settings,
}

/// Reads the file at the given path, else the first default one that exists. Only a file that was
/// given has to exist.
pub(super) fn read(
    named: Option<&Path>,
    environment: &Environment,
    working_directory: &Path,
) -> Result<Option<File>, ConfigError> {
    let path = match named {
        Some(named) => Some(working_directory.join(named)),
        None => find(environment, working_directory),
    };
    path.map(open).transpose()
}

fn find(environment: &Environment, working_directory: &Path) -> Option<PathBuf> {
    let here = working_directory.join(NAME);
    let in_folder = environment.folders().config_file(NAME);
    [Some(here), in_folder]
        .into_iter()
        .flatten()
        .find(|path| path.is_file())
}

fn open(path: PathBuf) -> Result<File, ConfigError> {
    let settings = fs::read(&path)
        .and_then(|bytes| {
            String::from_utf8(bytes)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
        })
        .map_err(|source| ConfigError::Read {
            what: "configuration file",
            path: path.clone(),
            source,
        })
        .and_then(|text| parse(&text, &path))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok(File {
        path,
        settings: settings.relative_to(&folder),
    })
}

/// Parses the text of a configuration file; `path` is for error messages.
pub(super) fn parse(text: &str, path: &Path) -> Result<Settings, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = Document { text, path };
    let table = DeTable::parse(text).map_err(|error| document.syntax(&error))?;
    let entries = entries(table.get_ref());
    for (key, span) in &entries {
        document.check(key, span.start)?;
    }
    document.refuse_control_characters(table.get_ref())?;
    Settings::deserialize(toml::Deserializer::from(table))
        .map_err(|error| document.value(&error, &entries))
}

/// The keys in the order of the file, each with the byte range of the key and its value. The value
/// of a table begins before its key, at the bracket.
fn entries(table: &DeTable<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| {
            let (name, value) = (key.span(), value.span());
            let stretch = name.start.min(value.start)..name.end.max(value.end);
            (key.get_ref().to_string(), stretch)
        })
        .collect();
    entries.sort_by_key(|(_, stretch)| stretch.start);
    entries
}

/// The text of a configuration file, with its path for error messages.
struct Document<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Document<'_> {
    fn line(&self, offset: usize) -> usize {
        let before = self.text.bytes().take(offset);
        1 + before.filter(|&byte| byte == b'\n').count()
    }

    fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        let line = self.line(error.span().map_or(0, |span| span.start));
        let text = self.text.lines().nth(line - 1);
        ConfigError::Syntax {
            path: self.path.to_owned(),
            line,
            message: error.message().to_owned(),
            has_backslash: text.is_some_and(|text| text.contains('\\')),
        }
    }

    fn check(&self, key: &str, offset: usize) -> Result<(), ConfigError> {
        let known = keys();
        if known.iter().any(|known| known == key) {
            return Ok(());
        }
        let (path, line, key) = (self.path.to_owned(), self.line(offset), key.to_owned());
        Err(match proper_place(&key) {
            Some(proper_place) => ConfigError::SecretInFile {
                path,
                line,
                key,
                proper_place,
            },
            None => ConfigError::UnknownKey {
                nearest: nearest(&key, &known),
                path,
                line,
                key,
            },
        })
    }

    /// Refuses a text that contains a control character, except the name of a column.
    fn refuse_control_characters(&self, table: &DeTable<'_>) -> Result<(), ConfigError> {
        let texts = table
            .iter()
            .filter_map(|(key, value)| Some((key, value.get_ref().as_str()?)));
        let mut texts: Vec<_> = texts.filter(|(key, _)| key.get_ref() != "column").collect();
        texts.sort_by_key(|(key, _)| key.span().start);
        texts.into_iter().try_for_each(|(key, text)| {
            let (path, line) = (self.path.display(), self.line(key.span().start));
            let place = format!("{path}: line {line}: {}", key.get_ref());
            refuse(&place, text, Origin::File)
        })
    }

    fn value(&self, error: &toml::de::Error, entries: &[Entry]) -> ConfigError {
        let offset = error.span().map_or(0, |span| span.start);
        let holder = entries.iter().find(|(_, span)| span.contains(&offset));
        ConfigError::Value {
            path: self.path.to_owned(),
            line: self.line(offset),
            key: holder.map_or_else(String::new, |(key, _)| key.clone()),
            message: error.message().to_owned(),
        }
    }
}

/// Where the secret under this key belongs, if the key is for a secret.
fn proper_place(key: &str) -> Option<&'static str> {
    match key.to_ascii_lowercase().replace('-', "_").as_str() {
        "client_secret" | "azure_client_secret" | "secret" => Some(
            "AZURE_CLIENT_SECRET in the environment, or in a separate file named by \
             `client_secret_file`",
        ),
        "graph_access_token" => Some("PATCHGAP_GRAPH_ACCESS_TOKEN in the environment"),
        "access_token" | "token" => Some("PATCHGAP_ACCESS_TOKEN in the environment"),
        "client_certificate_password" | "certificate_password" => {
            Some("AZURE_CLIENT_CERTIFICATE_PASSWORD in the environment")
        }
        _ => None,
    }
}
