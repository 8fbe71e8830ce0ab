//! What can be read: contrast of every text, texts of charts within them, nothing that sticks out.

use serde_json::{Value, json};

use super::{first_screen::resize, is_clean, opened};
use crate::common::Browser;

fn emulate(browser: &Browser, feature: &str, value: &str) {
    let features = json!({ "media": "", "features": [{ "name": feature, "value": value }] });
    browser.command("Emulation.setEmulatedMedia", &features);
}

/// Opens a row of each table that has any.
fn open_rows(browser: &Browser) {
    browser.run(
        "for (const table of ['actions', 'kbs', 'machines']) {
           document.querySelector(`#${table}-table > tbody button.open`).click();
         }",
    );
}

/// The texts with less contrast than 4.5 to the background that they are on, and how many texts were
/// checked. Disabled controls may be pale.
fn contrasts(browser: &Browser) -> Value {
    browser.run(
        r"const channels = color => {
            const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
            return { rgb: [r, g, b], alpha: a };
          };
          const luminance = rgb => {
            const [r, g, b] = rgb.map(it => it / 255).map(
              it => it <= 0.03928 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const background = element => {
            for (let at = element; at; at = at.parentElement) {
              const color = channels(getComputedStyle(at).backgroundColor);
              if (color.alpha === 1) return color.rgb;
              if (color.alpha > 0) throw new Error(`half transparent: ${at.outerHTML.slice(0, 90)}`);
            }
            throw new Error('no background');
          };
          let checked = 0;
          const pale = [];
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const element = texts.currentNode.parentElement;
            const hidden = 'script, style, noscript, title, desc, option, :disabled';
            if (!texts.currentNode.data.trim() || element.closest(hidden)) continue;
            if (!element.checkVisibility()) continue;
            const style = getComputedStyle(element);
            const color = channels(element.closest('svg') ? style.fill : style.color);
            const [light, dark] = [color.rgb, background(element)].map(luminance)
              .sort((one, other) => other - one);
            checked += 1;
            if (color.alpha < 1 || (light + 0.05) / (dark + 0.05) < 4.5) {
              pale.push(`${style.color}: ${element.outerHTML.slice(0, 90)}`);
            }
          }
          return { checked, pale: pale.slice(0, 5) };",
    )
}

#[test]
fn every_text_has_contrast_in_light_and_dark() {
    let Some((_night, browser)) = opened("") else {
        return;
    };
    open_rows(&browser);
    for scheme in ["light", "dark"] {
        emulate(&browser, "prefers-color-scheme", scheme);
        let found = contrasts(&browser);
        assert_eq!(found["pale"], json!([]), "{scheme}");
        assert!(found["checked"].as_u64().unwrap() > 1_000, "{found}");
    }
    is_clean(&browser);
}

#[test]
fn texts_of_charts_are_within_them() {
    let Some((_night, browser)) = opened("") else {
        return;
    };
    let found = browser.run(
        "const texts = [...document.querySelectorAll('#charts svg text')];
         const out = texts.filter(text => {
           const [box, chart] = [text.getBBox(), text.ownerSVGElement.viewBox.baseVal];
           return box.x < -0.5 || box.x + box.width > chart.width + 0.5 || box.y + box.height > chart.height;
         });
         return { checked: texts.length, out: out.map(it => it.textContent) };",
    );
    assert_eq!(found["out"], json!([]));
    assert!(found["checked"].as_u64().unwrap() > 50, "{found}");
    is_clean(&browser);
}

#[test]
fn tiles_do_not_break_dates_and_nothing_sticks_out() {
    let Some((_night, browser)) = opened("") else {
        return;
    };
    open_rows(&browser);
    for width in [320, 390, 768, 1024, 1440] {
        resize(&browser, width, 844);
        let found = browser.run(
            "const dates = [...document.querySelectorAll('.tile .than')];
             const sticksOut = tile => tile.scrollWidth > tile.clientWidth;
             return {
               page: document.documentElement.scrollWidth,
               broken: dates.filter(it => it.offsetHeight > 30).length,
               out: [...document.querySelectorAll('.tile')].filter(sticksOut).length,
               dates: dates.length,
             };",
        );
        assert_eq!(found["page"], width, "{found}");
        assert_eq!(found["broken"], 0, "at {width}");
        assert_eq!(found["out"], 0, "at {width}");
        assert!(found["dates"].as_u64().unwrap() >= 6, "{found}");
    }
    is_clean(&browser);
}

/// On a phone the dates are left out, so each difference says how old the other run is.
#[test]
fn differences_on_a_phone_say_since_when() {
    let Some((_night, browser)) = opened("") else {
        return;
    };
    let said = |width| {
        resize(&browser, width, 844);
        browser.run(
            "const changes = [...document.querySelectorAll('.tile .change')];
             return [...new Set(changes.map(it => getComputedStyle(it, '::after').content))];",
        )
    };
    assert_eq!(said(390), json!(["\"0 h\""]));
    assert_eq!(said(1440), json!(["none"]));
    is_clean(&browser);
}

/// The choice that is made is seen without colours of the page.
#[test]
fn pressed_button_is_seen_in_forced_colours() {
    let Some((_night, browser)) = opened("") else {
        return;
    };
    emulate(&browser, "forced-colors", "active");
    let found = browser.run(
        "const color = it => getComputedStyle(it).backgroundColor;
         const buttons = [...document.querySelectorAll('button[data-actions]')];
         const [pressed, other] = ['true', 'false'].map(
           it => buttons.find(button => button.getAttribute('aria-pressed') === it));
         const first = document.querySelector('#actions-table tr.first > td');
         return [color(pressed) !== color(other), getComputedStyle(first).borderLeftWidth];",
    );
    assert_eq!(found, json!([true, "3px"]));
    is_clean(&browser);
}
