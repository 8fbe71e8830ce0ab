//! Where a text with a control character comes from, and how it is shown.

use std::fmt;

/// Where a text stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In the configuration file.
    File,
    /// In a variable.
    Environment,
    /// On the command line.
    CommandLine,
}

/// A text with its control characters as escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown(pub(super) String);

impl Origin {
    /// How the text came to have a control character, and what to do about it.
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
