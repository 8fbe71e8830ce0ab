//! The fleet's figures beside those of an earlier run.

use super::super::Run;
use crate::domain::text::{signed, thousands};

/// Today's figures, with what they are more or less than the base's.
pub(super) fn beside(run: &Run<'_>) -> Option<String> {
    let then = run.past?.changes.base.figures;
    let now = run.fleet;
    let parts = [
        ("machines with gaps", now.coverage.with_gaps, then.with_gaps),
        ("gaps", now.gaps, then.gaps),
        ("exposure", now.exposure, then.exposure),
    ];
    let parts = parts.map(|(what, now, then)| {
        let difference = signed(i128::from(now) - i128::from(then));
        format!("{what} {} ({difference})", thousands(now))
    });
    Some(parts.join(" · "))
}
