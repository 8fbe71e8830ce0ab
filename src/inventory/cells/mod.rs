//! The table of cells, stored in blocks of bytes: with a million machines and a separate string for
//! each cell, the overhead would be larger than the text. Texts that a column repeats are stored
//! once.

mod encoding;
mod values;

use std::mem;

use encoding::{Cell, put, take};
use values::Values;

/// Rows per block. A table that grows block by block is never copied to a larger buffer.
const ROWS_PER_BLOCK: usize = 4096;

/// The extra columns of the inventory: one row per machine, and the same number of cells in each
/// row.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    /// The repeated texts of each column.
    columns: Vec<Values>,
    blocks: Vec<Block>,
    /// Bytes in all blocks but the last.
    full: usize,
}

/// A block of consecutive rows.
#[derive(Debug, Clone, Default)]
struct Block {
    /// The encoded cells, row by row.
    bytes: Vec<u8>,
    /// The offset in `bytes` at which each row begins. A block is far smaller than 4 GiB.
    rows: Vec<u32>,
}

impl Cells {
    /// An empty table with `width` columns.
    pub fn new(width: usize) -> Self {
        Self {
            columns: vec![Values::default(); width],
            ..Self::default()
        }
    }

    /// Adds a row. Missing cells are empty; cells beyond the last column are dropped.
    pub fn push(&mut self, row: impl IntoIterator<Item = impl AsRef<str>>) {
        if self.columns.is_empty() {
            return;
        }
        self.make_room();
        let Some(block) = self.blocks.last_mut() else {
            return;
        };
        block
            .rows
            .push(u32::try_from(block.bytes.len()).unwrap_or(u32::MAX));
        let mut row = row.into_iter();
        for column in &mut self.columns {
            let text = row.next();
            let text = text.as_ref().map_or("", |text| text.as_ref());
            put(column.cell(text), &mut block.bytes);
        }
    }

    /// Ensures that the last block has room for another row. A new block gets the capacity of the
    /// previous one, because growing it would copy it.
    fn make_room(&mut self) {
        let block = match self.blocks.last_mut() {
            Some(block) if block.rows.len() < ROWS_PER_BLOCK => return,
            Some(block) => {
                block.bytes.shrink_to_fit();
                self.full += block.bytes.len();
                Block {
                    bytes: Vec::with_capacity(block.bytes.len()),
                    rows: Vec::with_capacity(ROWS_PER_BLOCK),
                }
            }
            None => Block::default(),
        };
        self.blocks.push(block);
    }

    /// The cells of the row at this position; empty if there is no such row.
    pub fn row(&self, position: usize) -> impl ExactSizeIterator<Item = &str> + Clone {
        let block = self.blocks.get(position / ROWS_PER_BLOCK);
        let bytes = block.map_or(&[][..], |block| block.row(position % ROWS_PER_BLOCK));
        cells_in(bytes, &self.columns)
    }

    /// The number of bytes that the table stores.
    pub(super) fn bytes(&self) -> usize {
        let last = self.blocks.last().map_or(0, |block| block.bytes.len());
        self.full + last
    }

    /// Keeps only the columns whose flag in `kept` is set.
    pub(super) fn retain_columns(&mut self, kept: &[bool]) {
        let width = kept.iter().filter(|&&kept| kept).count();
        let all = mem::replace(self, Self::new(width));
        for block in all.blocks {
            for position in 0..block.rows.len() {
                let row = cells_in(block.row(position), &all.columns).zip(kept);
                self.push(row.filter_map(|(cell, &kept)| kept.then_some(cell)));
            }
        }
    }

    /// Removes a column, and moves the rows for which `is_moved` holds into a table of their own.
    /// `is_moved` is called with the removed cell of each row, in order.
    pub(super) fn take_out(
        &mut self,
        column: usize,
        mut is_moved: impl FnMut(&str) -> bool,
    ) -> Self {
        let width = self.columns.len().saturating_sub(1);
        let mut moved = Self::new(width);
        let all = mem::replace(self, Self::new(width));
        // Each block is freed once its rows are copied.
        for block in all.blocks {
            for position in 0..block.rows.len() {
                let row = cells_in(block.row(position), &all.columns);
                let removed = row.clone().nth(column).unwrap_or_default();
                let table = if is_moved(removed) {
                    &mut moved
                } else {
                    &mut *self
                };
                let rest = row.enumerate().filter(|(at, _)| *at != column);
                table.push(rest.map(|(_, cell)| cell));
            }
        }
        moved
    }

    /// Frees the unused capacity of the last block.
    pub(super) fn shrink_to_fit(&mut self) {
        if let Some(block) = self.blocks.last_mut() {
            block.bytes.shrink_to_fit();
            block.rows.shrink_to_fit();
        }
    }

    fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.rows.len()).sum()
    }
}

/// Two tables are equal if their rows are, whatever their blocks.
impl PartialEq for Cells {
    fn eq(&self, other: &Self) -> bool {
        self.columns.len() == other.columns.len()
            && self.len() == other.len()
            && (0..self.len()).all(|position| self.row(position).eq(other.row(position)))
    }
}

impl Eq for Cells {}

impl Block {
    /// The bytes from this row on.
    fn row(&self, row: usize) -> &[u8] {
        let start = self.rows.get(row).copied().unwrap_or(u32::MAX);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        self.bytes.get(start..).unwrap_or_default()
    }
}

/// Decodes the cells of the row that begins at `bytes`.
fn cells_in<'cells>(
    mut bytes: &'cells [u8],
    columns: &'cells [Values],
) -> impl ExactSizeIterator<Item = &'cells str> + Clone {
    columns.iter().map(move |column| match take(&mut bytes) {
        Cell::Text(text) => text,
        Cell::Repeated(number) => column.text(number),
    })
}

/// A table of these rows. The first row sets the number of columns.
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
    fn rows_are_padded_or_cut_to_the_width() {
        let mut cells = Cells::new(2);
        cells.push(["web", "red", "surplus"]);
        cells.push(["db"]);
        cells.push([""; 0]);
        assert_eq!(rows(&cells, 3), [["web", "red"], ["db", ""], ["", ""]]);
        assert_eq!(cells.row(1).len(), 2);
    }

    #[test]
    fn table_without_columns_stores_nothing() {
        let mut cells = Cells::new(0);
        cells.push(["surplus"]);
        assert_eq!(cells.row(0).len(), 0);
        assert_eq!(cells, Cells::default());
    }

    #[test]
    fn repeated_cells_are_stored_compactly_across_blocks() {
        let row = |row: usize| {
            [
                format!("pc-{row}"),
                format!("site-{}", row % 300),
                "x".repeat(60),
            ]
        };
        let mut cells = Cells::new(3);
        (0..10_000).for_each(|number| cells.push(row(number)));
        cells.shrink_to_fit();
        for number in [0, 255, 256, 4095, 4096, 9999] {
            assert!(cells.row(number).eq(row(number)), "{number}");
        }
        assert_eq!(cells.blocks.len(), 3);
        assert!(cells.bytes() < 10_000 * (8 + 3 + 1), "{}", cells.bytes());
        let all: Cells = (0..10_000).map(row).collect();
        assert_eq!(all, cells);
        cells.push(["", "", ""]);
        assert_ne!(all, cells);
    }

    proptest! {
        #[test]
        fn pushed_rows_are_read_back(
            (pushed, kept) in (0..5_usize).prop_flat_map(|width| {
                let row = vec(prop_oneof![".{0,4}", "[ab]", ".{100,200}"], width);
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
