//! Renders the figures of a run into report files. Only [`output`] writes these files.
//!
//! - `table/`, `view/`: what every format shares: columns and rows; figures and sentences
//! - `csv/`, `json/`, `parquet/`, `ocsf/`: files for programs; `workbook/`, `page/`: files for people
//! - `terminal/`, `markdown`: summaries for a terminal and for a CI workflow; `notice/`: the content of a notification
//! - `overview/`: the files about several tenants
//! - `output/`: the folder of a run; `lake/`: the tables of all runs
//! - `format`: the formats that `--format` chooses from; `time`: time formats; `plain`, `html_safe`: text from outside

mod csv;
mod format;
mod html_safe;
mod json;
pub mod lake;
mod markdown;
mod notice;
mod ocsf;
pub mod output;
pub mod overview;
mod page;
#[cfg(feature = "parquet")]
mod parquet;
pub(crate) mod plain;
mod table;
pub mod terminal;
mod time;
mod view;
mod workbook;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

pub use self::csv::{
    changes as changes_csv, names as target_names, targets, updates_without_targets,
};
pub use format::Format;
pub use markdown::markdown;
pub use notice::{
    Notice, NoticeChanges, NoticeMachines, NoticeTenant, NoticeTenants, NoticeUpdate,
};
pub use view::{
    facts::{Facts, Tool, default_title},
    past::{Past, RunKbs, TrendPoint},
    sources::sentence as sources,
};
pub use workbook::is_no_room;

#[cfg(test)]
use tests::fixture;

use crate::{
    aggregate::Fleet,
    changes::{Changes, TimeToPatch},
    domain::{
        bulk::BulkReading, call_selection::CallSelection, census::Census, cross_check::CrossCheck,
        gaps::Gaps, software::RunSoftware,
    },
    inventory::{Inventory, ListCheck, ListComparison},
};

/// Everything a report needs to know about a run.
#[derive(Debug, Clone, Copy)]
pub struct Run<'run> {
    /// The list of machines.
    pub inventory: &'run Inventory,
    /// The aggregated results.
    pub fleet: &'run Fleet,
    /// The missing KBs of each machine.
    pub gaps: &'run dyn Gaps,
    /// What changed since an earlier run, if there is one to compare with.
    pub past: Option<Past<'run>>,
    /// What changed since the latest whole run that is a week old, if there is one.
    pub week: Option<&'run Changes>,
    /// The latest runs of comparable lists, oldest first, ending with this run.
    pub trend: &'run [TrendPoint],
    /// How many machines missed each KB in the earlier runs among them, oldest first.
    pub kb_runs: &'run [RunKbs],
    /// How the machines got the updates of the latest months, the latest month first.
    pub releases: &'run [TimeToPatch],
    /// The service's own count, if it was requested.
    pub census: Option<&'run Census>,
    /// The comparison of the answers with a second source, if it was wanted.
    pub cross_check: Option<&'run CrossCheck>,
    /// The comparison of the run's list with the service's; `None` if it was not requested.
    pub list_check: Option<&'run ListCheck>,
    /// How the run selected the machines to request; `None` if it requested all.
    pub selection: Option<&'run CallSelection>,
    /// The bulk source of the answers; `None` if there was none.
    pub bulk: Option<BulkReading>,
    /// The software inventory, or why there is none; `None` if it was not requested.
    pub software: Option<&'run RunSoftware>,
    /// Metadata of the run.
    pub facts: &'run Facts,
}

/// The optional parts of a run. Some reports are only about one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each part is there or not, whatever the others are"
)]
pub struct Extras {
    /// An earlier run to compare with.
    pub base: bool,
    /// The service's own count.
    pub census: bool,
    /// The comparison with a second source.
    pub cross_check: bool,
    /// The service's list, compared with the run's.
    pub list_check: bool,
}

impl Extras {
    /// Those of a run with or without a base, from what it has of the others.
    pub fn of(
        base: bool,
        census: Option<&Census>,
        cross_check: Option<&CrossCheck>,
        list_check: Option<&ListCheck>,
    ) -> Self {
        Self {
            base,
            census: census.is_some_and(Census::is_there),
            cross_check: cross_check.is_some_and(CrossCheck::is_there),
            list_check: matches!(list_check, Some(ListCheck::Compared(_))),
        }
    }
}

impl Run<'_> {
    /// The comparison of the run's list with the service's, if there is one.
    pub fn comparison(&self) -> Option<&ListComparison> {
        match self.list_check? {
            ListCheck::Compared(comparison) => Some(comparison),
            ListCheck::Missing(_) => None,
        }
    }

    /// The extras that this run has.
    pub fn extras(&self) -> Extras {
        let has_base = self.past.is_some();
        Extras::of(has_base, self.census, self.cross_check, self.list_check)
    }
}

/// One report file. Its content depends only on the run: the same run gives the same bytes.
pub trait Report: Sync {
    /// The name of the file in the output folder; a file in a subfolder has a `/` in it.
    fn file_name(&self) -> &str;

    /// Whether the report is written for a run with these extras.
    fn is_written(&self, _extras: Extras) -> bool {
        true
    }

    /// Writes the whole file to `out`.
    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// The reports of these formats, in the order in which they are written. The summary comes last,
/// so that a new summary implies that all files before it are new.
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
        reports.extend(parquet::reports());
    }
    if formats.contains(&Format::Ocsf) {
        reports.push(Box::new(ocsf::Findings));
    }
    if formats.contains(&Format::Json) {
        reports.push(Box::new(json::Whole));
        reports.push(Box::new(json::Summary));
    }
    reports
}

/// The changes alone, with the counts of `summary.json`.
pub fn changes_json() -> Box<dyn Report> {
    Box::new(json::ChangesJson)
}

/// The file names of these reports, as listed in [`Facts::files`], for a run with these extras.
pub fn file_names(reports: &[Box<dyn Report>], extras: Extras) -> Vec<String> {
    let written = reports.iter().filter(|it| it.is_written(extras));
    written
        .map(|report| report.file_name().to_owned())
        .collect()
}
