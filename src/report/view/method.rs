//! What the figures mean, and where they come from.

use crate::{
    aggregate::RankBy,
    domain::text::{counted, thousands},
    report::Run,
};

/// The definition of a term of the reports.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Definition {
    pub(in crate::report) term: &'static str,
    pub(in crate::report) text: &'static str,
}

const fn define(term: &'static str, text: &'static str) -> Definition {
    Definition { term, text }
}

/// The terms that need a definition.
pub(in crate::report) const DEFINITIONS: [Definition; 13] = [
    define(
        "Coverage",
        "Machines that answered, out of all machines on the list. Every total covers only the \
         machines that answered.",
    ),
    define(
        "Partial",
        "Fewer than 98 % of the machines answered, so every total is too low by an unknown amount.",
    ),
    define(
        "Fully patched",
        "Machines that answered and have no missing updates, out of all that answered. Machines without \
         current data and unsupported ones are never among them.",
    ),
    define("Gap", "One missing KB on one machine that answered."),
    define(
        "Exposure score",
        "The CVEs that the missing KBs address, summed over all gaps. An upper bound, because KBs \
         overlap: a CVE can be counted for several KBs of a machine. It shows which few updates \
         remove the most; it is not the number of distinct CVEs.",
    ),
    define(
        "Score",
        "The same sum for one machine: a number to rank by. Next to it is the largest number of \
         CVEs of any single KB.",
    ),
    define(
        "CVEs of a KB",
        "The largest number that the service reported for any machine. If it differs between \
         machines, the smallest is shown as well.",
    ),
    define(
        "No current data",
        "The answer is empty, but the list says that the machine was last seen more than 30 days \
         before. It is not counted as fully patched. If the list has no last-seen column, such \
         machines are counted as fully patched.",
    ),
    define(
        "Unsupported",
        "The answer is empty, but the machine's Windows gets no more updates, so that there is nothing \
         it could miss. It is never counted as fully patched. Known only with the software inventory.",
    ),
    define(
        "Not answered",
        "Gaps of machines that stopped answering are carried over, and never counted as resolved. \
         Gaps of machines that left the list are out of scope, and not counted as resolved either.",
    ),
    define(
        "Kept, inferred",
        "A machine that was not queried keeps the answer of an earlier run, or gets that of a machine with \
         the same Microsoft software in the same versions. Both count as answered, as of when that \
         answer came. Gaps that are gone only by inference are counted apart.",
    ),
    define(
        "Export, hunting",
        "The answer is grouped from the service's own rows about vulnerabilities, as of when they were \
         generated. An update that addresses no open CVE of a machine is not in them.",
    ),
    define(
        "Replaced",
        "An older KB is gone from a machine, and a newer one for some of the same products is \
         missing instead. Inferred from numbers and products; neither better nor worse.",
    ),
];

/// The calls that the run made.
pub(in crate::report) fn calls(run: &Run<'_>) -> String {
    let requests = run.facts.requests;
    format!(
        "{} sent, {} of them retries, {} rate limited (429)",
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

/// What reports of a part of the list lack, and where to find it. `None` for the whole list.
pub(in crate::report) fn part(run: &Run<'_>) -> Option<&'static str> {
    run.facts.is_part.then_some(
        "These reports cover some machines of the list. The service's own count and the check of \
         the list are only in the reports of the whole list, one folder up. Trend and time to patch \
         follow the machines that are here today, through the last 30 runs.",
    )
}

/// The order of the KBs in reports for people.
pub(in crate::report) fn order(run: &Run<'_>) -> &'static str {
    match RankBy::for_people(run.facts.rank_by, &run.fleet.feeds) {
        RankBy::Cve => "by CVEs addressed, then by machines that miss the KB",
        RankBy::Exposure => "by exposure score",
        RankBy::Machines => "by machines that miss the KB, then by CVEs addressed",
        RankBy::Risk => {
            "by known exploited CVEs, ransomware, EPSS and CVSS, then by exposure score"
        }
    }
}
