//! Filters, columns of the list, downloads and the address.

use serde_json::json;

use super::{KEEP_SAVED, SecondNight, is_clean, opened, rows_of, second_night};
use crate::common::{Browser, Row};

/// Chooses a value in a filter of a table.
pub(super) fn choose(browser: &Browser, table: &str, label: &str, value: &str) {
    browser.run(&format!(
        "const labels = [...document.querySelectorAll('#{table} .controls label')];
         const select = labels.find(it => it.textContent.startsWith('{label} ')).querySelector('select');
         select.value = [...select.options].find(it => it.textContent === {}).value;
         select.dispatchEvent(new Event('change', {{ bubbles: true }}));",
        json!(value)
    ));
}

pub(super) fn downloaded(browser: &Browser, table: &str) -> Vec<Row> {
    browser.run(KEEP_SAVED);
    browser.run(&format!(
        "document.getElementById('{table}-download').click();"
    ));
    rows_of(&browser.run("return window.saved.pop().text;"))
}

#[test]
fn filter_of_a_column_holds_for_rows_download_and_address() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, page, .. } = &*night;
    let machines = run.rows("machines.csv");
    let answered = || machines.iter().filter(|row| row["status"] == "answered");
    let site = &answered().next().unwrap()["site"];
    choose(&browser, "machines", "site", site);
    let expected: Vec<&Row> = answered().filter(|row| row["site"] == *site).collect();
    assert!(expected.len() < answered().count());
    assert_eq!(downloaded(&browser, "machines").len(), expected.len());
    let platform = &expected[0]["osPlatform"];
    choose(&browser, "machines", "osPlatform", platform);
    let both = expected.iter().filter(|row| row["osPlatform"] == *platform);
    let both: Vec<&str> = both.map(|row| row["machineId"].as_str()).collect();
    assert!(both.len() < expected.len());

    let hash = browser.run("return location.hash.slice(1);");
    browser.open(page, hash.as_str().unwrap());
    let rows = downloaded(&browser, "machines");
    let ids: Vec<&str> = rows.iter().map(|row| row["machineId"].as_str()).collect();
    assert_eq!(ids, both, "restored from {hash}");
    choose(&browser, "machines", "site", "all");
    choose(&browser, "machines", "osPlatform", "all");
    assert_eq!(downloaded(&browser, "machines").len(), answered().count());
    is_clean(&browser);
}

/// The file rounds 99.96 % to 100.0. The table does not, and the download is the file.
#[test]
fn share_of_machines_never_reads_100_percent_for_less() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, page, .. } = &*night;
    let first = &run.rows("kbs.csv")[0];
    let text = std::fs::read_to_string(page).unwrap();
    let told = format!("\"percentOfAnswered\":[\"{}\"", first["percentOfAnswered"]);
    assert_eq!(text.matches(&told).count(), 1);
    let rounded = text.replace(&told, "\"percentOfAnswered\":[\"100.0\"");
    std::fs::write(page, rounded).unwrap();
    browser.open(page, &format!("kbs?q={}", first["kbId"]));
    let shown = browser.texts("#kbs-table tbody tr:first-child td");
    assert!(shown.iter().any(|cell| cell == "99.9"), "{shown:?}");
    assert!(!shown.iter().any(|cell| cell == "100.0"), "{shown:?}");
    assert_eq!(downloaded(&browser, "kbs")[0]["percentOfAnswered"], "100.0");
}

/// A value that has disappeared since the address was saved must not make the page show everything.
#[test]
fn filter_by_a_value_that_is_gone_shows_no_row() {
    let Some((_night, browser)) = opened("machines?by.site=Atlantis") else {
        return;
    };
    assert!(browser.texts("#machines-count")[0].starts_with("no row matches"));
    let shown = browser.run(
        "const labels = [...document.querySelectorAll('#machines .controls label')];
         const select = labels.find(it => it.textContent.startsWith('site ')).querySelector('select');
         return select.selectedOptions[0].textContent;",
    );
    assert_eq!(shown, "Atlantis");
}

#[test]
fn columns_of_the_list_are_columns_of_the_table() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, .. } = &*night;
    let headings = browser.texts("#machines-table thead th");
    for column in ["osPlatform", "osVersion", "site"] {
        assert!(
            headings.iter().any(|it| it == column),
            "{column}: {headings:?}"
        );
    }
    let sites = browser.texts("#machines-table tbody td.listed:nth-of-type(6)");
    let machines = run.rows("machines.csv");
    let expected = machines.iter().take(50).map(|row| &row["site"]);
    assert!(sites.iter().eq(expected), "{sites:?}");
}

