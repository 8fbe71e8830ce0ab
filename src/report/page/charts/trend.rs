//! The trend of one figure over the last runs.

use jiff::tz::TimeZone;

use super::{
    super::{
        paint::Paint,
        svg::{Point, Side, Svg},
    },
    scaled,
};
use crate::{
    domain::text::thousands,
    report::{TrendPoint, time::local_day as day},
};

/// The number of runs to draw, counted from the last.
const RUNS: usize = 30;
const SIZE: Point = (560.0, 220.0);
const LEFT: f64 = 12.0;
const RIGHT: f64 = 548.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 190.0;

/// The figure to draw.
#[derive(Debug, Clone, Copy)]
pub(in crate::report::page) enum Figure {
    Exposure,
    WithGaps,
}

impl Figure {
    fn of(self, point: &TrendPoint) -> u64 {
        match self {
            Self::Exposure => point.exposure,
            Self::WithGaps => point.with_gaps,
        }
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Exposure => ("trend-exposure", "Exposure over the last runs"),
            Self::WithGaps => ("trend-machines", "Machines with gaps over the last runs"),
        }
    }
}

/// Draws the chart, or returns the reason why it cannot be drawn.
pub(in crate::report::page) fn trend(
    points: &[TrendPoint],
    zone: &TimeZone,
    figure: Figure,
) -> Result<String, &'static str> {
    let points = &points[points.len().saturating_sub(RUNS)..];
    if points.len() < 2 {
        return Err("One run so far: the line begins with the second.");
    }
    let (name, title) = figure.names();
    let mut svg = Svg::new(name, SIZE);
    svg.line(Paint::Axis, &[(0.0, BOTTOM), (SIZE.0, BOTTOM)]);
    let places = places(points, figure);
    for unbroken in unbroken(points) {
        svg.line(Paint::Trend, &places[unbroken.0..unbroken.1]);
    }
    for (point, place) in points.iter().zip(&places) {
        let paint = if point.is_partial() {
            Paint::PartialRun
        } else {
            Paint::WholeRun
        };
        svg.dot(paint, *place);
    }
    label(&mut svg, points, &places, zone, figure);
    let told = points.iter().map(|it| told(it, zone, figure));
    Ok(svg.finish(title, &told.collect::<Vec<_>>().join("; ")))
}

fn told(point: &TrendPoint, zone: &TimeZone, figure: Figure) -> String {
    let partial = if point.is_partial() { " (partial)" } else { "" };
    let day = day(point.started_at, zone);
    format!("{day}: {}{partial}", thousands(figure.of(point)))
}

/// The positions of the runs: x by start time, y by the figure, starting at zero.
fn places(points: &[TrendPoint], figure: Figure) -> Vec<Point> {
    let most = points.iter().map(|it| figure.of(it)).max().unwrap_or(0);
    let span = points.last().map_or(0, |last| seconds(points, last));
    let place = |it: &TrendPoint| {
        let x = LEFT + scaled(seconds(points, it), span, RIGHT - LEFT);
        (x, BOTTOM - scaled(figure.of(it), most, BOTTOM - TOP))
    };
    points.iter().map(place).collect()
}

/// Seconds since the first run.
fn seconds(points: &[TrendPoint], point: &TrendPoint) -> u64 {
    let first = points.first().map_or(0, |it| it.started_at.as_second());
    u64::try_from(point.started_at.as_second() - first).unwrap_or(0)
}

/// The index ranges of the continuous line segments. The line breaks where nights are missing,
/// which is where the interval between two runs is more than 1.5 times the median.
fn unbroken(points: &[TrendPoint]) -> Vec<(usize, usize)> {
    let pairs = || points.windows(2);
    let between = |pair: &[TrendPoint]| seconds(&pair[..1], &pair[1]);
    let mut distances: Vec<u64> = pairs().map(between).collect();
    distances.sort_unstable();
    let usual = distances
        .get((distances.len().max(1) - 1) / 2)
        .copied()
        .unwrap_or(0);
    let breaks = (1..)
        .zip(pairs())
        .filter(|(_, pair)| between(pair) > usual + usual / 2);
    let mut from = 0;
    let mut parts = Vec::new();
    for (at, _) in breaks {
        parts.push((from, at));
        from = at;
    }
    parts.push((from, points.len()));
    parts
}

fn label(svg: &mut Svg, points: &[TrendPoint], places: &[Point], zone: &TimeZone, figure: Figure) {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return;
    };
    svg.text(
        Side::Right,
        (0.0, BOTTOM + 20.0),
        &day(first.started_at, zone),
    );
    svg.text(
        Side::Left,
        (SIZE.0, BOTTOM + 20.0),
        &day(last.started_at, zone),
    );
    let ends = [
        (Side::Right, first, places.first()),
        (Side::Left, last, places.last()),
    ];
    for (side, point, place) in ends {
        if let Some((x, y)) = place {
            let value = thousands(figure.of(point));
            svg.text(
                side,
                (
                    if matches!(side, Side::Right) {
                        x - LEFT
                    } else {
                        x + LEFT
                    },
                    y - 10.0,
                ),
                &value,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(hour: u64) -> TrendPoint {
        let at = format!("2026-11-{:02}T{:02}:00:00Z", 1 + hour / 24, hour % 24);
        TrendPoint {
            run: 1,
            started_at: at.parse().unwrap(),
            machines: 5,
            answered: 5,
            with_gaps: 2,
            kbs: 2,
            gaps: 3,
            exposure: hour,
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
            assert_eq!(unbroken(&points), expected, "{hours:?}");
        }
    }

    #[test]
    fn dots_are_placed_by_time_on_a_zero_based_scale() {
        let points = [point(0), point(24), point(96)];
        let places = places(&points, Figure::Exposure);
        assert_eq!(places, [(LEFT, BOTTOM), (146.0, 151.0), (RIGHT, TOP)]);
    }

    #[test]
    fn trend_needs_two_runs() {
        assert!(trend(&[point(0)], &TimeZone::UTC, Figure::Exposure).is_err());
        assert!(trend(&[], &TimeZone::UTC, Figure::Exposure).is_err());
    }
}
