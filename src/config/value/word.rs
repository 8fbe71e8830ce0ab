//! Options that are a choice of words.

use std::{error::Error, str::FromStr};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::domain::words::words;

words! {
    /// The format of log lines.
    pub enum LogFormat {
        /// Human-readable text.
        Text = "text",
        /// One JSON object per line, for log collectors.
        Json = "json",
    }
}

words! {
    /// When the output is coloured.
    pub enum ColorMode {
        /// Only on a terminal.
        Auto = "auto",
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

words! {
    /// What says which machines can have changed since their last answer.
    pub enum ChangesFrom {
        /// Both, where the roles allow.
        Auto = "auto",
        /// The software inventory: other versions, and new KBs for them.
        Software = "software",
        /// The service's own changes of software vulnerabilities.
        Delta = "delta",
    }
}

words! {
    /// What makes a complete run exit with a code other than 0.
    pub enum FailOn {
        /// Nothing.
        Nothing = "off",
        /// A gap that is known to be exploited, and whose risk is not accepted.
        KnownExploited = "known-exploited",
    }
}

/// A parser for a flag that takes one of these words; the help lists them.
pub(crate) fn words<T>(allowed: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(allowed).try_map(|word| word.parse())
}
