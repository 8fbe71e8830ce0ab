//! The text filter of the table of machines: a KB in it means "misses it".

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::json;

use super::{KEEP_SAVED, SecondNight, is_clean, missing, opened, rows_of};
use crate::common::{Browser, Finished, Row};

/// Enters each query into the machine filter, and returns the rows of each download.
fn each_filtered(browser: &Browser, queries: &[&str]) -> Vec<Vec<Row>> {
    let saved = browser.run(&format!(
        "{KEEP_SAVED}
         const box = document.getElementById('machines-filter');
         return {}.map(query => {{
           box.value = query;
           box.dispatchEvent(new Event('input', {{ bubbles: true }}));
           document.getElementById('machines-download').click();
           return (window.saved.pop() || {{ text: '' }}).text;
         }});",
        json!(queries)
    ));
    saved.as_array().unwrap().iter().map(rows_of).collect()
}

/// The same with one query.
pub(super) fn filtered(browser: &Browser, query: &str) -> Vec<Row> {
    each_filtered(browser, &[query]).remove(0)
}

fn machine_ids(rows: &[Row]) -> BTreeSet<String> {
    rows.iter().map(|row| row["machineId"].clone()).collect()
}

#[test]
fn machine_filter_matches_missing_kbs_and_texts() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, page, .. } = &*night;
    let missing = missing(run);
    kb_query_lists_the_machines_missing_it(&browser, run, &missing);
    other_words_are_searched_in_texts(&browser, run);
    let answered = usize::try_from(run.counts().answered).unwrap();
    let some = missing.iter().filter(|it| it.1.len() < answered);
    let (kb, machines) = some.max_by_key(|it| it.1.len()).unwrap();
    kb_query_accepts_every_spelling(&browser, kb, machines);

    browser.open(page, &format!("machines?q=KB{kb}"));
    let rows = browser.run("return document.querySelectorAll('#machines-table tbody tr').length;");
    assert_eq!(rows.as_u64(), Some(machines.len().min(50) as u64));
    omitted_pairs_are_noted(&browser, page, kb, machines.len());
    is_clean(&browser);
}

fn kb_query_lists_the_machines_missing_it(
    browser: &Browser,
    run: &Finished,
    missing: &BTreeMap<String, BTreeSet<String>>,
) {
    assert!(missing.len() > 20);
    let kbs = run.rows("kbs.csv");
    let ids: Vec<&str> = kbs.iter().map(|row| row["kbId"].as_str()).collect();
    for (row, found) in kbs.iter().zip(each_filtered(browser, &ids)) {
        let (kb, machines) = (&row["kbId"], &missing[&row["kbId"]]);
        assert_eq!(machines.len().to_string(), row["machinesMissing"]);
        assert_eq!(&machine_ids(&found), machines, "{kb}");
    }
    let mut some = missing.iter().filter(|it| it.1.len() > 1);
    let ((one, machines), (other, too)) = (some.next().unwrap(), some.next().unwrap());
    let both: BTreeSet<String> = machines.intersection(too).cloned().collect();
    let found = filtered(browser, &format!("{one} {other}"));
    assert_eq!(machine_ids(&found), both);
}

fn kb_query_accepts_every_spelling(browser: &Browser, kb: &str, machines: &BTreeSet<String>) {
    let queries = [
        format!("KB{kb}"),
        format!("kb{kb}"),
        format!(" KB {kb} "),
        format!("kb-{kb}"),
        format!("{kb}, KB{kb};"),
    ];
    let queries = queries.each_ref().map(String::as_str);
    for (query, found) in queries.iter().zip(each_filtered(browser, &queries)) {
        assert_eq!(&machine_ids(&found), machines, "{query}");
    }
    let count = browser.texts("#machines-count")[0].clone();
    let expected = format!("of {} (of ", machines.len());
    assert!(count.contains(&expected), "{count}");
    let note = browser.texts("#machines-note")[0].clone();
    assert_eq!(note, format!("Machines that miss KB{kb}."));
}

fn other_words_are_searched_in_texts(browser: &Browser, run: &Finished) {
    let part = &run.rows("kbs.csv")[0]["kbId"][..4];
    let machines = run.rows("machines.csv");
    let answered = || machines.iter().filter(|row| row["status"] == "answered");
    let has_part = |row: &&Row| {
        let mut texts = ["machineId", "DeviceName", "kbIds"].into_iter();
        texts.any(|column| row[column].contains(part))
    };
    let expected = answered().filter(has_part);
    let expected: BTreeSet<String> = expected.map(|row| row["machineId"].clone()).collect();
    assert_eq!(machine_ids(&filtered(browser, part)), expected);
    assert_eq!(browser.texts("#machines-note"), [""]);
    let first = answered().next().unwrap();
    let found = filtered(browser, &first["DeviceName"].to_uppercase());
    assert!(machine_ids(&found).contains(&first["machineId"]));
    // A disabled button saves nothing.
    filtered(browser, "nobody-has-this");
    assert!(browser.texts("#machines-count")[0].starts_with("no row matches"));
}

/// A page of very many machines or gaps contains some of them, or none.
fn omitted_pairs_are_noted(browser: &Browser, page: &Path, kb: &str, found: usize) {
    let text = fs::read_to_string(page).unwrap();
    let (before, after) = text.split_once("\"machinesMissing\":[").unwrap();
    let (_, rest) = after.split_once(']').unwrap();
    let many = vec!["100000"; after.split(']').next().unwrap().split(',').count()].join(",");
    let note = |name: &str, text: String| {
        let page = page.with_file_name(name);
        fs::write(&page, text).unwrap();
        browser.open(&page, &format!("machines?q=KB{kb}"));
        browser.texts("#machines-note")[0].clone()
    };
    assert_eq!(
        note(
            "capped.html",
            format!("{before}\"machinesMissing\":[{many}]{rest}")
        ),
        format!(
            "Machines that miss KB{kb}: {found} of 100,000 are on this page, all of them in gaps.csv."
        )
    );
    let (before, after) = text.split_once("\"pairs\":{").unwrap();
    let (_, rest) = after.split_once('}').unwrap();
    assert_eq!(
        note("no-pairs.html", format!("{before}\"pairs\":null{rest}")),
        format!("Which machines miss KB{kb} is not in this page: see gaps.csv.")
    );
    let off = browser.run("return document.getElementById('machines-download').disabled;");
    assert_eq!(off, true, "an empty file would say that nobody misses it");
}
