//! Hostile text from outside in every place.

use proptest::prelude::*;
use serde_json::Value;

use super::{data, page, section};
use crate::{
    domain::kb::{KbId, MissingKb},
    inventory::GroupBy,
    report::{
        fixture::{Fixture, answer, gap},
        plain::plain,
    },
};

/// The second night with this text in every field from outside.
fn full_of(text: &str) -> Fixture {
    let mut fixture = Fixture::second_night();
    let inventory = &mut fixture.inventory;
    inventory.file = text.to_owned();
    inventory.columns = vec!["name".to_owned(), text.to_owned()];
    inventory.cells = inventory.machines.iter().map(|_| [text, text]).collect();
    inventory.rejected[0].input = text.to_owned();
    let missing = |id: &str| MissingKb {
        id: KbId::new(id),
        name: Some(text.into()),
        products: vec![text.into()],
        url: Some(text.into()),
        os_build: Some(text.into()),
        cves: None,
        unreadable: Box::default(),
        ..gap("", 1)
    };
    fixture.outcomes[0] = answer(1, vec![missing(text)]);
    fixture.before = Some(vec![
        answer(1, vec![missing("1")]),
        answer(3, vec![missing(text)]),
    ]);
    if let Err(failure) = &mut fixture.outcomes[3].result {
        failure.code = Some(text.to_owned());
        failure.message = text.to_owned();
        failure.correlation_id = Some(text.to_owned());
    }
    fixture.census = Some(Fixture::census_full_of(text));
    fixture.cross_check = Some(Fixture::cross_check_full_of(text));
    fixture.software = Some(Fixture::software_full_of(text));
    fixture.facts.tenant_id = Some(text.to_owned());
    text.clone_into(&mut fixture.facts.title);
    fixture.facts.api_url = text.to_owned();
    fixture.facts.files = vec![text.to_owned()];
    fixture
}

/// The number of texts in the data that equal this one.
fn count(data: &Value, text: &str) -> usize {
    match data {
        Value::String(found) => usize::from(found == text),
        Value::Array(values) => values.iter().map(|it| count(it, text)).sum(),
        Value::Object(values) => values.values().map(|it| count(it, text)).sum(),
        _ => 0,
    }
}

/// The names of all elements of the page.
fn markup(page: &str) -> Vec<&str> {
    let tags = page.split('<').skip(1);
    tags.map(|tag| tag.split(['>', ' ']).next().unwrap())
        .collect()
}

fn stays_text(text: &str) {
    let page = page(&full_of(text));
    let usual = super::page(&full_of("x"));
    assert_eq!(markup(&page), markup(&usual), "{text:?}");
    let data = data(&page);
    let shown = plain(text);
    assert_eq!(
        data["kbs"]["kbId"][1],
        plain(KbId::new(text).as_str()),
        "{text:?}"
    );
    assert_eq!(data["kbs"]["url"][1], Value::Null);
    assert_eq!(
        data["machines"]["name"],
        serde_json::json!([shown, shown, shown])
    );
    assert_eq!(data["failures"]["input"][1], shown);
    assert_eq!(data["failures"]["correlationId"][0], shown);
    assert_eq!(
        count(&data["texts"], &shown),
        1,
        "name, product, code and message"
    );
}

#[test]
fn hostile_text_stays_text() {
    let long = "€".repeat(10_000);
    for text in [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "]]>",
        "\"onload=\"x",
        "' onmouseover='x",
        "&lt;b&gt;",
        "abc\u{202e}txt.exe",
        "two\nlines",
        "\u{2028}\u{2029}",
        "\u{1b}[31mred",
        "{{ 7*7 }}{% endif %}",
        "=HYPERLINK(\"x\")",
        "javascript:alert(1)",
        "\\u003c",
        &long,
    ] {
        stays_text(text);
    }
}

#[test]
fn bidirectional_controls_are_removed() {
    let page = page(&full_of("abc\u{202e}txt\u{2066}.exe"));
    assert!(!page.contains(['\u{202e}', '\u{2066}']));
    assert!(section(&page, "machines").contains("abctxt.exe"));
}

#[test]
fn only_https_urls_are_links() {
    for (url, is_link) in [
        ("https://catalog.example/q?a=\"><b>", true),
        ("http://catalog.example/", false),
        ("javascript:alert(1)", false),
    ] {
        let mut fixture = full_of("x");
        let missing = MissingKb {
            url: Some(url.into()),
            ..gap("5", 1)
        };
        fixture.outcomes[0] = answer(1, vec![missing]);
        let page = page(&fixture);
        let kbs = section(&page, "kbs");
        assert_eq!(
            kbs.contains("rel=\"noopener noreferrer\">KB5</a>"),
            is_link,
            "{url}"
        );
        assert!(!kbs.contains(url) || !url.contains('<'));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_stays_text(text in "[a-z](\\PC|[<>&\"'`=/\u{2028}\u{202e}\t\r\n!-]){0,12}") {
        // A column of that name would be one that machines are grouped by.
        let names = [text.clone()];
        prop_assume!(GroupBy::ALL.iter().all(|by| by.column(&names).is_none()));
        stays_text(&text);
    }
}
