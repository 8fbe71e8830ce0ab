//! What a column says again and again, such as a platform or a site: kept once.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::encoding::Cell;

/// Texts that are kept for one column. Those that come first are those that come often.
const MOST: usize = 256;

/// Bytes of a text that is worth a place among them.
const LONGEST: usize = 256;

/// Texts beyond those, after which a column of names is no longer looked through.
const PATIENCE: usize = 10_000;

/// The texts that a column repeats.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, usize, RandomState>,
    hits: usize,
    misses: usize,
}

impl Values {
    /// How this text is best written as the column's next cell.
    pub(super) fn cell<'text>(&mut self, text: &'text str) -> Cell<'text> {
        let is_full = self.texts.len() == MOST;
        if text.is_empty() || text.len() > LONGEST || is_full && self.is_varied() {
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

    /// Whether hardly any text of the column comes again.
    fn is_varied(&self) -> bool {
        self.misses > self.hits.saturating_add(PATIENCE)
    }

    /// The text with this number.
    pub(super) fn text(&self, number: usize) -> &str {
        self.texts.get(number).map_or("", |text| text)
    }
}
