//! The service's own count compared with the run's, in sentences. Names of products and KBs are
//! from outside.

use std::cmp::Reverse;

use crate::{
    domain::{
        census::{Census, CensusRow, UncountedProduct},
        text::{counted, thousands},
    },
    inventory::ListComparison,
    report::{Run, view::products::name as product},
};

/// The maximum number of products without a count that are named.
const MOST_NAMED: usize = 5;

/// The sentences about the census, with up to this number of the largest differences. Empty without
/// a census.
pub(in crate::report) fn sentences(run: &Run<'_>, differences: usize) -> Vec<String> {
    let Some(census) = run.census else {
        return Vec::new();
    };
    if let Some(because) = &census.missing_because {
        return vec![format!("The service's own count is missing: {because}")];
    }
    let mut sentences = vec![summary(census)];
    let largest = largest(census).into_iter().take(differences);
    sentences.extend(largest.map(|row| sentence(row, run)));
    sentences.extend(left_out(&census.left_out));
    sentences
}

/// The rows in which the counts differ, the least explained first.
pub(in crate::report) fn largest(census: &Census) -> Vec<&CensusRow> {
    let differs = |row: &&CensusRow| row.difference() != 0;
    let mut rows: Vec<&CensusRow> = census.rows.iter().filter(differs).collect();
    rows.sort_by_key(|row| {
        let amounts = [row.unexplained(), row.difference()].map(i64::unsigned_abs);
        Reverse(amounts)
    });
    rows
}

fn summary(census: &Census) -> String {
    let counts = census.counts();
    let pairs = counted(
        counts.compared,
        "pair of product and KB",
        "pairs of product and KB",
    );
    if counts.differing == 0 {
        return format!("The service's own count agrees with ours: {pairs} compared");
    }
    format!(
        "The service's own count compared with ours: {pairs}, {} agree, {} differ, {} of them unexplained",
        thousands(counts.agreeing),
        thousands(counts.differing),
        thousands(counts.unexplained)
    )
}

/// One difference and what explains it.
fn sentence(row: &CensusRow, run: &Run<'_>) -> String {
    let counts = format!(
        "The service counts {} {} in {}, we count {}",
        counted(row.service, "machine that misses", "machines that miss"),
        row.kb.for_people(),
        product(&row.product),
        thousands(row.ours)
    );
    let mut parts = Vec::new();
    if row.not_answered > 0 {
        parts.push(format!(
            "{} had no answer tonight",
            thousands(row.not_answered)
        ));
    }
    let amount = row.unexplained().unsigned_abs();
    match row.unexplained() {
        1.. => parts.push(counted(amount, "is unexplained", "are unexplained")),
        // Machines without an answer are enough to explain that the service counts more.
        _ if row.difference() > 0 => {}
        _ => parts.push(format!(
            "the service counts {} fewer than expected",
            thousands(amount)
        )),
    }
    let mut parts = vec![parts.join(", ")];
    if row.unexplained() > 0 {
        parts.extend(others(run));
    }
    format!("{counts}: {}", parts.join("; "))
}

/// The machines that the service may count, and the run does not.
fn others(run: &Run<'_>) -> impl Iterator<Item = String> {
    let unlisted = run.comparison().map_or(0, ListComparison::unlisted);
    let unlisted = (unlisted > 0).then(|| {
        let machines = counted(unlisted, "machine is", "machines are");
        format!("{machines} not on your list")
    });
    let skipped = run.fleet.skipped.len() as u64;
    let skipped = (skipped > 0).then(|| {
        let machines = counted(
            skipped,
            "machine on the list was",
            "machines on the list were",
        );
        format!("{machines} skipped, and the service may count them")
    });
    unlisted.into_iter().chain(skipped)
}

fn left_out(products: &[UncountedProduct]) -> Option<String> {
    if products.is_empty() {
        return None;
    }
    let named = products.iter().take(MOST_NAMED);
    let mut named: Vec<String> = named
        .map(|it| format!("{} ({})", product(&it.product), it.because))
        .collect();
    let more = products.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        named.push(format!("{} more", thousands(more as u64)));
    }
    let products = counted(
        products.len() as u64,
        "product is not compared, because it has no count",
        "products are not compared, because they have no count",
    );
    Some(format!("{products}: {}", named.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::kb::KbId, report::tests::fixture::Fixture};

    fn sentences_of(fixture: &Fixture) -> Vec<String> {
        fixture.with_run(|run| sentences(run, 2))
    }

    #[test]
    fn differences_are_explained() {
        let expected = [
            "The service's own count compared with ours: 3 pairs of product and KB, 1 agree, \
             2 differ, 2 of them unexplained",
            "The service counts 8 machines that miss KB5000802 in Windows 11, we count 1: \
             2 had no answer tonight, 5 are unexplained",
            "The service counts 2 machines that miss KB5000803 in Windows 11, we count 3: \
             the service counts 1 fewer than expected",
            "1 product is not compared, because it has no count: Office (HTTP 404: not found)",
        ];
        assert_eq!(sentences_of(&Fixture::with_census()), expected);
    }

    #[test]
    fn agreement_and_absence_are_said() {
        let row = CensusRow {
            product: "edge".to_owned(),
            kb: KbId::new("1"),
            ours: 2,
            service: 3,
            not_answered: 1,
        };
        let agreeing = CensusRow {
            service: 2,
            not_answered: 0,
            ..row.clone()
        };
        for (census, expected) in [
            (
                Census::missing("the run ended early"),
                "The service's own count is missing: the run ended early",
            ),
            (
                Census {
                    rows: vec![agreeing],
                    ..Census::default()
                },
                "The service's own count agrees with ours: 1 pair of product and KB compared",
            ),
            (
                Census {
                    rows: vec![row],
                    ..Census::default()
                },
                "The service's own count compared with ours: 1 pair of product and KB, 0 agree, \
                 1 differ, 0 of them unexplained",
            ),
        ] {
            let fixture = Fixture {
                census: Some(census),
                ..Fixture::small()
            };
            assert_eq!(sentences_of(&fixture)[0], expected);
        }
        assert_eq!(sentences_of(&Fixture::small()), [""; 0]);
    }
}
