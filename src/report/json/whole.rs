//! `report.json`: the complete run for other programs, on one line.

use std::io::{self, BufWriter, Write};

use super::{
    document::{Document, SCHEMA_VERSION},
    lists::{ActionRow, MergedRow, ReleaseRow, TrendRow},
    rows::Shape,
    stream::{List, Object},
};
use crate::{
    aggregate::{RankBy, TopAction},
    report::{
        Report, Run,
        table::{Census, Changes, CrossCheck, Failures, Kbs, Machines, Table},
    },
};

pub(in crate::report) struct Whole;

impl Report for Whole {
    fn file_name(&self) -> &'static str {
        "report.json"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        // Passes bytes on in large pieces: another thread writes the file.
        let mut out = BufWriter::with_capacity(1 << 16, out);
        let mut report = Object::new(&mut out);
        report.field("schemaVersion", &SCHEMA_VERSION)?;
        report.field("summary", &Document::of(run))?;
        report.field("rankBy", &RankBy::for_data(run.facts.rank_by))?;
        report.list("kbs", |list| rows::<Kbs>(run, list))?;
        report.list("machines", |list| rows::<Machines>(run, list))?;
        report.list("failures", |list| rows::<Failures>(run, list))?;
        let actions = run.fleet.top_actions(TopAction::MAX_SHOWN);
        report.field("topActions", &short::<_, ActionRow<'_>>(&actions))?;
        if run.past.is_some() {
            report.list("changeRows", |list| rows::<Changes>(run, list))?;
        }
        if run.extras().census {
            report.list("censusRows", |list| rows::<Census>(run, list))?;
        }
        if run.extras().cross_check {
            report.list("crossCheckRows", |list| rows::<CrossCheck>(run, list))?;
        }
        if let Some(comparison) = run.comparison() {
            report.list("notInService", |list| {
                let mut machines = comparison.not_in_service.iter();
                machines.try_for_each(|machine| list.push(&machine.to_string()))
            })?;
            report.list("merged", |list| {
                let mut merged = comparison.merged.iter();
                merged.try_for_each(|it| list.push(&MergedRow::from(it)))
            })?;
        }
        report.field("trend", &short::<_, TrendRow<'_>>(run.trend))?;
        report.field("timeToPatch", &short::<_, ReleaseRow>(run.releases))?;
        report.finish()?;
        out.flush()
    }
}

fn rows<T: Table>(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    let shape = Shape::<T>::of(run);
    T::for_each(run, &mut |row| list.push(&shape.row(row)))
}

/// The rows of a list that is short.
fn short<Item, Row: From<Item>>(items: impl IntoIterator<Item = Item>) -> Vec<Row> {
    items.into_iter().map(Row::from).collect()
}
