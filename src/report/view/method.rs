//! What the figures mean, and where they come from.

use crate::{
    aggregate::RankBy,
    domain::text::{counted, thousands},
    report::Run,
};

/// What a word of the reports means.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Definition {
    pub(in crate::report) term: &'static str,
    pub(in crate::report) text: &'static str,
}

const fn define(term: &'static str, text: &'static str) -> Definition {
    Definition { term, text }
}

/// The words that need an explanation.
pub(in crate::report) const DEFINITIONS: [Definition; 9] = [
    define(
        "Coverage",
        "Machines with an answer among all machines of the list. Every total speaks for the \
         answered machines alone.",
    ),
    define(
        "PARTIAL",
        "Fewer than 98 % of the machines answered, or something was not asked. The figures are \
         then too small by an unknown amount.",
    ),
    define("Gap", "One missing KB on one answered machine."),
    define(
        "Exposure",
        "The CVEs that the missing KBs address, summed over all gaps: machine-times-CVE. An upper \
         bound, because KBs overlap: one CVE may be counted for several KBs of a machine. It \
         shows which few updates remove most. It is not the number of distinct CVEs.",
    ),
    define(
        "Score",
        "The same sum for one machine: a number to rank by. Beside it stands the largest number \
         of one of its KBs.",
    ),
    define(
        "CVEs of a KB",
        "The largest number that the service gave on any machine; the smallest stands beside it \
         where it differs.",
    ),
    define(
        "No current data",
        "The answer is empty, and the list says that the machine was not seen for more than 30 \
         days before. It does not count as clean. Without such a column in the list, these \
         machines count as clean.",
    ),
    define(
        "Not answered",
        "Carried, and never counted as resolved. Gaps of machines that left the list are out of \
         scope, and not resolved either.",
    ),
    define(
        "Replaced",
        "An older KB left a machine, and a newer one for some of the same products came. A guess \
         from numbers and products: it is neither news nor progress.",
    ),
];

/// The calls that the run made.
pub(in crate::report) fn calls(run: &Run<'_>) -> String {
    let requests = run.facts.requests;
    format!(
        "{} sent, {} of them repeated, {} refused for quota",
        thousands(requests.sent),
        thousands(requests.retried),
        thousands(requests.throttled)
    )
}

/// The list of machines: `machines.csv: 7 rows, 5 machines, 1 duplicate, 1 invalid`.
pub(in crate::report) fn list(run: &Run<'_>) -> String {
    let list = run.inventory;
    let file = match list.file.as_str() {
        "-" => "standard input",
        file => file,
    };
    let rows = counted(list.rows(), "row", "rows");
    let machines = counted(list.listed(), "machine", "machines");
    let mut line = format!("{file}: {rows}, {machines}");
    if list.duplicates > 0 {
        line = format!(
            "{line}, {}",
            counted(list.duplicates, "duplicate", "duplicates")
        );
    }
    match list.rejected.len() as u64 {
        0 => line,
        invalid => format!("{line}, {} invalid", thousands(invalid)),
    }
}

/// The order of the KBs.
pub(in crate::report) const fn order(rank_by: RankBy) -> &'static str {
    match rank_by {
        RankBy::Cve => "by the CVEs that a KB addresses, then by machines that miss it",
        RankBy::Exposure => "by exposure",
        RankBy::Machines => "by machines that miss a KB, then by the CVEs that it addresses",
    }
}
