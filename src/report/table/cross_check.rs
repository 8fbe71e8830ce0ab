//! The pairs of machine and KB about which the answers and a second source differ, by machine, then by
//! KB.

use std::io;

use super::{MachineNames, RowWriter, Table, column::columns, scope::Condition::Named};
use crate::{
    domain::cross_check::{CrossCheckRow, Explanation},
    report::{Extras, Run},
};

/// The pairs about which the answers and a second source differ.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct CrossCheck;

/// A pair, and the names of the machines.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct CrossCheckLine<'run> {
    row: &'run CrossCheckRow,
    names: &'run MachineNames<'run>,
}

impl Table for CrossCheck {
    type Row<'run> = CrossCheckLine<'run>;

    const FILE: &'static str = "crosscheck.csv";

    const COLUMNS: &'static [super::Column<Self>] = columns! {
        "machineId" Machine [csv json sheet("Machine id", 44) page("Machine id")] |it| it.row.machine;
        "name" Text [only_if(Named) sheet("Machine", 28) page("Name")] |it| it.names.of_machine(it.row.machine);
        "kbId" Kb [csv json sheet("KB", 13) page("KB")] |it| &it.row.kb;
        "inFirst" Flag [csv json sheet("In the answers", 16) page("In the answers")] |it| it.row.first.is_some();
        "inSecond" Flag [csv json sheet("In the second source", 22) page("In the second source")] |it| it.row.second.is_some();
        "cveFirst" Number [csv json sheet("CVEs in the answers", 21) page("CVEs in the answers")] |it| it.row.first;
        "cveSecond" Number [csv json sheet("CVEs in the second source", 27) page("CVEs in the second source")] |it| it.row.second;
        "because" Word [csv json sheet("Because", 16) page("Because")] |it| it.row.because;
    };

    fn is_written(extras: Extras) -> bool {
        extras.cross_check
    }

    fn count(run: &Run<'_>) -> u64 {
        rows(run).len() as u64
    }

    fn for_each(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()> {
        let names = &MachineNames::of(run.inventory);
        let mut rows = rows(run).iter();
        rows.try_for_each(|row| write(&CrossCheckLine { row, names }))
    }
}

impl CrossCheck {
    /// The unexplained rows first, then the others.
    pub(in crate::report) fn least_explained<'run>(
        run: &Run<'run>,
        names: &'run MachineNames<'run>,
        most: usize,
    ) -> Vec<CrossCheckLine<'run>> {
        let mut rows: Vec<&CrossCheckRow> = rows(run).iter().collect();
        rows.sort_by_key(|row| row.because != Explanation::Unknown);
        let rows = rows.into_iter().take(most);
        rows.map(|row| CrossCheckLine { row, names }).collect()
    }
}

fn rows<'run>(run: &Run<'run>) -> &'run [CrossCheckRow] {
    run.cross_check.map_or(&[], |it| &it.rows)
}
