//! Where answers come from.

use std::{fmt, str::FromStr};

use super::InvalidValue;

/// Which machines are called for. The answers of the others follow from what is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AnswerSource {
    /// Only machines that can have changed since their last answer: `changes`.
    pub changes: bool,
    /// Of machines with the same software, only two: `cohorts`.
    pub cohorts: bool,
}

impl AnswerSource {
    /// Whether every machine is called for: `calls`.
    pub const fn is_every_machine(self) -> bool {
        !self.changes && !self.cohorts
    }
}

impl FromStr for AnswerSource {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split(',').map(str::trim).collect();
        match words[..] {
            ["calls"] => Ok(Self::default()),
            ["changes"] => Ok(Self {
                changes: true,
                cohorts: false,
            }),
            ["cohorts"] => Ok(Self {
                changes: false,
                cohorts: true,
            }),
            ["changes", "cohorts"] | ["cohorts", "changes"] => Ok(Self {
                changes: true,
                cohorts: true,
            }),
            _ => Err(InvalidValue::new(
                text,
                "source",
                "one of calls, changes, cohorts, changes,cohorts",
            )),
        }
    }
}

impl fmt::Display for AnswerSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        for text in ["", "export", "calls,changes", "changes,changes", "Calls"] {
            assert!(text.parse::<AnswerSource>().is_err(), "{text}");
        }
    }
}
