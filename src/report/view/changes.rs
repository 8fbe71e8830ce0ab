//! What changed since the base: the classes of changes, and the sentences about them.

use jiff::Timestamp;

use crate::{
    changes::{BaseRun, Change, Changes, KbChange, MachineTally},
    domain::text::{counted, share, signed, thousands},
    report::{Facts, Run},
};

/// The change classes in display order.
const ORDER: [Change; Change::ALL.len()] = [
    Change::Resolved,
    Change::New,
    Change::Replaced,
    Change::Returned,
    Change::StillMissing,
    Change::NotAnswered,
    Change::OutOfScope,
    Change::Appeared,
    Change::Unknown,
];

/// The gaps of one change class.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Class {
    pub(in crate::report) change: Change,
    pub(in crate::report) gaps: u64,
    /// Those of them that are only inferred.
    inferred: u64,
    /// The change in exposure caused by this class.
    exposure: i128,
}

impl Class {
    /// The number of gaps, with the number of only inferred ones.
    pub(in crate::report) fn gaps_in_words(self) -> String {
        counted_apart(self.gaps, self.inferred)
    }

    /// The change in exposure, with its sign.
    pub(in crate::report) fn exposure_in_words(self) -> String {
        signed(self.exposure)
    }

    /// The display name.
    pub(in crate::report) const fn name(self) -> &'static str {
        match self.change {
            Change::Resolved => "resolved",
            Change::New => "new",
            Change::Replaced => "replaced",
            Change::Returned => "returned",
            Change::StillMissing => "still missing",
            Change::NotAnswered => "not answered",
            Change::OutOfScope => "out of scope",
            Change::Appeared => "appeared",
            Change::Unknown => "not comparable",
        }
    }

    pub(in crate::report) const fn meaning(self) -> &'static str {
        match self.change {
            Change::Resolved => "was missing, now installed",
            Change::New => "newly missing",
            Change::Replaced => "a newer KB of the same product took its place",
            Change::Returned => "was resolved in an earlier run, now missing again",
            Change::StillMissing => "missing then and now",
            Change::NotAnswered => "no answer now: carried over, never counted as resolved",
            Change::OutOfScope => "the machine left the list",
            Change::Appeared => "the machine had no answer then",
            Change::Unknown => "in one of two answers from different sources: no news",
        }
    }
}

/// All change classes, in display order. The class of incomparable gaps is only included if there
/// are any.
pub(in crate::report) fn classes(changes: &Changes) -> Vec<Class> {
    let is_shown = |change: &Change| *change != Change::Unknown || changes.tally[*change] > 0;
    let shown = ORDER.into_iter().filter(is_shown);
    let class = |change| Class {
        change,
        gaps: changes.tally[change],
        inferred: changes.inferred.of(change),
        exposure: changes.exposure.difference(change),
    };
    shown.map(class).collect()
}

/// A number with its inferred part: `1,204 (900 only inferred)`.
pub(in crate::report) fn counted_apart(all: u64, inferred: u64) -> String {
    let all = thousands(all);
    match inferred {
        0 => all,
        inferred => format!("{all} ({} only inferred)", thousands(inferred)),
    }
}

/// The resolved gaps of a KB, in the same form.
pub(in crate::report) fn resolved(kb: &KbChange) -> String {
    counted_apart(kb.resolved, kb.inferred.resolved)
}

/// Its replaced gaps.
pub(in crate::report) fn replaced(kb: &KbChange) -> String {
    counted_apart(kb.replaced, kb.inferred.replaced)
}

/// The local day of the base run: `2026-11-22`. Includes the time if both runs started on the same
/// day.
pub(in crate::report) fn base_day(facts: &Facts, base: &BaseRun) -> String {
    let local = |time: Timestamp| time.to_zoned_datetime(facts.time_zone.clone());
    let (then, now) = (local(base.started_at), local(facts.started_at));
    let format = if then.date() == now.date() {
        "%Y-%m-%d %H:%M"
    } else {
        "%Y-%m-%d"
    };
    then.strftime(format).to_string()
}

/// The reason why a comparison with the base may mislead, if there is one.
pub(in crate::report) fn doubt(run: &Run<'_>) -> Option<String> {
    let base = run.past.map(|past| &past.changes.base)?;
    warning_about(base, run.facts, run.fleet.coverage.is_partial())
}

