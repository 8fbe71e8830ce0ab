//! The sheet that opens first: the headline and its coverage, the updates to install first, the figures,
//! the worst groups, what changed, and charts of these cells.
//!
//! - `page`: writes a sheet from the top down; `top`: the run, and the warnings about its figures
//! - `figures`, `actions`, `groups`, `histogram`, `trend`, `rechecks`: a block of cells each
//! - `charts`: the charts of these cells

mod actions;
mod charts;
mod figures;
mod groups;
mod histogram;
mod page;
mod rechecks;
mod top;
mod trend;

use rust_xlsxwriter::{Worksheet, XlsxError};

use self::{
    charts::Blocks,
    page::{NAME, Page},
};
use super::listing::print_nicely;
use crate::report::Run;

pub(super) use self::page::local;

/// The column widths. The last column is the space before the charts.
const WIDTHS: [u32; 7] = [30, 22, 18, 16, 18, 60, 3];

pub(super) fn write(sheet: &mut Worksheet, run: &Run<'_>) -> Result<(), XlsxError> {
    sheet.set_name(NAME)?;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_screen_gridlines(false);
    print_nicely(sheet);
    let mut page = Page::new(sheet);
    top::headline(&mut page, run)?;
    let actions = actions::write(&mut page, run)?;
    figures::write(&mut page, run)?;
    groups::write(&mut page, run)?;
    top::details(&mut page, run)?;
    let blocks = Blocks {
        actions,
        histogram: histogram::write(&mut page, run)?,
        trend: trend::write(&mut page, run)?,
    };
    rechecks::write(&mut page, run)?;
    charts::insert(page.sheet(), &blocks)
}
