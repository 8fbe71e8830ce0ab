//! The words that a list of faults may contain.

use super::{
    CallFault, ExportOddity, Fault, FileFault, LinkFault, ListFault, ListOddForm, OddForm,
    SoftwareOddity, TenantFault,
};

/// Words without a prefix.
const UNPREFIXED: &[&str] = &["none", "occasional", "flapping-404", "gone", "odd-forms"];
/// Words about the software inventory and the software itself.
const SOFTWARE: &[&str] = &[
    "software-bad-rows",
    "software-bad-ids",
    "software-absent",
    "half-installed",
    "without-cves",
    "all-different",
    "random-answers",
];
/// Words about software vulnerabilities.
const VULNERABILITIES: &[&str] = &[
    "export-bad-rows",
    "export-bad-ids",
    "export-stale",
    "changes-incomplete",
    "changes-bad-status",
    "hunting-rows",
];

/// Every word.
pub(super) fn known() -> String {
    let lists = [
        after("", UNPREFIXED),
        after("", Fault::WORDS),
        after("", TenantFault::WORDS),
        after("", OddForm::WORDS),
        after("", ListFault::WORDS),
        after("", ListOddForm::WORDS),
        after("census-", CallFault::WORDS),
        after("", &["census-differs"]),
        of_files("software-"),
        after("", SoftwareOddity::WORDS),
        after("", SOFTWARE),
        of_files("export-"),
        after("", ExportOddity::WORDS),
        after("changes-", CallFault::WORDS),
        after("hunting-", CallFault::WORDS),
        after("", VULNERABILITIES),
    ];
    format!("expected any of {}", lists.concat().join(", "))
}

/// The words about a table that is exported in files.
fn of_files(prefix: &str) -> Vec<String> {
    let words = [CallFault::WORDS, FileFault::WORDS, LinkFault::WORDS];
    after(prefix, &words.concat())
}

fn after(prefix: &str, words: &[&str]) -> Vec<String> {
    words.iter().map(|word| format!("{prefix}{word}")).collect()
}
