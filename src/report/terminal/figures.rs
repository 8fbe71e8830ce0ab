//! The fleet's figures beside those of an earlier run.

use std::cmp::Ordering;

use super::super::Run;
use crate::text::thousands;

/// Today's figures, with what they are more or less than the base's.
pub(super) fn beside(run: &Run<'_>) -> Option<String> {
    let then = run.past?.changes.base.figures;
    let now = run.fleet;
    let parts = [
        ("machines with gaps", now.coverage.with_gaps, then.with_gaps),
        ("gaps", now.gaps, then.gaps),
        ("exposure", now.exposure, then.exposure),
    ];
    let parts = parts
        .map(|(what, now, then)| format!("{what} {} ({})", thousands(now), difference(now, then)));
    Some(parts.join(" · "))
}

/// `+12`, `-3`, `±0`.
fn difference(now: u64, then: u64) -> String {
    match now.cmp(&then) {
        Ordering::Greater => format!("+{}", thousands(now - then)),
        Ordering::Less => format!("-{}", thousands(then - now)),
        Ordering::Equal => "±0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_a_sign() {
        for (now, then, expected) in [(3, 1, "+2"), (1, 1201, "-1,200"), (0, 0, "±0")] {
            assert_eq!(difference(now, then), expected);
        }
    }
}
