//! Filters by where an answer comes from, and by what Windows still gets.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    filters::{choose, downloaded},
    is_clean,
};
use crate::common::{Browser, Row, Scene};

fn ids<'rows>(rows: impl IntoIterator<Item = &'rows Row>) -> BTreeSet<&'rows str> {
    rows.into_iter().map(|row| &*row["machineId"]).collect()
}

/// Asserts that the filter with this value leaves the machines for which this holds, and that there
/// are some.
#[track_caller]
fn leaves(
    browser: &Browser,
    machines: &[Row],
    [filter, value]: [&str; 2],
    holds: impl Fn(&Row) -> bool,
) {
    choose(browser, "machines", filter, value);
    let expected = ids(machines.iter().filter(|row| holds(row)));
    assert!(!expected.is_empty(), "{filter}: {value}");
    let shown = downloaded(browser, "machines");
    assert_eq!(ids(&shown), expected, "{filter}: {value}");
    choose(browser, "machines", filter, "all");
}

#[test]
fn machines_are_filtered_by_source_and_windows_support() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let scene = Scene::with_machines(500);
    let options = ["--source=cohorts", "--min-coverage=90", "--format=csv,html"];
    let run = scene.report(&options).exits_with(0);
    browser.open(&scene.path("reports").join("report.html"), "");
    let mut machines = run.rows("machines.csv");
    machines.retain(|row| row["status"] == "answered");
    for source in ["calls", "inferred"] {
        leaves(&browser, &machines, ["Source", source], |row| {
            row["source"] == source
        });
    }
    let today: Date = machines[0]["date"].parse().unwrap();
    let ended = |row: &Row| {
        let ends = row["supportEnds"].parse::<Date>();
        row["supportStatus"].starts_with("EOS") || ends.is_ok_and(|ends| ends < today)
    };
    let support = "Windows support";
    leaves(&browser, &machines, [support, "no more updates"], ended);
    // Both filters together, from the address.
    let page = scene.path("reports").join("report.html");
    browser.open(
        &page,
        "machines?by.source=inferred&by.support=no%20more%20updates",
    );
    let both = machines
        .iter()
        .filter(|row| ended(row) && row["source"] == "inferred");
    assert_eq!(ids(&downloaded(&browser, "machines")), ids(both));
    is_clean(&browser);
}
