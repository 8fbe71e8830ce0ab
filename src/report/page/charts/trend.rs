//! Draws the trend of one figure over the last runs.

use jiff::tz::TimeZone;

use super::{
    super::{
        paint::Paint,
        svg::{Position, Side, Svg},
    },
    plot::{Axis, BOTTOM, LEFT, RIGHT, TOP, across, mark},
};
use crate::report::{
    TrendPoint,
    time::local_day,
    view::trend::{
        Figure, description, last_runs, patch_tuesdays_between, seconds, unbroken, words,
    },
};

const SIZE: Position = (560.0, 220.0);

/// Draws the chart, or returns the reason why it cannot be drawn.
pub(in crate::report::page) fn trend(
    points: &[TrendPoint],
    zone: &TimeZone,
    figure: Figure,
) -> Result<String, &'static str> {
    let points = last_runs(points).ok_or("One run so far: the line begins with the second.")?;
    let mut svg = Svg::new(id(figure), SIZE);
    let most = points.iter().map(|it| figure.of(it)).max().unwrap_or(0);
    let axis = Axis::up_to(most);
    axis.draw(&mut svg, "");
    patch_tuesdays(&mut svg, points, zone);
    let places = places(points, &axis, figure);
    for runs in unbroken(points) {
        svg.line(Paint::Trend, &places[runs]);
    }
    for (point, place) in points.iter().zip(&places) {
        let paint = if point.is_partial() {
            Paint::PartialRun
        } else {
            Paint::WholeRun
        };
        svg.titled_dot(paint, *place, &words(point, zone, figure));
    }
    days(&mut svg, points, zone);
    Ok(svg.finish(figure.title(), &description(points, zone, figure)))
}

const fn id(figure: Figure) -> &'static str {
    match figure {
        Figure::Exposure => "trend-exposure",
        Figure::WithGaps => "trend-machines",
        Figure::KnownExploited => "trend-exploited",
    }
}

/// The positions of the runs: x by start time, y by the figure, starting at zero.
fn places(points: &[TrendPoint], axis: &Axis, figure: Figure) -> Vec<Position> {
    let span = points.last().map_or(0, |last| seconds(points, last));
    let place = |it: &TrendPoint| {
        let x = across(seconds(points, it), span);
        (x, axis.place(figure.of(it)))
    };
    points.iter().map(place).collect()
}

/// Marks the days on which Microsoft released updates.
fn patch_tuesdays(svg: &mut Svg, points: &[TrendPoint], zone: &TimeZone) {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return;
    };
    let span = seconds(points, last);
    for time in patch_tuesdays_between(first.started_at, last.started_at, zone) {
        let after = u64::try_from(time.as_second() - first.started_at.as_second());
        let x = across(after.unwrap_or(0), span);
        mark(svg, x);
        svg.text(Side::Middle, (x, TOP - 8.0), "Patch Tuesday");
    }
}

/// Writes the first and the last day below the axis.
fn days(svg: &mut Svg, points: &[TrendPoint], zone: &TimeZone) {
    let ends = [(Side::Right, LEFT), (Side::Left, RIGHT)];
    let runs = points.first().into_iter().chain(points.last());
    for ((side, x), point) in ends.into_iter().zip(runs) {
        svg.text(side, (x, BOTTOM + 20.0), &local_day(point.started_at, zone));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::view::trend::tests::point;

    #[test]
    fn dots_are_placed_by_time_on_a_zero_based_scale() {
        let points = [point(0), point(25), point(100)];
        let places = places(&points, &Axis::up_to(100), Figure::Exposure);
        assert_eq!(places, [(LEFT, BOTTOM), (185.0, 148.5), (RIGHT, TOP)]);
    }

    #[test]
    fn trend_needs_two_runs() {
        assert!(trend(&[point(0)], &TimeZone::UTC, Figure::Exposure).is_err());
        assert!(trend(&[], &TimeZone::UTC, Figure::Exposure).is_err());
    }

    #[test]
    fn values_and_patch_tuesdays_are_drawn() {
        let days = [9 * 24, 10 * 24, 11 * 24].map(point);
        let drawn = trend(&days, &TimeZone::UTC, Figure::Exposure).unwrap();
        assert_eq!(
            drawn.matches(">Patch Tuesday</text>").count(),
            1,
            "2026-11-10"
        );
        assert!(drawn.contains("<title>2026-11-11: 240</title>"), "{drawn}");
        assert!(drawn.contains(">300</text>"), "{drawn}");
        let before = trend(&[point(0), point(24)], &TimeZone::UTC, Figure::Exposure);
        assert!(!before.unwrap().contains("Patch Tuesday"));
    }
}
