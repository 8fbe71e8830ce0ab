//! `report.json`: the whole run for other programs, in one line.

use std::io::{self, BufWriter, Write};

use super::{
    columns::{Row, keys},
    document::{Document, SCHEMA_VERSION},
    rows::{Action, Asked, Changed, Failed, Point, Update},
    stream::{List, Object},
};
use crate::{
    aggregate::TopActions,
    report::{Report, Run, unanswered::unanswered},
};

pub(in crate::report) struct Whole;

impl Report for Whole {
    fn file_name(&self) -> &'static str {
        "report.json"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        // A writer that is full gives its bytes on in one piece; the file is written far away.
        let mut out = BufWriter::with_capacity(1 << 16, out);
        let mut report = Object::new(&mut out);
        report.field("schemaVersion", &SCHEMA_VERSION)?;
        report.field("summary", &Document::of(run))?;
        report.field("rankBy", &run.facts.rank_by)?;
        report.list("kbs", |list| kbs(run, list))?;
        report.list("machines", |list| machines(run, list))?;
        report.list("failures", |list| failures(run, list))?;
        report.list("topActions", |list| actions(run, list))?;
        if run.past.is_some() {
            report.list("changeRows", |list| changes(run, list))?;
        }
        report.list("trend", |list| trend(run, list))?;
        report.finish()?;
        out.flush()
    }
}

fn kbs(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    let answered = run.fleet.coverage.answered;
    let mut kbs = run.fleet.kbs.iter();
    kbs.try_for_each(|kb| list.push(&Update::of(kb, answered)))
}

fn machines(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    let keys = keys(&run.inventory.columns);
    for machine in &run.fleet.machines {
        let inventory = Row {
            keys: &keys,
            cells: run.inventory.cells.row(machine.position()),
        };
        let missing = machine.missing(run.gaps)?;
        list.push(&Asked::of(machine, inventory, &missing))?;
    }
    Ok(())
}

fn failures(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    let unanswered = unanswered(run);
    let mut rows = unanswered.iter();
    rows.try_for_each(|(line, row)| list.push(&Failed::of(*line, row)))
}

fn actions(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    let actions = run.actions.first(TopActions::MOST)?;
    let mut actions = actions.iter();
    actions.try_for_each(|action| list.push(&Action::of(action)))
}

fn changes(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    match run.past {
        Some(past) => past.for_each_change(&mut |row| list.push(&Changed::of(&row))),
        None => Ok(()),
    }
}

fn trend(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    let mut points = run.trend.iter();
    points.try_for_each(|point| list.push(&Point::from(point)))
}
