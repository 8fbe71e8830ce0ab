//! Writes a sheet from the top down, row by row.

use jiff::{Timestamp, tz::TimeZone};
use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Url, Worksheet, XlsxError,
};

use super::super::{layout::TIME, link::is_link, listing::as_number, text::clean};
use crate::report::time::rfc3339;

/// The sheet's name, which the charts refer to.
pub(super) const NAME: &str = "Summary";

/// The last text column. The charts are to the right of it.
const LAST: u16 = 5;

/// The number format of a difference, with its sign.
const DIFFERENCE: &str = "+#,##0;-#,##0;0";

/// The rows of a block of figures, without the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) first: u32,
    pub(super) last: u32,
}

/// The style of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellStyle {
    Title,
    Heading,
    Header,
    HeaderOfNumbers,
    HeaderBesideNumbers,
    Label,
    Text,
    TextBesideNumbers,
    Note,
    Headline,
    Warning,
    Alarm,
    Number,
    Difference,
    DifferenceBesideNumbers,
    Share,
    SmallShare,
    Time,
}

impl CellStyle {
    fn format(self) -> Format {
        let format = Format::new().set_align(FormatAlign::Top);
        let header = || {
            let format = Format::new().set_bold();
            format.set_border_bottom(FormatBorder::Thin)
        };
        let wide = || {
            let format = Format::new().set_bold().set_font_size(13);
            format
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter)
        };
        match self {
            Self::Title => format.set_bold().set_font_size(18),
            Self::Heading => format.set_bold().set_font_size(13),
            Self::Header => header(),
            Self::HeaderOfNumbers => header().set_align(FormatAlign::Right),
            Self::HeaderBesideNumbers => header().set_align(FormatAlign::Left).set_indent(1),
            Self::Label => format.set_font_color(Color::RGB(0x59_59_59)),
            Self::Text => format.set_align(FormatAlign::Left),
            Self::TextBesideNumbers => format.set_align(FormatAlign::Left).set_indent(1),
            Self::Note => format.set_text_wrap(),
            Self::Headline => wide(),
            Self::Warning => wide().set_background_color(Color::RGB(0xFF_E6_99)),
            Self::Alarm => wide()
                .set_font_color(Color::White)
                .set_background_color(Color::RGB(0xC0_00_00)),
            Self::Number => format.set_num_format("#,##0"),
            Self::Difference => format.set_num_format(DIFFERENCE),
            Self::DifferenceBesideNumbers => format
                .set_num_format(DIFFERENCE)
                .set_align(FormatAlign::Left)
                .set_indent(1),
            Self::Share => format.set_num_format("0.0%"),
            Self::SmallShare => format.set_num_format("0.00%"),
            Self::Time => format.set_num_format(TIME).set_align(FormatAlign::Left),
        }
    }
}

pub(super) struct Page<'sheet> {
    sheet: &'sheet mut Worksheet,
    row: u32,
}

impl<'sheet> Page<'sheet> {
    pub(super) fn new(sheet: &'sheet mut Worksheet) -> Self {
        Self { sheet, row: 0 }
    }

    pub(super) fn sheet(&mut self) -> &mut Worksheet {
        self.sheet
    }

    pub(super) const fn row(&self) -> u32 {
        self.row
    }

    pub(super) fn next_row(&mut self) {
        self.row += 1;
    }

    pub(super) fn text(
        &mut self,
        column: u16,
        text: &str,
        style: CellStyle,
    ) -> Result<(), XlsxError> {
        let text = clean(text).into_owned();
        self.sheet
            .write_string_with_format(self.row, column, text, &style.format())?;
        Ok(())
    }

    pub(super) fn number(&mut self, column: u16, number: u64) -> Result<(), XlsxError> {
        self.float(column, as_number(number), CellStyle::Number)
    }

