//! The address of a file.

use std::fmt;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use secrecy::{ExposeSecret, SecretString};

use crate::defender::reply::ExportBody;

/// The files of an export.
#[derive(Debug, Clone)]
pub struct Export {
    /// The files, by number.
    pub files: Vec<ExportFile>,
    /// The time when they were generated; `None` if the service does not send it.
    pub generated_at: Option<Timestamp>,
}

/// A file of an export. Its `Display` is its number, never its address.
#[derive(Debug, Clone)]
pub struct ExportFile {
    address: SecretString,
    number: usize,
    of: usize,
}

impl Export {
    pub(in crate::defender) fn of(body: ExportBody) -> Self {
        let of = body.files.len();
        let files = body.files.into_iter().zip(1..);
        Self {
            files: files
                .map(|(address, number)| ExportFile::new(address, number, of))
                .collect(),
            generated_at: body.generated.as_deref().and_then(time),
        }
    }
}

impl ExportFile {
    /// A file at this address, with its number and the number of all files.
    pub fn new(address: String, number: usize, of: usize) -> Self {
        Self {
            address: address.into(),
            number,
            of,
        }
    }

    pub(super) fn address(&self) -> &str {
        self.address.expose_secret()
    }
}

impl fmt::Display for ExportFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "file {} of {}", self.number, self.of)
    }
}

/// A time; without an offset it is UTC.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let utc = || {
        let time: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(time).ok()
    };
    text.parse().ok().or_else(utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_in_no_text() {
        let file = ExportFile::new("https://files.example/a?sig=secret".to_owned(), 2, 5);
        assert_eq!(file.to_string(), "file 2 of 5");
        assert!(!format!("{file:?}").contains("example"));
    }

    #[test]
    fn times_are_read_as_the_service_writes_them() {
        let expected: Timestamp = "2021-05-20T08:00:00Z".parse().unwrap();
        for text in [
            "2021-05-20T08:00:00Z",
            "2021-05-20T08:00:00.0000000Z",
            "2021-05-20T10:00:00+02:00",
            "2021-05-20T08:00:00",
            " 2021-05-20 08:00:00",
        ] {
            assert_eq!(time(text), Some(expected), "{text}");
        }
        assert_eq!(time("yesterday"), None);
    }
}
