//! `report.json`: the complete run for other programs, on one line.

use std::io::{self, BufWriter, Write};

use super::{
    document::{Document, SCHEMA_VERSION},
    releases::ReleaseRow,
    rows::{Action, Shape, TrendRow},
    stream::{List, Object},
};
use serde::Serialize;

use crate::{
    aggregate::{RankBy, TopAction},
    inventory::MergedMachine,
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
        report.list("topActions", |list| actions(run, list))?;
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
                merged.try_for_each(|it| list.push(&Merged::from(it)))
            })?;
        }
        report.list("trend", |list| trend(run, list))?;
        report.list("timeToPatch", |list| time_to_patch(run, list))?;
        report.finish()?;
        out.flush()
    }
}

fn rows<T: Table>(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    let shape = Shape::<T>::of(run);
    T::for_each(run, &mut |row| list.push(&shape.row(row)))
}

fn actions(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    let actions = run.fleet.top_actions(TopAction::MAX_SHOWN);
    let mut actions = actions.iter();
    actions.try_for_each(|action| list.push(&Action::of(action)))
}

fn trend(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    let mut points = run.trend.iter();
    points.try_for_each(|point| list.push(&TrendRow::from(point)))
}

fn time_to_patch(run: &Run<'_>, list: &mut List<'_>) -> io::Result<()> {
    let mut releases = run.releases.iter();
    releases.try_for_each(|release| list.push(&ReleaseRow::from(release)))
}

/// A machine of the list whose record was merged into another.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Merged<'run> {
    machine_id: String,
    merged_into: &'run str,
}

impl<'run> From<&'run MergedMachine> for Merged<'run> {
    fn from(merged: &'run MergedMachine) -> Self {
        Self {
            machine_id: merged.machine.to_string(),
            merged_into: &merged.into,
        }
    }
}
