//! The worst KBs, the worst machines, and what to install first.

use std::io;

use super::{
    super::Run,
    Style,
    first_rows::first_rows,
    table::{self, Column},
};
use crate::{
    aggregate::{KbRow, TopAction},
    domain::text::{share, thousands},
    report::{
        table::{Kbs, MachineNames, Machines},
        view::actions::promise,
    },
};

/// The maximum number of rows in the lists of the worst KBs and machines.
const WORST: usize = 10;

/// The number of updates to propose.
const ACTIONS: usize = 5;

pub(super) fn worst_kbs(run: &Run<'_>, width: u16) -> Vec<String> {
    let worst: Vec<_> = Kbs::rows(run).take(WORST).collect();
    first_rows::<Kbs>(run.inventory, &worst, width)
}

fn name(kb: &KbRow) -> String {
    kb.name.as_deref().unwrap_or_default().to_owned()
}

pub(super) fn worst_machines(run: &Run<'_>, width: u16) -> Vec<String> {
    let names = MachineNames::of(run.inventory);
    let worst = Machines::with_gaps(run, &names).take(WORST);
    first_rows::<Machines>(run.inventory, &worst.collect::<Vec<_>>(), width)
}

pub(super) fn actions(run: &Run<'_>, width: u16, style: Style) -> io::Result<Vec<String>> {
    let actions = run.actions.first(ACTIONS)?;
    let exposure = run.fleet.exposure;
    let Some(promise) = promise(&actions, exposure) else {
        return Ok(Vec::new());
    };
    let columns = [
        Column::text("first"),
        Column::gives_way("name"),
        Column::number("machines"),
        Column::number("exposure"),
        Column::number("removed"),
        Column::number("reached"),
    ];
    let rows: Vec<_> = actions.iter().map(|it| action_row(it, exposure)).collect();
    let mut lines = vec![style.bold(&format!("installing {promise}"))];
    lines.extend(table::lines(&columns, &rows, width));
    Ok(lines)
}

fn action_row(action: &TopAction<'_>, exposure: u64) -> Vec<String> {
    vec![
        action.kb.id.for_people(),
        name(action.kb),
        thousands(action.kb.machines_missing),
        thousands(action.kb.exposure),
        share(action.exposure_removed, exposure),
        thousands(action.machines),
    ]
}
