//! `machines.csv`: one row for each machine of the inventory, answered or not.

use std::{
    io::{self, Write},
    sync::Arc,
};

use super::Table;
use crate::{
    aggregate::{Answered, MachineRow},
    domain::kb::{KbId, MissingKb},
    report::{Report, Run, time::rfc3339},
};

/// Our columns before those of the inventory, and after them: together the names that the
/// inventory keeps free for us.
const BEFORE: [&str; 2] = ["rank", "machineId"];
const AFTER: [&str; 7] = [
    "status",
    "missingKbs",
    "cveAddressed",
    "cveAddressedMax",
    "topKbId",
    "kbIds",
    "answeredAt",
];

pub(super) struct Machines;

impl Report for Machines {
    fn file_name(&self) -> &'static str {
        "machines.csv"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::new(run, out);
        header(&mut table, &run.inventory.columns)?;
        for machine in &run.fleet.machines {
            let cells = run.inventory.cells.row(machine.position());
            row(&mut table, (machine, cells), &machine.missing(run.gaps)?)?;
        }
        table.finish()
    }
}

fn header(table: &mut Table<'_>, columns: &[String]) -> io::Result<()> {
    BEFORE.iter().try_for_each(|name| table.own(name))?;
    for column in columns {
        table.text(column)?;
    }
    AFTER.iter().try_for_each(|name| table.own(name))?;
    table.end_row()
}

fn row<'cells>(
    table: &mut Table<'_>,
    (machine, mut cells): (&MachineRow, impl Iterator<Item = &'cells str>),
    missing: &[Arc<MissingKb>],
) -> io::Result<()> {
    let answered = machine.result.as_ref().ok();
    table.own_or_empty(answered.map(|it| it.rank))?;
    table.own(machine.id)?;
    cells.try_for_each(|cell| table.text(cell))?;
    table.own(machine.status())?;
    match answered {
        Some(answered) => figures(table, answered, missing)?,
        None => AFTER[1..].iter().try_for_each(|_| table.own(""))?,
    }
    table.end_row()
}

fn figures(
    table: &mut Table<'_>,
    answered: &Answered,
    missing: &[Arc<MissingKb>],
) -> io::Result<()> {
    table.own(answered.missing)?;
    table.own(answered.cve_addressed)?;
    table.own(answered.cve_addressed_max)?;
    table.text_or_empty(answered.top_kb.as_ref().map(KbId::as_str))?;
    table.list(missing.iter().map(|gap| gap.id.as_str()))?;
    table.own(rfc3339(answered.answered_at()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::OWN_COLUMNS;

    #[test]
    fn the_inventory_keeps_our_names_free() {
        assert_eq!([&BEFORE[..], &AFTER[..]].concat(), OWN_COLUMNS);
    }
}
