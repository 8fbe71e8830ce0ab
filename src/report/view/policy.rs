//! How many gaps are accepted, and how many are overdue.

use crate::{
    aggregate::{Share, Subtotal},
    domain::text::{counted, thousands},
    report::Run,
};

/// A sentence about the accepted gaps, if there are exceptions, and one about the overdue gaps, if
/// there are deadlines.
pub(in crate::report) fn sentences(run: &Run<'_>) -> Vec<String> {
    accepted(run).into_iter().chain(overdue(run)).collect()
}

/// `Accepted risks: 120 of 3,412 gaps, on 14 machines; they stay in every figure`.
fn accepted(run: &Run<'_>) -> Option<String> {
    let policy = &run.fleet.policy;
    let accepted = policy.has_exceptions().then_some(policy.accepted)?;
    let part = part(accepted, run.fleet.gaps);
    Some(match accepted.gaps {
        0 => format!("Accepted risks: {part}"),
        _ => format!("Accepted risks: {part}; they stay in every figure"),
    })
}

/// `Overdue: 31 of 3,412 gaps, on 9 machines; 99.1 % of the gaps are within policy (known exploited 14
/// days, critical 30 days, others 90 days)`.
fn overdue(run: &Run<'_>) -> Option<String> {
    let policy = &run.fleet.policy;
    let deadlines = policy.policy.policy.deadlines?;
    let part = part(policy.overdue, run.fleet.gaps);
    let within = within(run).map_or_else(String::new, |share| {
        format!(
            "; {:.1} % of the gaps are within policy",
            share.for_people()
        )
    });
    Some(format!("Overdue: {part}{within} ({deadlines})"))
}

/// The share of the gaps that are not overdue; `None` if there is no gap.
pub(in crate::report) fn within(run: &Run<'_>) -> Option<Share> {
    let gaps = run.fleet.gaps;
    let overdue = run.fleet.policy.overdue.gaps;
    (gaps > 0).then(|| Share {
        part: gaps.saturating_sub(overdue),
        whole: gaps,
    })
}

fn part(part: Subtotal, gaps: u64) -> String {
    let gaps = counted(gaps, "gap", "gaps");
    let machines = counted(part.machines, "machine", "machines");
    match part.gaps {
        0 => format!("none of {gaps}"),
        part => format!("{} of {gaps}, on {machines}", thousands(part)),
    }
}

/// `120 accepted`, to show next to the number of gaps.
pub(in crate::report) fn accepted_beside(run: &Run<'_>) -> Option<String> {
    let accepted = run.fleet.policy.accepted.gaps;
    (accepted > 0).then(|| format!("{} accepted", thousands(accepted)))
}
