//! Colours, where they help and only when they are wanted.

/// Whether the summary is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Colour,
}

impl Style {
    /// Something to read first.
    pub(super) fn bold(self, text: &str) -> String {
        self.painted("1", text)
    }

    /// Something that must not be missed.
    pub(super) fn alarm(self, text: &str) -> String {
        self.painted("1;31", text)
    }

    /// Something to look at.
    pub(super) fn warning(self, text: &str) -> String {
        self.painted("33", text)
    }

    fn painted(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}
