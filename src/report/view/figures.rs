//! The fleet's figures compared with the base's: one list for all formats.

use std::cmp::Ordering;

use crate::{
    changes::{BaseRun, Change, Changes, Figures},
    domain::text::{signed, thousands},
    report::{Run, view::policy},
};

/// A figure of the fleet, now and in the base.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Figure {
    /// The key that the page's elements have, as in `summary.json`.
    pub(in crate::report) key: &'static str,
    pub(in crate::report) name: &'static str,
    pub(in crate::report) now: u64,
    /// The base's. `None` if there is no base.
    pub(in crate::report) then: Option<u64>,
    /// Its value among the figures of a run.
    of: fn(Figures) -> u64,
    /// Whether more of it is better.
    more_is_better: bool,
    /// The part of the difference that is neither better nor worse.
    neutral: i128,
}

/// All figures, in display order.
pub(in crate::report) fn figures(run: &Run<'_>) -> [Figure; 6] {
    let now = today(run);
    let then = run.past.map(|past| past.changes.base.figures);
    let figure = |key, name, of: fn(Figures) -> u64| Figure {
        key,
        name,
        now: of(now),
        then: then.map(of),
        of,
        more_is_better: false,
        neutral: 0,
    };
    // After a Patch Tuesday, most of the difference in exposure is neither better nor worse: a newer
    // KB addresses fewer or more CVEs than the KB it replaces.
    let replaced = run
        .past
        .map_or(0, |past| past.changes.exposure.difference(Change::Replaced));
    [
        Figure {
            more_is_better: true,
            ..figure("answered", "machines answered", |it| it.answered)
        },
        figure("withGaps", "machines with gaps", |it| it.with_gaps),
        figure("kbs", "missing KBs", |it| it.kbs),
        figure("gaps", "gaps", |it| it.gaps),
        Figure {
            neutral: replaced,
            ..figure("exposure", "exposure score", |it| it.exposure)
        },
        figure("worst", "worst machine's score", |it| it.worst),
    ]
}

/// The current figures, in the same form as the base's.
fn today(run: &Run<'_>) -> Figures {
    let fleet = run.fleet;
    // The worst machine is ranked first.
    let worst = fleet
        .machines
        .first()
        .and_then(|it| it.result.as_ref().ok());
    Figures {
        answered: fleet.coverage.answered,
        with_gaps: fleet.coverage.with_gaps,
        clean: fleet.coverage.clean,
        unsupported: fleet.end_of_support.map(|_| fleet.coverage.unsupported),
        kbs: fleet.kbs.len() as u64,
        gaps: fleet.gaps,
        exposure: fleet.exposure,
        worst: worst.map_or(0, |worst| worst.cve_addressed),
    }
}

/// Whether both runs cover the same fleet, so that a difference is better or worse.
pub(in crate::report) fn is_fair(run: &Run<'_>, base: &BaseRun) -> bool {
    base.is_enough() && base.is_same_fleet && !run.fleet.coverage.is_partial()
}

impl Figure {
    /// The same figure, compared with another base.
    pub(in crate::report) fn compared_with(self, changes: &Changes) -> Self {
        let then = changes.base.figures;
        let neutral = match self.key {
            "exposure" => changes.exposure.difference(Change::Replaced),
            _ => 0,
        };
        Self {
            then: Some((self.of)(then)),
            neutral,
            ..self
        }
    }

    pub(in crate::report) fn difference(&self) -> Option<i128> {
        Some(i128::from(self.now) - i128::from(self.then?))
    }

    /// `better`, `worse` or `even`, if the comparison with the base is fair. Also `even` if only the
    /// neutral part of the difference makes the figure better or worse.
    pub(in crate::report) fn verdict(&self) -> &'static str {
        let difference = self.difference().unwrap_or(0);
        let own = difference - self.neutral;
        let is_same_way = (own < 0) == (difference < 0);
        match own.cmp(&0) {
            Ordering::Less if is_same_way && !self.more_is_better => "better",
            Ordering::Greater if is_same_way && self.more_is_better => "better",
            Ordering::Less | Ordering::Greater if is_same_way => "worse",
            _ => "even",
        }
    }
}

/// The most important figures, each with its difference from the base if there is one: `Machines
/// with gaps 2 (-2) · gaps 3 (-3) · exposure score 123 (+66)`.
pub(in crate::report) fn main_figures(run: &Run<'_>) -> String {
    let [_, with_gaps, _, gaps, exposure, _] = figures(run);
    let parts = [with_gaps, gaps, exposure].map(|it| {
        let difference = it.difference().map(signed);
        let accepted = policy::accepted_beside(run).filter(|_| it.key == "gaps");
        let beside: Vec<String> = difference.into_iter().chain(accepted).collect();
        let beside = if beside.is_empty() {
            String::new()
        } else {
            format!(" ({})", beside.join(", "))
        };
        format!("{} {}{beside}", it.name, thousands(it.now))
    });
    capitalized(&parts.join(" · "))
}

/// The difference in words: `▼ 1,204`.
pub(in crate::report) fn difference(now: u64, then: u64) -> String {
    let difference = thousands(now.abs_diff(then));
    match now.cmp(&then) {
        Ordering::Less => format!("▼ {difference}"),
        Ordering::Equal => "unchanged".to_owned(),
        Ordering::Greater => format!("▲ {difference}"),
    }
}

/// The text with a capital letter at its beginning.
pub(in crate::report) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_described_in_words() {
        for (now, then, expected) in [
            (8_796, 10_000, "▼ 1,204"),
            (7, 7, "unchanged"),
            (1, 0, "▲ 1"),
            (u64::MAX, 0, "▲ 18,446,744,073,709,551,615"),
        ] {
            assert_eq!(difference(now, then), expected);
        }
    }

    #[test]
    fn replaced_kbs_do_not_make_exposure_better_or_worse() {
        for (now, then, neutral, expected) in [
            (77, 120, -39, "better"),
            (77, 120, -43, "even"),
            // An increase without the replacements, though the sum is smaller.
            (77, 120, -50, "even"),
            (120, 77, 0, "worse"),
            (120, 77, 50, "even"),
            (77, 120, 0, "better"),
            (77, 77, 0, "even"),
        ] {
            let mut figure = Figure {
                key: "exposure",
                name: "exposure",
                now,
                then: Some(then),
                of: |it| it.exposure,
                more_is_better: false,
                neutral,
            };
            assert_eq!(figure.verdict(), expected, "{now} {then} {neutral}");
            figure.more_is_better = true;
            let opposite = match expected {
                "better" => "worse",
                "worse" => "better",
                other => other,
            };
            assert_eq!(figure.verdict(), opposite, "{now} {then} {neutral}");
        }
    }
}
