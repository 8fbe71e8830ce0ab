//! What changed since an earlier run.

use super::{
    super::{Run, plain::plain, time::local_minute, view},
    Style,
    table::{self, Column},
};
use crate::{
    changes::{BaseRun, Changes, KbChange, MachineMoved},
    domain::{text::thousands, wrap::wrapped},
    inventory::Inventory,
    report::table::MachineNames,
};

/// The maximum number of KBs and of machines to list.
const LISTED: usize = 10;

/// The sentence about the changes, and a warning if the comparison may mislead. Empty without a
/// base.
pub(super) fn summary(run: &Run<'_>, width: u16, style: Style) -> Vec<String> {
    let Some(past) = run.past else {
        return Vec::new();
    };
    let mut lines = wrapped(&view::changes::sentence(past.changes, run.facts), width);
    if let Some(news) = view::risk::news(run) {
        lines.extend(
            wrapped(&plain(&news), width)
                .iter()
                .map(|it| style.bold(it)),
        );
    }
    if let Some(doubt) = view::changes::doubt(run) {
        let doubt = wrapped(&format!("warning: {doubt}"), width);
        lines.extend(doubt.iter().map(|line| style.warning(line)));
    }
    lines
}

/// All sections of the comparison that fit on a terminal.
pub(super) fn sections(run: &Run<'_>, width: u16, style: Style) -> Vec<Vec<String>> {
    let Some(past) = run.past else {
        return Vec::new();
    };
    let summary = summary(run, width, style);
    let figures = vec![view::figures::main_figures(run)];
    vec![
        vec![style.bold(&heading(run, &past.changes.base))],
        [summary, figures].concat(),
        classes(past.changes, width),
        kbs(&past.changes.kbs, width),
        machines(run.inventory, past.changes, width),
    ]
}

fn heading(run: &Run<'_>, base: &BaseRun) -> String {
    let zone = &run.facts.time_zone;
    let then = local_minute(base.started_at, zone);
    let now = local_minute(run.facts.started_at, zone);
    format!("changes from run {} ({then}) to the run of {now}", base.run)
}

fn classes(changes: &Changes, width: u16) -> Vec<String> {
    let columns = [
        Column::text("gaps"),
        Column::number(""),
        Column::number("exposure"),
        Column::gives_way(""),
    ];
    let rows = view::changes::classes(changes).into_iter().map(|class| {
        vec![
            class.name().to_owned(),
            class.gaps_in_words(),
            class.exposure_in_words(),
            class.meaning().to_owned(),
        ]
    });
    table::lines(&columns, &rows.collect::<Vec<_>>(), width)
}

fn kbs(kbs: &[KbChange], width: u16) -> Vec<String> {
    if kbs.is_empty() {
        return Vec::new();
    }
    let columns = [
        Column::text("most changed KBs"),
        Column::gives_way("name"),
        Column::number("resolved"),
        Column::number("new"),
        Column::number("replaced"),
        Column::number("replacing"),
        Column::number("returned"),
    ];
    let rows: Vec<_> = kbs.iter().take(LISTED).map(kb_row).collect();
    let mut lines = table::lines(&columns, &rows, width);
    lines.extend(more(kbs.len()));
    lines
}

fn kb_row(kb: &KbChange) -> Vec<String> {
    let name = kb.name.as_deref().unwrap_or_default().to_owned();
    let figures = [
        view::changes::resolved(kb),
        thousands(kb.new),
        view::changes::replaced(kb),
        thousands(kb.replacing),
        thousands(kb.returned),
    ];
    [kb.id.for_people(), name]
        .into_iter()
        .chain(figures)
        .collect()
}

fn machines(inventory: &Inventory, changes: &Changes, width: u16) -> Vec<String> {
    let moved = &changes.moved;
    if moved.is_empty() {
        return Vec::new();
    }
    let columns = [
        Column::text("machines"),
        Column::text("machine id"),
        Column::gives_way("name"),
        Column::number("gaps then"),
        Column::number("now"),
    ];
    let names = MachineNames::of(inventory);
    // Sort by the kind of change, so that machines of the same kind are adjacent.
    let mut moved: Vec<&MachineMoved> = moved.iter().collect();
    moved.sort_by_key(|it| it.change);
    let rows: Vec<_> = moved
        .iter()
        .take(LISTED)
        .map(|it| machine_row(&names, it, &changes.base))
        .collect();
    let mut lines = table::lines(&columns, &rows, width);
    lines.extend(more(moved.len()));
    lines
}

fn machine_row(names: &MachineNames<'_>, moved: &MachineMoved, base: &BaseRun) -> Vec<String> {
    let name = names.of_machine(moved.machine);
    vec![
        view::moved::name(moved.change, base).to_owned(),
        moved.machine.to_string(),
        name.unwrap_or_default().to_owned(),
        thousands(u64::from(moved.gaps_then)),
        thousands(u64::from(moved.gaps_now)),
    ]
}

fn more(all: usize) -> Option<String> {
    let left = all.checked_sub(LISTED).filter(|&left| left > 0)?;
    Some(format!(
        "and {} more: --format csv lists every gap that changed",
        thousands(left as u64)
    ))
}
