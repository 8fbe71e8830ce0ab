//! From an update to its machines and from a machine to its updates: lists, copies, files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{KEEP_SAVED, SecondNight, is_clean, missing, opened, rows_of};
use crate::common::{Browser, Finished, Row};

/// Runs JavaScript as if a person had caused it, because browsers let only people copy.
fn as_person(browser: &Browser, script: &str) -> Value {
    let expression = format!("(async () => {{ {script} }})()");
    let parameters = json!({
        "expression": expression,
        "awaitPromise": true,
        "returnByValue": true,
        "userGesture": true,
    });
    let done = browser.command("Runtime.evaluate", &parameters);
    assert!(done.get("exceptionDetails").is_none(), "{done}");
    done["result"]["value"].clone()
}

/// Opens the row of a table with this KB, and presses a button in it.
fn press(browser: &Browser, table: &str, kb: &str, button: &str) -> Value {
    as_person(
        browser,
        &format!(
            "const rows = [...document.querySelectorAll('#{table}-table > tbody > tr')];
             const row = rows.find(row => row.querySelector('td.kb')?.textContent.includes('KB{kb}'));
             const opener = row.querySelector('button.open');
             if (opener.getAttribute('aria-expanded') === 'false') opener.click();
             const opened = row.nextElementSibling;
             const buttons = [...opened.querySelectorAll('.tools button')];
             buttons.find(it => it.textContent === '{button}').click();
             await new Promise(done => setTimeout(done, 0));
             return opened.querySelector('[role=status]').textContent;"
        ),
    )
}

fn names(run: &Finished) -> BTreeMap<String, String> {
    let machines = run.rows("machines.csv").into_iter();
    let pair = |row: Row| (row["machineId"].clone(), row["DeviceName"].clone());
    machines.map(pair).collect()
}

/// The KBs of the first actions, in order.
fn plan(browser: &Browser) -> Vec<String> {
    let kbs = browser.texts("#actions-table > tbody > tr[data-kb] > td.kb > *:last-child");
    let shown = kbs.iter().filter_map(|it| it.strip_prefix("KB"));
    shown.map(str::to_owned).collect()
}

#[test]
fn plan_opens_the_machines_of_each_kb() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, .. } = &*night;
    let (missing, names) = (missing(run), names(run));
    let plan = plan(&browser);
    assert!(plan.len() >= 5, "{plan:?}");
    browser.run(KEEP_SAVED);
    browser.run("navigator.clipboard.writeText = async text => { window.copied = text; };");
    for kb in plan.iter().take(5) {
        let ids = &missing[kb];
        let copied = |button| {
            let said = press(&browser, "actions", kb, button);
            let copied = browser.run("return window.copied.split('\\n');");
            let copied = copied.as_array().unwrap().iter();
            let copied = copied.map(|it| it.as_str().unwrap().to_owned());
            (said, copied.collect::<Vec<_>>())
        };
        let (said, found) = copied("Copy ids");
        assert_eq!(&found.iter().cloned().collect::<BTreeSet<_>>(), ids, "{kb}");
        assert!(
            said.as_str()
                .unwrap()
                .starts_with(&format!("Copied {}", ids.len())),
            "{said}"
        );
        let (_, found) = copied("Copy names");
        let mut expected: Vec<_> = ids.iter().map(|id| names[id].clone()).collect();
        expected.sort();
        assert_eq!(found, expected, "{kb}, by name");
        csv_has_the_machines(&browser, run, kb, ids);
    }
    is_clean(&browser);
}

fn csv_has_the_machines(browser: &Browser, run: &Finished, kb: &str, ids: &BTreeSet<String>) {
    press(browser, "actions", kb, "CSV");
    let saved = browser.run("return window.saved.pop();");
    assert_eq!(saved["name"], format!("KB{kb}.csv"));
    let header = saved["text"].as_str().unwrap().lines().next().unwrap();
    assert_eq!(
        header,
        "machineId,machineName,DeviceName,osPlatform,osVersion,site"
    );
    assert_eq!(
        saved["text"].as_str().unwrap(),
        String::from_utf8(run.bytes(&format!("targets/KB{kb}.csv"))).unwrap()
    );
    let rows = rows_of(&saved["text"]);
    assert_eq!(rows.len(), ids.len());
    let machines = run.rows("machines.csv");
    for row in rows {
        let real = machines
            .iter()
            .find(|it| it["machineId"] == row["machineId"]);
        let real = real.unwrap();
        assert_eq!(row["machineName"], real["DeviceName"]);
        for column in ["DeviceName", "osPlatform", "osVersion", "site"] {
            assert_eq!(row[column], real[column], "{column}");
        }
    }
}

#[test]
fn kb_of_the_table_lists_its_machines_and_shows_them_in_the_other_table() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, .. } = &*night;
    let missing = missing(run);
    let kb = run.rows("kbs.csv")[0]["kbId"].clone();
    press(&browser, "kbs", &kb, "Show in the table of machines");
    let listed = browser.texts("#kbs-table table.list tbody td.id");
    let listed: BTreeSet<String> = listed.into_iter().collect();
    assert_eq!(listed, missing[&kb]);
    let filter = browser.run("return document.getElementById('machines-filter').value;");
    assert_eq!(filter, format!("KB{kb}"));
    let focus = browser.run("return document.activeElement.closest('section').id;");
    assert_eq!(focus, "machines", "the keyboard follows");
    is_clean(&browser);
}

