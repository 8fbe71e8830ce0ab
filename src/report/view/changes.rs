//! What changed since the base: the classes of changes, and the sentences about them.

use jiff::Timestamp;

use crate::{
    changes::{BaseRun, Change, Changes},
    domain::text::{counted, signed, thousands},
    report::Facts,
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
];

/// The gaps of one change class.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Class {
    pub(in crate::report) change: Change,
    pub(in crate::report) gaps: u64,
    /// The change in exposure caused by this class.
    pub(in crate::report) exposure: i128,
}

impl Class {
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
        }
    }

    pub(in crate::report) const fn meaning(self) -> &'static str {
        match self.change {
            Change::Resolved => "missing then, not any more",
            Change::New => "not missing then",
            Change::Replaced => "a newer KB of the same product took its place",
            Change::Returned => "was resolved in an earlier run, and is back",
            Change::StillMissing => "missing then and now",
            Change::NotAnswered => "carried, never counted as resolved",
            Change::OutOfScope => "the machine left the list",
            Change::Appeared => "the machine had no answer then",
        }
    }
}

/// All change classes, in display order.
pub(in crate::report) fn classes(changes: &Changes) -> [Class; ORDER.len()] {
    ORDER.map(|change| Class {
        change,
        gaps: changes.tally[change],
        exposure: changes.exposure.difference(change),
    })
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
pub(in crate::report) fn doubt(facts: &Facts, base: &BaseRun) -> Option<String> {
    let run = format!("run {} of {}", base.run, base_day(facts, base));
    if !base.is_same_fleet {
        return Some(format!(
            "{run} had another list: fewer than half of the machines are on both, so what looks \
             better or worse may be the list"
        ));
    }
    let answered = thousands(base.figures.answered);
    let machines = counted(base.machines, "machine", "machines");
    (!base.is_enough()).then(|| {
        format!(
            "{run} was partial: {answered} of its {machines} answered, so what looks better or \
             worse may be machines that had no answer then"
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
    let mut sentence = format!(
        "Since {day}: {} resolved, {} new, {} replaced by newer KBs, {} returned",
        count(Change::Resolved),
        count(Change::New),
        count(Change::Replaced),
        count(Change::Returned)
    );
    if tally[Change::Appeared] > 0 {
        let gaps = counted(tally[Change::Appeared], "gap", "gaps");
        sentence = format!("{sentence}; {gaps} on machines that were not answered then");
    }
    let machines = changes.machines;
    let are = |change| counted(tally[change], "gap is", "gaps are");
    if machines.not_answered > 0 {
        let not_answered = counted(machines.not_answered, "machine", "machines");
        let silent = match machines.silent {
            0 => String::new(),
            silent => format!(" ({} of them silent for 30 days)", thousands(silent)),
        };
        let gaps = are(Change::NotAnswered);
        sentence =
            format!("{sentence}; {not_answered} not answered{silent}: {gaps} carried, not counted");
    }
    if let Some(removed) = removed(changes) {
        let gaps = are(Change::OutOfScope);
        sentence = format!("{sentence}; {removed}: {gaps} out of scope");
    }
    sentence + "."
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
        .map(|class| format!("{} {}", signed(class.exposure), class.name()))
        .collect();
    let all = classes.iter().map(|class| class.exposure).sum();
    (!parts.is_empty()).then(|| format!("Exposure {}: {}.", signed(all), parts.join(", ")))
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
             machines that were not answered then; 1 machine not answered: 2 gaps are carried, not \
             counted; 1 machine left the list: 1 gap is out of scope."
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
}