    /// Writes a difference. In the last column, which is wide, it is beside the number at its left.
    pub(super) fn difference(&mut self, column: u16, number: f64) -> Result<(), XlsxError> {
        let style = match column {
            LAST => CellStyle::DifferenceBesideNumbers,
            _ => CellStyle::Difference,
        };
        self.float(column, number, style)
    }

    pub(super) fn float(
        &mut self,
        column: u16,
        number: f64,
        style: CellStyle,
    ) -> Result<(), XlsxError> {
        self.sheet
            .write_number_with_format(self.row, column, number, &style.format())?;
        Ok(())
    }

    /// Writes a time in UTC: as a date, or as text if it is outside the range of spreadsheet dates.
    pub(super) fn time(&mut self, column: u16, time: Timestamp) -> Result<(), XlsxError> {
        match ExcelDateTime::from_timestamp(time.as_second()) {
            Ok(date) => self.float(column, date.to_excel(), CellStyle::Time),
            Err(_) => self.text(column, &rfc3339(time), CellStyle::Text),
        }
    }

    /// Writes texts across all columns, each with the height of this number of lines.
    pub(super) fn wide(
        &mut self,
        texts: impl IntoIterator<Item = String>,
        style: CellStyle,
        lines: u16,
    ) -> Result<(), XlsxError> {
        let height = 18 * lines;
        for text in texts {
            self.sheet.set_row_height(self.row, height)?;
            let text = clean(&text);
            self.sheet
                .merge_range(self.row, 0, self.row, LAST, &text, &style.format())?;
            self.next_row();
        }
        Ok(())
    }

    /// Writes a link to a sheet of this workbook.
    pub(super) fn sheet_link(&mut self, sheet: &str, text: &str) -> Result<(), XlsxError> {
        let link = Url::new(format!("internal:'{sheet}'!A1")).set_text(text);
        self.sheet.write_url(self.row, 0, link)?;
        self.next_row();
        Ok(())
    }

    /// Writes a text in the first column: as a link to this address if that is allowed.
    pub(super) fn linked(&mut self, text: &str, address: Option<&str>) -> Result<(), XlsxError> {
        let Some(address) = address.filter(|it| is_link(it)) else {
            return self.text(0, text, CellStyle::Text);
        };
        let link = Url::new(address).set_text(text);
        self.sheet.write_url(self.row, 0, link)?;
        Ok(())
    }

    /// Writes the title of the sheet.
    pub(super) fn title(&mut self, text: &str) -> Result<(), XlsxError> {
        self.sheet.set_row_height(self.row, 28)?;
        self.text(0, text, CellStyle::Title)?;
        self.next_row();
        Ok(())
    }

    /// Writes the heading of a block, after an empty row.
    pub(super) fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.next_row();
        self.sheet.set_row_height(self.row, 21)?;
        self.text(0, text, CellStyle::Heading)?;
        self.next_row();
        Ok(())
    }

    /// Writes the header of a block: text in the first and the last column, numbers in the others.
    pub(super) fn header(&mut self, names: &[&str]) -> Result<(), XlsxError> {
        for (column, name) in (0..).zip(names) {
            let style = match column {
                0 => CellStyle::Header,
                LAST => CellStyle::HeaderBesideNumbers,
                _ => CellStyle::HeaderOfNumbers,
            };
            self.text(column, name, style)?;
        }
        self.next_row();
        Ok(())
    }

    /// Writes a label and a text beside it.
    pub(super) fn labelled(&mut self, label: &str, text: &str) -> Result<(), XlsxError> {
        self.text(0, label, CellStyle::Label)?;
        self.text(1, text, CellStyle::Text)?;
        self.next_row();
        Ok(())
    }
}

/// The local time with its UTC offset and time zone.
pub(in super::super) fn local(time: Timestamp, zone: &TimeZone) -> String {
    let local = time.to_zoned_datetime(zone.clone());
    let place = zone.iana_name();
    let place = place.map(|name| format!(" ({name})")).unwrap_or_default();
    format!("{}{place}", local.strftime("%Y-%m-%d %H:%M:%S %:z"))
}