/// The same; `is_partial` is about today's run.
fn warning_about(base: &BaseRun, facts: &Facts, is_partial: bool) -> Option<String> {
    let run = format!("the previous run ({})", base_day(facts, base));
    if !base.is_same_fleet {
        return Some(format!(
            "{run} had another list: fewer than half of the machines are on both, so some changes \
             may be the list"
        ));
    }
    let also = if is_partial { "also " } else { "" };
    let answered = share(base.figures.answered, base.machines);
    (!base.is_enough()).then(|| {
        format!(
            "{run} was {also}incomplete ({answered}), so some changes may be machines that did not \
             answer then"
        )
    })
}

/// What changed since the base, in one sentence.
pub(in crate::report) fn sentence(changes: &Changes, facts: &Facts) -> String {
    since(changes, &base_day(facts, &changes.base))
}

fn since(changes: &Changes, day: &str) -> String {
    let tally = &changes.tally;
    let count = |change| thousands(tally[change]);
    let only = |change| match changes.inferred.of(change) {
        0 => String::new(),
        inferred => format!(" ({} of them only inferred)", thousands(inferred)),
    };
    let mut sentence = format!(
        "Since {day}: {} resolved{}, {} new, {} replaced by newer KBs{}, {} returned",
        count(Change::Resolved),
        only(Change::Resolved),
        count(Change::New),
        count(Change::Replaced),
        only(Change::Replaced),
        count(Change::Returned)
    );
    if tally[Change::Unknown] > 0 {
        let unknown = count(Change::Unknown);
        sentence = format!("{sentence}, {unknown} not comparable (another source)");
    }
    if tally[Change::Appeared] > 0 {
        let gaps = counted(tally[Change::Appeared], "gap", "gaps");
        sentence = format!("{sentence}; {gaps} on machines that had no answer then");
    }
    let machines = changes.machines;
    let are = |change| counted(tally[change], "gap is", "gaps are");
    if machines.not_answered > 0 {
        let not_answered = counted(machines.not_answered, "machine", "machines");
        let silent = silent(&machines);
        let gaps = are(Change::NotAnswered);
        sentence = format!(
            "{sentence}; {not_answered} stopped answering{silent}: {gaps} carried over, not \
             counted as resolved"
        );
    }
    if let Some(removed) = removed(changes) {
        let gaps = are(Change::OutOfScope);
        sentence = format!("{sentence}; {removed}: {gaps} out of scope");
    }
    sentence + "."
}

/// Why empty answers do not count: ` (2 of them not seen for 30 days)`.
fn silent(machines: &MachineTally) -> String {
    let reasons = [
        (machines.silent, "not seen for 30 days"),
        (
            machines.unsupported,
            "whose Windows gets no updates any more",
        ),
    ];
    let parts = reasons.into_iter().filter(|(machines, _)| *machines > 0);
    let parts: Vec<String> = parts
        .map(|(machines, why)| format!("{} of them {why}", thousands(machines)))
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!(" ({})", parts.join(", "))
}

/// The number of machines that are no longer requested: `3 machines left the list, 2 machines are skipped now`.
fn removed(changes: &Changes) -> Option<String> {
    let place = if changes.base.lists_tenant {
        "tenant"
    } else {
        "list"
    };
    let machines = changes.machines;
    let left = counted(machines.left, "machine", "machines");
    let left = (machines.left > 0).then(|| format!("{left} left the {place}"));
    let skipped = counted(machines.skipped, "machine is", "machines are");
    let skipped = (machines.skipped > 0).then(|| format!("{skipped} skipped now"));
    let removed: Vec<String> = left.into_iter().chain(skipped).collect();
    (!removed.is_empty()).then(|| removed.join(", "))
}

