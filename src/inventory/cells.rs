//! The table of cells: one text for all of them, because a million machines times a few
//! strings each is more memory than what the strings say.

use std::mem;

/// What the rows say in the columns that travel along: a row for each machine, and as many
/// cells in each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    width: usize,
    text: String,
    /// Where in the text each cell ends, row by row.
    ends: Vec<usize>,
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
        let end = self.ends.len() + self.width;
        for cell in row.into_iter().take(self.width) {
            self.text.push_str(cell.as_ref());
            self.ends.push(self.text.len());
        }
        self.ends.resize(end, self.text.len());
    }

    /// The cells of the row at this position, which has to be there.
    pub fn row(&self, position: usize) -> impl ExactSizeIterator<Item = &str> + Clone {
        let first = position * self.width;
        (first..first + self.width).map(|cell| self.cell(cell))
    }

    fn cell(&self, cell: usize) -> &str {
        let start = cell.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[cell]]
    }

    /// Keeps only the columns that are to be kept.
    pub(super) fn retain_columns(&mut self, kept: &[bool]) {
        let width = kept.iter().filter(|&&kept| kept).count();
        let all = mem::replace(self, Self::new(width));
        let rows = all.ends.len().checked_div(all.width).unwrap_or(0);
        for position in 0..rows {
            let row = all.row(position).zip(kept);
            self.push(row.filter_map(|(cell, &kept)| kept.then_some(cell)));
        }
    }

    /// Gives back the memory that the next rows would have been written to.
    pub(super) fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
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
                let row = vec(".{0,4}", width);
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
