//! `report.xlsx`: the run as a workbook to filter, sort and share.
//!
//! Text from outside is always written as text, never as something that a spreadsheet could run. The
//! only links are those of KBs, and one from the summary to a sheet.
//!
//! - `summary/`: the sheet that opens first; `about`: the one that explains the figures
//! - `sheet`: the sheet of a table, with its `header` and `layout`; `listing`: its cells
//! - `text`, `link`: what text and URLs from outside become

mod about;
mod header;
mod layout;
mod link;
mod listing;
mod sheet;
mod summary;
#[cfg(test)]
pub(super) mod tests;
mod text;

use std::{
    any::Any,
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook as Book, XlsxError};

use self::{
    sheet::{MOST_ROWS, Sheet, in_terms_of_files},
    text::clean,
};
use crate::report::{
    Report, Run,
    table::{Census, Changes, CrossCheck, Failures, Gaps, Groups, Kbs, Machines},
    view,
};

/// The workbook.
pub(super) struct Workbook {
    /// The maximum number of rows of a sheet.
    most_rows: u64,
}

impl Workbook {
    pub(super) const fn new() -> Self {
        Self {
            most_rows: MOST_ROWS,
        }
    }
}

impl Report for Workbook {
    fn file_name(&self) -> &'static str {
        "report.xlsx"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        // The compressed file is small, and the crate requires a `Send` writer.
        let packed = catch_unwind(AssertUnwindSafe(|| self.packed(run)));
        let packed = packed.unwrap_or_else(|panic| Err(no_room(panic).into()));
        out.write_all(&packed.map_err(in_terms_of_files)?)
    }
}

/// The panic message of `rust_xlsxwriter` when its temporary files cannot be written.
const NO_ROOM: &str = "Couldn't write to xml file";

/// Whether a panic means that the workbook's temporary files could not be written. It is reported
/// as an error instead.
pub fn is_no_room(panic: &(dyn Any + Send)) -> bool {
    let message = panic.downcast_ref::<String>();
    message.is_some_and(|message| message.starts_with(NO_ROOM))
}

/// Converts that panic to an error. Resumes any other panic.
fn no_room(panic: Box<dyn Any + Send>) -> io::Error {
    if !is_no_room(panic.as_ref()) {
        resume_unwind(panic);
    }
    let kind = io::ErrorKind::StorageFull;
    io::Error::new(kind, "no room for the temporary files of the workbook")
}

/// The compression level: 3 % smaller than the default in 10 % more time. Higher levels only take
/// more time.
const LEVEL: u8 = 7;

impl Workbook {
    fn packed(&self, run: &Run<'_>) -> Result<Vec<u8>, XlsxError> {
        let mut book = Book::new();
        book.set_properties(&properties(run)?)
            .set_zip_compression_level(LEVEL);
        // The disk of the output folder has more space than the system's temporary folder.
        if run.facts.folder.is_dir() {
            book.set_tempdir(&run.facts.folder)?;
        }
        summary::write(book.add_worksheet(), run)?;
        self.tables(&mut book, run)?;
        about::write(book.add_worksheet(), run)?;
        book.save_to_buffer()
    }

    fn tables(&self, book: &mut Book, run: &Run<'_>) -> Result<(), XlsxError> {
        KBS.write::<Kbs>(book, run, self.most_rows)?;
        MACHINES.write::<Machines>(book, run, self.most_rows)?;
        GAPS.write::<Gaps>(book, run, self.most_rows)?;
        if !run.fleet.breakdown.is_empty() {
            GROUPS.write::<Groups>(book, run, self.most_rows)?;
        }
        let changes = match run.past {
            Some(_) => CHANGES,
            None => NO_CHANGES,
        };
        changes.write::<Changes>(book, run, self.most_rows)?;
        FAILURES.write::<Failures>(book, run, self.most_rows)?;
        match run.census {
            None => {}
            Some(census) if census.is_there() => {
                CENSUS.write::<Census>(book, run, self.most_rows)?;
            }
            Some(_) => {
                let sentences = view::census::sentences(run, 0);
                CENSUS.say(book, &sentences.join(" "))?;
            }
        }
        self.cross_check(book, run)
    }

    fn cross_check(&self, book: &mut Book, run: &Run<'_>) -> Result<(), XlsxError> {
        let Some(check) = run.cross_check else {
            return Ok(());
        };
        if check.rows.is_empty() {
            let sentences = view::cross_check::sentences(run);
            return CROSS_CHECK.say(book, &sentences.join(". "));
        }
        CROSS_CHECK.write::<CrossCheck>(book, run, self.most_rows)
    }
}

const KBS: Sheet = Sheet {
    frozen: 2,
    ..Sheet::new("KBs", "Kbs", "No answered machine misses a KB.")
};
const MACHINES: Sheet = Sheet::new("Machines", "Machines", "The list names no machine.");
const GAPS: Sheet = Sheet::new("Gaps", "Gaps", "No gaps: no answered machine misses a KB.");
/// Only written for a list with such columns.
const GROUPS: Sheet = Sheet {
    frozen: 2,
    ..Sheet::new(
        "Groups",
        "Groups",
        "The list has no device groups, platforms or tags.",
    )
};
const CHANGES: Sheet = Sheet::new(
    "Changes",
    "Changes",
    "No gap changed since the run that this one is compared with.",
);
const NO_CHANGES: Sheet = Sheet {
    nothing: "This is the first run of this tenant: nothing to compare with.",
    ..CHANGES
};
const FAILURES: Sheet = Sheet::new(
    "Not answered",
    "NotAnswered",
    "Every row of the list has a result.",
);
const CENSUS: Sheet = Sheet::new(
    "Census",
    "Census",
    "No product was compared with the service's own count.",
);
const CROSS_CHECK: Sheet = Sheet::new(
    "Second source",
    "SecondSource",
    "The answers and the second source agree.",
);

/// The creation time is that of the run, so that the same run gives the same bytes.
fn properties(run: &Run<'_>) -> Result<DocProperties, XlsxError> {
    let facts = run.facts;
    let finished = ExcelDateTime::from_timestamp(facts.finished_at.as_second())?;
    Ok(DocProperties::new()
        .set_title(clean(&facts.heading()).into_owned())
        .set_author(format!("{} {}", facts.tool.name, facts.tool.version))
        .set_creation_datetime(&finished))
}
