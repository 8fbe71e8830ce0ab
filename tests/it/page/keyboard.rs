//! The page by keyboard alone: each task with Tab, Enter and typing.

use serde_json::{Value, json};

use super::{KEEP_SAVED, SecondNight, is_clean, missing, opened};
use crate::common::Browser;

/// Presses and releases a key.
fn key(browser: &Browser, name: &str, code: u32, text: &str) {
    for kind in ["keyDown", "keyUp"] {
        browser.command(
            "Input.dispatchKeyEvent",
            &json!({
                "type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code, "text": text,
            }),
        );
    }
}

fn enter(browser: &Browser) {
    key(browser, "Enter", 13, "\r");
}

/// Presses Tab until the element with this id, or with a name that begins like this, has the focus,
/// which must be seen at every step.
fn tab_to(browser: &Browser, wanted: &str) {
    let is_reached = (0..600).any(|_| {
        key(browser, "Tab", 9, "");
        let focus = browser.run(
            "const at = document.activeElement;
             const box = at.getBoundingClientRect();
             const isSeen = box.bottom > 0 && box.top < innerHeight
               && getComputedStyle(at).outlineStyle !== 'none';
             const name = at.getAttribute('aria-label') ?? at.textContent.trim();
             return { id: at.id, name, isSeen: isSeen || at === document.body };",
        );
        assert_eq!(focus["isSeen"], true, "{focus}");
        let name = focus["name"].as_str().unwrap_or_default();
        focus["id"] == wanted || name.starts_with(wanted) && focus["id"] == ""
    });
    assert!(is_reached, "{wanted} is not reached");
}

/// The value, once it is the expected one. A filter waits briefly for the next key.
fn becomes(browser: &Browser, script: &str, expected: &Value) {
    let mut found = Value::Null;
    for _ in 0..200 {
        found = browser.run(script);
        if found == *expected {
            return;
        }
    }
    assert_eq!(&found, expected);
}

#[test]
fn every_task_can_be_done_by_keyboard_alone() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, page, .. } = &*night;
    browser.run(KEEP_SAVED);
    browser.run("navigator.clipboard.writeText = async text => { window.copied = text; };");
    let first =
        browser.run("return document.querySelector('#actions-table tr[data-kb] a').textContent;");
    let kb = first.as_str().unwrap();
    let count = missing(run)[&kb[2..]].len();

    tab_to(&browser, &format!("Machines that miss {kb}"));
    enter(&browser);
    tab_to(&browser, "Copy names");
    enter(&browser);
    becomes(
        &browser,
        "return window.copied?.split('\\n').length;",
        &json!(count),
    );
    tab_to(&browser, "CSV");
    enter(&browser);
    becomes(
        &browser,
        "return window.saved[0]?.name;",
        &json!(format!("{kb}.csv")),
    );
    tab_to(&browser, "Show in the table of machines");
    enter(&browser);
    let rows =
        "return document.querySelectorAll('#machines-table > tbody > tr:not(.detail)').length;";
    becomes(&browser, rows, &json!(count.min(50)));

    // The focus went there as well: the next opener is that of the first machine.
    tab_to(&browser, "What ");
    enter(&browser);
    becomes(
        &browser,
        "return document.querySelectorAll('#machines-table tr.detail').length;",
        &json!(1),
    );
    let address = browser.run("return location.hash;");
    browser.open(page, &address.as_str().unwrap()[1..]);
    becomes(&browser, rows, &json!(count.min(50)));
    becomes(
        &browser,
        "return document.querySelectorAll('tr.detail').length;",
        &json!(2),
    );
    is_clean(&browser);
}
