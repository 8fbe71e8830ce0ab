//! The folder of the reports, whose name may depend on the start of the run.

use std::{path::PathBuf, str::FromStr};

use jiff::ZonedDateTime;

use super::InvalidValue;

/// A folder in whose path `{date}` and `{time}` stand for the start of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutFolder(String);

/// The placeholders, each with the time format that replaces it.
const PLACEHOLDERS: [(&str, &str); 2] = [("{date}", "%Y-%m-%d"), ("{time}", "%H%M%S")];

impl OutFolder {
    /// The path as given.
    pub(in crate::config) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the path depends on the local time at which the run began.
    pub(in crate::config) fn is_dated(&self) -> bool {
        let mut placeholders = PLACEHOLDERS.into_iter();
        placeholders.any(|(placeholder, _)| self.0.contains(placeholder))
    }

    /// The folder of a run that began at `started`, in the time zone of `started`.
    ///
    /// ```
    /// use patchgap::config::OutFolder;
    ///
    /// let out: OutFolder = "reports/{date}/{time}".parse()?;
    /// let started = jiff::civil::datetime(2026, 11, 23, 13, 5, 42, 0).in_tz("UTC")?;
    /// assert_eq!(out.at(&started).to_str(), Some("reports/2026-11-23/130542"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(&self, started: &ZonedDateTime) -> PathBuf {
        let expanded =
            PLACEHOLDERS
                .into_iter()
                .fold(self.0.clone(), |path, (placeholder, format)| {
                    path.replace(placeholder, &started.strftime(format).to_string())
                });
        PathBuf::from(expanded)
    }
}

impl FromStr for OutFolder {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_matches(' ');
        let rest = PLACEHOLDERS
            .into_iter()
            .fold(text.to_owned(), |path, (placeholder, _)| {
                path.replace(placeholder, "-")
            });
        if text.is_empty() || rest.contains('{') {
            let wanted = "a folder with only {date} and {time} in braces";
            return Err(InvalidValue::new(text, "--out", wanted));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_placeholders_are_accepted() {
        for (text, fits) in [
            ("reports", true),
            ("{date}", true),
            ("/srv/{date}/{time}-{date}", true),
            ("odd}name", true),
            (" reports ", true),
            (" ", false),
            ("", false),
            ("{Date}", false),
            ("{tenant}", false),
            ("{date", false),
            ("{{date}}", false),
            ("{da{time}te}", false),
            ("{ti{date}me}", false),
        ] {
            assert_eq!(text.parse::<OutFolder>().is_ok(), fits, "{text}");
        }
    }
}
