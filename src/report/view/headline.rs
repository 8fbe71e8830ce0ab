//! The headline: how much of the fleet is patched, whether that is better or worse, and what to do.

use std::cmp::Ordering;

use crate::{
    aggregate::{Fleet, TopAction},
    domain::text::{per_mille, share},
    report::{
        Run,
        view::{
            actions::nothing_planned,
            changes::base_day,
            figures::is_fair,
            support,
            week::{about_a_week_ago, is_last_week},
        },
    },
};

/// The maximum number of updates to install first.
const MOST_FIRST: usize = 5;

/// The headline, such as `11.4 % of machines fully patched, up 3.8 points since last week; install
/// these 3 updates first`.
pub(in crate::report) fn headline(run: &Run<'_>) -> String {
    let coverage = &run.fleet.coverage;
    if coverage.answered == 0 {
        return "No machine answered: nothing is known about missing updates".to_owned();
    }
    let machines = if coverage.is_partial() {
        "answered machines"
    } else {
        "machines"
    };
    let patched = share(coverage.clean, coverage.answered);
    let since = earlier(run).map_or_else(String::new, |it| it.since(per_mille_patched(run)));
    let unsupported = support::count(run).map_or_else(String::new, |it| format!("; {it}"));
    let advice = advice(run);
    format!("{patched} of {machines} fully patched{since}{unsupported}; {advice}")
}

/// The number of updates to install first: as few as close every gap that is known to be exploited, else as
/// few as remove half of what the whole plan removes; at most five.
pub(in crate::report) fn first_updates(actions: &[TopAction<'_>], fleet: &Fleet) -> usize {
    let few = &actions[..actions.len().min(MOST_FIRST)];
    let (exploited, half) = (
        fleet.exploited_in_plan(),
        fleet.exposure_in_plan().div_ceil(2),
    );
    let is_enough = |action: &TopAction<'_>| match exploited {
        0 => action.so_far.exposure >= half,
        all => action.so_far.exploited >= all,
    };
    few.iter()
        .position(is_enough)
        .map_or(few.len(), |at| at + 1)
}

fn advice(run: &Run<'_>) -> String {
    let actions = run.fleet.top_actions(MOST_FIRST);
    match first_updates(&actions, run.fleet) {
        0 => nothing_planned(run.fleet).to_owned(),
        1 => "install this update first".to_owned(),
        count => format!("install these {count} updates first"),
    }
}

fn per_mille_patched(run: &Run<'_>) -> u64 {
    let coverage = &run.fleet.coverage;
    per_mille(coverage.clean, coverage.answered)
}

/// An earlier run that it is fair to compare with.
struct Earlier {
    /// The share of answered machines that were fully patched, in thousandths.
    patched: u64,
    /// `last week`, or a day.
    when: String,
}

impl Earlier {
    /// The difference in points: `, up 3.8 points since last week`. It is the difference of the two
    /// displayed percentages.
    fn since(&self, now: u64) -> String {
        let Self { patched, when } = self;
        let word = match now.cmp(patched) {
            Ordering::Less => "down",
            Ordering::Equal => return format!(", unchanged since {when}"),
            Ordering::Greater => "up",
        };
        let tenths = now.abs_diff(*patched);
        format!(
            ", {word} {}.{} points since {when}",
            tenths / 10,
            tenths % 10
        )
    }
}

fn earlier(run: &Run<'_>) -> Option<Earlier> {
    last_week(run).or_else(|| base(run))
}

fn last_week(run: &Run<'_>) -> Option<Earlier> {
    let is_fair = !run.fleet.coverage.is_partial();
    let then = about_a_week_ago(run).filter(|then| {
        let is_support_known = run.fleet.end_of_support.is_some();
        is_fair && is_last_week(run, then) && then.unsupported.is_some() == is_support_known
    })?;
    Some(Earlier {
        patched: per_mille(then.clean, then.answered),
        when: "last week".to_owned(),
    })
}

