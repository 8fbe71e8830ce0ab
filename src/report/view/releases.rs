//! Time to patch: how fast the machines get the updates of a month.

use crate::{
    changes::{Start, TimeToPatch},
    domain::text::{counted, share},
};

/// The releases that were followed for at least a day, the latest first.
pub(in crate::report) fn followed(releases: &[TimeToPatch]) -> impl Iterator<Item = &TimeToPatch> {
    releases.iter().filter(|release| release.runs.len() > 1)
}

/// The progress of a release: `April 2026: 41.0 % still miss it 19 days after Patch Tuesday; half
/// of the machines that needed it had it after 12 days`.
pub(in crate::report) fn sentence(release: &TimeToPatch) -> String {
    format!("{}; {}", still_missing(release), half(release))
}

/// How many machines still miss a release.
pub(in crate::report) fn still_missing(release: &TimeToPatch) -> String {
    let month = release.month;
    let Some(last) = release.runs.last() else {
        return format!("{month}: not seen yet");
    };
    let missing = share(last.machines, last.answered);
    let start = match release.from {
        Start::PatchTuesday => "Patch Tuesday",
        Start::FirstSeen => "it was first seen",
    };
    let day = days(last.day);
    format!("{month}: {missing} still miss it {day} after {start}")
}

/// How long the faster half of the machines took.
pub(in crate::report) fn half(release: &TimeToPatch) -> String {
    release.median_days.map_or_else(
        || "less than half of the machines that needed it have it".to_owned(),
        |median| {
            format!(
                "half of the machines that needed it had it after {}",
                days(median)
            )
        },
    )
}

fn days(days: u32) -> String {
    counted(days.into(), "day", "days")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{changes::StillMissing, domain::release::ReleaseMonth};

    fn release(from: Start, median_days: Option<u32>) -> TimeToPatch {
        let run = |day, machines| StillMissing {
            day,
            machines,
            answered: 200,
        };
        TimeToPatch {
            month: ReleaseMonth::new(2026, 4).unwrap(),
            from,
            started_at: "2026-04-14T00:00:00Z".parse().unwrap(),
            runs: vec![run(1, 200), run(19, 82)],
            median_days,
        }
    }

    #[test]
    fn release_is_described_with_its_median() {
        for (release, expected) in [
            (
                release(Start::PatchTuesday, Some(12)),
                "April 2026: 41.0 % still miss it 19 days after Patch Tuesday; half of the machines \
                 that needed it had it after 12 days",
            ),
            (
                release(Start::FirstSeen, None),
                "April 2026: 41.0 % still miss it 19 days after it was first seen; less than half \
                 of the machines that needed it have it",
            ),
        ] {
            assert_eq!(sentence(&release), expected);
        }
    }

    #[test]
    fn release_seen_once_is_not_followed() {
        let mut once = release(Start::FirstSeen, None);
        once.runs.truncate(1);
        let releases = [once, release(Start::PatchTuesday, Some(1))];
        assert_eq!(followed(&releases).count(), 1);
    }
}
