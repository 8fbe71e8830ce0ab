//! Every missing KB.

use askama::Template;

use super::super::{
    FIRST_ROWS, Scene,
    shown::{Kb, text, text_or_empty},
};
use crate::{
    aggregate::{KbRow, percent},
    domain::text::thousands,
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "kbs.html")]
pub(super) struct Kbs {
    total: usize,
    has_pairs: bool,
    nobody_answered: bool,
    rows: Vec<Row>,
}

struct Row {
    rank: usize,
    kb: Kb,
    name: String,
    cves: String,
    machines: String,
    share: String,
    exposure: String,
    products: String,
}

impl Kbs {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let fleet = scene.run.fleet;
        let answered = fleet.coverage.answered;
        let first = fleet.kbs.iter().take(FIRST_ROWS);
        Self {
            total: fleet.kbs.len(),
            has_pairs: scene.has_pairs(),
            nobody_answered: answered == 0,
            rows: first.map(|kb| row(kb, answered)).collect(),
        }
    }
}

fn row(kb: &KbRow, answered: u64) -> Row {
    let share = percent(kb.machines_missing, answered);
    let products: Vec<String> = kb.products.iter().map(|it| text(it)).collect();
    Row {
        rank: kb.rank,
        kb: Kb::new(&kb.id, kb.url.as_deref()),
        name: text_or_empty(kb.name.as_deref()),
        cves: cves(kb),
        machines: thousands(kb.machines_missing),
        share: format!("{share:.1}"),
        exposure: thousands(kb.exposure),
        products: products.join(", "),
    }
}

/// The largest number over the machines, and the smallest where that is another one.
fn cves(kb: &KbRow) -> String {
    let largest = thousands(kb.cve_addressed);
    if kb.cve_addressed_min == kb.cve_addressed {
        largest
    } else {
        format!("{largest} (min {})", thousands(kb.cve_addressed_min))
    }
}
