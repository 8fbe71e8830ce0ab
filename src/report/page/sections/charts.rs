//! The charts, each with a heading, or a message if there is nothing to draw.

use askama::Template;

use super::super::{
    Scene,
    charts::{histogram, months, pareto, releases, trend as trend_of},
};
use crate::{
    aggregate::Fleet,
    report::view::trend::{Figure, with_catalogue},
};

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
        let trend = |figure| trend_of(scene.run.trend, zone, figure);
        let about_trend = "Hollow: a partial run. A break in the line: nights without a run. Dashed: Patch Tuesday.";
        let not_followed = "Not known yet: it takes two runs since a release was first seen.";
        let chart = |heading, drawn, note| Chart {
            heading,
            drawn,
            note,
        };
        let nothing = |nothing| match fleet.coverage.answered {
            0 => "No machine answered: nothing is known.",
            _ => nothing,
        };
        let catalogued = with_catalogue(scene.run.trend);
        let mut charts = vec![
            chart(
                "Which KBs cause most of the exposure score?",
                pareto(scene.top, fleet).ok_or(nothing(no_exposure(fleet))),
                "At the right: the share of the exposure score that this KB and those above it remove.",
            ),
            chart(
                "How many gaps do machines have?",
                histogram(fleet).ok_or(nothing("No machine has current data.")),
                "Answered machines; those without current data are left out.",
            ),
            chart(
                Figure::Exposure.title(),
                trend(Figure::Exposure),
                about_trend,
            ),
            chart(
                Figure::WithGaps.title(),
                trend(Figure::WithGaps),
                about_trend,
            ),
            chart(
                "How old is what machines miss?",
                months(fleet).ok_or(nothing("No KB is missing.")),
                "Machines with gaps by the month of their oldest missing update, taken from its \
                 title. \"?\" = none in the title; \"old\" = earlier.",
            ),
            chart(
                "How fast are releases installed?",
                releases(scene.run.releases).ok_or(nothing(not_followed)),
                "Machines that still miss an update of the month, by days since its Patch Tuesday, \
                 or since it was first seen if that was more than 35 days later.",
            ),
        ];
        if fleet.known_exploited.is_some() {
            let figure = Figure::KnownExploited;
            let drawn = trend_of(&catalogued, zone, figure);
            charts.insert(0, chart(figure.title(), drawn, about_trend));
        }
        Self { charts }
    }
}

/// Why there is no exposure to remove.
fn no_exposure(fleet: &Fleet) -> &'static str {
    match fleet.policy.accepted.gaps {
        _ if fleet.kbs.is_empty() => "No KB is missing: the exposure is 0.",
        0 => "No missing KB addresses a CVE: the exposure is 0.",
        _ => "No exposure is left to remove: what remains is accepted.",
    }
}
