//! When a notification is sent, and in which format.

use std::{fmt, str::FromStr};

use super::InvalidValue;
use crate::domain::words::words;

words! {
    /// What a webhook takes.
    pub enum NotifyFormat {
        /// A JSON object with the figures.
        Json = "json",
        /// An Adaptive Card, as a workflow of Microsoft Teams takes it.
        Teams = "teams",
        /// A message with blocks, as Slack's incoming webhooks take it.
        Slack = "slack",
    }
}

/// When a notification is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NotifyOn {
    /// After each run.
    #[default]
    Always,
    /// If gaps are new, have returned, or are newly known to be exploited.
    Change,
    /// If the exit code is not 0.
    Trouble,
    /// In either case.
    ChangeOrTrouble,
}

impl FromStr for NotifyOn {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split(',').map(str::trim).collect();
        match words[..] {
            ["always"] => Ok(Self::Always),
            ["change"] => Ok(Self::Change),
            ["trouble"] => Ok(Self::Trouble),
            ["change", "trouble"] | ["trouble", "change"] => Ok(Self::ChangeOrTrouble),
            _ => Err(InvalidValue::new(
                text,
                "time for a notification",
                "one of always, change, trouble, change,trouble",
            )),
        }
    }
}

impl fmt::Display for NotifyOn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Always => "always",
            Self::Change => "change",
            Self::Trouble => "trouble",
            Self::ChangeOrTrouble => "change,trouble",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_parsed_and_printed() {
        for (text, printed) in [
            ("always", "always"),
            (" change ", "change"),
            ("trouble", "trouble"),
            ("change,trouble", "change,trouble"),
            ("trouble, change", "change,trouble"),
        ] {
            assert_eq!(text.parse::<NotifyOn>().unwrap().to_string(), printed);
        }
        for text in ["", "never", "always,change", "change,change", "Always"] {
            assert!(text.parse::<NotifyOn>().is_err(), "{text}");
        }
    }
}
