//! The page, as a browser shows it.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::common::{Browser, Finished, Row, Scene};

/// Two nights of a tenant, and the page of the second one.
fn second_night() -> (Scene, Finished, PathBuf) {
    let mut scene = Scene::with(|settings| {
        settings.machines = 160;
        settings.nights = 5;
    });
    scene.report(&[]).exits_with(0);
    scene.replace_tenant(|settings| {
        settings.machines = 160;
        settings.nights = 6;
        settings.faults = "gone=0.02".parse().unwrap();
    });
    scene.write("machines.csv", scene.tenant.inventory_csv());
    let run = scene.report(&["--min-coverage", "0"]).exits_with(0);
    let page = scene.path("reports").join("report.html");
    (scene, run, page)
}

fn opened(hash: &str) -> Option<(Scene, Finished, PathBuf, Browser)> {
    let browser = Browser::start()?;
    let (scene, run, page) = second_night();
    browser.open(&page, hash);
    Some((scene, run, page, browser))
}

/// Demands that nothing was complained of, and that nothing was asked for but the page itself:
/// what begins with `chrome:` is the browser's own new tab.
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

/// The KB ids that the table shows, as `kbs.csv` spells them.
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
fn its_figures_are_those_of_the_other_reports() {
    let Some((_scene, run, _, browser)) = opened("") else {
        return;
    };
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
fn tables_sort_filter_and_turn_pages() {
    let Some((_scene, run, _, browser)) = opened("") else {
        return;
    };
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
    // A filter may wait for the next key for a moment.
    for _ in 0..200 {
        found = shown_kbs(&browser);
        if found.len() == 1 {
            break;
        }
    }
    assert_eq!(found, std::slice::from_ref(wanted));
    is_clean(&browser);
}

#[test]
fn what_was_looked_at_is_in_the_address() {
    let Some((_scene, run, page, browser)) = opened("") else {
        return;
    };
    browser.run("document.getElementById('kbs-next').click();");
    let hash = browser.run("return location.hash.slice(1);");
    let hash = hash.as_str().unwrap();
    assert!(!hash.is_empty());
    browser.open(&page, hash);
    assert_eq!(shown_kbs(&browser), kb_ids(&run.rows("kbs.csv")[50..]));
}

#[test]
fn it_fits_narrow_and_wide_windows_light_and_dark_and_paper() {
    let Some((_scene, _, _, browser)) = opened("") else {
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
fn it_starts_small() {
    let Some((_scene, _, _, browser)) = opened("") else {
        return;
    };
    let nodes = browser.run("return document.getElementsByTagName('*').length;");
    assert!(nodes.as_u64() < Some(5000), "{nodes}");
}
