//! How the list compares with the machines that the service lists.

use crate::{
    domain::text::{counted, thousands},
    inventory::{ListCheck, ListComparison, MergedMachine},
    report::Run,
};

/// The number of merged machines that are named.
const MOST_NAMED: usize = 2;

/// The sentence about the comparison; `None` if it was not requested.
pub(in crate::report) fn sentence(run: &Run<'_>) -> Option<String> {
    let parts = parts(run);
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The parts of that sentence.
pub(in crate::report) fn parts(run: &Run<'_>) -> Vec<String> {
    match run.list_check {
        None => Vec::new(),
        Some(ListCheck::Compared(comparison)) => compared(run, comparison),
        Some(ListCheck::Missing(problem)) => vec![format!(
            "your list was not compared with the service's: {problem}"
        )],
    }
}

fn compared(run: &Run<'_>, comparison: &ListComparison) -> Vec<String> {
    let mut parts = vec![coverage(run, comparison)];
    parts.push(match comparison.not_in_service.len() as u64 {
        0 => "the service lists all of your machines".to_owned(),
        1 => "1 of your machines is not listed by the service".to_owned(),
        more => format!(
            "{} of your machines are not listed by the service",
            thousands(more)
        ),
    });
    parts.extend(merged(&comparison.merged));
    parts
}

/// `your list has 9,812 of the 10,144 machines that the service lists (332 are in unlisted.csv)`.
fn coverage(run: &Run<'_>, comparison: &ListComparison) -> String {
    let (selected, unlisted) = (comparison.selected(), comparison.unlisted());
    let what = "that the service lists and the filters select";
    let machines = counted(selected, "machine", "machines");
    if unlisted == 0 {
        return match selected {
            1 => format!("your list has the 1 machine {what}"),
            _ => format!("your list has all {machines} {what}"),
        };
    }
    let has_file = run.facts.files.iter().any(|file| file == "unlisted.csv");
    let others = match (unlisted, has_file) {
        (1, true) => "1 is in unlisted.csv".to_owned(),
        (1, false) => "1 is missing".to_owned(),
        (more, true) => format!("{} are in unlisted.csv", thousands(more)),
        (more, false) => format!("{} are missing", thousands(more)),
    };
    let listed = thousands(selected - unlisted);
    format!("your list has {listed} of the {machines} {what} ({others})")
}

/// `2 were merged: 2339... into 5f3c..., ...`.
fn merged(merged: &[MergedMachine]) -> Option<String> {
    let named = merged.iter().take(MOST_NAMED);
    let named: Vec<String> = named
        .map(|it| format!("{} into {}", it.machine, it.into))
        .collect();
    let further = (merged.len() - named.len()) as u64;
    let further = match further {
        0 => String::new(),
        more => format!(" and {} more", thousands(more)),
    };
    let machines = counted(merged.len() as u64, "was", "were");
    (!merged.is_empty()).then(|| format!("{machines} merged: {}{further}", named.join(", ")))
}
