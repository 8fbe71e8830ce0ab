//! Writes a table to a sheet, cell by cell.

use jiff::{Timestamp, civil::Date};
use rust_xlsxwriter::{
    ExcelDateTime, Format, FormatBorder, IgnoreError, Table, TableColumn, TableStyle, Worksheet,
    XlsxError,
};

use super::{
    layout::{Layout, MOST_COLUMNS},
    link::{MOST_LINKS, is_link},
    text::clean,
};
use crate::report::{table::Cell, time::rfc3339};

/// Writes a table to a sheet, cell by cell.
pub(super) struct Listing<'book> {
    sheet: &'book mut Worksheet,
    row: u32,
    column: u16,
    links: u32,
    link: Format,
}

impl<'book> Listing<'book> {
    /// Starts a table with this number of rows.
    pub(super) fn new(
        sheet: &'book mut Worksheet,
        table: &str,
        layouts: &[Layout],
        rows: u32,
    ) -> Result<Self, XlsxError> {
        for (place, layout) in (0..).zip(layouts) {
            sheet.set_column_width(place, layout.width)?;
            if let Some(format) = layout.format() {
                sheet.set_column_format(place, &format)?;
            }
        }
        let last = u16::try_from(layouts.len().saturating_sub(1)).unwrap_or(u16::MAX);
        sheet.add_table(0, 0, rows, last, &named(table, layouts))?;
        sheet.ignore_error_range(1, 0, rows, last, IgnoreError::NumberStoredAsText)?;
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

    /// Writes the next cell, or all cells of an inventory row. Text is always written as text, and
    /// only URLs become links.
    pub(super) fn cell(&mut self, cell: Cell<'_>) -> Result<(), XlsxError> {
        match cell {
            Cell::Date(date) => self.date(date),
            Cell::Empty => self.text(""),
            Cell::Foreign(text) | Cell::Word(text) => self.text(text),
            Cell::Flag(flag) => self.text(if flag { "yes" } else { "no" }),
            Cell::Kb(id, _) => self.text(&id.for_people()),
            Cell::Machine(id) => self.text(&id.to_string()),
            Cell::Link(address) => self.address(address),
            Cell::List(list) => self.text(&list.iter().collect::<Vec<_>>().join(";")),
            Cell::Gaps(machine) => {
                let kbs: Vec<_> = machine.gaps().map(|it| it.gap.id.for_people()).collect();
                self.text(&kbs.join(";"))
            }
            Cell::Inventory(names, position) => {
                let cells = names.inventory.row(position);
                cells
                    .take(MOST_COLUMNS)
                    .try_for_each(|cell| self.text(cell))
            }
            Cell::Number(number, _) => self.number(as_number(number)),
            Cell::Signed(number) => {
                let amount = as_number(number.unsigned_abs());
                self.number(if number < 0 { -amount } else { amount })
            }
            Cell::Decimal(number) => self.number(number),
            Cell::Probability(probability) => self.number(probability.number()),
            Cell::Percent(share) => self.number(share.for_people() / 100.0),
            Cell::Time(time) => self.time(time),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        if !text.is_empty() {
            let text = clean(text).into_owned();
            self.sheet.write_string(self.row, self.column, text)?;
        }
        self.column += 1;
        Ok(())
    }

    fn number(&mut self, number: f64) -> Result<(), XlsxError> {
        self.sheet.write_number(self.row, self.column, number)?;
        self.column += 1;
        Ok(())
    }

    /// Writes a time in UTC: as a date, or as text if it is outside the range of spreadsheet dates.
    fn time(&mut self, time: Timestamp) -> Result<(), XlsxError> {
        match ExcelDateTime::from_timestamp(time.as_second()) {
            Ok(date) => self.number(date.to_excel()),
            Err(_) => self.text(&rfc3339(time)),
        }
    }

    /// Writes a date, or text if it is outside the range of spreadsheet dates.
    fn date(&mut self, date: Date) -> Result<(), XlsxError> {
        match ExcelDateTime::parse_from_str(&date.to_string()) {
            Ok(day) => self.number(day.to_excel()),
            Err(_) => self.text(&date.to_string()),
        }
    }

    /// Writes a URL: as a link if that is allowed, else as text.
    fn address(&mut self, address: &str) -> Result<(), XlsxError> {
        if self.links >= MOST_LINKS || !is_link(address) {
            return self.text(address);
        }
        self.links += 1;
        let Self { row, column, .. } = *self;
        self.sheet
            .write_url_with_format(row, column, address, &self.link)?;
        self.column += 1;
        Ok(())
    }

    pub(super) fn end_row(&mut self) {
        self.row += 1;
        self.column = 0;
    }
}

fn named(name: &str, layouts: &[Layout]) -> Table {
    let header = Format::new().set_bold();
    let header = header.set_border_bottom(FormatBorder::Thin);
    let columns: Vec<TableColumn> = layouts
        .iter()
        .map(|layout| {
            let named = TableColumn::new().set_header(&layout.heading);
            named.set_header_format(header.clone())
        })
        .collect();
    Table::new()
        .set_name(name)
        .set_style(TableStyle::Light1)
        .set_columns(&columns)
}

/// Sets up printing: landscape, one page wide.
pub(super) fn print_nicely(sheet: &mut Worksheet) {
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_footer("&L&A&RPage &P of &N");
}

/// The number as a spreadsheet stores it.
#[expect(
    clippy::cast_precision_loss,
    reason = "a spreadsheet shows fifteen digits of any number"
)]
pub(super) fn as_number(number: u64) -> f64 {
    number as f64
}
