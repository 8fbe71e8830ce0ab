//! What is seen without scrolling, on a screen, a phone and paper, with and without the script.

use serde_json::json;

use super::{SecondNight, is_clean, opened};
use crate::common::Browser;

pub(super) fn resize(browser: &Browser, width: u32, height: u32) {
    browser.command(
        "Emulation.setDeviceMetricsOverride",
        &json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 }),
    );
}

/// The parts of the first screen that end below this height, or are not there.
fn below(browser: &Browser, height: u32) -> serde_json::Value {
    browser.run(&format!(
        "scrollTo(0, 0);
         const parts = {{
           headline: document.querySelector('.headline'),
           coverage: document.querySelector('.coverage'),
           figures: document.querySelector('.tiles'),
           plan: document.querySelector('#actions-table > tbody > tr:nth-of-type(5)'),
         }};
         return Object.entries(parts).filter(([, part]) =>
           !part || !part.checkVisibility() || part.getBoundingClientRect().bottom > {height}
         ).map(([name]) => name);"
    ))
}

#[test]
fn plan_is_seen_without_scrolling() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { page, .. } = &*night;
    for (width, height) in [(1440, 900), (390, 844)] {
        resize(&browser, width, height);
        assert_eq!(below(&browser, height), json!([]), "{width}x{height}");
    }
    // A4 landscape within its margins, at 96 dots per inch.
    browser.command("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    resize(&browser, 1032, 702);
    assert_eq!(below(&browser, 702), json!([]), "paper");
    browser.command("Emulation.setEmulatedMedia", &json!({ "media": "" }));

    browser.command(
        "Emulation.setScriptExecutionDisabled",
        &json!({ "value": true }),
    );
    resize(&browser, 1440, 900);
    browser.open(page, "");
    assert_eq!(below(&browser, 900), json!([]), "without the script");
    is_clean(&browser);
}

#[test]
fn heads_of_tables_and_navigation_stay_in_sight() {
    let Some((_night, browser)) = opened("") else {
        return;
    };
    for width in [1440, 390] {
        resize(&browser, width, 844);
        let tops = browser.run(
            "const table = document.getElementById('kbs-table');
             const box = table.parentElement;
             box.scrollIntoView();
             box.scrollTop = 700;
             scrollBy(0, box.scrollTop > 0 ? 0 : 700);
             const head = table.tHead.rows[0].cells[0].getBoundingClientRect();
             const seen = document.elementFromPoint(head.left + 4, head.top + 8);
             return [
               document.querySelector('nav').getBoundingClientRect().top,
               seen.closest('thead') === table.tHead,
               table.tBodies[0].rows[0].getBoundingClientRect().bottom < head.bottom,
             ];",
        );
        assert_eq!(tops, json!([0, true, true]), "at {width}");
    }
    is_clean(&browser);
}
