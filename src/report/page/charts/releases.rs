//! Time to patch: for each of the last releases, the share of machines that still miss it, day by day.

use super::{
    super::{
        paint::Paint,
        svg::{Position, Side, Svg},
    },
    plot::{Axis, BOTTOM, LEFT, RIGHT, TOP, across},
    scaled,
};
use crate::{
    changes::{StillMissing, TimeToPatch},
    domain::text::{counted, share},
    report::view::releases::{followed, half, sentence, still_missing},
};

const WIDTH: f64 = 560.0;
/// The height of a release in the legend: two lines.
const ROW: f64 = 36.0;
const LINE: f64 = 16.0;
/// The first line of the legend, below the days.
const LEGEND: f64 = BOTTOM + 48.0;

/// Draws the chart. `None` if no release can be followed yet.
pub(in crate::report::page) fn releases(releases: &[TimeToPatch]) -> Option<String> {
    let releases: Vec<&TimeToPatch> = followed(releases).collect();
    let days = releases.iter().filter_map(|it| it.runs.last());
    let last = days.map(|run| run.day).max()?.max(1);
    let rows: f64 = releases.iter().map(|_| ROW).sum();
    let mut svg = Svg::new("time-to-patch", (WIDTH, LEGEND + rows));
    let axis = Axis::up_to(100);
    axis.draw(&mut svg, " %");
    svg.text(Side::Right, (LEFT, BOTTOM + 20.0), "day 0");
    svg.text(Side::Left, (RIGHT, BOTTOM + 20.0), &format!("day {last}"));
    let mut y = LEGEND;
    for (at, release) in (0..).zip(&releases) {
        line(&mut svg, at, release, last);
        legend(&mut svg, at, y, release);
        y += ROW;
    }
    let sentences = releases.iter().map(|release| sentence(release));
    let sentences: Vec<String> = sentences.collect();
    Some(svg.finish("Time to patch by release", &sentences.join("; ")))
}

fn line(svg: &mut Svg, at: u8, release: &TimeToPatch, last: u32) {
    let place = |run: &StillMissing| (across(run.day.into(), last.into()), height(run));
    let places: Vec<Position> = release.runs.iter().map(place).collect();
    svg.line(Paint::Release(at), &places);
    for (run, place) in release.runs.iter().zip(places) {
        let missing = share(run.machines, run.answered);
        let day = counted(run.day.into(), "day", "days");
        let value = format!("{}: {missing} after {day}", release.month);
        svg.titled_dot(Paint::ReleaseDot(at), place, &value);
    }
}

fn height(run: &StillMissing) -> f64 {
    BOTTOM - scaled(run.machines, run.answered, BOTTOM - TOP)
}

/// Two lines, because one would not fit.
fn legend(svg: &mut Svg, at: u8, y: f64, release: &TimeToPatch) {
    svg.line(Paint::Release(at), &[(0.0, y - 4.0), (24.0, y - 4.0)]);
    svg.text(Side::Right, (32.0, y), &still_missing(release));
    svg.text(Side::Right, (32.0, y + LINE), &half(release));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{changes::Start, domain::release::ReleaseMonth};

    fn release(runs: &[(u32, u64)]) -> TimeToPatch {
        let runs = runs.iter().map(|&(day, machines)| StillMissing {
            day,
            machines,
            answered: 200,
        });
        TimeToPatch {
            month: ReleaseMonth::new(2026, 4).unwrap(),
            from: Start::PatchTuesday,
            started_at: "2026-04-14T00:00:00Z".parse().unwrap(),
            runs: runs.collect(),
            median_days: Some(7),
        }
    }

    #[test]
    fn release_is_a_line_from_its_first_to_its_last_day() {
        let drawn = releases(&[release(&[(0, 200), (7, 100), (14, 0)])]).unwrap();
        let middle = f64::midpoint(BOTTOM, TOP);
        let line = format!(r#"points="{LEFT},{TOP} 306,{middle} {RIGHT},{BOTTOM}""#);
        assert!(drawn.contains(&line), "{line}: {drawn}");
        for part in [
            "<title>April 2026: 50.0 % after 7 days</title>",
            ">100 %</text>",
            ">day 14</text>",
            ">half of the machines that needed it had it after 7 days</text>",
        ] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
        assert_eq!(releases(&[]), None);
        assert_eq!(releases(&[release(&[(3, 5)])]), None);
    }

    /// A character is about seven wide.
    #[test]
    fn legend_fits_beside_its_lines() {
        let mut longest = release(&[(0, 200), (100, 199)]);
        longest.month = ReleaseMonth::new(2026, 9).unwrap();
        longest.from = Start::FirstSeen;
        longest.median_days = None;
        let drawn = releases(&[longest]).unwrap();
        let texts = drawn.split(r#"<text x="32""#).skip(1);
        let texts = texts.map(|it| &it[it.find('>').unwrap() + 1..it.find('<').unwrap()]);
        let lengths: Vec<usize> = texts.map(str::len).collect();
        assert_eq!(lengths.len(), 2);
        let room = (560 - 32) / 7;
        assert!(lengths.iter().all(|it| *it <= room), "{lengths:?}: {drawn}");
    }
}
