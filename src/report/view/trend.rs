//! The trend of one figure over the last runs.

use std::ops::Range;

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    domain::{release::ReleaseMonth, text::thousands},
    report::{TrendPoint, time::local_day},
};

/// The number of runs to show, counted from the last.
const RUNS: usize = 30;

/// A figure of the runs.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) enum Figure {
    Exposure,
    WithGaps,
    KnownExploited,
}

impl Figure {
    pub(in crate::report) const fn of(self, point: &TrendPoint) -> u64 {
        match self {
            Self::Exposure => point.exposure,
            Self::WithGaps => point.with_gaps,
            Self::KnownExploited => match point.known_exploited {
                Some(gaps) => gaps,
                None => 0,
            },
        }
    }

    pub(in crate::report) const fn title(self) -> &'static str {
        match self {
            Self::Exposure => "Exposure over the last runs",
            Self::WithGaps => "Machines with gaps over the last runs",
            Self::KnownExploited => "Known exploited gaps over the last runs",
        }
    }
}

/// The runs with the catalogue of known exploited CVEs.
pub(in crate::report) fn with_catalogue(points: &[TrendPoint]) -> Vec<TrendPoint> {
    let known = points.iter().filter(|it| it.known_exploited.is_some());
    known.copied().collect()
}

/// The runs to show. `None` if there are too few for a trend.
pub(in crate::report) fn last_runs(points: &[TrendPoint]) -> Option<&[TrendPoint]> {
    let points = &points[points.len().saturating_sub(RUNS)..];
    (points.len() > 1).then_some(points)
}

/// The figure of every run, as text.
pub(in crate::report) fn description(
    points: &[TrendPoint],
    zone: &TimeZone,
    figure: Figure,
) -> String {
    let runs = points.iter().map(|point| words(point, zone, figure));
    runs.collect::<Vec<_>>().join("; ")
}

/// The figure of a run: `2026-11-23: 1,234 (partial)`.
pub(in crate::report) fn words(point: &TrendPoint, zone: &TimeZone, figure: Figure) -> String {
    let partial = if point.is_partial() { " (partial)" } else { "" };
    let day = local_day(point.started_at, zone);
    format!("{day}: {}{partial}", thousands(figure.of(point)))
}

/// Seconds from the first run to this one.
pub(in crate::report) fn seconds(points: &[TrendPoint], point: &TrendPoint) -> u64 {
    let first = points.first().map_or(0, |it| it.started_at.as_second());
    u64::try_from(point.started_at.as_second() - first).unwrap_or(0)
}

/// The beginning of each Patch Tuesday between two times.
pub(in crate::report) fn patch_tuesdays_between(
    first: Timestamp,
    last: Timestamp,
    zone: &TimeZone,
) -> Vec<Timestamp> {
    let [from, to] = [first, last].map(|time| month(time, zone));
    let months = from.zip(to).into_iter();
    let months = months.flat_map(|(from, to)| from.through(to));
    let days =
        months.filter_map(|month| month.patch_tuesday().to_zoned_datetime(zone.clone()).ok());
    let times = days.map(|day| day.timestamp());
    times.filter(|time| (first..=last).contains(time)).collect()
}

fn month(time: Timestamp, zone: &TimeZone) -> Option<ReleaseMonth> {
    ReleaseMonth::of(time.to_zoned_datetime(zone.clone()).date())
}

/// The last Patch Tuesday between the run before this one and itself. `None` for the first run.
pub(in crate::report) fn patch_tuesday_before(
    points: &[TrendPoint],
    at: usize,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let before = points.get(at.checked_sub(1)?)?;
    let between = patch_tuesdays_between(before.started_at, points.get(at)?.started_at, zone);
    between.last().copied()
}

/// The ranges of runs that a line connects. It breaks where nights are missing, which is where the
/// interval between two runs is more than 1.5 times the median.
pub(in crate::report) fn unbroken(points: &[TrendPoint]) -> Vec<Range<usize>> {
    let pairs = || points.windows(2);
    let between = |pair: &[TrendPoint]| seconds(&pair[..1], &pair[1]);
    let mut intervals: Vec<u64> = pairs().map(between).collect();
    intervals.sort_unstable();
    let median = intervals.get(intervals.len().saturating_sub(1) / 2);
    let median = median.copied().unwrap_or(0);
    let is_break = |pair: &[TrendPoint]| between(pair) > median + median / 2;
    let breaks = (1..).zip(pairs()).filter(|(_, pair)| is_break(pair));
    let ends = breaks.map(|(at, _)| at).chain([points.len()]);
    let mut from = 0;
    ends.map(|end| std::mem::replace(&mut from, end)..end)
        .collect()
}

#[cfg(test)]
pub(in crate::report) mod tests {
    use super::*;

    pub(in crate::report) fn point(hour: u64) -> TrendPoint {
        let at = format!("2026-11-{:02}T{:02}:00:00Z", 1 + hour / 24, hour % 24);
        TrendPoint {
            run: 1,
            started_at: at.parse().unwrap(),
            machines: 5,
            answered: 5,
            with_gaps: 2,
            clean: 1,
            unsupported: None,
            kbs: 2,
            gaps: 3,
            exposure: hour,
            known_exploited: None,
            rechecked: None,
        }
    }

    #[test]
    fn line_breaks_at_missing_nights() {
        for (hours, expected) in [
            (vec![0, 24], vec![(0, 2)]),
            (vec![0, 24, 48, 96, 120], vec![(0, 3), (3, 5)]),
            (vec![0, 30, 54, 78], vec![(0, 4)]),
            (vec![0, 24, 72], vec![(0, 2), (2, 3)]),
            (vec![0, 0, 0], vec![(0, 3)]),
        ] {
            let points: Vec<_> = hours.iter().map(|hour| point(*hour)).collect();
            let ranges = unbroken(&points).into_iter();
            let ranges: Vec<_> = ranges.map(|it| (it.start, it.end)).collect();
            assert_eq!(ranges, expected, "{hours:?}");
        }
    }

    #[test]
    fn patch_tuesday_belongs_to_the_first_run_after_it() {
        // 2026-11-10 is one.
        let points = [8 * 24, 9 * 24 - 1, 9 * 24 + 3, 10 * 24].map(point);
        let marked = (0..points.len()).map(|at| {
            let day = patch_tuesday_before(&points, at, &TimeZone::UTC);
            day.map(|day| day.to_string())
        });
        let expected = [None, None, Some("2026-11-10T00:00:00Z".to_owned()), None];
        assert_eq!(marked.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn trend_needs_two_runs() {
        assert_eq!(last_runs(&[]), None);
        assert_eq!(last_runs(&[point(0)]), None);
        assert_eq!(last_runs(&[point(0), point(24)]).map(<[_]>::len), Some(2));
    }
}
