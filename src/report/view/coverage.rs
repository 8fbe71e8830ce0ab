//! The number of machines that answered, and what that means for all other figures.

use crate::{
    aggregate::{Answered, Coverage, MachineStatus},
    domain::{
        ending::{EndingWord, RunOutcome},
        skip_reason::describe,
        text::{counted, share, thousands, whole_share},
    },
    report::{Run, time::rfc3339},
};

/// If more than one in this many machines is not found, the list or the tenant is probably wrong.
const TOO_MANY_NOT_FOUND: u64 = 5;

/// The machines of the list with one status, and the display label of that status.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct StatusCount {
    pub(in crate::report) status: MachineStatus,
    pub(in crate::report) label: &'static str,
    pub(in crate::report) machines: u64,
}

/// The list's machines by status. The parts add up to the whole list.
pub(in crate::report) fn parts(coverage: &Coverage) -> [StatusCount; 4] {
    let part = |status, label, machines| StatusCount {
        status,
        label,
        machines,
    };
    [
        part(MachineStatus::Answered, "answered", coverage.answered),
        part(MachineStatus::NotFound, "not found", coverage.not_found),
        part(MachineStatus::Failed, "failed", coverage.failed),
        part(MachineStatus::Pending, "not queried", coverage.pending),
    ]
}

/// `3 of 5 machines answered (60.0 %)`.
pub(in crate::report) fn answered(coverage: &Coverage) -> String {
    answered_of(coverage.answered, coverage.machines())
}

/// Likewise, with so many answers of so many machines.
pub(in crate::report) fn answered_of(answered: u64, machines: u64) -> String {
    let share = share(answered, machines);
    let machines = counted(machines, "machine", "machines");
    format!("{} of {machines} answered ({share})", thousands(answered))
}

/// The number of machines without an answer.
pub(in crate::report) fn unanswered(coverage: &Coverage) -> u64 {
    coverage.machines() - coverage.answered
}

/// How serious it is that machines have no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Level {
    /// From 95 % on, most figures are close to those of the whole list.
    Amber,
    /// Below 95 %, no figure represents the list.
    Red,
}

/// The warning that the figures do not represent the whole list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Banner {
    pub(in crate::report) level: Level,
    pub(in crate::report) text: String,
}

/// The percentage of answered machines from which the banner is amber. [`Coverage::is_partial`]
/// defines the share without a banner.
const AMBER: u128 = 95;

/// The warning that machines have no result, with the reason. `None` if enough answered.
pub(in crate::report) fn banner(run: &Run<'_>) -> Option<Banner> {
    let coverage = &run.fleet.coverage;
    let percent = |count: u64, percent: u128| u128::from(count) * percent;
    let level = if percent(coverage.answered, 100) >= percent(coverage.machines(), AMBER) {
        Level::Amber
    } else {
        Level::Red
    };
    coverage.is_partial().then(|| Banner {
        level,
        text: no_result(run),
    })
}

/// `Partial: no result for 107 of 5,000 machines (interrupted)`. A run that is complete, because so
/// few answers were enough, is not called partial.
fn no_result(run: &Run<'_>) -> String {
    let coverage = &run.fleet.coverage;
    let word = match run.facts.outcome {
        RunOutcome::Complete => "No result",
        _ => "Partial: no result",
    };
    let why = why(run).map_or_else(String::new, |why| format!(" ({why})"));
    let machines = counted(coverage.machines(), "machine", "machines");
    format!(
        "{word} for {} of {machines}{why}",
        thousands(unanswered(coverage))
    )
}

