//! Parses rows of a dataset: lines of a file, or the items of a page.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};

use super::{
    answer::{NoAnswer, PageBody, page},
    row::{Parsed, Row, beginning},
};
use crate::domain::bulk::{Dataset, RowCounts};

/// The rows of a dataset, taken together as they arrive: in any order, more than once, and from several
/// files or pages.
pub trait BulkRows: Default + Send + 'static {
    /// The dataset.
    const DATASET: Dataset;

    /// One row of it.
    type Row<'de>: Row<'de>;

    /// Adds a row, or says what is wrong with it.
    fn add_row(&mut self, row: &Self::Row<'_>) -> Result<(), String>;

    /// How many rows there are.
    fn counts(&self) -> &RowCounts;

    /// The same, to count more of them.
    fn counts_mut(&mut self) -> &mut RowCounts;

    /// Whether no machine is in them.
    fn is_empty(&self) -> bool;

    /// Adds the rows of another file or page.
    fn merge(&mut self, other: Self);

    /// Adds the row on one line of a file.
    fn add_line(&mut self, line: &[u8]) {
        match parsed::<Self::Row<'_>>(line) {
            Ok(row) => self.count_row(&row.0),
            Err(error) => {
                let counts = self.counts_mut();
                counts.rows += 1;
                let line = beginning(line);
                counts.add_unreadable(|number| format!("row {number}, `{line}`: {error}"));
            }
        }
    }

    /// Adds a row, which counts whether it can be used or not.
    fn count_row(&mut self, row: &Self::Row<'_>) {
        let added = self.add_row(row);
        let counts = self.counts_mut();
        counts.rows += 1;
        if let Err(problem) = added {
            counts.add_unreadable(|number| format!("row {number}: {problem}"));
        }
    }
}

/// Rows that come in a list, taken together one by one.
pub(super) trait ListedRows: Default {
    /// Adds the rows in a list.
    fn add_list<'de, A: SeqAccess<'de>>(&mut self, list: A) -> Result<(), A::Error>;
}

impl<R: BulkRows> ListedRows for R {
    fn add_list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element::<Parsed<R::Row<'de>>>()? {
            self.count_row(&row.0);
        }
        Ok(())
    }
}

/// The row on a line. Text that is checked as a whole need not be checked again, value by value.
fn parsed<'de, R: Row<'de>>(line: &'de [u8]) -> serde_json::Result<Parsed<R>> {
    match str::from_utf8(line) {
        Ok(line) => serde_json::from_str(line),
        // The damage may be in a value that is not used.
        Err(_) => serde_json::from_slice(line),
    }
}

/// Parses one page of rows.
pub(in crate::defender) fn rows<R: BulkRows>(body: &[u8]) -> Result<PageBody<R>, NoAnswer> {
    let page: PageBody<Items<R>> = page(body)?;
    Ok(page.map(|items| items.0))
}

/// The rows of a list.
pub(super) struct Items<R>(pub(super) R);

impl<'de, R: ListedRows> Deserialize<'de> for Items<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ItemsVisitor(PhantomData))
    }
}

struct ItemsVisitor<R>(PhantomData<R>);

impl<'de, R: ListedRows> Visitor<'de> for ItemsVisitor<R> {
    type Value = Items<R>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Items<R>, A::Error> {
        let mut rows = R::default();
        rows.add_list(list)?;
        Ok(Items(rows))
    }
}

#[cfg(test)]
mod tests;
