//! The page in a browser.

mod acting;
mod answer_filters;
mod filters;
mod first_screen;
mod keyboard;
mod legible;
mod machine_filter;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};

use parking_lot::Mutex;
use serde_json::{Value, json};

use self::machine_filter::filtered;
use crate::common::{Browser, Finished, Row, Scene};

/// Two nights of a tenant, and the page of the second one.
struct SecondNight {
    scene: Scene,
    run: Finished,
    page: PathBuf,
}

/// That of the tests that are running. Nothing drops a static, so it does not own the folder.
static SHARED: Mutex<Weak<SecondNight>> = Mutex::new(Weak::new());

/// The same one for all tests that run at the same time: they only read it.
fn shared_second_night() -> Arc<SecondNight> {
    let mut shared = SHARED.lock();
    shared.upgrade().unwrap_or_else(|| {
        let night = Arc::new(second_night());
        *shared = Arc::downgrade(&night);
        night
    })
}

fn second_night() -> SecondNight {
    let mut scene = Scene::with(|settings| {
        settings.machines = 160;
        settings.nights = 5;
    });
    // Only its answers matter.
    scene.report(&["--format", "csv"]).exits_with(0);
    scene.replace_tenant(|settings| {
        settings.machines = 160;
        settings.nights = 6;
        settings.faults = "gone=0.02".parse().unwrap();
    });
    scene.write("machines.csv", scene.tenant.inventory_csv());
    let run = scene
        .report(&["--min-coverage", "0", "--targets", "5", "--rank-by", "cve"])
        .exits_with(0);
    let page = scene.path("reports").join("report.html");
    SecondNight { scene, run, page }
}

fn opened(hash: &str) -> Option<(Arc<SecondNight>, Browser)> {
    let browser = Browser::start()?;
    let night = shared_second_night();
    browser.open(&night.page, hash);
    Some((night, browser))
}

/// Asserts that the browser logged no complaint and requested nothing but the page itself.
/// `chrome:` URLs belong to the browser's new tab.
#[track_caller]
fn is_clean(browser: &Browser) {
    let complaints = browser.log("browser");
    assert!(complaints.is_empty(), "{complaints:?}");
    for entry in browser.log("performance") {
        let message: Value = serde_json::from_str(entry["message"].as_str().unwrap()).unwrap();
        let request = &message["message"]["params"]["request"]["url"];
        let url = request.as_str().unwrap_or("data:");
        let is_own = ["file:", "data:", "blob:", "about:", "chrome:"]
            .iter()
            .any(|it| url.starts_with(it));
        assert!(is_own, "the page asked for {url}");
    }
}

/// The KB ids in the table, in the form of `kbs.csv`.
fn shown_kbs(browser: &Browser) -> Vec<String> {
    let rows = browser.texts("#kbs-table tbody tr");
    let id = |row: &String| {
        let after = row.split("KB").nth(1).unwrap();
        after.chars().take_while(char::is_ascii_digit).collect()
    };
    rows.iter().map(id).collect()
}

fn kb_ids<'rows>(rows: impl IntoIterator<Item = &'rows Row>) -> Vec<String> {
    rows.into_iter()
        .take(50)
        .map(|row| row["kbId"].clone())
        .collect()
}

#[test]
fn figures_match_the_other_reports() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, .. } = &*night;
    let summary = run.summary();
    for (figure, expected) in [
        ("answered", &summary["machines"]["answered"]),
        ("withGaps", &summary["machines"]["withGaps"]),
        ("kbs", &summary["kbs"]),
        ("gaps", &summary["gaps"]),
        ("exposure", &summary["exposure"]),
    ] {
        let shown = browser.run(&format!(
            "return Number(document.querySelector('[data-figure={figure}]').dataset.value);"
        ));
        assert_eq!(&shown, expected, "{figure}");
    }
    assert_eq!(shown_kbs(&browser), kb_ids(&run.rows("kbs.csv")));
    is_clean(&browser);
}

