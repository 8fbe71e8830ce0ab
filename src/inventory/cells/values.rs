//! The texts that a column repeats, such as a platform or a site, each stored once.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::encoding::Cell;

/// The most texts stored per column. The first ones seen are likely to be the frequent ones.
const MAX_TEXTS: usize = 256;

/// The longest text that is stored here, in bytes.
const MAX_TEXT_BYTES: usize = 256;

/// The excess of misses over hits at which a column counts as varied, and new texts are no longer
/// looked up.
const MAX_EXCESS_MISSES: usize = 10_000;

/// The repeated texts of one column.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, usize, RandomState>,
    hits: usize,
    misses: usize,
}

impl Values {
    /// The shortest encoding of `text` as the column's next cell.
    pub(super) fn cell<'text>(&mut self, text: &'text str) -> Cell<'text> {
        let is_full = self.texts.len() == MAX_TEXTS;
        if text.is_empty() || text.len() > MAX_TEXT_BYTES || is_full && self.is_varied() {
            return Cell::Text(text);
        }
        if let Some(&number) = self.numbers.get(text) {
            self.hits += 1;
            return Cell::Repeated(number);
        }
        self.misses += 1;
        if is_full {
            return Cell::Text(text);
        }
        let number = self.texts.len();
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        Cell::Repeated(number)
    }

    /// Whether the column hardly ever repeats a text.
    fn is_varied(&self) -> bool {
        self.misses > self.hits.saturating_add(MAX_EXCESS_MISSES)
    }

    /// The text with this index.
    pub(super) fn text(&self, number: usize) -> &str {
        self.texts.get(number).map_or("", |text| text)
    }
}
