//! The tiles: the main figures and their differences from the base.

use std::cmp::Ordering;

use askama::Template;

use super::super::{Scene, shown::name_or_id};
use crate::{
    domain::text::thousands,
    report::view::{
        changes::{base_day, exposure_sentence},
        figures::{Figure, figures, is_fair},
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
    figure: Figure,
    value: String,
    note: String,
    change: Option<Change>,
}

/// The difference of a figure in words. The colour only repeats them.
struct Change {
    class: &'static str,
    amount: String,
    than: String,
}

impl Tiles {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let run = &scene.run;
        let is_known = run.fleet.coverage.answered > 0;
        let exposure = run.past.and_then(|past| exposure_sentence(past.changes));
        let tiles = figures(run).into_iter().zip(notes(scene));
        let tiles = tiles.map(|(figure, note)| match figure.key {
            "answered" => Tile::new(figure, note),
            _ if is_known => Tile::new(figure, note),
            _ => Tile::unknown(figure),
        });
        let mut tiles: Vec<Tile> = tiles.collect();
        if is_known {
            for tile in &mut tiles {
                tile.compare(scene);
            }
        }
        Self {
            is_first_night: run.past.is_none(),
            week: week(run).filter(|_| is_known),
            exposure: exposure.filter(|_| is_known),
            shown: tiles,
        }
    }
}

impl Tile {
    fn new(figure: Figure, note: String) -> Self {
        Self {
            figure,
            value: thousands(figure.now),
            note,
            change: None,
        }
    }

    /// A tile without a value. If no machine answered, a zero would look like the best result.
    fn unknown(figure: Figure) -> Self {
        Self {
            value: "–".to_owned(),
            ..Self::new(figure, "not known".to_owned())
        }
    }

    /// Adds the difference from the base, if there is one.
    fn compare(&mut self, scene: &Scene<'_>) {
        let run = &scene.run;
        let Some((base, then)) = run.past.map(|it| &it.changes.base).zip(self.figure.then) else {
            return;
        };
        let (amount, word) = difference(self.figure.now, then);
        self.change = Some(Change {
            class: if is_fair(run, base) {
                self.figure.verdict()
            } else {
                "even"
            },
            amount,
            than: format!("{word} on {}", base_day(run.facts, base)),
        });
    }
}

/// What the figures count, in their order.
fn notes(scene: &Scene<'_>) -> [String; 6] {
    let coverage = scene.run.fleet.coverage;
    [
        format!("of {}", thousands(coverage.machines())),
        format!("of {} answered", thousands(coverage.answered)),
        "missing anywhere".to_owned(),
        "machine-KB pairs".to_owned(),
        "machines times CVEs".to_owned(),
        worst(scene),
    ]
}

fn worst(scene: &Scene<'_>) -> String {
    match scene.run.fleet.machines.first() {
        Some(worst) if worst.result.as_ref().is_ok_and(|it| it.missing > 0) => {
            name_or_id(&scene.names, worst)
        }
        _ => "none misses anything".to_owned(),
    }
}

/// The difference, and the word before what it is compared with.
fn difference(now: u64, then: u64) -> (String, &'static str) {
    let difference = thousands(now.abs_diff(then));
    match now.cmp(&then) {
        Ordering::Less => (format!("▼ {difference} fewer"), "than"),
        Ordering::Equal => ("= the same".to_owned(), "as"),
        Ordering::Greater => (format!("▲ {difference} more"), "than"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_described_in_words() {
        for (now, then, expected) in [
            (8_796, 10_000, ("▼ 1,204 fewer", "than")),
            (7, 7, ("= the same", "as")),
            (1, 0, ("▲ 1 more", "than")),
            (u64::MAX, 0, ("▲ 18,446,744,073,709,551,615 more", "than")),
        ] {
            let (amount, word) = difference(now, then);
            assert_eq!((&*amount, word), expected);
        }
    }
}