/// A download is the real file without the rows that the filter hides.
#[test]
fn downloads_have_the_columns_and_words_of_the_files() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, .. } = &*night;
    browser.run(KEEP_SAVED);
    for table in ["kbs", "machines", "failures"] {
        browser.run(&format!(
            "document.getElementById('{table}-download').click();"
        ));
        let saved = browser.run("return window.saved.pop();");
        let file = format!("{table}.csv");
        assert_eq!(saved["name"], file.as_str());
        let mut real = run.rows(&file);
        if table == "machines" {
            real.retain(|row| row["status"] == "answered");
        }
        assert!(!real.is_empty(), "{file}");
        assert_eq!(rows_of(&saved["text"]), real, "{file}");
        let text = String::from_utf8(run.bytes(&file)).unwrap();
        let header = |text: &str| text.lines().next().unwrap().to_owned();
        assert_eq!(header(saved["text"].as_str().unwrap()), header(&text));
    }
    is_clean(&browser);
}

#[test]
fn open_rows_are_in_the_address() {
    let Some((night, browser)) = opened("") else {
        return;
    };
    let SecondNight { run, page, .. } = &*night;
    browser.run("document.getElementById('kbs-next').click();");
    browser.run("document.querySelector('#kbs-table button.open').click();");
    let hash = browser.run("return location.hash.slice(1);");
    let kb = &run.rows("kbs.csv")[50]["kbId"];
    assert!(
        hash.as_str().unwrap().contains(&format!("open={kb}")),
        "{hash}"
    );
    for hash in [hash.as_str().unwrap(), &format!("kbs?open={kb}")] {
        browser.open(page, hash);
        let captions = browser.texts("#kbs-table tr.detail caption");
        assert_eq!(captions.len(), 1, "{hash}");
        assert!(captions[0].ends_with(&format!("KB{kb}")), "{captions:?}");
    }
    browser.open(page, "kbs?open=1&open=%22%3E%3Cb%3E&by.=x&sort=-nothing");
    assert_eq!(browser.texts("#kbs-table tr.detail").len(), 0);
    is_clean(&browser);
}

/// The page lists the updates in the order of the plan, and the file by the CVEs that they address.
#[test]
fn downloaded_kbs_have_the_ranks_of_the_file_whatever_the_order_of_the_page() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let SecondNight { scene, page, .. } = second_night();
    let run = scene
        .report(&["--offline", "--min-coverage", "0"])
        .exits_with(0);
    browser.open(&page, "");
    let mut saved = downloaded(&browser, "kbs");
    let ranks: Vec<&String> = saved.iter().map(|row| &row["rank"]).collect();
    assert_ne!(ranks[..3], ["1", "2", "3"]);
    saved.sort_by_key(|row| row["rank"].parse::<usize>().unwrap());
    assert_eq!(saved, run.rows("kbs.csv"));
    is_clean(&browser);
}

#[test]
fn each_tag_of_a_machine_is_a_filter() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let SecondNight { scene, page, .. } = second_night();
    let fleet = scene.tenant.inventory_csv();
    let tags = ["", "kiosk", "finance;kiosk", "finance"];
    let rows = fleet
        .lines()
        .enumerate()
        .map(|(number, line)| match number {
            0 => format!("{line},Tags"),
            _ => format!("{line},{}", tags[number % 4]),
        });
    scene.write("tagged.csv", rows.collect::<Vec<_>>().join("\n"));
    let tagged = ["report", "tagged.csv", "--offline", "--min-coverage", "0"];
    let run = scene.run(&tagged).exits_with(0);
    browser.open(&page, "");
    choose(&browser, "machines", "Tags", "kiosk");
    let machines = run.rows("machines.csv");
    let expected = machines.iter().filter(|row| {
        row["status"] == "answered" && row["Tags"].split(';').any(|tag| tag == "kiosk")
    });
    let found = downloaded(&browser, "machines");
    assert!(found.len() > 20);
    assert_eq!(found.len(), expected.count());
    assert!(found.iter().any(|row| row["Tags"] == "finance;kiosk"));
    is_clean(&browser);
}
