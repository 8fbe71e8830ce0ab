//! The sheet of a table: its rows with filters, or a sentence if there are no rows.

use std::io;

use rust_xlsxwriter::{
    Color, ConditionalFormatDataBar, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::{
    layout::{Layout, layouts},
    listing::Listing,
    text::clean,
};
use crate::{
    domain::text::thousands,
    report::{
        Run,
        table::{Scope, Table, Target, columns},
    },
};

/// The maximum number of rows. With more, the sheet refers to the CSV file instead. A sheet can hold 1,048,576 rows, but
/// gets slow long before.
pub(super) const MOST_ROWS: u64 = 500_000;

/// The properties of a table's sheet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet {
    pub(super) name: &'static str,
    /// The name of the table in formulas.
    pub(super) table: &'static str,
    /// The sentence to show if the table has no rows.
    pub(super) nothing: &'static str,
    /// The number of frozen columns.
    pub(super) frozen: u16,
}

impl Sheet {
    /// A sheet without frozen columns.
    pub(super) const fn new(
        name: &'static str,
        table: &'static str,
        nothing: &'static str,
    ) -> Self {
        Self {
            name,
            table,
            nothing,
            frozen: 0,
        }
    }

    /// Adds the sheet to a workbook.
    pub(super) fn write<T: Table>(
        self,
        book: &mut Workbook,
        run: &Run<'_>,
        most_rows: u64,
    ) -> Result<(), XlsxError> {
        let count = T::count(run);
        match u32::try_from(count) {
            Ok(0) => self.say(book, self.nothing),
            Ok(rows) if count <= most_rows => self.list::<T>(book, run, rows),
            _ => self.say(book, &self.too_many(T::FILE, count)),
        }
    }

    fn list<T: Table>(
        self,
        book: &mut Workbook,
        run: &Run<'_>,
        rows: u32,
    ) -> Result<(), XlsxError> {
        // The low-memory mode writes rows to a temporary file.
        let sheet = book.add_worksheet_with_low_memory()?;
        sheet.set_name(self.name)?;
        let columns = columns::<T>(Target::Sheet, Scope::of(run));
        let layouts = layouts(&columns, run.inventory);
        let mut listing = Listing::new(sheet, self.table, &layouts, rows)?;
        T::for_people(run, &mut |row| {
            let mut cells = columns.iter().map(|column| (column.value)(row));
            let written = cells.try_for_each(|cell| listing.cell(cell));
            listing.end_row();
            written.map_err(in_terms_of_files)
        })?;
        // After the rows: adding the bars first makes each row of the file longer.
        add_bars(sheet, &layouts, rows)?;
        sheet.set_freeze_panes(1, self.frozen)?;
        Ok(())
    }

    fn too_many(self, csv: &str, rows: u64) -> String {
        format!(
            "{sheet}: {rows} rows are too many for a workbook. They are in {csv}, beside this \
             file; if that is not there, run again with --format csv,xlsx (--offline asks \
             nothing anew).",
            sheet = self.name,
            rows = thousands(rows),
        )
    }

    /// Writes a sentence instead of a table.
    pub(super) fn say(self, book: &mut Workbook, sentence: &str) -> Result<(), XlsxError> {
        let sheet = book.add_worksheet();
        sheet.set_name(self.name)?.set_column_width(0, 100)?;
        let format = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        sheet.write_string_with_format(0, 0, clean(sentence).into_owned(), &format)?;
        Ok(())
    }
}

/// Adds data bars to the columns that have them.
fn add_bars(sheet: &mut Worksheet, layouts: &[Layout], rows: u32) -> Result<(), XlsxError> {
    for (at, layout) in (0..).zip(layouts) {
        if let Some(color) = layout.bars {
            let bar = ConditionalFormatDataBar::new()
                .set_fill_color(Color::RGB(color))
                .set_solid_fill(true);
            sheet.add_conditional_format(1, at, rows, at, &bar)?;
        }
    }
    Ok(())
}

/// Converts the error to an I/O error, as reports must return.
pub(super) fn in_terms_of_files(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(source) => source,
        other => io::Error::other(other),
    }
}
