//! Text styles, if colours are enabled.

use crate::report::view::coverage::{Banner, Level};

/// Whether the summary is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Plain text.
    Plain,
    /// ANSI colours.
    Colour,
}

impl Style {
    /// Bold, for text to read first.
    pub(super) fn bold(self, text: &str) -> String {
        self.painted("1", text)
    }

    /// A serious warning.
    fn serious(self, text: &str) -> String {
        self.painted("1;31", text)
    }

    /// A warning.
    pub(super) fn warning(self, text: &str) -> String {
        self.painted("33", text)
    }

    /// The warning that machines have no result.
    pub(super) fn banner(self, banner: &Banner) -> String {
        match banner.level {
            Level::Amber => self.warning(&banner.text),
            Level::Red => self.serious(&banner.text),
        }
    }

    fn painted(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}
