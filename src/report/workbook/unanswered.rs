//! The sheet of everything asked for that has no answer, in the order of the inventory's lines.

use rust_xlsxwriter::{Workbook, XlsxError};

use super::{
    listing::{self, Column, Kind, Limits, Listing, Names},
    names::MachineNames,
};
use crate::{
    aggregate::MachineRow,
    domain::{
        machine::InvalidMachineId,
        outcome::{Failure, Reason},
    },
    inventory::RejectedRow,
    report::{
        Run,
        unanswered::{Unanswered, unanswered},
    },
};

const NAMES: Names = Names {
    sheet: "Not answered",
    table: "NotAnswered",
    csv: "failures.csv",
};

pub(super) fn write(book: &mut Workbook, run: &Run<'_>, limits: Limits) -> Result<(), XlsxError> {
    let rows = unanswered(run);
    let names = MachineNames::of(run);
    let table = (&columns(&names)[..], rows.len() as u64);
    let nothing = "Everything that was asked for has an answer.";
    let Some(mut listing) = listing::begin(book, NAMES, table, limits, nothing)? else {
        return Ok(());
    };
    for (line, unanswered) in rows {
        listing.number(line)?;
        match unanswered {
            Unanswered::Row(row) => rejected(&mut listing, &names, row)?,
            Unanswered::Machine(machine, failure) => {
                failed(&mut listing, &names, (machine, failure))?;
            }
        }
        listing.end_row();
    }
    Ok(())
}

fn columns(names: &MachineNames<'_>) -> Vec<Column> {
    let machine = [
        Column::new("Line", 8, Kind::Number),
        Column::new("Input", 44, Kind::Text),
        Column::new("Machine id", 44, Kind::Text),
    ];
    let failure = [
        Column::new("Reason", 14, Kind::Text),
        Column::new("HTTP status", 14, Kind::Number),
        Column::new("Code", 22, Kind::Text),
        Column::new("Message", 60, Kind::Text),
        Column::new("Correlation id", 40, Kind::Text),
        Column::new("Attempts", 12, Kind::Number),
    ];
    names.among(machine, failure)
}

fn rejected(
    listing: &mut Listing<'_>,
    names: &MachineNames<'_>,
    row: &RejectedRow,
) -> Result<(), XlsxError> {
    listing.text(&row.input)?;
    listing.skip();
    names.at(listing, None)?;
    listing.text(Reason::InvalidId.as_str())?;
    listing.skip();
    listing.skip();
    listing.text(&InvalidMachineId.to_string())?;
    listing.skip();
    listing.number(0_u64)
}

fn failed(
    listing: &mut Listing<'_>,
    names: &MachineNames<'_>,
    (machine, failure): (&MachineRow, &Failure),
) -> Result<(), XlsxError> {
    let id = machine.id.to_string();
    listing.text(&id)?;
    listing.text(&id)?;
    names.at(listing, Some(machine.position()))?;
    listing.text(failure.reason.as_str())?;
    listing.number_or_empty(failure.http_status)?;
    listing.text_or_empty(failure.code.as_deref())?;
    listing.text(&failure.message)?;
    listing.text_or_empty(failure.correlation_id.as_deref())?;
    listing.number(machine.attempts)
}
