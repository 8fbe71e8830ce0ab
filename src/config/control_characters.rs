//! Refuses texts with a control character. It is always a mistake: a path in double quotes in TOML
//! (`"C:\reports"`), or an environment file with Windows line ends.

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
    let out = typed.out.as_ref().map(|out| Path::new(out.as_str()));
    let lake = typed.lake.as_ref().and_then(LakePlace::folder);
    let paths = [
        ("--config", typed.config.as_deref()),
        ("--ca-cert", typed.ca_cert.as_deref()),
        ("--state", typed.state.as_deref()),
        ("--exclude", typed.exclude.as_deref()),
        ("--feeds", typed.feeds.as_deref()),
        ("--exceptions", typed.exceptions.as_deref()),
        ("--tenants", typed.tenants.as_deref()),
        ("--metrics", typed.metrics.as_deref()),
        ("--log-file", typed.log_file.as_deref()),
        ("--out", out),
        ("--lake", lake),
    ];
    let paths = paths.into_iter();
    let paths = paths.filter_map(|(flag, path)| Some((flag, path?.to_string_lossy())));
    let texts = [
        ("--scope", &typed.scope),
        ("--title", &typed.title),
        ("--split-by", &typed.split_by),
    ];
    let texts = texts.into_iter();
    paths.chain(texts.filter_map(|(flag, text)| Some((flag, text.as_ref()?.as_str().into()))))
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
