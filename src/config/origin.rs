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
                "in double quotes a backslash begins an escape: put a path into single quotes, \
                 'C:\\folder', or write it with /"
            }
            Self::Environment => {
                "look at where the variable is set: a file with Windows line ends leaves a \
                 carriage return at the end, and a path has no control characters"
            }
            Self::CommandLine => {
                "look at how the shell reads it: a path has no control characters; in quotes write \
                 it with / or with single quotes"
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
