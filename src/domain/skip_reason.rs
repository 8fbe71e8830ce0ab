//! Why a machine on the list is not requested.

use std::collections::BTreeMap;

use crate::domain::{text::thousands, words::words};

words! {
    /// Why a machine on the list is not requested, as `machines.csv` spells it, in order of precedence.
    pub enum SkipReason {
        /// Its record was merged into that of another machine.
        Merged = "merged",
        /// It is excluded from vulnerability management in the portal.
        Excluded = "excluded",
        /// It is not onboarded: discovered on the network, or unsupported.
        NotOnboarded = "notOnboarded",
        /// Its platform has no KBs.
        NotWindows = "notWindows",
        /// It has not been seen for longer than `--seen-within` allows.
        Silent = "silent",
        /// The user's filters leave it out.
        Filtered = "filtered",
    }
}

impl SkipReason {
    /// The reason in a cell of a list; `None` if the cell is blank. Any other text counts as a reason too: whoever
    /// wrote it wants the machine left out.
    pub fn of_cell(cell: &str) -> Option<Self> {
        match cell.trim() {
            "" => None,
            word => Some(word.parse().unwrap_or(Self::Filtered)),
        }
    }

    /// The reason as a phrase for people.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Merged => "merged into another machine",
            Self::Excluded => "excluded",
            Self::NotOnboarded => "not onboarded",
            Self::NotWindows => "not Windows",
            Self::Silent => "not seen lately",
            Self::Filtered => "left out by a filter",
        }
    }
}

/// The number of machines by reason: `1,204 not Windows, 3 excluded`.
pub fn describe(machines: &BTreeMap<SkipReason, u64>) -> String {
    let reasons = machines.iter();
    let reasons =
        reasons.map(|(reason, count)| format!("{} {}", thousands(*count), reason.phrase()));
    reasons.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_word_in_the_cell_skips_the_machine() {
        for (cell, expected) in [
            ("", None),
            (" ", None),
            ("silent", Some(SkipReason::Silent)),
            (" notWindows ", Some(SkipReason::NotWindows)),
            ("decommissioned", Some(SkipReason::Filtered)),
        ] {
            assert_eq!(SkipReason::of_cell(cell), expected, "{cell:?}");
        }
    }
}
