//! Every machine and inventory row without an answer, in the order of the inventory's lines, so that
//! users can look them up there.

use std::io;

use super::{
    Cell,
    Encoding::{Interned, OrEmpty, Plain},
    MachineNames, RowWriter, RunStamp, Table,
    Target::Page,
    column::columns,
    scope::Condition::{Named, Rejected},
};
use crate::{
    aggregate::MachineRow,
    domain::{
        machine::{InvalidMachineId, MachineId},
        outcome::{Failure, Reason},
    },
    inventory::RejectedRow,
    report::Run,
};

/// Every machine and inventory row without an answer.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Failures;

/// A machine or inventory row without an answer.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct FailureLine<'run> {
    line: u64,
    unanswered: Unanswered<'run>,
    names: &'run MachineNames<'run>,
    stamp: RunStamp,
}

#[derive(Debug, Clone, Copy)]
enum Unanswered<'run> {
    /// A row of the inventory without a machine id.
    Row(&'run RejectedRow),
    /// A machine, and the reason why it has no answer.
    Machine(&'run MachineRow, &'run Failure),
}

impl Table for Failures {
    type Row<'run> = FailureLine<'run>;

    const FILE: &'static str = "failures.csv";

    const COLUMNS: &'static [super::Column<Self>] = columns! {
        "line" Number [csv json sheet("Line", 8) page("Line") data(Plain)] |it| Cell::ordinal(it.line);
        "input" Text [csv json sheet("Input", 44)] |it| it.input();
        "input" Text [data(Plain)] |it| it.rejected();
        "machineId" Machine [csv optional json sheet("Machine id", 44) page("Machine id") data(Plain)] |it| it.machine_id();
        "name" Text [only_if(Named) sheet("Machine", 28) page("Name") data(OrEmpty) before(Page, "machineId")] |it| it.name();
        "input" Text [only_if(Rejected) page("Invalid input")] |it| it.rejected();
        "reason" Word [csv json sheet("Reason", 14) page("Reason") data(Interned)] |it| it.failure().map_or(Reason::InvalidId, |it| it.reason);
        "httpStatus" Number [csv optional json sheet("HTTP status", 14) page("HTTP") data(Plain)] |it| it.failure().and_then(|it| it.http_status);
        "code" Text [csv optional json sheet("Code", 22) page("Code") class("code") data(Interned)] |it| it.failure().and_then(|it| it.code.as_deref());
        "message" Text [csv json sheet("Message", 60) page("Message") class("message") data(Interned) before(Page, "httpStatus")] |it| it.failure().map_or(InvalidMachineId::MESSAGE, |it| &it.message);
        "correlationId" Text [csv optional json sheet("Correlation id", 40) page("Correlation id") class("id") data(OrEmpty)] |it| it.failure().and_then(|it| it.correlation_id.as_deref());
        "attempts" Number [csv json sheet("Attempts", 12) page("Attempts") data(Plain)] |it| it.attempts();
        "machineName" Text [csv json optional] |it| it.name();
        "run" Number [csv json optional] |it| it.stamp.run().map(Cell::ordinal);
        "date" Date [csv json optional] |it| it.stamp.date();
    };

    fn count(run: &Run<'_>) -> u64 {
        let coverage = run.fleet.coverage;
        coverage.machines() - coverage.answered + run.inventory.rejected.len() as u64
    }

    fn for_each(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()> {
        let names = MachineNames::of(run.inventory);
        Self::rows(run, &names).iter().try_for_each(write)
    }
}

impl Failures {
    /// The rows, which are in memory.
    pub(in crate::report) fn rows<'run>(
        run: &Run<'run>,
        names: &'run MachineNames<'run>,
    ) -> Vec<FailureLine<'run>> {
        let inventory = run.inventory;
        let rejected = inventory.rejected.iter();
        let rejected = rejected.map(|row| (row.line, Unanswered::Row(row)));
        let machines = run.fleet.machines.iter().filter_map(|machine| {
            let failure = machine.result.as_ref().err()?;
            let line = inventory.machines[machine.position()].line;
            Some((line.into(), Unanswered::Machine(machine, failure)))
        });
        let stamp = RunStamp::of(run.facts);
        let rows = rejected
            .chain(machines)
            .map(|(line, unanswered)| FailureLine {
                line,
                unanswered,
                names,
                stamp,
            });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|row| row.line);
        rows
    }
}

impl<'run> FailureLine<'run> {
    /// The original text in the inventory.
    fn input(&self) -> Cell<'run> {
        match self.unanswered {
            Unanswered::Row(row) => Cell::Foreign(&row.input),
            Unanswered::Machine(machine, _) => Cell::Machine(machine.id),
        }
    }

    /// The original text, if it is not a machine id.
    fn rejected(&self) -> Option<&'run str> {
        match self.unanswered {
            Unanswered::Row(row) => Some(&row.input),
            Unanswered::Machine(..) => None,
        }
    }

    fn machine(&self) -> Option<&'run MachineRow> {
        match self.unanswered {
            Unanswered::Row(_) => None,
            Unanswered::Machine(machine, _) => Some(machine),
        }
    }

    fn machine_id(&self) -> Option<MachineId> {
        self.machine().map(|it| it.id)
    }

    fn name(&self) -> Option<&'run str> {
        self.names.at(self.machine()?.position())
    }

    fn failure(&self) -> Option<&'run Failure> {
        match self.unanswered {
            Unanswered::Row(_) => None,
            Unanswered::Machine(_, failure) => Some(failure),
        }
    }

    fn attempts(&self) -> u32 {
        self.machine().map_or(0, |it| it.attempts)
    }
}