#[test]
fn tables_sort_filter_and_paginate() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, .. } = &*night;
    let mut kbs = run.rows("kbs.csv");
    browser.run("document.getElementById('kbs-next').click();");
    assert_eq!(shown_kbs(&browser), kb_ids(&kbs[50..]));

    let number = |row: &Row, column: &str| row[column].parse::<u64>().unwrap();
    let click = "document.querySelector('#kbs-table th[data-key=exposure] button').click();";
    browser.run(click);
    let sorted = browser.run(
        "return document.querySelector('#kbs-table th[data-key=exposure]').getAttribute('aria-sort');",
    );
    let shown = shown_kbs(&browser);
    kbs.sort_by_key(|row| number(row, "exposure"));
    if sorted == "descending" {
        kbs.reverse();
    }
    let exposure = |id: &String| {
        let row = kbs.iter().find(|row| row["kbId"] == *id).unwrap();
        number(row, "exposure")
    };
    let shown: Vec<u64> = shown.iter().map(exposure).collect();
    let expected: Vec<u64> = kbs
        .iter()
        .take(50)
        .map(|row| number(row, "exposure"))
        .collect();
    assert_eq!(shown, expected, "{sorted}");

    let wanted = &kbs[3]["kbId"];
    browser.run(&format!(
        "const box = document.getElementById('kbs-filter'); box.value = {};
         box.dispatchEvent(new Event('input', {{ bubbles: true }}));",
        json!(wanted)
    ));
    let mut found = Vec::new();
    // A filter may wait briefly for the next key.
    for _ in 0..200 {
        found = shown_kbs(&browser);
        if found.len() == 1 {
            break;
        }
    }
    assert_eq!(found, std::slice::from_ref(wanted));
    is_clean(&browser);
}

/// The heading and the values of a column are enough; the script needs no code for it.
#[test]
fn column_unknown_to_the_script_is_shown_and_sorts() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let night = shared_second_night();
    let SecondNight { run, page, .. } = &*night;
    let mut text = fs::read_to_string(page).unwrap();
    for (known, unknown) in [
        ("data-key=\"machinesMissing\"", "data-key=\"added\""),
        ("\"machinesMissing\":[", "\"added\":["),
        ("data-key=\"code\"", "data-key=\"addedText\""),
        ("\"code\":[", "\"addedText\":["),
    ] {
        assert_eq!(text.matches(known).count(), 1, "{known}");
        text = text.replace(known, unknown);
    }
    let changed = page.with_file_name("changed.html");
    fs::write(&changed, text).unwrap();
    browser.open(&changed, "");
    browser.run("document.querySelector('#kbs-table th[data-key=added] button').click();");
    let shown = browser.texts("#kbs-table tbody tr td:nth-child(5)");
    let kbs = run.rows("kbs.csv");
    let machines = kbs
        .iter()
        .map(|row| row["machinesMissing"].parse().unwrap());
    let mut machines: Vec<u64> = machines.collect();
    machines.sort_unstable();
    let first = shown[0].parse::<u64>().unwrap();
    assert!(first == machines[0] || Some(&first) == machines.last());
    let last = shown.last().unwrap().parse::<u64>().unwrap();
    assert!(first != last, "{shown:?}");
    let codes = browser.texts("#failures-table tbody tr td:nth-last-child(3)");
    assert!(!codes.is_empty());
    assert!(
        codes.iter().all(|code| code == "ResourceNotFound"),
        "{codes:?}"
    );
    is_clean(&browser);
}

/// The ids of the machines that miss each KB.
fn missing(run: &Finished) -> BTreeMap<String, BTreeSet<String>> {
    let mut missing: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for row in run.rows("gaps.csv") {
        let machines = missing.entry(row["kbId"].clone()).or_default();
        machines.insert(row["machineId"].clone());
    }
    missing
}

/// Replaces saving by keeping the texts that would be saved, and their file names, in `window.saved`.
const KEEP_SAVED: &str = "
    window.saved = [];
    let text = '';
    window.Blob = class { constructor(parts) { text = parts.join(''); } };
    URL.createObjectURL = () => '#';
    HTMLAnchorElement.prototype.click = function () {
      window.saved.push({ name: this.download, text });
    };";

/// The rows of a saved CSV file.
fn rows_of(saved: &Value) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(saved.as_str().unwrap().as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn downloads_are_guarded_like_the_csv_files() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let names = [
        "=1",
        "x;=6*7;y",
        "a,@b|-c",
        "＝1",
        "\u{a0}+1",
        "\"=1",
        "C++; a-b",
        "web-01",
        "a; \u{3000}−1",
        "a@b.example",
        "Smith, John",
    ];
    let scene = Scene::with_machines(names.len());
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["machineId", "DeviceName"]).unwrap();
    for (machine, name) in scene.tenant.fleet().machines().iter().zip(names) {
        csv.write_record([&machine.id.to_string(), name]).unwrap();
    }
    scene.write("machines.csv", csv.into_inner().unwrap());
    let run = scene.report(&["--format", "csv,html"]).exits_with(0);
    browser.open(&scene.path("reports/report.html"), "");
    let saved = filtered(&browser, "");
    assert_eq!(saved.len(), names.len());
    for row in run.rows("machines.csv") {
        let found = saved.iter().find(|it| it["machineId"] == row["machineId"]);
        assert_eq!(found.unwrap()["DeviceName"], row["DeviceName"]);
    }
}

