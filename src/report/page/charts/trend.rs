//! Draws the trend of one figure over the last runs.

use jiff::tz::TimeZone;

use super::{
    super::{
        paint::Paint,
        svg::{Position, Side, Svg},
    },
    scaled,
};
use crate::{
    domain::text::thousands,
    report::{
        TrendPoint,
        time::local_day,
        view::trend::{Figure, description, last_runs, seconds, unbroken},
    },
};

const SIZE: Position = (560.0, 220.0);
const LEFT: f64 = 12.0;
const RIGHT: f64 = 548.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 190.0;

/// Draws the chart, or returns the reason why it cannot be drawn.
pub(in crate::report::page) fn trend(
    points: &[TrendPoint],
    zone: &TimeZone,
    figure: Figure,
) -> Result<String, &'static str> {
    let points = last_runs(points).ok_or("One run so far: the line begins with the second.")?;
    let mut svg = Svg::new(id(figure), SIZE);
    svg.line(Paint::Axis, &[(0.0, BOTTOM), (SIZE.0, BOTTOM)]);
    let places = places(points, figure);
    for runs in unbroken(points) {
        svg.line(Paint::Trend, &places[runs]);
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
    Ok(svg.finish(figure.title(), &description(points, zone, figure)))
}

const fn id(figure: Figure) -> &'static str {
    match figure {
        Figure::Exposure => "trend-exposure",
        Figure::WithGaps => "trend-machines",
    }
}

/// The positions of the runs: x by start time, y by the figure, starting at zero.
fn places(points: &[TrendPoint], figure: Figure) -> Vec<Position> {
    let most = points.iter().map(|it| figure.of(it)).max().unwrap_or(0);
    let span = points.last().map_or(0, |last| seconds(points, last));
    let place = |it: &TrendPoint| {
        let x = LEFT + scaled(seconds(points, it), span, RIGHT - LEFT);
        (x, BOTTOM - scaled(figure.of(it), most, BOTTOM - TOP))
    };
    points.iter().map(place).collect()
}

fn label(
    svg: &mut Svg,
    points: &[TrendPoint],
    places: &[Position],
    zone: &TimeZone,
    figure: Figure,
) {
    let ends = points.first().zip(places.first()).into_iter();
    let ends = ends.chain(points.last().zip(places.last()));
    let ends = [(Side::Right, 0.0, -LEFT), (Side::Left, SIZE.0, LEFT)]
        .into_iter()
        .zip(ends);
    for ((side, edge, _), (point, _)) in ends.clone() {
        let day = local_day(point.started_at, zone);
        svg.text(side, (edge, BOTTOM + 20.0), &day);
    }
    for ((side, _, beside), (point, (x, y))) in ends {
        svg.text(side, (x + beside, y - 10.0), &thousands(figure.of(point)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::view::trend::tests::point;

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