/// Breaks the difference in exposure down by class, in one sentence. `None` if nothing changed it.
///
/// After a Patch Tuesday, most of the difference is neither a regression nor progress: a newer KB
/// addresses a different number of CVEs than the older KB it replaces.
pub(in crate::report) fn exposure_sentence(changes: &Changes) -> Option<String> {
    let classes = classes(changes);
    let parts = classes.iter().filter(|class| class.exposure != 0);
    let parts: Vec<String> = parts
        .map(|class| format!("{} {}", class.exposure_in_words(), class.name()))
        .collect();
    let all = classes.iter().map(|class| class.exposure).sum();
    (!parts.is_empty()).then(|| format!("Exposure score {}: {}.", signed(all), parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        changes::{Replacing, tests::Nights},
        report::fixture::Fixture,
    };

    #[test]
    fn base_of_the_same_day_is_shown_with_its_time() {
        Fixture::second_night().with_run(|run| {
            let base = run.past.unwrap().changes.base;
            assert_eq!(base_day(run.facts, &base), "2026-11-22");
            let today = BaseRun {
                started_at: "2026-11-22T23:30:00Z".parse().unwrap(),
                ..base
            };
            assert_eq!(base_day(run.facts, &today), "2026-11-23 00:30");
        });
    }

    #[test]
    fn changes_are_described_in_one_sentence() {
        let nights = Nights::default()
            .then("1: 10, 2: 10 30, 3: 10")
            .then("1: 20, 2: -, 4: 7 8");
        let (changes, _) = nights.changes(Replacing::Recognized);
        assert_eq!(
            since(&changes, "2026-11-22"),
            "Since 2026-11-22: 0 resolved, 0 new, 1 replaced by newer KBs, 0 returned; 2 gaps on \
             machines that had no answer then; 1 machine stopped answering: 2 gaps are carried \
             over, not counted as resolved; 1 machine left the list: 1 gap is out of scope."
        );
        let (changes, _) = Nights::default()
            .then("1: 10")
            .then("1:")
            .changes(Replacing::Recognized);
        assert_eq!(
            since(&changes, "2026-11-22"),
            "Since 2026-11-22: 1 resolved, 0 new, 0 replaced by newer KBs, 0 returned."
        );
    }

    #[test]
    fn change_of_source_is_mentioned_if_there_is_one() {
        let nights = |today| {
            let nights = Nights::default().then("1: 10 20, 2: 10").then(today);
            nights.changes(Replacing::Recognized).0
        };
        let changed = nights("1: ~, 2: ~ 10");
        assert_eq!(
            since(&changed, "2026-11-22"),
            "Since 2026-11-22: 0 resolved, 0 new, 0 replaced by newer KBs, 0 returned, 2 not \
             comparable (another source)."
        );
        let shown = |changes: &Changes| {
            let mut classes = classes(changes).into_iter();
            let class = classes.find(|it| it.change == Change::Unknown);
            class.map(|it| (it.name(), it.gaps_in_words(), it.exposure))
        };
        assert_eq!(
            shown(&changed),
            Some(("not comparable", "2".to_owned(), -4))
        );
        assert_eq!(shown(&nights("1: 10, 2: 10")), None);
    }

    #[test]
    fn doubtful_comparison_says_why() {
        let mut fixture = Fixture::second_night();
        fixture.facts.started_at = "2026-12-08T02:00:00Z".parse().unwrap();
        let base = |answered, is_same_fleet| BaseRun {
            lists_tenant: false,
            run: 9,
            started_at: "2026-12-07T02:00:00Z".parse().unwrap(),
            finished_at: "2026-12-07T02:00:00Z".parse().unwrap(),
            machines: 1000,
            is_same_fleet,
            figures: crate::changes::Figures {
                answered,
                ..Default::default()
            },
        };
        for (base, is_partial, expected) in [
            (base(980, true), true, None),
            (
                base(978, true),
                true,
                Some(
                    "the previous run (2026-12-07) was also incomplete (97.8 %), so some changes \
                     may be machines that did not answer then",
                ),
            ),
            (
                base(978, true),
                false,
                Some(
                    "the previous run (2026-12-07) was incomplete (97.8 %), so some changes may be \
                     machines that did not answer then",
                ),
            ),
            (
                base(1000, false),
                false,
                Some(
                    "the previous run (2026-12-07) had another list: fewer than half of the \
                     machines are on both, so some changes may be the list",
                ),
            ),
        ] {
            let said = warning_about(&base, &fixture.facts, is_partial);
            assert_eq!(said.as_deref(), expected);
        }
    }
}