fn base(run: &Run<'_>) -> Option<Earlier> {
    let base = run.past.map(|past| past.changes.base)?;
    is_fair(run, &base).then(|| Earlier {
        patched: per_mille(base.figures.clean, base.figures.answered),
        when: base_day(run.facts, &base),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::outcome::Outcome,
        report::{
            TrendPoint,
            fixture::{Fixture, answer, gap, not_found},
        },
    };

    /// A run of these machines, and nothing else on the list.
    fn fleet(outcomes: Vec<Outcome>) -> Fixture {
        let mut fixture = Fixture::small();
        let machines = fixture.inventory.machines.iter();
        let listed = machines.filter(|it| outcomes.iter().any(|of| of.machine == it.id));
        fixture.inventory.machines = listed.copied().collect();
        Fixture {
            outcomes,
            ..fixture
        }
    }

    fn said(fixture: &Fixture, trend: &[TrendPoint]) -> String {
        fixture.with_run(|run| headline(&Run { trend, ..*run }))
    }

    fn then(day: u8, answered: u64, clean: u64) -> TrendPoint {
        TrendPoint {
            run: 1,
            started_at: format!("2026-11-{day:02}T13:00:00Z").parse().unwrap(),
            machines: 4,
            answered,
            with_gaps: 0,
            clean,
            unsupported: None,
            kbs: 2,
            gaps: 9,
            exposure: 1,
            known_exploited: None,
            rechecked: None,
        }
    }

    /// One of four machines misses nothing.
    fn quarter() -> Fixture {
        fleet(vec![
            answer(1, vec![gap("1", 50), gap("2", 30)]),
            answer(2, vec![gap("1", 50)]),
            answer(3, vec![gap("3", 1)]),
            answer(4, Vec::new()),
        ])
    }

    #[test]
    fn comparison_is_with_last_week_if_that_is_fair() {
        for (trend, expected) in [
            (vec![], ""),
            (vec![then(16, 4, 0)], ", up 25.0 points since last week"),
            (vec![then(14, 4, 3)], ", down 50.0 points since last week"),
            (vec![then(16, 4, 1)], ", unchanged since last week"),
            // Too recent, too old, too few answers.
            (vec![then(18, 4, 0)], ""),
            (vec![then(10, 4, 0)], ""),
            (vec![then(16, 3, 0)], ""),
        ] {
            assert_eq!(
                said(&quarter(), &trend),
                format!("25.0 % of machines fully patched{expected}; install this update first")
            );
        }
    }

    #[test]
    fn comparison_is_with_the_base_if_there_is_no_week() {
        let mut fixture = quarter();
        for (before, expected) in [
            (
                vec![answer(1, vec![gap("1", 1)]), answer(4, Vec::new())],
                ", down 25.0 points since 2026-11-22",
            ),
            (
                vec![answer(1, vec![gap("1", 1)]), answer(4, vec![gap("1", 1)])],
                ", up 25.0 points since 2026-11-22",
            ),
            (vec![answer(1, vec![gap("1", 1)]), not_found(4)], ""),
        ] {
            fixture.before = Some(before);
            assert_eq!(
                said(&fixture, &[]),
                format!("25.0 % of machines fully patched{expected}; install this update first")
            );
        }
    }

    #[test]
    fn incomplete_run_is_not_compared() {
        let mut fixture = Fixture::second_night();
        fixture.before = Some(vec![answer(1, Vec::new())]);
        assert_eq!(
            said(&fixture, &[then(16, 4, 0)]),
            "33.3 % of answered machines fully patched; install this update first"
        );
    }

    #[test]
    fn advice_fits_what_is_missing() {
        let kbs = |cves: &[u64]| {
            let kbs = (1..)
                .zip(cves)
                .map(|(kb, cves)| gap(&format!("{kb}"), *cves));
            fleet(vec![answer(1, kbs.collect()), answer(2, Vec::new())])
        };
        for (cves, expected) in [
            (&[][..], "nothing to install"),
            (&[0], "the missing updates address no CVE"),
            (&[7], "install this update first"),
            (&[5, 5], "install this update first"),
            (&[3, 3, 3], "install these 2 updates first"),
            (&[1; 9], "install these 5 updates first"),
            (&[1; 30], "install these 5 updates first"),
        ] {
            let headline = said(&kbs(cves), &[]);
            assert!(headline.ends_with(&format!("; {expected}")), "{headline}");
        }
        assert_eq!(
            said(&fleet(vec![not_found(1)]), &[]),
            "No machine answered: nothing is known about missing updates"
        );
    }
}