/// Why a run ended before all machines were requested.
fn why(run: &Run<'_>) -> Option<&'static str> {
    match (run.facts.outcome, run.facts.ended) {
        (RunOutcome::Interrupted, _) => Some("interrupted"),
        (RunOutcome::Refused, _) => Some("refused by the service"),
        (_, Some(EndingWord::OutOfTime)) => Some("the time limit was reached"),
        (RunOutcome::Complete | RunOutcome::Partial, _) => None,
    }
}

/// The line about machines that were not requested. `None` if all were.
pub(in crate::report) fn pending(run: &Run<'_>) -> Option<String> {
    let pending = run.fleet.coverage.pending;
    let machines = counted(
        pending,
        "machine was not queried",
        "machines were not queried",
    );
    let why = why(run).map_or_else(String::new, |why| format!(" ({why})"));
    (pending > 0).then(|| format!("{machines}{why}"))
}

/// The question to show when too many machines are not found.
pub(in crate::report) fn wrong_list(coverage: &Coverage) -> Option<String> {
    let is_too_many = coverage.not_found > coverage.machines() / TOO_MANY_NOT_FOUND;
    let share = whole_share(coverage.not_found, coverage.machines());
    is_too_many.then(|| {
        format!(
            "{share} of the machines were not found. Is this the right list, \
             and the right tenant?"
        )
    })
}

/// The number of skipped machines on the list, by reason.
pub(in crate::report) fn skipped(run: &Run<'_>) -> Option<String> {
    let skipped = run.fleet.skipped_because();
    let machines = counted(
        skipped.values().sum(),
        "machine on the list was skipped",
        "machines on the list were skipped",
    );
    (!skipped.is_empty()).then(|| format!("{machines}: {}", describe(&skipped)))
}

/// The number of answers reused from the store, and the time of the oldest.
pub(in crate::report) fn reused(run: &Run<'_>) -> Option<String> {
    let answered = run.fleet.machines.iter().flat_map(|row| &row.result);
    let oldest = answered
        .filter(|answered| answered.reused)
        .map(Answered::answered_at)
        .min()?;
    let reused = run.fleet.coverage.reused;
    let answers = counted(reused, "answer was", "answers were");
    Some(format!(
        "{answers} already stored; the oldest is from {}",
        rfc3339(oldest)
    ))
}

/// The number of fully patched machines. Without last-seen dates, some may be offline instead.
pub(in crate::report) fn clean(run: &Run<'_>) -> Option<String> {
    let clean = run.fleet.coverage.clean;
    let machines = counted(clean, "machine has", "machines have");
    let doubt = match (run.inventory.last_seen_column(), clean) {
        (Some(_), _) => "",
        (None, 1) => ". The list has no last-seen date, so it may simply be offline",
        (None, _) => ". The list has no last-seen date, so some may simply be offline",
    };
    (clean > 0).then(|| format!("{machines} no missing updates{doubt}"))
}

/// The number of machines without current data: they have not been seen lately, so their empty
/// answer means nothing.
pub(in crate::report) fn no_current_data(run: &Run<'_>) -> Option<String> {
    let silent = run.fleet.coverage.no_current_data;
    let machines = counted(silent, "machine has", "machines have");
    (silent > 0).then(|| {
        format!(
            "{machines} no current data: not seen for more than 30 days, so not counted as fully \
             patched"
        )
    })
}

/// The number of clean machines that may be silent instead, because the list's "last seen" values
/// could not be parsed. `None` if they could.
pub(in crate::report) fn last_seen_in_doubt(run: &Run<'_>) -> Option<String> {
    let unread = run.fleet.unread_last_seen.as_ref()?;
    let column = &run.inventory.columns[run.inventory.last_seen_column()?];
    Some(format!(
        "{} without missing updates may simply be offline: {}",
        counted(unread.machines, "machine", "machines"),
        unread.sentence(column)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        aggregate::Fleet,
        report::{Facts, fixture::Fixture},
    };

    /// The banner and the line about machines that were not requested.
    fn said(
        coverage: Coverage,
        outcome: RunOutcome,
        ended: EndingWord,
    ) -> (Option<Banner>, Option<String>) {
        Fixture::small().with_run(|run| {
            let fleet = Fleet {
                coverage,
                ..run.fleet.clone()
            };
            let facts = Facts {
                outcome,
                ended: Some(ended),
                ..run.facts.clone()
            };
            let run = Run {
                fleet: &fleet,
                facts: &facts,
                ..*run
            };
            (banner(&run), pending(&run))
        })
    }

    #[test]
    fn banner_is_as_loud_as_the_case() {
        for (answered, failed, expected) in [
            (5000, 0, None),
            (4900, 100, None),
            (4899, 101, Some((Level::Amber, "101 of 5,000"))),
            (4750, 250, Some((Level::Amber, "250 of 5,000"))),
            (4749, 251, Some((Level::Red, "251 of 5,000"))),
            (0, 1, Some((Level::Red, "1 of 1"))),
            (0, 0, None),
        ] {
            let coverage = Coverage {
                answered,
                failed,
                ..Coverage::default()
            };
            let expected = expected.map(|(level, counts)| Banner {
                level,
                text: match counts {
                    "1 of 1" => "Partial: no result for 1 of 1 machine".to_owned(),
                    counts => format!("Partial: no result for {counts} machines"),
                },
            });
            assert_eq!(
                said(coverage, RunOutcome::Partial, EndingWord::Finished),
                (expected, None),
                "{answered}"
            );
        }
    }

    #[test]
    fn banner_says_how_the_run_ended() {
        let coverage = Coverage {
            answered: 7,
            pending: 3,
            ..Coverage::default()
        };
        for (outcome, ended, banner, pending) in [
            (
                RunOutcome::Partial,
                EndingWord::Finished,
                "Partial: no result for 3 of 10 machines",
                "3 machines were not queried",
            ),
            (
                RunOutcome::Partial,
                EndingWord::OutOfTime,
                "Partial: no result for 3 of 10 machines (the time limit was reached)",
                "3 machines were not queried (the time limit was reached)",
            ),
            (
                RunOutcome::Interrupted,
                EndingWord::Interrupted,
                "Partial: no result for 3 of 10 machines (interrupted)",
                "3 machines were not queried (interrupted)",
            ),
            (
                RunOutcome::Refused,
                EndingWord::Refused,
                "Partial: no result for 3 of 10 machines (refused by the service)",
                "3 machines were not queried (refused by the service)",
            ),
            // So few answers were enough: `--min-coverage`.
            (
                RunOutcome::Complete,
                EndingWord::Finished,
                "No result for 3 of 10 machines",
                "3 machines were not queried",
            ),
        ] {
            let (shown, line) = said(coverage, outcome, ended);
            assert_eq!(shown.map(|it| it.text).as_deref(), Some(banner));
            assert_eq!(line.as_deref(), Some(pending));
        }
    }

    #[test]
    fn few_pending_machines_are_one_plain_line() {
        let coverage = Coverage {
            answered: 99,
            pending: 1,
            ..Coverage::default()
        };
        let line = "1 machine was not queried".to_owned();
        assert_eq!(
            said(coverage, RunOutcome::Partial, EndingWord::Finished),
            (None, Some(line))
        );
    }
}
