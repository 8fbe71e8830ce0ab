//! Refuses texts with a control character, which is always a mistake. It comes from a path in
//! double quotes in TOML (`"C:\reports"`), or from an environment file with Windows line ends.

use std::{borrow::Cow, path::Path};

use super::{
    ConfigError, LakePlace, Settings,
    origin::{Origin, Shown},
};

/// Refuses a text that contains a control character.
pub(super) fn refuse(place: &str, text: &str, origin: Origin) -> Result<(), ConfigError> {
    if !text.contains(char::is_control) {
        return Ok(());
    }
    Err(ConfigError::ControlCharacter {
        place: place.to_owned(),
        text: Shown(text.to_owned()),
        origin,
    })
}

/// Refuses a path from the command line that contains a control character; `place` is its flag.
pub fn refuse_path(place: &str, path: &Path) -> Result<(), ConfigError> {
    refuse(place, &path.to_string_lossy(), Origin::CommandLine)
}

/// Refuses control characters in the paths and other free texts of the command line.
pub(super) fn refuse_typed(typed: &Settings) -> Result<(), ConfigError> {
    texts(typed).try_for_each(|(flag, text)| refuse(flag, &text, Origin::CommandLine))
}

/// The flags that take free text, with their values.
fn texts(typed: &Settings) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
    let paths = [
        ("--config", &typed.config),
        ("--ca-cert", &typed.ca_cert),
        ("--state", &typed.state),
        ("--exclude", &typed.exclude),
        ("--feeds", &typed.feeds),
        ("--exceptions", &typed.exceptions),
        ("--tenants", &typed.tenants),
        ("--metrics", &typed.metrics),
        ("--log-file", &typed.log_file),
    ];
    let paths = paths
        .into_iter()
        .filter_map(|(flag, path)| Some((flag, path.as_ref()?.to_string_lossy())));
    let out = typed.out.iter().map(|out| ("--out", out.as_str().into()));
    let lake = typed.lake.iter().filter_map(LakePlace::folder);
    let lake = lake.map(|folder| ("--lake", folder.to_string_lossy()));
    let scope = typed.scope.iter();
    let scope = scope.map(|scope| ("--scope", scope.as_str().into()));
    let title = typed.title.iter();
    let title = title.map(|title| ("--title", title.as_str().into()));
    let split_by = typed.split_by.iter();
    let split_by = split_by.map(|column| ("--split-by", column.as_str().into()));
    paths
        .chain(out)
        .chain(lake)
        .chain(scope)
        .chain(title)
        .chain(split_by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_refused_and_shown() {
        for (text, shown) in [
            ("C:\reports\night", "C:\\reports\\night"),
            ("C:\temp", "C:\\temp"),
            ("C:\u{8}in", "C:\\u{8}in"),
            ("a\0", "a\\u{0}"),
            ("a\u{7f}", "a\\u{7f}"),
            ("a\u{85}", "a\\u{85}"),
            ("a\u{1b}[31m", "a\\u{1b}[31m"),
        ] {
            let error = refuse("--out", text, Origin::CommandLine).unwrap_err();
            let expected = format!("--out: `{shown}` contains a control character");
            assert_eq!(error.to_string(), expected);
        }
        for text in ["", "C:\\reports", "reports/ä b", "\u{200b}"] {
            assert!(refuse("--out", text, Origin::File).is_ok(), "{text}");
        }
    }
}
