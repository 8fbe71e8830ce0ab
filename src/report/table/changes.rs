//! The gaps that changed since the base, by machine id, then by KB id. Gaps that are still missing
//! are only counted in the summary, not listed.

use std::io;

use super::{
    Cell, MachineNames, RowWriter, RunStamp, Table,
    column::columns,
    scope::Condition::{Named, OtherSources},
};
use crate::{
    changes::ChangeRow,
    report::{Extras, Run},
};

/// The gaps that changed.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Changes;

/// A gap that changed.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct ChangeLine<'run> {
    change: &'run ChangeRow,
    names: &'run MachineNames<'run>,
    stamp: RunStamp,
}

impl Table for Changes {
    type Row<'run> = ChangeLine<'run>;

    const FILE: &'static str = "changes.csv";

    const COLUMNS: &'static [super::Column<Self>] = columns! {
        "change" Word [csv json sheet("Change", 14)] |it| it.change.change;
        "machineId" Machine [csv json sheet("Machine id", 44)] |it| it.change.machine;
        "name" Text [only_if(Named) sheet("Machine", 28)] |it| it.names.of_machine(it.change.machine);
        "kbId" Kb [csv json sheet("KB", 13)] |it| &it.change.gap.id;
        "replacedBy" Kb [csv optional json sheet("Replaced by", 14)] |it| it.change.replaced_by.as_ref().map(|by| &by.id);
        "name" Text [csv optional json sheet("Name", 36)] |it| it.change.gap.name.as_ref();
        "productsNames" List [csv json sheet("Products", 40)] |it| &it.change.gap.products[..];
        "cveAddressed" Number [csv json sheet("CVEs", 9)] |it| it.change.gap.cve_addressed;
        "since" Time [csv optional json sheet("Since (UTC)", 20)] |it| it.change.since;
        "machineName" Text [csv json optional] |it| it.names.of_machine(it.change.machine);
        "run" Number [csv json optional] |it| it.stamp.run().map(Cell::ordinal);
        "date" Date [csv json optional] |it| it.stamp.date();
        "source" Word [csv json optional only_if(OtherSources) sheet("Source", 10)] |it| it.change.source;
    };

    fn is_written(extras: Extras) -> bool {
        extras.base
    }

    fn count(run: &Run<'_>) -> u64 {
        run.past.map_or(0, |past| past.changes.tally.listed())
    }

    fn for_each(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()> {
        let Some(past) = run.past else { return Ok(()) };
        let names = &MachineNames::of(run.inventory);
        let stamp = RunStamp::of(run.facts);
        past.for_each_change(&mut |change| {
            write(&ChangeLine {
                change: &change,
                names,
                stamp,
            })
        })
    }
}
