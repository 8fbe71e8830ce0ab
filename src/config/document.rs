//! The text of a TOML file, and errors in it by line.

use std::{ops::Range, path::Path};

use memchr::memchr_iter;
use serde::Deserialize;
use toml::{Spanned, de::DeTable};

use super::{ConfigError, Origin, Settings, control_characters::refuse, nearest::nearest};

/// A key, and the byte range of the key with its value.
type Entry = (String, Range<usize>);

/// The keys in the order of the file, each with the byte range of the key and its value. The value
/// of a table begins before its key, at the bracket.
pub(super) fn entries(table: &DeTable<'_>) -> Vec<Entry> {
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

/// The same, including the keys of nested tables: `deadlines`, then `deadlines.other`.
fn all_entries(table: &DeTable<'_>) -> Vec<Entry> {
    let mut all = Vec::new();
    for (key, span) in entries(table) {
        let within = table.get(&*key).and_then(|it| it.get_ref().as_table());
        let within = within.map(all_entries).unwrap_or_default();
        let within = within
            .into_iter()
            .map(|(inner, span)| (format!("{key}.{inner}"), span));
        let within: Vec<Entry> = within.collect();
        all.push((key, span));
        all.extend(within);
    }
    all
}

/// The text of a configuration file, with its path for error messages.
pub(super) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) path: &'a Path,
    /// The keys that are allowed.
    pub(super) known: &'a [String],
}

impl Document<'_> {
    /// The settings in a table of known keys.
    pub(super) fn settings(&self, table: Spanned<DeTable<'_>>) -> Result<Settings, ConfigError> {
        for (key, span) in entries(table.get_ref()) {
            self.check(&key, span.start)?;
        }
        let entries = all_entries(table.get_ref());
        self.refuse_control_characters(table.get_ref())?;
        Settings::deserialize(toml::Deserializer::from(table))
            .map_err(|error| self.value(&error, &entries))
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        1 + memchr_iter(b'\n', before).count()
    }

    /// The error for text that is not valid TOML.
    pub(super) fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        let line = self.line(error.span().map_or(0, |span| span.start));
        let text = self.text.lines().nth(line - 1);
        ConfigError::Syntax {
            path: self.path.to_owned(),
            line,
            message: error.message().to_owned(),
            has_backslash: text.is_some_and(|text| text.contains('\\')),
        }
    }

    /// Refuses an unknown key.
    pub(super) fn check(&self, key: &str, offset: usize) -> Result<(), ConfigError> {
        if self.known.iter().any(|known| known == key) {
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
                nearest: nearest(&key, self.known),
                path,
                line,
                key,
            },
        })
    }

    /// Refuses a text that contains a control character, except the name of a column.
    pub(super) fn refuse_control_characters(&self, table: &DeTable<'_>) -> Result<(), ConfigError> {
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
        // The last entry that begins before the error, because the range of a table ends with its
        // header.
        let before = entries.iter().filter(|(_, span)| span.start <= offset);
        let holder = before.max_by_key(|(_, span)| span.start);
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
        "notify_url" | "webhook_url" => Some(
            "PATCHGAP_NOTIFY_URL in the environment, or in a separate file named by \
             `notify_url_file`",
        ),
        "smtp_url" | "smtp_password" => Some(
            "PATCHGAP_SMTP_URL in the environment, or in a separate file named by `smtp_url_file`",
        ),
        "graph_access_token" => Some("PATCHGAP_GRAPH_ACCESS_TOKEN in the environment"),
        "access_token" | "token" => Some("PATCHGAP_ACCESS_TOKEN in the environment"),
        "client_certificate_password" | "certificate_password" => {
            Some("AZURE_CLIENT_CERTIFICATE_PASSWORD in the environment")
        }
        _ => None,
    }
}
