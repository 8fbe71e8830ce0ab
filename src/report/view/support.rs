//! Machines whose Windows gets no more updates, which must never count as fully patched.

use crate::{
    aggregate::{EndOfSupport, SoftwareOn},
    domain::{
        software::{RunSoftware, SUPPORT_ENDS_SOON_DAYS, Support},
        text::{counted, thousands},
    },
    report::{Run, view::coverage::Level},
};

/// The software inventory, and the day of the run.
pub(in crate::report) fn software<'run>(run: &Run<'run>) -> Option<SoftwareOn<'run>> {
    SoftwareOn::of(run.software, run.facts.started_at, &run.facts.time_zone)
}

/// Why there is no software inventory, if it was asked for.
pub(in crate::report) fn missing_software(run: &Run<'_>) -> Option<String> {
    match run.software? {
        RunSoftware::Known(_) => None,
        RunSoftware::Missing(because) => {
            Some(format!("The software inventory is missing: {because}"))
        }
    }
}

/// The display words for whether a Windows still gets updates.
pub(in crate::report) const SUPPORTS: [&str; 4] = [
    "not known",
    "supported",
    "ends within 90 days",
    "no more updates",
];

/// The word for this.
pub(in crate::report) const fn word(support: Option<Support>) -> &'static str {
    match support {
        None => SUPPORTS[0],
        Some(Support::Supported) => SUPPORTS[1],
        Some(Support::EndsSoon) => SUPPORTS[2],
        Some(Support::Unsupported) => SUPPORTS[3],
    }
}

/// The level of the warning: whether machines get no updates any more, or will not soon.
pub(in crate::report) fn level(run: &Run<'_>) -> Level {
    let with_gaps = run.fleet.end_of_support.map_or(0, |it| it.with_gaps);
    if run.fleet.coverage.unsupported + with_gaps > 0 {
        Level::Red
    } else {
        Level::Amber
    }
}

/// The warning on top of every report: `112 machines miss nothing because their Windows gets no updates
/// any more; 34 more within 90 days`. `None` if there is nothing to warn of.
pub(in crate::report) fn warning(run: &Run<'_>) -> Option<String> {
    let EndOfSupport {
        with_gaps,
        ends_soon,
    } = run.fleet.end_of_support?;
    let ended = without_gaps(run.fleet.coverage.unsupported).into_iter();
    let mut parts: Vec<String> = ended.chain(also_with_gaps(with_gaps)).collect();
    parts.extend(soon(ends_soon, parts.is_empty()));
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn without_gaps(machines: u64) -> Option<String> {
    let (miss, whose) = match machines {
        0 => return None,
        1 => ("machine misses", "its"),
        _ => ("machines miss", "their"),
    };
    let machines = thousands(machines);
    Some(format!(
        "{machines} {miss} nothing because {whose} Windows gets no updates any more"
    ))
}

fn also_with_gaps(machines: u64) -> Option<String> {
    let (machines_with_gaps, whose) = match machines {
        0 => return None,
        1 => ("machine with gaps gets", "its"),
        _ => ("machines with gaps get", "their"),
    };
    let machines = thousands(machines);
    Some(format!(
        "{machines} {machines_with_gaps} no updates for {whose} Windows any more"
    ))
}

/// The machines whose support ends soon; `is_alone` if the sentence starts with them.
fn soon(machines: u64, is_alone: bool) -> Option<String> {
    (machines > 0).then(|| {
        let days = SUPPORT_ENDS_SOON_DAYS;
        if is_alone {
            let machines = counted(machines, "machine has", "machines have");
            return format!("{machines} a Windows that gets its last updates within {days} days");
        }
        format!("{} more within {days} days", thousands(machines))
    })
}

/// The number of unsupported machines, for the headline; `None` if there are none.
pub(super) fn count(run: &Run<'_>) -> Option<String> {
    let machines = run.fleet.coverage.unsupported;
    (machines > 0).then(|| counted(machines, "machine unsupported", "machines unsupported"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        aggregate::{Coverage, Fleet},
        report::fixture::Fixture,
    };

    #[test]
    fn warning_names_all_machines_without_updates() {
        for (unsupported, with_gaps, ends_soon, expected) in [
            (0, 0, 0, None),
            (
                112,
                0,
                34,
                Some(
                    "112 machines miss nothing because their Windows gets no updates any more; \
                     34 more within 90 days",
                ),
            ),
            (
                1,
                2,
                0,
                Some(
                    "1 machine misses nothing because its Windows gets no updates any more; \
                     2 machines with gaps get no updates for their Windows any more",
                ),
            ),
            (
                0,
                1,
                0,
                Some("1 machine with gaps gets no updates for its Windows any more"),
            ),
            (
                0,
                0,
                1,
                Some("1 machine has a Windows that gets its last updates within 90 days"),
            ),
            (
                0,
                0,
                1200,
                Some("1,200 machines have a Windows that gets its last updates within 90 days"),
            ),
        ] {
            let said = Fixture::small().with_run(|run| {
                let fleet = Fleet {
                    coverage: Coverage {
                        unsupported,
                        ..Coverage::default()
                    },
                    end_of_support: Some(EndOfSupport {
                        with_gaps,
                        ends_soon,
                    }),
                    ..run.fleet.clone()
                };
                warning(&Run {
                    fleet: &fleet,
                    ..*run
                })
            });
            assert_eq!(said.as_deref(), expected);
        }
    }
}
