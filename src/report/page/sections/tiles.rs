//! The tiles: the main figures and their differences from the base.

use askama::Template;
use jiff::SignedDuration;

use super::super::{Scene, shown::name_or_id};
use crate::{
    changes::Changes,
    domain::text::thousands,
    report::view::{
        changes::base_day,
        figures::{Figure, difference, figures, is_fair},
        policy::accepted_beside,
        week::another_base,
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "tiles.html")]
pub(super) struct Tiles {
    shown: Vec<Tile>,
}

struct Tile {
    figure: Figure,
    value: String,
    note: String,
    changes: Vec<Change>,
}

/// The difference of a figure in words. The colour only repeats them.
struct Change {
    class: &'static str,
    amount: String,
    /// What it is compared with.
    than: String,
    /// The short form of that, for narrow tiles: `7 d`.
    ago: String,
}

impl Tiles {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let run = &scene.run;
        let is_known = run.fleet.coverage.answered > 0;
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
        Self { shown: tiles }
    }
}

impl Tile {
    fn new(figure: Figure, note: String) -> Self {
        Self {
            figure,
            value: thousands(figure.now),
            note,
            changes: Vec::new(),
        }
    }

    /// A tile without a value. If no machine answered, a zero would look like the best result.
    fn unknown(figure: Figure) -> Self {
        Self {
            value: "–".to_owned(),
            ..Self::new(figure, "not known".to_owned())
        }
    }

    /// Adds the differences from the base and from last week, if there are such runs. If last
    /// week's run is also the base, it is named once.
    fn compare(&mut self, scene: &Scene<'_>) {
        let run = &scene.run;
        let base = run.past.map(|it| it.changes);
        for changes in base.into_iter().chain(another_base(run)) {
            self.changes.extend(self.change(scene, changes));
        }
    }

    fn change(&self, scene: &Scene<'_>, changes: &Changes) -> Option<Change> {
        let base = &changes.base;
        let figure = self.figure.compared_with(changes);
        let then = figure.then?;
        Some(Change {
            class: if is_fair(&scene.run, base) {
                figure.verdict()
            } else {
                "even"
            },
            amount: difference(figure.now, then),
            than: format!("since {}", base_day(scene.run.facts, base)),
            ago: ago(scene.run.facts.started_at.duration_since(base.started_at)),
        })
    }
}

/// What the figures count, in their order.
fn notes(scene: &Scene<'_>) -> [String; 6] {
    let coverage = scene.run.fleet.coverage;
    [
        format!("of {}", thousands(coverage.machines())),
        format!("of {} answered", thousands(coverage.answered)),
        "missing anywhere".to_owned(),
        accepted_beside(&scene.run).map_or_else(
            || "machine-KB pairs".to_owned(),
            |accepted| format!("of these, {accepted}"),
        ),
        "CVEs over all gaps".to_owned(),
        worst(scene),
    ]
}

fn worst(scene: &Scene<'_>) -> String {
    match scene.run.fleet.machines.first() {
        Some(worst) if worst.result.as_ref().is_ok_and(|it| it.missing > 0) => {
            name_or_id(&scene.names, worst)
        }
        _ => "none has gaps".to_owned(),
    }
}

/// A time between two runs, in days, or in hours if it is less than half a day.
fn ago(time: SignedDuration) -> String {
    match time.as_hours() {
        hours @ ..12 => format!("{hours} h"),
        hours => format!("{} d", (hours + 12) / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_between_runs_are_short() {
        for (hours, expected) in [
            (0, "0 h"),
            (11, "11 h"),
            (12, "1 d"),
            (23, "1 d"),
            (35, "1 d"),
            (36, "2 d"),
            (7 * 24 - 11, "7 d"),
        ] {
            assert_eq!(ago(SignedDuration::from_hours(hours)), expected);
        }
    }
}
