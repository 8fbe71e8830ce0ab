//! Options that are a choice of words.

use std::{error::Error, str::FromStr};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::domain::words::words;

words! {
    /// How a log line is written.
    pub enum LogFormat {
        /// For people.
        Text = "text",
        /// For collectors: one object a line.
        Json = "json",
    }
}

words! {
    /// Whether the output is coloured.
    pub enum ColorMode {
        /// On a terminal.
        Auto = "auto",
        /// Everywhere.
        Always = "always",
        /// Nowhere.
        Never = "never",
    }
}

/// Parses a flag that is one of these words, and lists them in the help.
pub(crate) fn words<T>(allowed: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(allowed).try_map(|word| word.parse())
}
