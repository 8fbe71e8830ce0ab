//! What the reports need of a run.

use crate::{aggregate::Coverage, config::Percent, inventory::Inventory};

/// Whether this share is reached by the machines that answered, among everything that was asked for: rows
/// without a machine id included.
pub(crate) fn is_enough(inventory: &Inventory, coverage: &Coverage, share: Percent) -> bool {
    let asked_for = coverage.machines() + inventory.rejected.len() as u64;
    share.is_reached_by(coverage.answered, asked_for)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::RejectedRow;

    #[test]
    fn enough_is_everything_or_the_share_that_was_asked_for() {
        for (answered, failed, rejected, percent, expected) in [
            (10, 0, 0, "100.0", true),
            (9, 1, 0, "100.0", false),
            (10, 0, 1, "100.0", false),
            (98, 2, 0, "98.0", true),
            (97, 3, 0, "98.0", false),
            (98, 0, 2, "98.0", true),
            (98, 1, 2, "98.0", false),
            (0, 10, 0, "0.0", true),
            (999_999, 1, 0, "99.9999", true),
            (999_999, 1, 0, "100.0", false),
            (0, 0, 0, "100.0", true),
        ] {
            let row = RejectedRow {
                line: 2,
                input: "nonsense".to_owned(),
            };
            let inventory = Inventory {
                rejected: vec![row; rejected],
                ..Inventory::default()
            };
            let coverage = Coverage {
                answered,
                failed,
                ..Coverage::default()
            };
            assert_eq!(
                is_enough(&inventory, &coverage, percent.parse().unwrap()),
                expected,
                "{answered} answered, {failed} failed, {rejected} rejected, {percent} %"
            );
        }
    }
}
