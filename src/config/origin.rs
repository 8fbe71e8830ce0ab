//! The source of a text with a control character, and how such a text is shown.

use std::fmt;

/// The source of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The configuration file.
    File,
    /// An environment variable.
    Environment,
    /// The command line.
    CommandLine,
}

/// A text with its control characters escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown(pub(super) String);

impl Origin {
    /// How the control character probably got into the text, and how to fix it.
    pub(super) const fn hint(&self) -> &'static str {
        match self {
            Self::File => {
                "in double quotes, a backslash starts an escape sequence: put paths in single \
                 quotes ('C:\\folder') or use /"
            }
            Self::Environment => {
                "check where the variable is set: a file with Windows line endings leaves a \
                 carriage return at the end"
            }
            Self::CommandLine => {
                "check how the shell reads it: use single quotes, or / instead of backslashes"
            }
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            if letter.is_control() {
                write!(formatter, "{}", letter.escape_default())?;
            } else {
                write!(formatter, "{letter}")?;
            }
        }
        Ok(())
    }
}
