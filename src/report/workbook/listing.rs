//! A sheet that lists: one table with filters, or a sentence where there is nothing to list.

use jiff::Timestamp;
use rust_xlsxwriter::{
    ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError, Table, TableColumn, TableStyle,
    Workbook, Worksheet, XlsxError,
};

use super::{
    link::{MOST_LINKS, is_link},
    text::clean,
};
use crate::{
    domain::{kb::KbId, text::thousands},
    report::time::rfc3339,
};

/// How much a sheet lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Rows beyond which a sheet points to the CSV file instead. A sheet can hold 1,048,576, and
    /// is no joy long before.
    pub(super) rows: u64,
}

impl Limits {
    pub(super) const USUAL: Self = Self { rows: 500_000 };
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Share,
    Time,
}

/// A column, and how wide it is, in characters.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) width: f64,
    pub(super) kind: Kind,
}

/// The sheet's own name, the table's, and the CSV file that holds the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    pub(super) sheet: &'static str,
    pub(super) table: &'static str,
    pub(super) csv: &'static str,
}

impl Column {
    pub(super) fn new(name: &str, width: u32, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            width: width.into(),
            kind,
        }
    }

    /// How its cells look, where that is not as usual.
    fn format(&self) -> Option<Format> {
        let format = Format::new();
        match self.kind {
            Kind::Text => None,
            Kind::Number => Some(format.set_num_format("#,##0_)")),
            Kind::Share => Some(format.set_num_format("0.0%_)")),
            Kind::Time => Some(format.set_num_format(TIME).set_align(FormatAlign::Left)),
        }
    }
}

/// How a date and time are shown, the same in every country.
pub(super) const TIME: &str = "yyyy-mm-dd hh:mm:ss";

/// A table under construction, cell by cell.
pub(super) struct Listing<'book> {
    sheet: &'book mut Worksheet,
    row: u32,
    column: u16,
    links: u32,
    link: Format,
}

/// The table to fill with so many rows. None where a sentence stands in its place: there is
/// nothing to list, which is what `nothing` says, or too much.
pub(super) fn begin<'book>(
    book: &'book mut Workbook,
    names: Names,
    (columns, rows): (&[Column], u64),
    limits: Limits,
    nothing: &str,
) -> Result<Option<Listing<'book>>, XlsxError> {
    let fits = rows <= limits.rows;
    match u32::try_from(rows) {
        Ok(count) if count > 0 && fits => {
            // Its rows go to a temporary file, not into memory.
            let sheet = book.add_worksheet_with_low_memory()?;
            sheet.set_name(names.sheet)?;
            return Listing::new(sheet, names.table, columns, count).map(Some);
        }
        Ok(0) => say(book, names, nothing)?,
        _ => say(book, names, &too_many(names, rows))?,
    }
    Ok(None)
}

fn too_many(names: Names, rows: u64) -> String {
    let Names { sheet, csv, .. } = names;
    format!(
        "{sheet}: {rows} rows are too many for a workbook. They are in {csv}, beside this file; \
         if that is not there, run again with --format csv,xlsx (--offline asks nothing anew).",
        rows = thousands(rows),
    )
}

/// A sentence in place of a table.
fn say(book: &mut Workbook, names: Names, sentence: &str) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name(names.sheet)?.set_column_width(0, 100)?;
    let format = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.write_string_with_format(0, 0, sentence, &format)?;
    Ok(())
}

impl<'book> Listing<'book> {
    fn new(
        sheet: &'book mut Worksheet,
        table: &str,
        columns: &[Column],
        rows: u32,
    ) -> Result<Self, XlsxError> {
        for (place, column) in (0..).zip(columns) {
            sheet.set_column_width(place, column.width)?;
            if let Some(format) = column.format() {
                sheet.set_column_format(place, &format)?;
            }
        }
        let last = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        sheet.add_table(0, 0, rows, last, &named(table, columns))?;
        sheet.ignore_error_range(1, 0, rows, last, IgnoreError::NumberStoredAsText)?;
        sheet.set_freeze_panes(1, 0)?;
        print_nicely(sheet);
        sheet.set_repeat_rows(0, 0)?;
        Ok(Self {
            sheet,
            row: 1,
            column: 0,
            links: 0,
            link: Format::new().set_hyperlink(),
        })
    }

