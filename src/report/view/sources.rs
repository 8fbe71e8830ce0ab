//! How many machines were asked, and where the other answers come from.

use crate::{
    domain::text::{counted, thousands},
    report::Run,
};

/// `3,214 of 98,120 machines were asked, 94,906 inferred from machines with the same Microsoft
/// software in the same versions; of 1,960 rechecked machines 5 differed (0.26 %, at most 0.6 %)`. `None`
/// if all answers are those of calls of this run.
pub(in crate::report) fn sentence(run: &Run<'_>) -> Option<String> {
    let (coverage, sources) = (&run.fleet.coverage, run.fleet.sources);
    if sources.is_all_calls() {
        return everyone_because(run);
    }
    let asked = sources.calls + coverage.not_found + coverage.failed;
    let machines = counted(coverage.machines(), "machine", "machines");
    let were = if asked == 1 { "was" } else { "were" };
    let mut parts = vec![format!("{} of {machines} {were} asked", thousands(asked))];
    if sources.kept > 0 {
        let kept = thousands(sources.kept);
        parts.push(format!("{kept} kept from earlier runs"));
    }
    if sources.inferred > 0 {
        let inferred = thousands(sources.inferred);
        parts.push(format!(
            "{inferred} inferred from machines with the same Microsoft software in the same versions"
        ));
    }
    let asked = parts.join(", ");
    let rechecked = run
        .selection
        .map(|it| it.rechecked)
        .filter(|it| it.machines > 0);
    Some(match rechecked {
        Some(rechecked) => format!("{asked}; {}", rechecked.sentence()),
        None => asked,
    })
}

/// Why every machine was called for although the run was to call for some; `None` if it was not.
fn everyone_because(run: &Run<'_>) -> Option<String> {
    let because = run.selection?.everyone_because.as_ref()?;
    Some(format!("No answers were kept or inferred: {because}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        aggregate::{Coverage, Fleet, SourceCounts},
        report::fixture::Fixture,
    };

    #[test]
    fn asked_machines_include_those_without_an_answer() {
        let sources = |calls, kept, inferred| SourceCounts {
            calls,
            kept,
            inferred,
        };
        for (sources, failed, expected) in [
            (sources(98_120, 0, 0), 4, None),
            (
                sources(3_214, 0, 94_906),
                0,
                Some(
                    "3,214 of 98,120 machines were asked, 94,906 inferred from machines with the \
                     same Microsoft software in the same versions",
                ),
            ),
            (
                sources(8, 90, 0),
                2,
                Some("10 of 100 machines were asked, 90 kept from earlier runs"),
            ),
            (
                sources(1, 1, 1),
                0,
                Some(
                    "1 of 3 machines was asked, 1 kept from earlier runs, 1 inferred from machines \
                     with the same Microsoft software in the same versions",
                ),
            ),
        ] {
            let said = Fixture::small().with_run(|run| {
                let fleet = Fleet {
                    coverage: Coverage {
                        answered: sources.calls + sources.kept + sources.inferred,
                        failed,
                        ..Coverage::default()
                    },
                    sources,
                    ..run.fleet.clone()
                };
                sentence(&Run {
                    fleet: &fleet,
                    ..*run
                })
            });
            assert_eq!(said.as_deref(), expected);
        }
    }
}
