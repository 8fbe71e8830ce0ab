//! The list of report formats.

use std::{fmt, str::FromStr};

use super::InvalidValue;
use crate::report::Format;

/// The formats to write: no duplicates, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formats(Vec<Format>);

impl Formats {
    /// The formats, sorted in their defined order.
    pub fn get(&self) -> &[Format] {
        &self.0
    }
}

impl FromStr for Formats {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut formats: Vec<Format> = text
            .split(',')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| {
                let words = Format::WORDS.join(", ");
                let wanted = format!("some of {words}, separated by commas");
                InvalidValue::new(text, "list of formats", wanted)
            })?;
        if let Some(format) = formats.iter().find(|format| !format.is_built()) {
            let wanted = format!("formats that this build can write; it has no {format}");
            return Err(InvalidValue::new(text, "list of formats", wanted));
        }
        formats.sort_unstable();
        formats.dedup();
        Ok(Self(formats))
    }
}

impl fmt::Display for Formats {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|format| format.as_str()).collect();
        formatter.write_str(&words.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicate_formats_are_removed() {
        for (text, printed) in [
            ("csv", "csv"),
            ("json, csv", "csv,json"),
            ("csv,csv,json,csv", "csv,json"),
        ] {
            assert_eq!(text.parse::<Formats>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn missing_parquet_feature_is_reported() {
        let parsed = "csv,parquet".parse::<Formats>();
        if cfg!(feature = "parquet") {
            assert_eq!(parsed.unwrap().to_string(), "csv,parquet");
        } else {
            let error = parsed.unwrap_err().to_string();
            assert!(error.ends_with("it has no parquet"), "{error}");
        }
    }

    #[test]
    fn invalid_formats_are_refused() {
        for text in ["", ",", "csv,", "pdf", "csv;json"] {
            let error = text.parse::<Formats>().unwrap_err();
            assert_eq!(error.found, text);
            for word in Format::WORDS {
                assert!(error.wanted.contains(word), "{error}");
            }
        }
    }
}
