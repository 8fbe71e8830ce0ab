//! The worst KBs, the worst machines, and what to install first.

use super::{
    super::Run,
    first_rows::first_rows,
    table::{self, Column},
};
use crate::{
    aggregate::TopAction,
    domain::{
        text::{share, thousands},
        wrap::wrapped,
    },
    report::{
        table::{Kbs, MachineContext, MachineNames, Machines},
        view::actions::{Columns, product, promise, released},
    },
};

/// The maximum number of rows in the lists of the worst KBs and machines.
const WORST: usize = 10;

/// The number of updates to propose.
const ACTIONS: usize = 5;

pub(super) fn worst_kbs(run: &Run<'_>, width: u16) -> Vec<String> {
    let worst: Vec<_> = Kbs::rows(run).take(WORST).collect();
    first_rows::<Kbs>(run, &worst, width)
}

pub(super) fn worst_machines(run: &Run<'_>, width: u16) -> Vec<String> {
    let names = MachineNames::of(run.inventory);
    let context = MachineContext::of(run, &names);
    let worst = Machines::with_gaps(&context).take(WORST);
    first_rows::<Machines>(run, &worst.collect::<Vec<_>>(), width)
}

pub(super) fn actions(run: &Run<'_>, width: u16) -> Vec<String> {
    let actions = run.fleet.top_actions(ACTIONS);
    let exposure = run.fleet.exposure;
    let Some(promise) = promise(&actions, exposure) else {
        return Vec::new();
    };
    let mut columns = vec![
        Column::number("#"),
        Column::text("KB"),
        Column::gives_way("product"),
        Column::text("released"),
        Column::number("machines"),
        Column::number("exposure"),
        Column::number("removed so far"),
    ];
    let rows = (1..).zip(&actions);
    let mut rows: Vec<_> = rows
        .map(|(place, it)| action_row(place, it, exposure))
        .collect();
    let others = Columns::of(&actions);
    for (column, cells) in [
        (Column::text("exploited, due"), others.due),
        (Column::number("closes KBs"), others.closes),
    ] {
        let Some(cells) = cells else { continue };
        columns.push(column);
        for (row, cell) in rows.iter_mut().zip(cells) {
            row.push(cell);
        }
    }
    let mut lines = wrapped(&format!("Installing {promise}:"), width);
    lines.extend(table::lines(&columns, &rows, width));
    lines
}

fn action_row(place: u64, action: &TopAction<'_>, exposure: u64) -> Vec<String> {
    vec![
        thousands(place),
        action.kb.id.for_people(),
        product(action.kb),
        released(action.kb),
        thousands(action.machines),
        thousands(action.exposure),
        share(action.so_far.exposure, exposure),
    ]
}
