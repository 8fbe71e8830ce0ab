//! The tiles: the main figures and their differences from the base.

use std::cmp::Ordering;

use askama::Template;

use super::super::{Scene, shown::name_or_id};
use crate::{
    changes::{BaseRun, Change as Class, Changes, Figures},
    domain::text::thousands,
    report::view::{
        changes::{base_day, exposure_sentence},
        figures::today,
        week::week,
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "tiles.html")]
pub(super) struct Tiles {
    is_first_night: bool,
    week: Option<String>,
    /// The breakdown of the difference in exposure.
    exposure: Option<String>,
    shown: Vec<Tile>,
}

struct Tile {
    figure: &'static str,
    label: &'static str,
    value: u64,
    shown: String,
    note: String,
    change: Option<Change>,
}

impl Tile {
    /// Marks the value as unknown. If no machine answered, a zero would look like the best result.
    fn is_not_known(&mut self) {
        "–".clone_into(&mut self.shown);
        "not known".clone_into(&mut self.note);
    }
}

/// The difference of a figure in words. The colour only repeats them.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    class: &'static str,
    amount: String,
    than: String,
}

impl Tiles {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let run = &scene.run;
        let base = run.past.map(|past| past.changes.base);
        let base = base.map(|base| (base, base_day(run.facts, &base)));
        let today = today(run.fleet);
        let mut tiles = tiles(scene, today);
        if today.answered == 0 {
            tiles.iter_mut().skip(1).for_each(Tile::is_not_known);
        } else if let Some((base, day)) = &base {
            let is_fair = base.is_enough() && base.is_same_fleet;
            let is_fair = is_fair && !run.fleet.coverage.is_partial();
            compare(&mut tiles, base, day, is_fair);
            let replaced = run.past.map_or(0, |past| replaced(past.changes));
            judge_exposure(&mut tiles, base.figures.exposure, replaced, is_fair);
        }
        Self {
            is_first_night: base.is_none(),
            week: week(run).filter(|_| today.answered > 0),
            exposure: run
                .past
                .and_then(|past| exposure_sentence(past.changes))
                .filter(|_| today.answered > 0),
            shown: tiles,
        }
    }
}

fn tiles(scene: &Scene<'_>, today: Figures) -> Vec<Tile> {
    let machines = thousands(scene.run.fleet.coverage.machines());
    let answered = thousands(today.answered);
    [
        (
            "answered",
            "machines answered",
            today.answered,
            format!("of {machines}"),
        ),
        (
            "withGaps",
            "machines with gaps",
            today.with_gaps,
            format!("of {answered} answered"),
        ),
        (
            "kbs",
            "distinct KBs",
            today.kbs,
            "missing anywhere".to_owned(),
        ),
        ("gaps", "gaps", today.gaps, "machine-KB pairs".to_owned()),
        (
            "exposure",
            "exposure",
            today.exposure,
            "machines times CVEs".to_owned(),
        ),
        ("worst", "worst machine's score", today.worst, worst(scene)),
    ]
    .into_iter()
    .map(|(figure, label, value, note)| Tile {
        figure,
        label,
        value,
        shown: thousands(value),
        note,
        change: None,
    })
    .collect()
}

fn worst(scene: &Scene<'_>) -> String {
    match scene.run.fleet.machines.first() {
        Some(worst) if worst.result.as_ref().is_ok_and(|it| it.missing > 0) => {
            name_or_id(&scene.names, worst)
        }
        _ => "none misses anything".to_owned(),
    }
}

/// Adds the differences from the base. They count as better or worse only if both runs cover the
/// same fleet.
fn compare(tiles: &mut [Tile], base: &BaseRun, day: &str, is_fair: bool) {
    let then = base.figures;
    let figures = [
        then.answered,
        then.with_gaps,
        then.kbs,
        then.gaps,
        then.exposure,
        then.worst,
    ];
    for (tile, then) in tiles.iter_mut().zip(figures) {
        let mut change = change(tile.value, then, day);
        let more_is_better = tile.figure == "answered";
        change.class = match change.class {
            "more" if is_fair && more_is_better => "better",
            "fewer" if is_fair && !more_is_better => "better",
            "more" | "fewer" if is_fair => "worse",
            _ => "even",
        };
        tile.change = Some(change);
    }
}

/// The change in exposure from KBs that were replaced by newer ones.
fn replaced(changes: &Changes) -> i128 {
    changes.exposure.difference(Class::Replaced)
}

/// After a Patch Tuesday, most of the difference in exposure is neither better nor worse: a newer
/// KB addresses fewer or more CVEs than the KB it replaces.
fn judge_exposure(tiles: &mut [Tile], then: u64, replaced: i128, is_fair: bool) {
    let exposure = tiles.iter_mut().find(|tile| tile.figure == "exposure");
    let Some(tile) = exposure.filter(|_| is_fair) else {
        return;
    };
    let without = i128::from(tile.value) - i128::from(then) - replaced;
    if let Some(change) = &mut tile.change {
        change.class = match without.cmp(&0) {
            Ordering::Less => "better",
            Ordering::Equal => "even",
            Ordering::Greater => "worse",
        };
        let is_same_way = (without < 0) == change.amount.starts_with('▼');
        if replaced != 0 && !is_same_way {
            change.class = "even";
        }
    }
}

fn change(now: u64, then: u64, day: &str) -> Change {
    let difference = thousands(now.abs_diff(then));
    let (class, amount, word) = match now.cmp(&then) {
        Ordering::Less => ("fewer", format!("▼ {difference} fewer"), "than"),
        Ordering::Equal => ("even", "= the same".to_owned(), "as"),
        Ordering::Greater => ("more", format!("▲ {difference} more"), "than"),
    };
    Change {
        class,
        amount,
        than: format!("{word} on {day}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaced_kbs_do_not_make_exposure_better_or_worse() {
        for (now, then, replaced, expected) in [
            (77, 120, -39, "better"),
            (77, 120, -43, "even"),
            // An increase without the replacements, though the sum is smaller.
            (77, 120, -50, "even"),
            (120, 77, 0, "worse"),
            (120, 77, 50, "even"),
            (77, 120, 0, "better"),
        ] {
            let mut tiles = [Tile {
                figure: "exposure",
                label: "",
                value: now,
                shown: String::new(),
                note: String::new(),
                change: Some(change(now, then, "2026-11-22")),
            }];
            judge_exposure(&mut tiles, then, replaced, true);
            let class = tiles[0].change.as_ref().map(|it| it.class);
            assert_eq!(class, Some(expected), "{now} {then} {replaced}");
        }
    }

    #[test]
    fn changes_are_described_in_words() {
        for (now, then, expected) in [
            (8_796, 10_000, "▼ 1,204 fewer than on 2026-11-22"),
            (7, 7, "= the same as on 2026-11-22"),
            (1, 0, "▲ 1 more than on 2026-11-22"),
            (
                u64::MAX,
                0,
                "▲ 18,446,744,073,709,551,615 more than on 2026-11-22",
            ),
        ] {
            let told = change(now, then, "2026-11-22");
            assert_eq!(format!("{} {}", told.amount, told.than), expected);
        }
    }
}
