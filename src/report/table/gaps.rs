//! The gaps, by machine id, then by KB id: one row per (machine, missing KB) pair.

use std::io;

use super::{
    Cell, GapLine, MachineGaps, MachineNames, RowWriter, Table,
    Target::Json,
    column::columns,
    marker,
    scope::Condition::{Deadlines, Exceptions, Named, Risk},
};
use crate::{aggregate::Answered, report::Run};

/// The gaps.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Gaps;

/// Details of a KB or a machine are only in the sheets of KBs and machines: each column of the
/// sheet of gaps takes a megabyte. `report.json` nests the gaps in their machine.
impl Table for Gaps {
    type Row<'run> = GapLine<'run>;

    const FILE: &'static str = "gaps.csv";

    const COLUMNS: &'static [super::Column<Self>] = columns! {
        "machineId" Machine [csv sheet("Machine id", 44) of_machine] |it| it.machine.id;
        "name" Text [only_if(Named) sheet("Machine", 28) of_machine] |it| it.names.at(it.machine.position());
        "kbId" Kb [csv json sheet("KB", 13)] |it| &it.gap.id;
        "name" Text [csv sheet("Name", 36) optional] |it| it.gap.name.as_ref();
        "productsNames" List [csv sheet("Products", 40)] |it| &it.gap.products[..];
        "url" Link [csv optional] |it| it.gap.url.as_deref().map(Cell::Link);
        "machineMissedOn" Number [csv json optional] |it| it.gap.machine_missed_on;
        "cveAddressed" Number [csv json sheet("CVEs", 9) before(Json, "machineMissedOn")] |it| it.gap.cve_addressed;
        "osBuild" Text [csv json sheet("OS build", 14) optional] |it| it.gap.os_build.as_ref();
        "answeredAt" Time [csv of_machine] |it| it.machine.result.as_ref().ok().map(Answered::answered_at);
        "machineName" Text [csv optional of_machine] |it| it.names.at(it.machine.position());
        "since" Time [csv json of_since] |it| it.since;
        "daysMissing" Number [csv json of_since] |it| it.stamp.days_since(it.since);
        "run" Number [csv optional of_machine] |it| it.stamp.run().map(Cell::ordinal);
        "date" Date [csv optional of_machine] |it| it.stamp.date();
        "source" Word [csv optional of_machine] |it| it.machine.result.as_ref().ok().map(Answered::provenance);
        "knownExploited" Number [csv optional only_if(Risk) json] |it| it.known_exploited();
        "accepted" Flag [csv optional of_mark only_if(Exceptions) json sheet("Accepted", 10)] |it| it.accepted();
        "overdue" Number [csv optional of_mark only_if(Deadlines) json sheet("Days overdue", 13)] |it| it.overdue();
    };

    fn count(run: &Run<'_>) -> u64 {
        run.fleet.gaps
    }

    fn for_each(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()> {
        let names = MachineNames::of(run.inventory);
        Self::for_each_machine(run, &names, &mut |machine| {
            machine.lines().try_for_each(|line| write(&line))
        })
    }
}

impl Gaps {
    /// Calls the callback with the gaps of every answered machine.
    pub(in crate::report) fn for_each_machine<'run>(
        run: &Run<'run>,
        names: &'run MachineNames<'run>,
        write: &mut dyn FnMut(&MachineGaps<'run>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut machines = run.fleet.machines_by_id();
        let mut marker = marker(run);
        machines
            .try_for_each(|machine| write(&MachineGaps::read(machine, run, names, &mut marker)?))
    }
}