#[test]
fn machine_lists_its_kbs_with_its_own_cves() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, page, .. } = &*night;
    let gaps = run.rows("gaps.csv");
    let machines = run.rows("machines.csv");
    for machine in machines.iter().take(3) {
        let id = &machine["machineId"];
        browser.open(page, &format!("machines?open={id}"));
        let cells = browser.texts("#machines-table table.list tbody td");
        let found = cells
            .chunks(4)
            .map(|it| (it[0].replace("KB", ""), it[2].clone()));
        let found: BTreeMap<String, String> = found.collect();
        let own = gaps.iter().filter(|gap| gap["machineId"] == *id);
        let own = own.map(|gap| (gap["kbId"].clone(), gap["cveAddressed"].clone()));
        assert_eq!(found, own.collect(), "{id}");
        let sum: u64 = found.values().map(|it| it.parse::<u64>().unwrap()).sum();
        assert_eq!(sum.to_string(), machine["cveAddressed"]);
    }
    let kbs = run.rows("kbs.csv");
    let differs = kbs
        .iter()
        .filter(|kb| kb["cveAddressed"] != kb["cveAddressedMin"]);
    assert!(differs.count() > 0, "else the KB's number would do");
    machine_is_saved_with_its_kbs(&browser, &machines[2], &gaps);
    is_clean(&browser);
}

fn machine_is_saved_with_its_kbs(browser: &Browser, machine: &Row, gaps: &[Row]) {
    browser.run(KEEP_SAVED);
    browser.run(
        "const buttons = [...document.querySelectorAll('#machines-table .tools button')];
         buttons.find(it => it.textContent === 'CSV').click();",
    );
    let saved = browser.run("return window.saved.pop();");
    assert_eq!(
        saved["name"],
        format!("missing-{}.csv", machine["DeviceName"])
    );
    let rows = rows_of(&saved["text"]);
    let own = gaps
        .iter()
        .filter(|gap| gap["machineId"] == machine["machineId"]);
    assert_eq!(rows.len(), own.clone().count());
    for gap in own {
        let row = rows.iter().find(|row| row["kbId"] == gap["kbId"]).unwrap();
        for column in ["machineId", "name", "url", "cveAddressed"] {
            assert_eq!(row[column], gap[column], "{column}");
        }
    }
}

/// Some browsers have no clipboard for pages that are files, or refuse it.
#[test]
fn copying_works_without_the_clipboard_and_says_when_it_does_not() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, .. } = &*night;
    let kb = plan(&browser).remove(0);
    let ids = missing(run).remove(&kb).unwrap();
    browser.run(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined });
         document.addEventListener('copy', () => {
           const { value, selectionStart, selectionEnd } = document.activeElement;
           window.copied = value.slice(selectionStart, selectionEnd);
         });",
    );
    let said = press(&browser, "actions", &kb, "Copy ids");
    assert_eq!(said, format!("Copied {} ids.", ids.len()));
    let copied = browser.run("return window.copied.split('\\n');");
    assert_eq!(copied.as_array().unwrap().len(), ids.len());
    let left = browser.run("return document.querySelectorAll('textarea').length;");
    assert_eq!(left, 0);
    browser.run("document.execCommand = () => false;");
    let said = press(&browser, "actions", &kb, "Copy ids");
    assert!(
        said.as_str().unwrap().contains("did not allow copying"),
        "{said}"
    );
    is_clean(&browser);
}

#[test]
fn opened_kb_shows_how_many_machines_missed_it_in_each_run() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, .. } = &*night;
    let charts = as_person(
        &browser,
        "const rows = [...document.querySelectorAll('#kbs-table > tbody > tr')].slice(0, 10);
         const charts = [];
         for (const row of rows) {
           const opener = row.querySelector('button.open');
           opener.click();
           const chart = row.nextElementSibling.querySelector('figure.kb-runs');
           const kb = row.querySelector('td.kb').textContent.match(/KB(\\d+)/)[1];
           const titles = chart ? [...chart.querySelectorAll('circle > title')] : [];
           charts.push([kb, titles.map(it => it.textContent), chart ? chart.textContent : '']);
           opener.click();
         }
         return charts;",
    );
    let rows = run.rows("kbs.csv");
    let mut drawn = 0;
    for chart in charts.as_array().unwrap() {
        let titles = chart[1].as_array().unwrap();
        // A KB that is new tonight has no second run yet.
        if titles.is_empty() {
            continue;
        }
        drawn += 1;
        assert_eq!(titles.len(), 2, "{chart}");
        let row = rows
            .iter()
            .find(|row| row["kbId"] == chart[0].as_str().unwrap());
        let machines = &row.unwrap()["machinesMissing"];
        let last = titles[1].as_str().unwrap();
        assert!(last.ends_with(&format!(": {machines}")), "{chart}");
        let text = chart[2].as_str().unwrap();
        assert!(
            text.contains(&format!("{machines} on day 0 since it was first missing")),
            "{chart}"
        );
    }
    assert!(drawn > 0, "{charts}");
    is_clean(&browser);
}
