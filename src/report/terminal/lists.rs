//! The worst KBs, the worst machines, and what to install first.

use std::io;

use super::{
    super::Run,
    Style,
    numbers::{share, whole_share},
    table::{self, Column},
};
use crate::{
    aggregate::{Answered, KbRow, MachineRow, TopAction, percent},
    domain::{kb::KbId, text::thousands},
};

/// Rows of the two lists of the worst.
const WORST: usize = 10;

/// Updates that are proposed to be installed first.
const ACTIONS: usize = 5;

pub(super) fn worst_kbs(run: &Run<'_>, width: u16) -> Vec<String> {
    let answered = run.fleet.coverage.answered;
    let rows: Vec<_> = run.fleet.kbs.iter().take(WORST).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = [
        Column::number("#"),
        Column::text("worst KBs"),
        Column::gives_way("name"),
        Column::number("CVEs"),
        Column::number("machines"),
        Column::number("%"),
    ];
    let rows: Vec<_> = rows.into_iter().map(|kb| kb_row(kb, answered)).collect();
    table::lines(&columns, &rows, width)
}

fn kb_row(kb: &KbRow, answered: u64) -> Vec<String> {
    vec![
        kb.rank.to_string(),
        kb.id.for_people(),
        name(kb),
        thousands(kb.cve_addressed),
        thousands(kb.machines_missing),
        format!("{:.1}", percent(kb.machines_missing, answered)),
    ]
}

fn name(kb: &KbRow) -> String {
    kb.name.as_deref().unwrap_or_default().to_owned()
}

pub(super) fn worst_machines(run: &Run<'_>, width: u16) -> Vec<String> {
    let worst: Vec<_> = with_gaps(run).take(WORST).collect();
    if worst.is_empty() {
        return Vec::new();
    }
    let name_column = run.inventory.name_column();
    let mut columns = vec![Column::number("#"), Column::text("worst machines")];
    if let Some(column) = name_column {
        columns.push(Column::gives_way(&run.inventory.columns[column]));
    }
    columns.extend([
        Column::number("KBs"),
        Column::number("score"),
        Column::text("top KB"),
    ]);
    let row = |(machine, answered): (&MachineRow, &Answered)| {
        let mut cells = run.inventory.cells.row(machine.position());
        let name = name_column.and_then(|column| cells.nth(column));
        machine_row(machine, name, answered)
    };
    let rows: Vec<_> = worst.into_iter().map(row).collect();
    table::lines(&columns, &rows, width)
}

fn with_gaps<'run>(run: &Run<'run>) -> impl Iterator<Item = (&'run MachineRow, &'run Answered)> {
    run.fleet.machines.iter().filter_map(|machine| {
        let answered = machine.result.as_ref().ok()?;
        (answered.missing > 0).then_some((machine, answered))
    })
}

fn machine_row(machine: &MachineRow, name: Option<&str>, answered: &Answered) -> Vec<String> {
    let mut row = vec![answered.rank.to_string(), machine.id.to_string()];
    row.extend(name.map(str::to_owned));
    row.extend([
        thousands(u64::from(answered.missing)),
        thousands(answered.cve_addressed),
        answered
            .top_kb
            .as_ref()
            .map(KbId::for_people)
            .unwrap_or_default(),
    ]);
    row
}

pub(super) fn actions(run: &Run<'_>, width: u16, style: Style) -> io::Result<Vec<String>> {
    let actions = run.actions.first(ACTIONS)?;
    let Some(last) = actions.last() else {
        return Ok(Vec::new());
    };
    let exposure = run.fleet.exposure;
    let columns = [
        Column::text("first"),
        Column::gives_way("name"),
        Column::number("machines"),
        Column::number("exposure"),
        Column::number("removed"),
        Column::number("reached"),
    ];
    let rows: Vec<_> = actions.iter().map(|it| action_row(it, exposure)).collect();
    let mut lines = vec![style.bold(&promise(actions.len(), last, exposure))];
    lines.extend(table::lines(&columns, &rows, width));
    Ok(lines)
}

fn promise(count: usize, last: &TopAction<'_>, exposure: u64) -> String {
    let what = match count {
        1 => "this KB".to_owned(),
        _ => format!("these {count} KBs"),
    };
    let removed = whole_share(last.exposure_removed, exposure);
    let machines = match last.machines {
        1 => "1 machine".to_owned(),
        machines => format!("{} machines", thousands(machines)),
    };
    format!("installing {what} removes {removed} of the exposure, on {machines}")
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
