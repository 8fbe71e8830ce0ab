//! The table of cells: one block of bytes for all of them, because a million machines times a
//! few strings each is more memory than what the strings say.

use std::{mem, str};

/// What the rows say in the columns that travel along: a row for each machine, and as many
/// cells in each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    width: usize,
    /// Cell after cell: how long it is, and what it says.
    bytes: Vec<u8>,
    /// Where among the bytes each row begins.
    rows: Vec<usize>,
}

/// The cells of one row.
#[derive(Debug, Clone)]
struct Row<'cells> {
    rest: &'cells [u8],
    left: usize,
}

impl Cells {
    /// A table without rows, and with so many columns.
    pub fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    /// Adds a row. Cells that it lacks are empty, and those beyond the last column are left out.
    pub fn push(&mut self, row: impl IntoIterator<Item = impl AsRef<str>>) {
        if self.width == 0 {
            return;
        }
        self.rows.push(self.bytes.len());
        let mut left = self.width;
        for cell in row.into_iter().take(self.width) {
            let text = cell.as_ref();
            put_length(text.len(), &mut self.bytes);
            self.bytes.extend_from_slice(text.as_bytes());
            left -= 1;
        }
        (0..left).for_each(|_| put_length(0, &mut self.bytes));
    }

    /// The cells of the row at this position, which has to be there.
    pub fn row(&self, position: usize) -> impl ExactSizeIterator<Item = &str> + Clone {
        let start = match self.width {
            0 => 0,
            _ => self.rows[position],
        };
        Row {
            rest: &self.bytes[start..],
            left: self.width,
        }
    }

    /// Keeps only the columns that are to be kept.
    pub(super) fn retain_columns(&mut self, kept: &[bool]) {
        let width = kept.iter().filter(|&&kept| kept).count();
        let all = mem::replace(self, Self::new(width));
        for position in 0..all.rows.len() {
            let row = all.row(position).zip(kept);
            self.push(row.filter_map(|(cell, &kept)| kept.then_some(cell)));
        }
    }

    /// Gives back the memory that the next rows would have been written to.
    pub(super) fn shrink_to_fit(&mut self) {
        self.bytes.shrink_to_fit();
        self.rows.shrink_to_fit();
    }
}

impl<'cells> Iterator for Row<'cells> {
    type Item = &'cells str;

    fn next(&mut self) -> Option<&'cells str> {
        self.left = self.left.checked_sub(1)?;
        let length = take_length(&mut self.rest);
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        str::from_utf8(text).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Row<'_> {}

/// Bits of a length that go into one byte; the one above says that more follow. Nearly every
/// cell has fewer than 128 bytes.
const BITS: u32 = 7;
const MORE: u8 = 1 << BITS;

fn put_length(mut length: usize, bytes: &mut Vec<u8>) {
    while length >= usize::from(MORE) {
        bytes.push(length.to_le_bytes()[0] | MORE);
        length >>= BITS;
    }
    bytes.push(length.to_le_bytes()[0]);
}

fn take_length(bytes: &mut &[u8]) -> usize {
    let (mut length, mut shift) = (0, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        length |= usize::from(byte & !MORE) << shift;
        if byte & MORE == 0 {
            break;
        }
        shift += BITS;
    }
    length
}

/// A table of these rows. The first one tells the number of columns.
impl<Row: IntoIterator<Item: AsRef<str>>> FromIterator<Row> for Cells {
    fn from_iter<Rows: IntoIterator<Item = Row>>(rows: Rows) -> Self {
        let mut rows = rows.into_iter();
        let first: Vec<_> = rows.next().into_iter().flatten().collect();
        let mut cells = Self::new(first.len());
        cells.push(first);
        rows.for_each(|row| cells.push(row));
        cells
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn rows(cells: &Cells, rows: usize) -> Vec<Vec<&str>> {
        (0..rows).map(|row| cells.row(row).collect()).collect()
    }

    #[test]
    fn every_row_is_as_wide_as_the_table() {
        let mut cells = Cells::new(2);
        cells.push(["web", "red", "surplus"]);
        cells.push(["db"]);
        cells.push([""; 0]);
        assert_eq!(rows(&cells, 3), [["web", "red"], ["db", ""], ["", ""]]);
        assert_eq!(cells.row(1).len(), 2);
    }

    #[test]
    fn without_columns_there_is_nothing_to_keep() {
        let mut cells = Cells::new(0);
        cells.push(["surplus"]);
        assert_eq!(cells.row(0).len(), 0);
        assert_eq!(cells, Cells::default());
    }

    proptest! {
        #[test]
        fn what_is_pushed_comes_back(
            (pushed, kept) in (0..5_usize).prop_flat_map(|width| {
                let row = vec(prop_oneof![".{0,4}", ".{100,200}"], width);
                (vec(row, 1..10), vec(any::<bool>(), width))
            }),
        ) {
            let mut cells: Cells = pushed.iter().collect();
            prop_assert_eq!(rows(&cells, pushed.len()), pushed.clone());

            cells.retain_columns(&kept);
            let without = |row: Vec<String>| -> Vec<String> {
                let row = row.into_iter().zip(&kept);
                row.filter_map(|(cell, &kept)| kept.then_some(cell)).collect()
            };
            let expected: Vec<_> = pushed.into_iter().map(without).collect();
            prop_assert_eq!(rows(&cells, expected.len()), expected);
        }
    }
}
