//! The charts, each with a heading, or a message if there is nothing to draw.

use askama::Template;

use super::super::{
    Scene,
    charts::{histogram, months, pareto, trend},
};
use crate::report::view::trend::Figure;

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "charts.html")]
pub(super) struct Charts {
    charts: Vec<Chart>,
}

struct Chart {
    heading: &'static str,
    /// The drawing, or a message instead.
    drawn: Result<String, &'static str>,
    note: &'static str,
}

impl Charts {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let (fleet, zone) = (scene.run.fleet, &scene.run.facts.time_zone);
        let trend = |figure| trend(scene.run.trend, zone, figure);
        let chart = |heading, drawn, note| Chart {
            heading,
            drawn,
            note,
        };
        let nothing = |nothing| match fleet.coverage.answered {
            0 => "No machine answered: nothing is known.",
            _ => nothing,
        };
        let charts = vec![
            chart(
                "Exposure by KB",
                pareto(scene.top, fleet).ok_or(nothing("No KB is missing: the exposure is 0.")),
                "Bars: exposure of each KB. Line and percentages: what is gone with this KB \
                 and those above it.",
            ),
            chart(
                "Machines by number of gaps",
                histogram(fleet).ok_or(nothing("No machine has current data.")),
                "Answered machines; those without current data are left out.",
            ),
            chart(
                Figure::Exposure.title(),
                trend(Figure::Exposure),
                "Hollow: a partial run. A break in the line: nights without a run.",
            ),
            chart(
                Figure::WithGaps.title(),
                trend(Figure::WithGaps),
                "Hollow: a partial run. A break in the line: nights without a run.",
            ),
            chart(
                "Missing KBs by release month",
                months(fleet).ok_or(nothing("No KB is missing.")),
                "As the KB's name says it. ?: the name says no month. old: the months before.",
            ),
        ];
        Self { charts }
    }
}
