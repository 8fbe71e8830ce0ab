//! How many machines were queried, and where the other answers come from.

use crate::{
    aggregate::{Coverage, SourceCounts},
    domain::{
        answer::Source,
        bulk::BulkReading,
        call_selection::{AnnouncedChanges, CallSelection},
        text::{counted, thousands},
    },
    report::Run,
};

/// `3,214 of 98,120 machines were queried, 94,906 inferred from machines with the same Microsoft
/// software in the same versions; of 1,960 rechecked machines 5 differed (0.26 %, at most 0.6 %)`. `None`
/// if all answers are those of calls of this run.
pub fn sentence(run: &Run<'_>) -> Option<String> {
    let (coverage, sources) = (&run.fleet.coverage, run.fleet.sources);
    if sources.is_all_calls() {
        return everyone_because(run);
    }
    let mut asked = described(sources, coverage);
    if let Some(bulk) = run.bulk {
        asked = format!("{asked}; {}", described_bulk(bulk));
    }
    let rechecked = run
        .selection
        .map(|it| it.rechecked)
        .filter(|it| it.machines > 0);
    if let Some(announced) = run.selection.and_then(described_announcements) {
        asked = format!("{asked}; {announced}");
    }
    Some(match rechecked {
        Some(rechecked) => format!("{asked}; {}", rechecked.sentence()),
        None => asked,
    })
}

/// How the service's own changes compare with the software inventory; `None` if they were not
/// requested.
fn described_announcements(selection: &CallSelection) -> Option<String> {
    let named = counted(selection.named?, "changed machine", "changed machines");
    let AnnouncedChanges {
        changed,
        named: of_these,
        by_software,
    } = selection.announced;
    if changed == 0 {
        return Some(format!("the service named {named}"));
    }
    Some(format!(
        "the service named {named}; of {} that had changed it named {}, and the software of {} showed it",
        thousands(changed),
        thousands(of_these),
        thousands(by_software)
    ))
}

/// The age of the bulk source, and how its machines differ from the list.
fn described_bulk(bulk: BulkReading) -> String {
    let time = bulk.generated_at.strftime("%F %R UTC");
    let unlisted = match bulk.unlisted {
        0 => String::new(),
        1 => ", with 1 machine that is not on the list".to_owned(),
        many => format!(
            ", with {} machines that are not on the list",
            thousands(many)
        ),
    };
    let source = match bulk.source {
        Source::Hunting => "the queries are",
        _ => "the export is",
    };
    format!("{source} as of {time}{unlisted}")
}

/// How many answers each source gave, such as `3 of 4 machines were queried, 1 kept from earlier runs`.
fn described(sources: SourceCounts, coverage: &Coverage) -> String {
    let asked = sources.calls + coverage.not_found + coverage.failed;
    let is_bulk = sources.export + sources.hunting > 0;
    let parts = [
        (if is_bulk { sources.calls } else { asked }, "queried"),
        (sources.kept, "kept from earlier runs"),
        (
            sources.inferred,
            "inferred from machines with the same Microsoft software in the same versions",
        ),
        (
            sources.export,
            "answered by the export of software vulnerabilities",
        ),
        (sources.hunting, "answered by hunting queries"),
    ];
    let mut text = String::new();
    for (number, how) in parts.into_iter().filter(|it| it.0 > 0) {
        let number = match (text.is_empty(), number) {
            (false, number) => format!(", {}", thousands(number)),
            (true, number) => {
                let machines = counted(coverage.machines(), "machine", "machines");
                let were = if number == 1 { "was" } else { "were" };
                format!("{} of {machines} {were}", thousands(number))
            }
        };
        text = format!("{text}{number} {how}");
    }
    text
}

/// Why every machine was requested although only some were planned; `None` in other runs.
fn everyone_because(run: &Run<'_>) -> Option<String> {
    let because = run.selection?.everyone_because.as_ref()?;
    Some(format!("No answers were kept or inferred: {because}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    use crate::{aggregate::Fleet, report::fixture::Fixture};

    fn said(sources: SourceCounts, failed: u64) -> Option<String> {
        Fixture::small().with_run(|run| {
            let fleet = Fleet {
                coverage: Coverage {
                    answered: sources.calls
                        + sources.kept
                        + sources.inferred
                        + sources.export
                        + sources.hunting,
                    failed,
                    ..Coverage::default()
                },
                sources,
                ..run.fleet.clone()
            };
            let bulk = BulkReading {
                source: Source::Export,
                generated_at: Timestamp::UNIX_EPOCH,
                unlisted: failed,
                rows_without_cve: 0,
            };
            sentence(&Run {
                bulk: (sources.export > 0).then_some(bulk),
                fleet: &fleet,
                ..*run
            })
        })
    }

    #[test]
    fn asked_machines_include_those_without_an_answer() {
        let sources = |calls, kept, inferred| SourceCounts {
            calls,
            kept,
            inferred,
            ..SourceCounts::default()
        };
        for (sources, failed, expected) in [
            (sources(98_120, 0, 0), 4, None),
            (
                sources(3_214, 0, 94_906),
                0,
                Some(
                    "3,214 of 98,120 machines were queried, 94,906 inferred from machines with the \
                     same Microsoft software in the same versions",
                ),
            ),
            (
                sources(8, 90, 0),
                2,
                Some("10 of 100 machines were queried, 90 kept from earlier runs"),
            ),
            (
                sources(1, 1, 1),
                0,
                Some(
                    "1 of 3 machines was queried, 1 kept from earlier runs, 1 inferred from machines \
                     with the same Microsoft software in the same versions",
                ),
            ),
        ] {
            assert_eq!(said(sources, failed).as_deref(), expected);
        }
    }

    #[test]
    fn machines_of_a_bulk_source_are_not_asked() {
        for (sources, failed, expected) in [
            (
                SourceCounts {
                    calls: 7,
                    export: 2_000,
                    ..SourceCounts::default()
                },
                9,
                "7 of 2,016 machines were queried, 2,000 answered by the export of software \
                     vulnerabilities; the export is as of 1970-01-01 00:00 UTC, with 9 machines that are \
                     not on the list",
            ),
            (
                SourceCounts {
                    hunting: 1,
                    ..SourceCounts::default()
                },
                9,
                "1 of 10 machines was answered by hunting queries",
            ),
        ] {
            assert_eq!(said(sources, failed).as_deref(), Some(expected));
        }
    }
}
