//! What changed since the base.

use askama::Template;

use super::{
    super::{
        Scene,
        shown::{text, text_or_empty},
    },
    moved::{Group, groups},
};
use crate::{
    changes::{Changes, KbChange},
    domain::text::thousands,
    report::{
        Run,
        view::{
            self,
            changes::{Class, base_day, classes, doubt},
            week,
        },
    },
};

/// The maximum number of KBs to list, those with the most changes first.
const KBS: usize = 25;

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "changes.html")]
pub(super) struct Section {
    compared: Option<Compared>,
}

struct Compared {
    sentence: String,
    /// New gaps that are known to be exploited.
    exploited: Option<String>,
    /// The changes since last week, and how the exposure has changed.
    notes: Vec<String>,
    day: String,
    warning: Option<String>,
    classes: Vec<Class>,
    gaps_then: String,
    gaps_now: String,
    kbs: Vec<Row>,
    more_kbs: Option<String>,
    groups: Vec<Group>,
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
        sentence: view::changes::sentence(changes, scene.run.facts),
        exploited: view::risk::news(&scene.run).map(|it| text(&it)),
        notes: notes(&scene.run, changes),
        warning: doubt(&scene.run),
        classes: classes(changes),
        gaps_then: thousands(changes.tally.of_base()),
        gaps_now: thousands(changes.tally.of_today()),
        kbs: listed.take(KBS).map(row).collect(),
        more_kbs: (more > 0).then(|| thousands(more as u64)),
        groups: groups(scene, changes),
        day,
    }
}

/// How the exposure has changed, and the changes since last week.
fn notes(run: &Run<'_>, changes: &Changes) -> Vec<String> {
    let exposure = view::changes::exposure_sentence(changes);
    exposure.into_iter().chain(week::sentences(run)).collect()
}

fn has_changed(kb: &KbChange) -> bool {
    kb.new + kb.resolved + kb.replaced + kb.replacing + kb.returned > 0
}

fn row(kb: &KbChange) -> Row {
    Row {
        kb: text(&kb.id.for_people()),
        name: text_or_empty(kb.name.as_deref()),
        new: thousands(kb.new),
        returned: thousands(kb.returned),
        resolved: view::changes::resolved(kb),
        replaced: view::changes::replaced(kb),
        replacing: thousands(kb.replacing),
    }
}
