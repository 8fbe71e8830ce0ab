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

/// A gap in the data.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Gap {
    machine: String,
    kb: String,
    cves: u64,
}

/// The gaps in the data.
fn gaps(data: &Value) -> Vec<Gap> {
    let (machines, kbs) = (&data["machines"], &data["kbs"]);
    let ids = machines["ids"].as_str().unwrap();
    let numbers = |name: &str| decoded(data["pairs"][name].as_str().unwrap()).into_iter();
    let mut coded = numbers("kbs").zip(numbers("cves"));
    let mut gaps = Vec::new();
    for (row, count) in machines["missingKbs"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        let mut kb = 0;
        let count = usize::try_from(count.as_u64().unwrap()).unwrap();
        for (distance, fewer) in coded.by_ref().take(count) {
            kb += distance;
            gaps.push(Gap {
                machine: ids[40 * row..40 * (row + 1)].to_owned(),
                kb: kbs["kbId"][kb].as_str().unwrap().to_owned(),
                cves: kbs["cveAddressed"][kb].as_u64().unwrap() - fewer as u64,
            });
        }
    }
    assert_eq!(coded.next(), None, "nothing is left over");
    gaps
}