    /// Text, ours or from outside.
    pub(super) fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        if !text.is_empty() {
            let text = clean(text).into_owned();
            self.sheet.write_string(self.row, self.column, text)?;
        }
        self.skip();
        Ok(())
    }

    pub(super) fn text_or_empty(&mut self, text: Option<&str>) -> Result<(), XlsxError> {
        self.text(text.unwrap_or_default())
    }

    pub(super) fn list<'text>(
        &mut self,
        texts: impl IntoIterator<Item = &'text str>,
    ) -> Result<(), XlsxError> {
        let texts: Vec<&str> = texts.into_iter().collect();
        self.text(&texts.join(";"))
    }

    pub(super) fn kb(&mut self, id: Option<&KbId>) -> Result<(), XlsxError> {
        self.text(&id.map(KbId::for_people).unwrap_or_default())
    }

    pub(super) fn number(&mut self, number: impl Into<u64>) -> Result<(), XlsxError> {
        let number = as_number(number.into());
        self.sheet.write_number(self.row, self.column, number)?;
        self.skip();
        Ok(())
    }

    pub(super) fn number_or_empty(
        &mut self,
        number: Option<impl Into<u64>>,
    ) -> Result<(), XlsxError> {
        if let Some(number) = number {
            return self.number(number);
        }
        self.skip();
        Ok(())
    }

    /// A share in percent.
    pub(super) fn percent(&mut self, percent: f64) -> Result<(), XlsxError> {
        let share = percent / 100.0;
        self.sheet.write_number(self.row, self.column, share)?;
        self.skip();
        Ok(())
    }

    /// A moment in UTC: a date where a spreadsheet knows such a date.
    pub(super) fn time(&mut self, time: Timestamp) -> Result<(), XlsxError> {
        let Ok(date) = ExcelDateTime::from_timestamp(time.as_second()) else {
            return self.text(&rfc3339(time));
        };
        let date = date.to_excel();
        self.sheet.write_number(self.row, self.column, date)?;
        self.skip();
        Ok(())
    }

    /// An address: a link where it may be followed, and text where not.
    pub(super) fn address(&mut self, address: Option<&str>) -> Result<(), XlsxError> {
        match address {
            Some(address) if self.links < MOST_LINKS && is_link(address) => {
                self.links += 1;
                let Self { row, column, .. } = *self;
                self.sheet
                    .write_url_with_format(row, column, address, &self.link)?;
                self.skip();
                Ok(())
            }
            other => self.text_or_empty(other),
        }
    }

    /// Leaves the cell empty.
    pub(super) fn skip(&mut self) {
        self.column += 1;
    }

    pub(super) fn end_row(&mut self) {
        self.row += 1;
        self.column = 0;
    }

    /// The sheet, for what is special about it.
    pub(super) fn sheet(&mut self) -> &mut Worksheet {
        self.sheet
    }
}

fn named(name: &str, columns: &[Column]) -> Table {
    let header = Format::new().set_bold();
    let header = header.set_border_bottom(FormatBorder::Thin);
    let columns: Vec<TableColumn> = columns
        .iter()
        .map(|column| {
            let named = TableColumn::new().set_header(&column.name);
            named.set_header_format(header.clone())
        })
        .collect();
    Table::new()
        .set_name(name)
        .set_style(TableStyle::Light1)
        .set_columns(&columns)
}

/// Landscape, as wide as a page.
pub(super) fn print_nicely(sheet: &mut Worksheet) {
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_footer("&L&A&RPage &P of &N");
}

/// A number as a spreadsheet holds it.
#[expect(
    clippy::cast_precision_loss,
    reason = "a spreadsheet shows fifteen digits of any number"
)]
pub(super) fn as_number(number: u64) -> f64 {
    number as f64
}
