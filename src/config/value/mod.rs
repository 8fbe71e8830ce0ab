//! The values of single options: each has the same syntax as flag, variable and key.
//!
//! - `word`: options that are a choice of words; `notify`, `answer_source`, `formats`: combinations of
//!   words
//! - `whole`, `percent`, `span`, `until`, `text`, `mail_address`, `deadlines`: numbers, times and texts
//! - `url`: URLs that a token is sent to, and those of feeds
//! - `place`, `out_folder`, `lake_place`: where reports and tables go; `url_secret`, `without_secret`: keep
//!   secrets in such URLs out of messages
//! - `machine_source`: where the list of machines comes from
//! - `from_file`: deserialises all of them from TOML

mod answer_source;
mod deadlines;
mod formats;
mod from_file;
mod lake_place;
mod machine_source;
mod mail_address;
mod notify;
mod out_folder;
mod percent;
mod place;
mod span;
mod text;
mod until;
mod url;
mod url_secret;
mod whole;
mod without_secret;
mod word;

use std::fmt;

use thiserror::Error;

pub use answer_source::AnswerSource;
pub use deadlines::DeadlineSetting;
pub use formats::Formats;
pub use lake_place::LakePlace;
pub use machine_source::MachineSource;
pub use mail_address::MailAddress;
pub use notify::{NotifyFormat, NotifyOn};
pub use out_folder::OutFolder;
pub use percent::Percent;
pub use place::{AzureAccount, Place, PlaceUrl, Store, StoreUrl};
pub use span::Span;
pub use text::{EntraName, Text};
pub use until::Until;
pub use url::{AuthorityUrl, FeedUrl, InvalidUrl, ServiceUrl};
pub use whole::Whole;
pub use word::{ChangesFrom, ColorMode, FailOn, LogFormat};

pub(super) use deadlines::deadlines;
pub(super) use from_file::{boolean, from_text, list, path, times};
pub(super) use without_secret::WithoutSecret;

pub(crate) use text::switch;
pub(crate) use word::words;

/// A text that is not a valid value of its option.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct InvalidValue {
    /// The text as given.
    pub found: String,
    /// What it should be, such as `duration`.
    pub kind: &'static str,
    /// What is allowed instead, and how to write it.
    pub wanted: String,
}

impl InvalidValue {
    pub(super) fn new(found: &str, kind: &'static str, wanted: impl Into<String>) -> Self {
        Self {
            found: found.to_owned(),
            kind,
            wanted: wanted.into(),
        }
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            found,
            kind,
            wanted,
        } = self;
        if found.trim().is_empty() {
            return write!(formatter, "{kind} must not be empty");
        }
        write!(formatter, "invalid {kind} `{found}`: expected {wanted}")
    }
}
