//! `failures.csv`: one row for everything asked for that has no answer, in the order of
//! the inventory's lines, which is where the admin looks it up.

use std::io::{self, Write};

use super::Table;
use crate::{
    aggregate::MachineRow,
    domain::{
        machine::InvalidMachineId,
        outcome::{Failure, Reason},
    },
    inventory::RejectedRow,
    report::{
        Report, Run,
        unanswered::{Unanswered, unanswered},
    },
};

const COLUMNS: &[&str] = &[
    "line",
    "input",
    "machineId",
    "reason",
    "httpStatus",
    "code",
    "message",
    "correlationId",
    "attempts",
];

pub(super) struct Failures;

impl Report for Failures {
    fn file_name(&self) -> &'static str {
        "failures.csv"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::new(run, out);
        table.header(COLUMNS)?;
        for (line, unanswered) in unanswered(run) {
            table.own(line)?;
            match unanswered {
                Unanswered::Row(row) => rejected(&mut table, row)?,
                Unanswered::Machine(machine, failure) => failed(&mut table, machine, failure)?,
            }
            table.end_row()?;
        }
        table.finish()
    }
}

fn rejected(table: &mut Table<'_>, row: &RejectedRow) -> io::Result<()> {
    table.text(&row.input)?;
    table.own("")?;
    table.own(Reason::InvalidId)?;
    table.own("")?;
    table.own("")?;
    table.own(InvalidMachineId)?;
    table.own("")?;
    table.own(0)
}

fn failed(table: &mut Table<'_>, machine: &MachineRow, failure: &Failure) -> io::Result<()> {
    table.own(machine.id)?;
    table.own(machine.id)?;
    table.own(failure.reason)?;
    table.own_or_empty(failure.http_status)?;
    table.text_or_empty(failure.code.as_deref())?;
    table.text(&failure.message)?;
    table.text_or_empty(failure.correlation_id.as_deref())?;
    table.own(machine.attempts)
}
