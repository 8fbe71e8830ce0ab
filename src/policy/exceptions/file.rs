//! Parses a file into exceptions. Anything ambiguous is an error: a row read in another sense than intended
//! would hide a risk that nobody accepted.

use std::path::Path;

use jiff::civil::Date;

use super::{
    Exceptions,
    error::{ExceptionsError, ExceptionsProblem},
    exception::Exception,
};
use crate::{
    domain::kb::KbId,
    inventory::{PlainRow, PlainTable, is_same_name, machine_id, read_table},
};

/// The columns. `by` and `reason` (who accepted the risk, and why) are for people and are ignored.
const COLUMNS: [&str; 7] = [KB, MACHINE, GROUP, TAG, UNTIL, "by", "reason"];
const KB: &str = "kbId";
const MACHINE: &str = "machineId";
const GROUP: &str = "group";
const TAG: &str = "tag";
const UNTIL: &str = "until";

/// Reads the exceptions.
pub fn read(path: &Path) -> Result<Exceptions, ExceptionsError> {
    let table = read_table(path, KB).map_err(ExceptionsProblem::from);
    let all = table.and_then(|table| exceptions(&table));
    let all = all.map_err(|problem| ExceptionsError {
        path: path.to_owned(),
        problem,
    })?;
    Ok(Exceptions::new(path.display().to_string(), all))
}

/// The exceptions in a table.
pub(in crate::policy) fn exceptions(
    table: &PlainTable,
) -> Result<Vec<Exception>, ExceptionsProblem> {
    let columns = columns(&table.columns)?;
    let rows = table.rows.iter().map(|row| {
        let row = ExceptionRow {
            columns: &columns,
            row,
        };
        row.exception()
    });
    rows.collect()
}

/// The known column for each column of the file.
fn columns(names: &[String]) -> Result<Vec<&'static str>, ExceptionsProblem> {
    let mut columns = Vec::new();
    for name in names {
        let known = COLUMNS.into_iter().find(|known| is_same_name(name, known));
        let known = known.ok_or_else(|| ExceptionsProblem::UnknownColumn(name.clone()))?;
        if columns.contains(&known) {
            return Err(ExceptionsProblem::RepeatedColumn(known));
        }
        columns.push(known);
    }
    Ok(columns)
}

/// A row, with the columns of its table.
struct ExceptionRow<'table> {
    columns: &'table [&'static str],
    row: &'table PlainRow,
}

impl ExceptionRow<'_> {
    fn exception(&self) -> Result<Exception, ExceptionsProblem> {
        let (found, expected) = (self.row.cells.len(), self.columns.len());
        let line = self.row.line;
        if found != expected {
            return Err(ExceptionsProblem::Cells {
                line,
                found,
                expected,
            });
        }
        let exception = Exception {
            line,
            kb: self.parsed(KB, "the number of a KB", kb)?,
            machine: self.parsed(MACHINE, "a machine id", machine_id)?,
            group: self.text(GROUP).map(str::to_lowercase),
            tag: self.text(TAG).map(str::to_lowercase),
            until: self.parsed(UNTIL, "a date such as 2026-12-31", date)?,
        };
        match &exception {
            Exception {
                kb: None,
                machine: None,
                group: None,
                tag: None,
                ..
            } => Err(ExceptionsProblem::Everything { line }),
            _ => Ok(exception),
        }
    }

    /// The text of a cell; `None` if it is empty.
    fn text(&self, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|it| *it == column)?;
        let cell = self.row.cells.get(at)?;
        (!cell.is_empty()).then_some(cell)
    }

    fn parsed<T>(
        &self,
        column: &'static str,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ExceptionsProblem> {
        let Some(text) = self.text(column) else {
            return Ok(None);
        };
        let problem = || ExceptionsProblem::Cell {
            line: self.row.line,
            column,
            text: text.to_owned(),
            expected,
        };
        parse(text).map(Some).ok_or_else(problem)
    }
}

/// `KB5059339` or `5059339`.
fn kb(text: &str) -> Option<KbId> {
    let id = KbId::new(text);
    let digits = id.as_str();
    let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    is_number.then_some(id)
}

/// Only the form that is unambiguous in every country.
fn date(text: &str) -> Option<Date> {
    let is_whole = text.len() == "2026-12-31".len();
    text.parse().ok().filter(|_| is_whole)
}
