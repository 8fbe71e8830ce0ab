//! Where answers come from.

use std::{fmt, str::FromStr};

use super::InvalidValue;
use crate::domain::answer::Source;

/// Where answers come from: calls for all machines or for some, or a bulk source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AnswerSource {
    /// Requests only machines that can have changed since their last answer: `changes`.
    pub changes: bool,
    /// Requests only two of the machines with the same software: `cohorts`.
    pub cohorts: bool,
    /// The bulk source; `None` for calls.
    pub bulk: Option<Source>,
}

impl AnswerSource {
    /// Calls for all machines.
    pub const CALLS: Self = Self {
        changes: false,
        cohorts: false,
        bulk: None,
    };

    /// Whether no machine is left out: `calls` and the bulk sources.
    pub const fn is_every_machine(self) -> bool {
        !self.changes && !self.cohorts
    }
}

impl FromStr for AnswerSource {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split(',').map(str::trim).collect();
        match words[..] {
            ["calls"] => Ok(Self::CALLS),
            ["export"] => Ok(Self {
                bulk: Some(Source::Export),
                ..Self::CALLS
            }),
            ["hunting"] => Ok(Self {
                bulk: Some(Source::Hunting),
                ..Self::CALLS
            }),
            ["changes"] => Ok(Self {
                changes: true,
                ..Self::CALLS
            }),
            ["cohorts"] => Ok(Self {
                cohorts: true,
                ..Self::CALLS
            }),
            ["changes", "cohorts"] | ["cohorts", "changes"] => Ok(Self {
                changes: true,
                cohorts: true,
                bulk: None,
            }),
            _ => Err(InvalidValue::new(
                text,
                "source",
                "one of calls, changes, cohorts, changes,cohorts, export, hunting",
            )),
        }
    }
}

impl fmt::Display for AnswerSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(bulk) = self.bulk {
            return formatter.write_str(bulk.as_str());
        }
        formatter.write_str(match (self.changes, self.cohorts) {
            (false, false) => "calls",
            (true, false) => "changes",
            (false, true) => "cohorts",
            (true, true) => "changes,cohorts",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_parsed_and_printed() {
        for (text, printed) in [
            ("calls", "calls"),
            ("export", "export"),
            ("hunting", "hunting"),
            (" changes ", "changes"),
            ("cohorts", "cohorts"),
            ("changes,cohorts", "changes,cohorts"),
            ("cohorts, changes", "changes,cohorts"),
        ] {
            assert_eq!(text.parse::<AnswerSource>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn other_sources_are_refused() {
        for text in [
            "",
            "inferred",
            "export,changes",
            "calls,changes",
            "changes,changes",
            "Calls",
        ] {
            assert!(text.parse::<AnswerSource>().is_err(), "{text}");
        }
    }
}
