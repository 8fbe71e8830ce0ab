//! The coverage of the run, and what it means for the rest of the summary.

use super::Style;
use crate::{
    domain::text::thousands,
    report::{
        Run,
        plain::plain,
        view::{
            coverage::{answered, banner, parts, reused, skipped, wrong_list},
            list_check,
        },
    },
};

pub(super) fn lines(run: &Run<'_>, style: Style) -> Vec<String> {
    let mut lines = vec![style.bold(&counts(run))];
    lines.extend(banner(run).map(|banner| style.alarm(&banner)));
    lines.extend(skipped(run));
    lines.extend(list_check::sentence(run).map(|it| plain(&it)));
    lines.extend(reused(run));
    let doubt = wrong_list(&run.fleet.coverage);
    lines.extend(doubt.map(|doubt| style.warning(&format!("warning: {doubt}"))));
    lines
}

fn counts(run: &Run<'_>) -> String {
    let coverage = &run.fleet.coverage;
    let [_, without_answer @ ..] = parts(coverage).map(|part| (part.machines, part.label));
    let invalid = (run.inventory.rejected.len() as u64, "invalid in the list");
    let without_answer = without_answer.into_iter().chain([invalid]);
    let mut counts = vec![answered(coverage)];
    for (count, what) in without_answer.filter(|(count, _)| *count > 0) {
        counts.push(format!("{} {what}", thousands(count)));
    }
    counts.join("; ")
}
