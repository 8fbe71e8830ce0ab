//! The coverage of the run, and what it means for the rest of the summary.

use super::Style;
use crate::{
    domain::{
        text::{counted, thousands},
        wrap::wrapped,
    },
    report::{
        Run,
        plain::plain,
        view::{
            coverage::{
                answered, banner, clean, last_seen_in_doubt, no_current_data, parts, reused,
                skipped, wrong_list,
            },
            list_check, risk, support,
        },
    },
};

/// The number of machines that answered, and the warnings about it.
pub(super) fn lines(run: &Run<'_>, width: u16, style: Style) -> Vec<String> {
    let mut lines = wrapped(&counts(run), width);
    lines.extend(banner(run).map(|banner| style.banner(&banner)));
    let doubt = support::warning(run)
        .into_iter()
        .chain(wrong_list(&run.fleet.coverage))
        .chain(risk::warning(run));
    let doubt = doubt.map(|doubt| wrapped(&format!("warning: {doubt}"), width));
    let doubt = doubt.flatten();
    lines.extend(doubt.map(|line| style.warning(&line)));
    lines
}

/// Notes about the list and the answers, one sentence each.
pub(super) fn notes(run: &Run<'_>) -> Vec<String> {
    let mut notes = Vec::from_iter(list_check::sentence(run));
    notes.extend(support::missing_software(run));
    notes.extend(skipped(run));
    notes.extend(clean(run));
    notes.extend(last_seen_in_doubt(run));
    notes.extend(no_current_data(run));
    notes.extend(reused(run));
    notes.iter().map(|note| plain(note)).collect()
}

fn counts(run: &Run<'_>) -> String {
    let coverage = &run.fleet.coverage;
    let [_, without_answer @ ..] = parts(coverage).map(|part| (part.machines, part.label));
    let mut counts = vec![answered(coverage)];
    for (count, what) in without_answer.into_iter().filter(|(count, _)| *count > 0) {
        counts.push(format!("{} {what}", thousands(count)));
    }
    let invalid = run.inventory.rejected.len() as u64;
    counts.extend((invalid > 0).then(|| counted(invalid, "invalid row", "invalid rows")));
    counts.join("; ")
}
