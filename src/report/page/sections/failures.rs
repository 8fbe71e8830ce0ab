//! Everything asked for that has no answer.

use askama::Template;

use super::super::{FIRST_ROWS, MOST_ROWS, Scene, shown::text, shown::text_or_empty};
use crate::{
    aggregate::MachineRow,
    domain::{
        machine::InvalidMachineId,
        outcome::{Failure, Reason},
        text::thousands,
    },
    inventory::RejectedRow,
    report::unanswered::{Unanswered, unanswered},
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "failures.html")]
pub(super) struct Failures {
    total: usize,
    most: Option<String>,
    has_names: bool,
    has_input: bool,
    rows: Vec<Failed>,
}

impl Failures {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let coverage = &scene.run.fleet.coverage;
        let machines = coverage.machines() - coverage.answered;
        let total =
            usize::try_from(machines).unwrap_or(usize::MAX) + scene.run.inventory.rejected.len();
        Self {
            total,
            most: (total > MOST_ROWS).then(|| thousands(MOST_ROWS as u64)),
            has_names: scene.names.are_there(),
            has_input: !scene.run.inventory.rejected.is_empty(),
            rows: failed(scene).take(FIRST_ROWS).collect(),
        }
    }
}

/// One of them, as the page shows it.
pub(in crate::report::page) struct Failed {
    pub(in crate::report::page) line: u64,
    /// What stands in the list where that is no machine id.
    pub(in crate::report::page) input: Option<String>,
    pub(in crate::report::page) machine_id: Option<String>,
    pub(in crate::report::page) name: String,
    pub(in crate::report::page) reason: Reason,
    pub(in crate::report::page) http_status: Option<u16>,
    pub(in crate::report::page) code: String,
    pub(in crate::report::page) message: String,
    pub(in crate::report::page) correlation_id: String,
    pub(in crate::report::page) attempts: u32,
}

/// As many of them as the page lists.
pub(in crate::report::page) fn failed(scene: &Scene<'_>) -> impl Iterator<Item = Failed> {
    let rows = unanswered(&scene.run).into_iter().take(MOST_ROWS);
    rows.map(|(line, row)| match row {
        Unanswered::Row(row) => invalid(line, row),
        Unanswered::Machine(machine, failure) => {
            let name = scene.names.at(machine.position());
            without_answer(line, (machine, name), failure)
        }
    })
}

fn invalid(line: u64, row: &RejectedRow) -> Failed {
    Failed {
        line,
        input: Some(text(&row.input)),
        machine_id: None,
        name: String::new(),
        reason: Reason::InvalidId,
        http_status: None,
        code: String::new(),
        message: InvalidMachineId.to_string(),
        correlation_id: String::new(),
        attempts: 0,
    }
}

fn without_answer(line: u64, (machine, name): (&MachineRow, String), failure: &Failure) -> Failed {
    Failed {
        line,
        input: None,
        machine_id: Some(machine.id.to_string()),
        name,
        reason: failure.reason,
        http_status: failure.http_status,
        code: text_or_empty(failure.code.as_deref()),
        message: text(&failure.message),
        correlation_id: text_or_empty(failure.correlation_id.as_deref()),
        attempts: machine.attempts,
    }
}