/// The page as served by a viewer that strips styles, scripts and policies.
fn stripped(page: &Path) -> PathBuf {
    let mut text = fs::read_to_string(page).unwrap();
    for (begin, end) in [
        ("<meta http-equiv", ">"),
        ("<style>", "</style>"),
        ("<script type=\"module\">", "</script>"),
        ("<script type=\"application/json\"", "</script>"),
    ] {
        let (before, rest) = text.split_once(begin).unwrap();
        text = before.to_owned() + rest.split_once(end).unwrap().1;
    }
    let stripped = page.with_file_name("stripped.html");
    fs::write(&stripped, text).unwrap();
    stripped
}

#[test]
fn page_is_readable_without_style_and_script() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { page, .. } = &*night;
    browser.open(&stripped(page), "");
    for scheme in ["light", "dark"] {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        browser.command(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
        let faults = browser.run(
            "const faults = [];
             document.querySelectorAll('svg').forEach(svg => {
               const { width, height } = svg.getBoundingClientRect();
               const small = svg.classList.contains('swatch');
               const wide = svg.getAttribute('width') === '100%';
               if (small ? width !== 12 : !wide && width !== 560) faults.push('width ' + width);
               if (height > 320 || height < 10) faults.push('height ' + height);
             });
             document.querySelectorAll('svg rect, svg circle, svg polyline').forEach(shape => {
               const { fill, stroke } = getComputedStyle(shape);
               if (fill === 'rgb(0, 0, 0)') faults.push('black ' + shape.outerHTML);
               if (fill === 'none' && stroke === 'none') faults.push('unseen ' + shape.outerHTML);
             });
             const ink = getComputedStyle(document.querySelector('h1')).color;
             document.querySelectorAll('svg text').forEach(text => {
               if (getComputedStyle(text).fill !== ink) faults.push('text ' + text.outerHTML);
             });
             document.querySelectorAll('button, input, select').forEach(control => {
               if (control.checkVisibility()) faults.push('control ' + control.outerHTML);
             });
             const hint = document.querySelector('.no-script');
             if (!hint || !hint.checkVisibility()) faults.push('no hint');
             if (document.querySelectorAll('svg.chart rect').length < 10) faults.push('no bars');
             return faults;",
        );
        assert_eq!(faults, json!([]), "{scheme}");
    }
    browser.open(page, "");
    let hint = browser.run("return document.querySelector('.no-script').checkVisibility();");
    assert_eq!(hint, false, "the script runs");
    is_clean(&browser);
}

#[test]
fn page_state_is_in_the_url() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, page, .. } = &*night;
    browser.run("document.getElementById('kbs-next').click();");
    let hash = browser.run("return location.hash.slice(1);");
    let hash = hash.as_str().unwrap();
    assert!(!hash.is_empty());
    browser.open(page, hash);
    assert_eq!(shown_kbs(&browser), kb_ids(&run.rows("kbs.csv")[50..]));
}

#[test]
fn page_fits_every_width_colour_scheme_and_print() {
    let Some((_night, browser)) = opened("") else {
        return;
    };
    for width in [1440, 390] {
        browser.command(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false }),
        );
        let overflow = browser.run(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth;",
        );
        assert_eq!(overflow, 0, "the page scrolls sideways at {width}");
        let mut backgrounds = Vec::new();
        for scheme in ["light", "dark"] {
            let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
            browser.command(
                "Emulation.setEmulatedMedia",
                &json!({ "features": features }),
            );
            assert!(browser.screenshot().len() > 20_000, "{scheme} at {width}");
            backgrounds
                .push(browser.run("return getComputedStyle(document.body).backgroundColor;"));
        }
        assert_ne!(backgrounds[0], backgrounds[1], "dark is not dark");
    }
    // %PDF- in base64.
    assert!(browser.print().starts_with("JVBERi0"));
    is_clean(&browser);
}

#[test]
fn initial_page_has_few_nodes() {
    let Some((_night, browser)) = opened("") else {
        return;
    };
    let nodes = browser.run("return document.getElementsByTagName('*').length;");
    assert!(nodes.as_u64() < Some(5000), "{nodes}");
}
