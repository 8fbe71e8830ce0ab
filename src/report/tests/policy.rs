//! What the reports say of accepted risks and deadlines.

use jiff::SignedDuration;

use super::super::{Format, fixture::Fixture, markdown, reports, terminal};
use crate::{
    domain::{kb::KbId, since::MissingSince},
    policy::{Deadlines, Exceptions, exceptions::Exception},
    report::terminal::Style,
};

fn rendered(fixture: &Fixture, name: &str) -> String {
    let reports = reports(&[Format::Csv, Format::Json, Format::Html]);
    let report = reports.iter().find(|it| it.file_name() == name);
    fixture.render(report.unwrap().as_ref())
}

/// The small run with feeds, one accepted KB, and deadlines. The gaps of the first machine have been open
/// for 20 days.
fn fixture() -> Fixture {
    let mut fixture = Fixture::with_feeds();
    let accepted = Exception {
        line: 2,
        kb: Some(KbId::new("5000802")),
        machine: None,
        group: None,
        tag: None,
        until: None,
    };
    fixture.policy.exceptions = Some(Exceptions::new("accepted.csv".to_owned(), vec![accepted]));
    fixture.policy.deadlines = Some(Deadlines::default());
    let since = fixture.facts.started_at - SignedDuration::from_hours(20 * 24);
    if let Ok(answer) = &mut fixture.outcomes[0].result {
        answer.since = MissingSince::all(since, 2);
    }
    fixture
}

/// The columns of the gaps that policy marks.
fn marks(fixture: &Fixture) -> Vec<String> {
    let text = rendered(fixture, "gaps.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|it| it == name).unwrap();
    let places = ["kbId", "daysMissing", "accepted", "overdue"].map(at);
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        places.map(|place| row[place].to_owned()).join("|")
    });
    rows.collect()
}

#[test]
fn gaps_are_marked() {
    let expected = ["4540673|20||6", "5000802|20|true|", "4540673|0||"];
    assert_eq!(marks(&fixture()), expected);
    let expected = ["4540673|0||", "5000802|0||", "4540673|0||"];
    assert_eq!(marks(&Fixture::with_feeds()), expected);
}

#[test]
fn summary_has_subtotals() {
    let summary = rendered(&fixture(), "summary.json");
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["gaps"], 3);
    assert_eq!(
        summary["accepted"],
        serde_json::json!({"gaps": 1, "machines": 1})
    );
    assert_eq!(
        summary["overdue"],
        serde_json::json!({"gaps": 1, "machines": 1, "withinPolicyPercent": 66.7})
    );
    assert_eq!(summary["knownExploited"]["gaps"], 3);
    assert_eq!(summary["knownExploited"]["accepted"], 1);
    let whole = rendered(&fixture(), "report.json");
    let whole: serde_json::Value = serde_json::from_str(&whole).unwrap();
    let gap = &whole["machines"][0]["missing"][1];
    assert_eq!(
        (&gap["accepted"], &gap["overdue"]),
        (&true.into(), &serde_json::Value::Null)
    );
    let without = rendered(&Fixture::with_feeds(), "summary.json");
    let without: serde_json::Value = serde_json::from_str(&without).unwrap();
    for key in ["accepted", "overdue"] {
        assert_eq!(without.get(key), None);
    }
}

#[test]
fn every_report_for_people_has_the_subtotals() {
    let fixture = fixture();
    let texts = fixture.with_run(|run| {
        [
            terminal::render(run, 300, Style::Plain),
            terminal::screen(run, 300, Style::Plain),
            markdown(run),
        ]
    });
    let letters = |text: &str| {
        let text = text.replace("<wbr>", "").replace("&#46;", ".");
        text.chars()
            .filter(|it| it.is_alphanumeric())
            .collect::<String>()
    };
    for text in texts.into_iter().chain([rendered(&fixture, "report.html")]) {
        for sentence in [
            "Accepted risks: 1 of 3 gaps, on 1 machine; they stay in every figure",
            "Overdue: 1 of 3 gaps, on 1 machine; 66.7 % of the gaps are within policy (known exploited 14 days, critical 30 days, others 90 days)",
            "of their 3 gaps the risk of 1 is accepted",
        ] {
            assert!(letters(&text).contains(&letters(sentence)), "{text}");
        }
    }
    let screen = fixture.with_run(|run| terminal::screen(run, 300, Style::Plain));
    assert!(screen.contains("gaps 3 (1 accepted)"), "{screen}");
    let page = rendered(&fixture, "report.html");
    for part in [
        "of these, 1 accepted",
        r#"<th scope="col" class="num" data-key="overdue">Overdue</th>"#,
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}
