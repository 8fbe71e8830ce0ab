//! Finds and parses the configuration file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use super::{ConfigError, Environment, Settings, document::Document, settings::keys};

/// The name of the file when no path is given.
const FILE_NAME: &str = "patchgap.toml";

/// A configuration file that was read.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) settings: Settings,
}

/// Reads the file at the given path, or else the first default one that exists. A given file must
/// exist.
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
    let here = working_directory.join(FILE_NAME);
    let in_folder = environment.folders().config_file(FILE_NAME);
    [Some(here), in_folder]
        .into_iter()
        .flatten()
        .find(|path| path.is_file())
}

fn open(path: PathBuf) -> Result<File, ConfigError> {
    let settings = read_text("configuration file", &path).and_then(|text| parse(&text, &path))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok(File {
        path,
        settings: settings.relative_to(&folder),
    })
}

/// Reads a file of text.
pub(super) fn read_text(what: &'static str, path: &Path) -> Result<String, ConfigError> {
    let text = fs::read(path).and_then(|bytes| {
        String::from_utf8(bytes)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
    });
    text.map_err(|source| ConfigError::Read {
        what,
        path: path.to_owned(),
        source,
    })
}

/// The text without a byte order mark.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Parses the text of a configuration file; `path` is for error messages.
pub(super) fn parse(text: &str, path: &Path) -> Result<Settings, ConfigError> {
    let text = without_mark(text);
    let known = &keys();
    let document = Document { text, path, known };
    let table = DeTable::parse(text).map_err(|error| document.syntax(&error))?;
    document.settings(table)
}
