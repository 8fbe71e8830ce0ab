//! What changed since the base.

use askama::Template;

use super::{
    super::{
        Scene,
        shown::{text, text_or_empty},
    },
    coverage::poor_base,
    moved::{Group, groups},
};
use crate::{
    changes::{self, Changes, KbChange},
    domain::text::{signed, thousands},
    report::time::base_day,
};

/// KBs that are listed, those with most changes.
const KBS: usize = 25;

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "changes.html")]
pub(super) struct Section {
    compared: Option<Compared>,
}

struct Compared {
    sentence: String,
    day: String,
    warning: Option<String>,
    classes: [Class; 8],
    gaps_then: String,
    gaps_now: String,
    kbs: Vec<Row>,
    more_kbs: Option<String>,
    groups: Vec<Group>,
}

/// A class of gaps.
struct Class {
    word: &'static str,
    meaning: &'static str,
    gaps: String,
    exposure: String,
}

struct Row {
    kb: String,
    name: String,
    new: String,
    returned: String,
    resolved: String,
    replaced: String,
    replacing: String,
}

impl Section {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let past = scene.run.past;
        Self {
            compared: past.map(|past| compared(scene, past.changes)),
        }
    }
}

fn compared(scene: &Scene<'_>, changes: &Changes) -> Compared {
    let day = base_day(scene.run.facts, &changes.base);
    let listed = changes.kbs.iter().filter(|kb| has_changed(kb));
    let more = listed.clone().count().saturating_sub(KBS);
    Compared {
        sentence: changes::sentence(changes, &day),
        warning: poor_base(&changes.base, &day),
        classes: classes(changes),
        gaps_then: thousands(changes.tally.of_base()),
        gaps_now: thousands(changes.tally.of_today()),
        kbs: listed.take(KBS).map(row).collect(),
        more_kbs: (more > 0).then(|| thousands(more as u64)),
        groups: groups(scene, changes),
        day,
    }
}

fn has_changed(kb: &KbChange) -> bool {
    kb.new + kb.resolved + kb.replaced + kb.replacing + kb.returned > 0
}

fn classes(changes: &Changes) -> [Class; 8] {
    let tally = changes.tally;
    let mut exposure = changes.exposure.differences().into_iter();
    [
        ("resolved", "there then, not any more", tally.resolved),
        ("new", "not there then", tally.new),
        (
            "replaced",
            "a newer KB took its place: neither news nor progress",
            tally.replaced,
        ),
        (
            "returned",
            "was resolved in an earlier run, and is back",
            tally.returned,
        ),
        ("still missing", "there then and now", tally.still_missing),
        (
            "not answered",
            "carried, never counted as resolved",
            tally.not_answered,
        ),
        (
            "out of scope",
            "of machines that left the list",
            tally.out_of_scope,
        ),
        (
            "appeared",
            "on machines that were not answered then",
            tally.appeared,
        ),
    ]
    .map(|(word, meaning, gaps)| Class {
        word,
        meaning,
        gaps: thousands(gaps),
        exposure: exposure.next().map_or_else(String::new, |it| signed(it.1)),
    })
}

fn row(kb: &KbChange) -> Row {
    Row {
        kb: text(&kb.id.for_people()),
        name: text_or_empty(kb.name.as_deref()),
        new: thousands(kb.new),
        returned: thousands(kb.returned),
        resolved: thousands(kb.resolved),
        replaced: thousands(kb.replaced),
        replacing: thousands(kb.replacing),
    }
}
