//! Lists that were joined: in the middle of the file stand another header, and the titles above it.

use std::collections::{HashSet, VecDeque};

use csv::ByteRecord;

use super::{
    Problem,
    columns::{FirstRow, is_short, names, plain, recognise},
    header::first_text,
    layout::Layout,
    rows::Row,
    shape::filled,
};

/// What tells where another list begins.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// The name of the id column that is asked for.
    asked: Option<String>,
    /// Names of the first list's columns, empty where it has no header.
    names: Vec<String>,
    /// Position of its id column.
    id: usize,
    /// What the rows above the first header look like.
    titles: Vec<Look>,
    /// What the last rows without an id look like, as many as there are titles.
    recent: VecDeque<Look>,
}

/// What a title looks like: the one of another day has another date in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    filled: usize,
    word: String,
}

/// A header in the middle of the file.
#[derive(Debug)]
pub(super) struct Header {
    /// Where what stands below it.
    pub(super) layout: Layout,
    /// How many rows directly above it are its titles.
    pub(super) titles: usize,
}

impl Joined {
    /// Another list may begin in one whose id column is asked for by this name.
    pub(super) fn new(asked: Option<&str>) -> Self {
        Self {
            asked: asked.map(str::to_owned),
            ..Self::default()
        }
    }

    /// The same for a list with these columns.
    pub(super) fn with_columns(self, names: Vec<String>, id: usize) -> Self {
        Self { names, id, ..self }
    }

    /// Remembers a title of the first list.
    pub(super) fn title(&mut self, row: Row<'_>) {
        self.titles.push(Look::of(row.cells));
    }

    /// Remembers a row without a machine id.
    pub(super) fn rejected(&mut self, row: Row<'_>) {
        if self.titles.is_empty() {
            return;
        }
        if self.recent.len() == self.titles.len() {
            self.recent.pop_front();
        }
        self.recent.push_back(Look::of(row.cells));
    }

    /// Forgets those rows, because one with a machine follows them.
    pub(super) fn accepted(&mut self) {
        self.recent.clear();
    }

    /// The header that this row without an id is. One that names columns which the first list
    /// does not have is a problem: their cells would get lost, or stand under a wrong name.
    pub(super) fn header(
        &mut self,
        row: Row<'_>,
        layout: &Layout,
    ) -> Result<Option<Header>, Problem> {
        let FirstRow::Header { id } = recognise(row.cells, self.asked.as_deref()) else {
            return Ok(None);
        };
        let names = names(row.cells);
        let stands_alone = filled(row.cells) == 1;
        let below = if stands_alone || self.names.iter().all(String::is_empty) {
            (id == layout.id).then(|| layout.clone())
        } else {
            Layout::below(&self.names, self.id, &names, id)
        };
        match below {
            Some(layout) => Ok(Some(Header {
                layout,
                titles: self.titles_above(),
            })),
            None if self.titles.contains(&Look::of(row.cells)) => Ok(None),
            None if id == layout.id || self.is_telling(&names, id) => Err(Problem::OtherHeader {
                line: row.line,
                columns: names,
            }),
            None => Ok(None),
        }
    }

    /// Whether names with the id elsewhere are a header beyond doubt. `ID` alone may stand for
    /// Indonesia.
    fn is_telling(&self, names: &[String], id: usize) -> bool {
        let known: HashSet<String> = self.names.iter().map(|name| plain(name)).collect();
        let is_known = |name: &String| !name.is_empty() && known.contains(&plain(name));
        let mut others = (0..).zip(names).filter(|&(position, _)| position != id);
        self.asked.is_none() && !is_short(&names[id]) || others.any(|(_, name)| is_known(name))
    }

    /// How many of the last rows are titles: all those above the first header again, or none.
    fn titles_above(&mut self) -> usize {
        let are_titles = self.recent.iter().eq(&self.titles);
        self.recent.clear();
        if are_titles { self.titles.len() } else { 0 }
    }
}

impl Look {
    fn of(row: &ByteRecord) -> Self {
        let text = first_text(row);
        let word = text.split(|letter: char| !letter.is_alphabetic()).next();
        Self {
            filled: filled(row),
            word: word.unwrap_or_default().to_lowercase(),
        }
    }
}
