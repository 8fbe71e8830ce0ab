//! The page as a whole.

mod fleets;
mod hostile;
mod parts;

use serde_json::Value;

use super::{Page, data::decoded};
use crate::report::fixture::Fixture;

fn page(fixture: &Fixture) -> String {
    fixture.render(&Page)
}

/// The part between two texts, the first of which must occur once.
fn between<'page>(page: &'page str, begin: &str, end: &str) -> &'page str {
    assert_eq!(page.matches(begin).count(), 1, "{begin}");
    let (_, after) = page.split_once(begin).unwrap();
    after.split_once(end).unwrap().0
}

/// The data, as a script reads it.
fn data(page: &str) -> Value {
    let json = between(
        page,
        r#"<script type="application/json" id="data">"#,
        "</script>",
    );
    serde_json::from_str(json).unwrap()
}

/// The plain number of a figure's tile.
fn figure(page: &str, name: &str) -> u64 {
    let value = between(page, &format!("data-figure=\"{name}\" data-value=\""), "\"");
    value.parse().unwrap()
}

/// A section, with its element.
fn section<'page>(page: &'page str, name: &str) -> &'page str {
    between(page, &format!("<section id=\"{name}\">"), "</section>")
}

/// The pairs of the data as (machine, KB) ids.
fn pairs(data: &Value) -> Vec<(String, String)> {
    let machines = &data["machines"];
    let counts = machines["missingKbs"].as_array().unwrap().iter();
    let counts: Vec<usize> = counts
        .map(|it| usize::try_from(it.as_u64().unwrap()).unwrap())
        .collect();
    let ids = machines["ids"].as_str().unwrap();
    let of_machine = decoded(data["pairs"].as_str().unwrap(), &counts);
    let pairs = of_machine.into_iter().enumerate().flat_map(|(row, kbs)| {
        let machine = &ids[40 * row..40 * (row + 1)];
        kbs.into_iter().map(move |kb| {
            let kb = data["kbs"]["kbId"][kb].as_str().unwrap();
            (machine.to_owned(), kb.to_owned())
        })
    });
    pairs.collect()
}
