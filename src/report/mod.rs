//! Figures in, files out: one file of code for each report; one place writes.

mod csv;
mod facts;
mod format;
mod json;
mod markdown;
pub mod output;
mod page;
#[cfg(feature = "parquet")]
mod parquet;
mod past;
pub(crate) mod plain;
mod side_by_side;
mod table;
pub mod terminal;
mod time;
mod view;
mod workbook;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

pub use facts::{Facts, Tool};
pub use format::Format;
pub use markdown::markdown;
pub use past::{Past, TrendPoint};
pub use workbook::is_no_room;

use crate::{
    aggregate::{Fleet, TopActions},
    domain::gaps::Gaps,
    inventory::Inventory,
};

/// Everything that a report may say of a run.
#[derive(Debug, Clone, Copy)]
pub struct Run<'run> {
    /// What was asked for.
    pub inventory: &'run Inventory,
    /// What came of it.
    pub fleet: &'run Fleet,
    /// What its machines miss.
    pub gaps: &'run dyn Gaps,
    /// The updates to install first.
    pub actions: &'run TopActions<'run>,
    /// What changed since an earlier run, where there is one to compare with.
    pub past: Option<Past<'run>>,
    /// The last runs of comparable lists, this one last, the oldest first.
    pub trend: &'run [TrendPoint],
    /// The circumstances.
    pub facts: &'run Facts,
}

/// One report file. Its content depends on the run alone: same run, same bytes.
pub trait Report: Sync {
    /// The name of the file in the output folder.
    fn file_name(&self) -> &'static str;

    /// Whether there is nothing to write where no earlier run is there to compare with.
    fn needs_base(&self) -> bool {
        false
    }

    /// Writes the whole file to `out`.
    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// The reports that these formats stand for, in the order in which they are written: the
/// summary comes last, so that a new summary says that everything before it is new.
pub fn reports(formats: &[Format]) -> Vec<Box<dyn Report>> {
    let mut reports: Vec<Box<dyn Report>> = Vec::new();
    if formats.contains(&Format::Csv) {
        reports.extend(csv::reports());
    }
    if formats.contains(&Format::Html) {
        reports.push(Box::new(page::Page));
    }
    if formats.contains(&Format::Xlsx) {
        reports.push(Box::new(workbook::Workbook::new()));
    }
    #[cfg(feature = "parquet")]
    if formats.contains(&Format::Parquet) {
        reports.push(Box::new(parquet::Gaps));
    }
    if formats.contains(&Format::Json) {
        reports.push(Box::new(json::Whole));
        reports.push(Box::new(json::Summary));
    }
    reports
}

/// `changes.csv` alone.
pub fn changes_csv() -> Box<dyn Report> {
    csv::changes()
}

/// What changed, as `summary.json` counts it.
pub fn changes_json() -> Box<dyn Report> {
    Box::new(json::Changes)
}

/// The names of these reports' files, as [`Facts::files`] lists them, with or without an earlier
/// run to compare with.
pub fn file_names(reports: &[Box<dyn Report>], has_base: bool) -> Vec<String> {
    let written = reports.iter().filter(|it| has_base || !it.needs_base());
    written
        .map(|report| report.file_name().to_owned())
        .collect()
}
