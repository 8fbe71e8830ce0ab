//! How often kept and inferred answers were wrong in the last runs, and whether that increases.

use jiff::Timestamp;

use crate::{
    domain::accuracy::Accuracy,
    report::{TrendPoint, view::trend::last_runs},
};

pub(in crate::report) const TITLE: &str = "How often kept and inferred answers were wrong";

/// The columns, in the order of their values.
pub(in crate::report) const COLUMNS: [&str; 5] =
    ["Run", "Rechecked", "Differed", "Share", "At most"];

/// The sample of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) struct Recheck {
    pub(in crate::report) started_at: Timestamp,
    pub(in crate::report) result: Accuracy,
}

/// The samples of the last runs, oldest first. Empty if there are too few to compare.
pub(in crate::report) fn last_rechecks(points: &[TrendPoint]) -> Vec<Recheck> {
    let points = last_runs(points).unwrap_or_default().iter();
    let rechecks = points.filter_map(|point| {
        Some(Recheck {
            started_at: point.started_at,
            result: point.rechecked?,
        })
    });
    let rechecks: Vec<Recheck> = rechecks.collect();
    if rechecks.len() > 1 {
        rechecks
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::view::trend::tests::point;

    #[test]
    fn two_samples_are_a_trend() {
        let sample = |machines, differed| Some(Accuracy { machines, differed });
        let with = |hour, rechecked| TrendPoint {
            rechecked,
            ..point(hour)
        };
        let points = [
            with(0, sample(200, 1)),
            with(24, None),
            with(48, sample(230, 4)),
        ];
        let shown: Vec<_> = last_rechecks(&points)
            .iter()
            .map(|it| (it.started_at, it.result.differed))
            .collect();
        assert_eq!(
            shown,
            [(points[0].started_at, 1), (points[2].started_at, 4)]
        );
        assert_eq!(last_rechecks(&points[..2]), []);
        assert_eq!(last_rechecks(&points[2..]), []);
    }
}
