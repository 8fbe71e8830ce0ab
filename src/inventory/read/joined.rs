//! Detects concatenated lists: a second header in the middle of the file, with its titles above it.

use std::collections::{HashSet, VecDeque};

use csv::ByteRecord;

use crate::inventory::{
    columns::{
        header::{FirstRow, is_short, plain},
        layout::{Columns, Layout},
    },
    error::Problem,
    input::rows::CsvRow,
    text::row::{filled, first_text, names},
};

/// Recognises where another list begins.
#[derive(Debug)]
pub(super) struct JoinedLists {
    /// The requested name of the id column, if any.
    requested: Option<String>,
    /// The rows above the first header.
    titles: Vec<TitleShape>,
    /// The last rows without an id, at most as many as there are titles.
    recent: VecDeque<TitleShape>,
}

/// The parts of a title that are the same in every export; a date, for example, is not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TitleShape {
    filled: usize,
    first_word: String,
}

/// A header in the middle of the file.
#[derive(Debug)]
pub(super) struct Header {
    /// The layout of the rows below it.
    pub(super) layout: Layout,
    /// The number of rows directly above it that are its titles.
    pub(super) titles: usize,
}

impl JoinedLists {
    /// The initial state for a file; `requested` is the requested name of its id column.
    pub(super) fn new(requested: Option<&str>) -> Self {
        Self {
            requested: requested.map(str::to_owned),
            titles: Vec::new(),
            recent: VecDeque::new(),
        }
    }

    /// Records a title of the first list.
    pub(super) fn title(&mut self, row: CsvRow<'_>) {
        self.titles.push(TitleShape::of(row.cells));
    }

    /// Records a row without a machine id.
    pub(super) fn rejected(&mut self, row: CsvRow<'_>) {
        if self.titles.is_empty() {
            return;
        }
        if self.recent.len() == self.titles.len() {
            self.recent.pop_front();
        }
        self.recent.push_back(TitleShape::of(row.cells));
    }

    /// Discards the recorded rows, because a row with a machine follows them.
    pub(super) fn accepted(&mut self) {
        self.recent.clear();
    }

    /// Returns the header, if this row without an id is one. A header with columns that the first
    /// list does not have is a problem: their cells would be lost, or filed under a wrong name.
    pub(super) fn header(
        &mut self,
        row: CsvRow<'_>,
        first: &Columns,
        layout: &Layout,
    ) -> Result<Option<Header>, Problem> {
        let requested = self.requested.as_deref();
        let Some(id) = FirstRow::of(row.cells, requested).header() else {
            return Ok(None);
        };
        let names = names(row.cells);
        let other = Columns { names, id };
        let layout_below = if filled(row.cells) == 1 || !first.has_names() {
            (id == layout.id).then(|| layout.clone())
        } else {
            first.layout_of(&other)
        };
        if let Some(layout) = layout_below {
            let titles = self.titles_above();
            return Ok(Some(Header { layout, titles }));
        }
        let is_title = self.titles.contains(&TitleShape::of(row.cells));
        if !is_title && (id == layout.id || self.is_certain(&other, first)) {
            return Err(Problem::OtherHeader {
                line: row.line,
                columns: other.names,
            });
        }
        Ok(None)
    }

    /// Whether a row with the id column at another position is certainly a header. A lone `ID` may
    /// stand for Indonesia.
    fn is_certain(&self, other: &Columns, first: &Columns) -> bool {
        if self.requested.is_none() && !is_short(&other.names[other.id]) {
            return true;
        }
        let known: HashSet<String> = first.names.iter().map(|name| plain(name)).collect();
        let mut names = other.extra().map(|(_, name)| name);
        names.any(|name| !name.is_empty() && known.contains(&plain(name)))
    }

    /// How many of the last rows are titles: all if they match those above the first header, else
    /// 0.
    fn titles_above(&mut self) -> usize {
        let are_titles = self.recent.iter().eq(&self.titles);
        self.recent.clear();
        if are_titles { self.titles.len() } else { 0 }
    }
}

impl TitleShape {
    fn of(row: &ByteRecord) -> Self {
        let text = first_text(row);
        let word = text.split(|letter: char| !letter.is_alphabetic()).next();
        Self {
            filled: filled(row),
            first_word: word.unwrap_or_default().to_lowercase(),
        }
    }
}
