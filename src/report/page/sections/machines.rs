//! Every machine that answered.

use askama::Template;

use super::super::{
    FIRST_ROWS, MOST_ROWS, Scene,
    shown::{Kb, minute},
};
use crate::{
    aggregate::{Answered, MachineRow},
    domain::{kb::KbId, text::thousands},
};

/// What an answer says of a machine.
#[derive(Debug, Clone, Copy)]
pub(in crate::report::page) enum Standing {
    /// It misses something.
    HasGaps,
    /// It misses nothing.
    Clean,
    /// Nothing is known of it any more.
    NoCurrentData,
}

impl Standing {
    pub(in crate::report::page) const WORDS: [&str; 3] = ["has gaps", "clean", "no current data"];

    pub(in crate::report::page) const fn of(answered: &Answered) -> Self {
        match answered.missing {
            0 if answered.no_current_data => Self::NoCurrentData,
            0 => Self::Clean,
            _ => Self::HasGaps,
        }
    }

    /// Its place among the words.
    pub(in crate::report::page) const fn number(self) -> usize {
        match self {
            Self::HasGaps => 0,
            Self::Clean => 1,
            Self::NoCurrentData => 2,
        }
    }

    const fn word(self) -> &'static str {
        Self::WORDS[self.number()]
    }
}

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "machines.html")]
pub(super) struct Machines {
    total: usize,
    most: Option<String>,
    has_names: bool,
    has_pairs: bool,
    rows: Vec<Row>,
}

struct Row {
    rank: u32,
    name: String,
    id: String,
    status: &'static str,
    missing: String,
    score: String,
    largest: String,
    top: Option<Kb>,
    answered_at: String,
}

impl Machines {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let fleet = scene.run.fleet;
        let first = fleet.machines.iter().take(FIRST_ROWS);
        let rows = first.filter_map(|machine| row(scene, machine));
        let total = usize::try_from(fleet.coverage.answered).unwrap_or(usize::MAX);
        Self {
            total,
            most: (total > MOST_ROWS).then(|| thousands(MOST_ROWS as u64)),
            has_names: scene.names.are_there(),
            has_pairs: scene.has_pairs(),
            rows: rows.collect(),
        }
    }
}

fn row(scene: &Scene<'_>, machine: &MachineRow) -> Option<Row> {
    let answered = machine.result.as_ref().ok()?;
    let url = |id: &KbId| {
        let kb = scene.run.fleet.kbs.iter().find(|kb| kb.id == *id);
        kb.and_then(|kb| kb.url.as_deref())
    };
    let top = answered.top_kb.as_ref();
    Some(Row {
        rank: answered.rank,
        name: scene.names.at(machine.position()),
        id: machine.id.to_string(),
        status: Standing::of(answered).word(),
        missing: thousands(answered.missing.into()),
        score: thousands(answered.cve_addressed),
        largest: thousands(answered.cve_addressed_max),
        top: top.map(|id| Kb::new(id, url(id))),
        answered_at: minute(answered.answered_at(), &jiff::tz::TimeZone::UTC),
    })
}
