//! The fleet's figures beside those of the base.

use crate::{
    aggregate::{Answered, Fleet},
    changes::Figures,
    domain::text::{signed, thousands},
    report::Run,
};

/// The current figures, in the same form as the base's.
pub(in crate::report) fn today(fleet: &Fleet) -> Figures {
    let worst = worst(fleet).map_or(0, |worst| worst.cve_addressed);
    Figures {
        answered: fleet.coverage.answered,
        with_gaps: fleet.coverage.with_gaps,
        kbs: fleet.kbs.len() as u64,
        gaps: fleet.gaps,
        exposure: fleet.exposure,
        worst,
    }
}

/// The answer of the worst machine, which is ranked first.
fn worst(fleet: &Fleet) -> Option<&Answered> {
    fleet.machines.first()?.result.as_ref().ok()
}

/// The most important figures, each with its difference from the base.
pub(in crate::report) fn beside_base(run: &Run<'_>) -> Option<String> {
    let then = run.past?.changes.base.figures;
    let now = today(run.fleet);
    let parts = [
        ("machines with gaps", now.with_gaps, then.with_gaps),
        ("gaps", now.gaps, then.gaps),
        ("exposure", now.exposure, then.exposure),
    ];
    let parts = parts.map(|(what, now, then)| {
        let difference = signed(i128::from(now) - i128::from(then));
        format!("{what} {} ({difference})", thousands(now))
    });
    Some(parts.join(" · "))
}
