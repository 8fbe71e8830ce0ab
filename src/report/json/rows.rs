//! The rows of `report.json`, typed: numbers are numbers, and what there is none of is null.

use std::{collections::BTreeSet, fmt::Display, sync::Arc};

use serde::{Serialize, Serializer};

use crate::{
    aggregate::{Answered, KbRow, MachineRow, MachineStatus, TopAction, percent},
    changes::{Change, ChangeRow},
    domain::{
        kb::{KbId, MissingKb},
        machine::{InvalidMachineId, MachineId},
        outcome::{Failure, Reason},
    },
    report::{TrendPoint, time::rfc3339, unanswered::Unanswered},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update<'run> {
    rank: usize,
    kb_id: &'run str,
    name: Option<&'run str>,
    cve_addressed: u64,
    cve_addressed_min: u64,
    machines_missing: u64,
    percent_of_answered: f64,
    exposure: u64,
    machine_missed_on: Option<u64>,
    #[serde(serialize_with = "set")]
    products_names: &'run BTreeSet<Arc<str>>,
    url: Option<&'run str>,
}

impl<'run> Update<'run> {
    pub(super) fn of(kb: &'run KbRow, answered: u64) -> Self {
        Self {
            rank: kb.rank,
            kb_id: kb.id.as_str(),
            name: kb.name.as_deref(),
            cve_addressed: kb.cve_addressed,
            cve_addressed_min: kb.cve_addressed_min,
            machines_missing: kb.machines_missing,
            percent_of_answered: one_decimal(percent(kb.machines_missing, answered)),
            exposure: kb.exposure,
            machine_missed_on: kb.machine_missed_on,
            products_names: &kb.products,
            url: kb.url.as_deref(),
        }
    }
}

/// The number that the text says: the same as in `kbs.csv`, however it is rounded there.
fn one_decimal(number: f64) -> f64 {
    format!("{number:.1}").parse().unwrap_or(number)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked<'run, Row> {
    rank: Option<u32>,
    #[serde(serialize_with = "shown")]
    machine_id: MachineId,
    inventory: Row,
    status: MachineStatus,
    no_current_data: bool,
    missing_kbs: Option<u32>,
    cve_addressed: Option<u64>,
    cve_addressed_max: Option<u64>,
    top_kb_id: Option<&'run str>,
    answered_at: Option<String>,
    attempts: u32,
    missing: Option<Vec<Gap<'run>>>,
}

impl<'run, Row: Serialize> Asked<'run, Row> {
    pub(super) fn of(
        machine: &'run MachineRow,
        inventory: Row,
        missing: &'run [Arc<MissingKb>],
    ) -> Self {
        let answered = machine.result.as_ref().ok();
        let top_kb = answered.and_then(|it: &Answered| it.top_kb.as_ref());
        Self {
            rank: answered.map(|it| it.rank),
            machine_id: machine.id,
            inventory,
            status: machine.status(),
            no_current_data: answered.is_some_and(|it| it.no_current_data),
            missing_kbs: answered.map(|it| it.missing),
            cve_addressed: answered.map(|it| it.cve_addressed),
            cve_addressed_max: answered.map(|it| it.cve_addressed_max),
            top_kb_id: top_kb.map(KbId::as_str),
            answered_at: answered.map(|it| rfc3339(it.answered_at())),
            attempts: machine.attempts,
            missing: answered.map(|_| missing.iter().map(|gap| Gap::of(gap)).collect()),
        }
    }
}

/// What differs between the machines that miss a KB; the rest stands with the KBs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gap<'run> {
    kb_id: &'run str,
    cve_addressed: u64,
    machine_missed_on: Option<u64>,
    os_build: Option<&'run str>,
}

impl<'run> Gap<'run> {
    fn of(gap: &'run MissingKb) -> Self {
        Self {
            kb_id: gap.id.as_str(),
            cve_addressed: gap.cve_addressed,
            machine_missed_on: gap.machine_missed_on,
            os_build: gap.os_build.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failed<'run> {
    line: u64,
    input: String,
    machine_id: Option<String>,
    reason: Reason,
    http_status: Option<u16>,
    code: Option<&'run str>,
    message: String,
    correlation_id: Option<&'run str>,
    attempts: u32,
}

impl<'run> Failed<'run> {
    pub(super) fn of(line: u64, unanswered: &Unanswered<'run>) -> Self {
        match *unanswered {
            Unanswered::Row(row) => Self {
                line,
                input: row.input.clone(),
                machine_id: None,
                reason: Reason::InvalidId,
                http_status: None,
                code: None,
                message: InvalidMachineId.to_string(),
                correlation_id: None,
                attempts: 0,
            },
            Unanswered::Machine(machine, failure) => Self::machine(line, machine, failure),
        }
    }

    fn machine(line: u64, machine: &MachineRow, failure: &'run Failure) -> Self {
        Self {
            line,
            input: machine.id.to_string(),
            machine_id: Some(machine.id.to_string()),
            reason: failure.reason,
            http_status: failure.http_status,
            code: failure.code.as_deref(),
            message: failure.message.clone(),
            correlation_id: failure.correlation_id.as_deref(),
            attempts: machine.attempts,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action<'run> {
    kb_id: &'run str,
    exposure: u64,
    exposure_removed: u64,
    machines: u64,
}

impl<'run> Action<'run> {
    pub(super) fn of(action: &TopAction<'run>) -> Self {
        Self {
            kb_id: action.kb.id.as_str(),
            exposure: action.kb.exposure,
            exposure_removed: action.exposure_removed,
            machines: action.machines,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Changed<'run> {
    change: Change,
    #[serde(serialize_with = "shown")]
    machine_id: MachineId,
    kb_id: &'run str,
    replaced_by: Option<&'run str>,
    name: Option<&'run str>,
    #[serde(serialize_with = "set")]
    products_names: &'run [Arc<str>],
    cve_addressed: u64,
    since: String,
}

impl<'run> Changed<'run> {
    pub(super) fn of(row: &'run ChangeRow) -> Self {
        Self {
            change: row.change,
            machine_id: row.machine,
            kb_id: row.gap.id.as_str(),
            replaced_by: row.replaced_by.as_ref().map(|by| by.id.as_str()),
            name: row.gap.name.as_deref(),
            products_names: &row.gap.products,
            cve_addressed: row.gap.cve_addressed,
            since: rfc3339(row.since),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Point {
    run: i64,
    started_at: String,
    machines: u64,
    answered: u64,
    with_gaps: u64,
    kbs: u64,
    gaps: u64,
    exposure: u64,
    partial: bool,
}

impl From<&TrendPoint> for Point {
    fn from(point: &TrendPoint) -> Self {
        Self {
            run: point.run,
            started_at: rfc3339(point.started_at),
            machines: point.machines,
            answered: point.answered,
            with_gaps: point.with_gaps,
            kbs: point.kbs,
            gaps: point.gaps,
            exposure: point.exposure,
            partial: point.is_partial(),
        }
    }
}

fn shown<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn set<'run, S, Texts>(texts: &&'run Texts, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    Texts: ?Sized,
    &'run Texts: IntoIterator<Item = &'run Arc<str>>,
{
    serializer.collect_seq(texts.into_iter().map(AsRef::<str>::as_ref))
}
