//! The updates to install first.

use askama::Template;

use super::super::{
    Scene,
    shown::{Kb, text},
};
use crate::{
    aggregate::{Fleet, TopAction},
    domain::text::{share, thousands},
    report::view::actions::{Columns, nothing_planned, product, promise, released},
};

/// The numbers of updates to choose from. The first is the default.
const CHOICES: [usize; 3] = [5, 10, 25];

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "actions.html")]
pub(super) struct Actions {
    nobody_answered: bool,
    /// Why there is nothing to install; empty if there is something.
    nothing: &'static str,
    sentences: Vec<Sentence>,
    rows: Vec<Row>,
    has_due: bool,
    has_closes: bool,
    /// Which updates are marked.
    marked: &'static str,
}

struct Sentence {
    count: usize,
    text: String,
    is_first: bool,
}

struct Row {
    place: usize,
    /// The index of the KB in the page's data.
    at: usize,
    kb: Kb,
    product: String,
    released: String,
    /// Whether the headline names it.
    is_first: bool,
    machines: String,
    exposure: String,
    share: String,
    removed: String,
    reached: String,
    /// The date by which to install it.
    due: String,
    /// The KBs of which it closes gaps.
    closes: String,
    is_seen: bool,
}

impl Actions {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let exposure = scene.run.fleet.exposure;
        let sentence = |count: usize| {
            let top = &scene.top[..count.min(scene.top.len())];
            Some(Sentence {
                count,
                text: format!("Installing {}.", promise(top, exposure)?),
                is_first: count == CHOICES[0],
            })
        };
        let Columns { due, closes } = Columns::of(scene.top);
        let cell = |cells: &Option<Vec<String>>, at: usize| {
            let cell = cells.as_ref().and_then(|it| it.get(at));
            cell.cloned().unwrap_or_default()
        };
        let rows = scene.top.iter().enumerate().map(|(at, it)| Row {
            due: cell(&due, at),
            closes: cell(&closes, at),
            ..row(scene, at + 1, it)
        });
        Self {
            nothing: nothing(scene.run.fleet),
            nobody_answered: scene.run.fleet.coverage.answered == 0,
            sentences: choices(scene.top.len()).filter_map(sentence).collect(),
            rows: rows.collect(),
            has_due: due.is_some(),
            has_closes: closes.is_some(),
            marked: marked(scene.run.fleet),
        }
    }
}

fn nothing(fleet: &Fleet) -> &'static str {
    match fleet.policy.accepted.gaps {
        0 => "no answered machine misses a KB that addresses a CVE",
        _ => nothing_planned(fleet),
    }
}

/// How many updates are marked.
fn marked(fleet: &Fleet) -> &'static str {
    match fleet.exploited_in_plan() {
        0 if fleet.exposure_in_plan() == fleet.exposure => {
            "as few as remove half of the exposure score"
        }
        0 => "as few as remove half of what the whole plan removes",
        _ => "as few as close every gap that is known to be exploited",
    }
}

/// The applicable choices: one that would show no more updates than the previous one is omitted.
fn choices(updates: usize) -> impl Iterator<Item = usize> {
    let before = [0].into_iter().chain(CHOICES);
    let choices = CHOICES.into_iter().zip(before);
    choices.filter_map(move |(choice, before)| (updates > before).then_some(choice))
}

fn row(scene: &Scene<'_>, place: usize, action: &TopAction<'_>) -> Row {
    let kb = action.kb;
    let exposure = scene.run.fleet.exposure;
    Row {
        place,
        at: scene.place_of(kb),
        kb: Kb::new(&kb.id, kb.url.as_deref()),
        product: text(&product(kb)),
        released: released(kb),
        is_first: place <= scene.first_updates(),
        machines: thousands(action.machines),
        exposure: thousands(action.exposure),
        share: share(action.exposure, exposure),
        removed: share(action.so_far.exposure, exposure),
        reached: thousands(action.so_far.machines),
        due: String::new(),
        closes: String::new(),
        is_seen: place <= CHOICES[0],
    }
}
