//! What the reports say of accepted risks and deadlines.

use std::io;

use calamine::{Reader, Xlsx};
use jiff::SignedDuration;

use super::super::{
    Format,
    fixture::{Fixture, answer, gap, machine},
    markdown, reports, terminal,
    workbook::Workbook,
};
use crate::{
    domain::{kb::KbId, machine::MachineId, since::MissingSince},
    policy::{Deadlines, Exceptions, exceptions::Exception},
    report::{
        terminal::Style,
        view::{headline::headline, risk},
    },
};

fn rendered(fixture: &Fixture, name: &str) -> String {
    let reports = reports(&[Format::Csv, Format::Json, Format::Html]);
    let report = reports.iter().find(|it| it.file_name() == name);
    fixture.render(report.unwrap().as_ref())
}

/// The texts of the first sheet of the workbook.
fn summary_sheet(fixture: &Fixture) -> String {
    summary_rows(fixture).concat().join("|")
}

fn summary_rows(fixture: &Fixture) -> Vec<Vec<String>> {
    let bytes = fixture.bytes(&Workbook::new());
    let mut book = Xlsx::new(io::Cursor::new(bytes)).unwrap();
    let summary = book.worksheet_range("Summary").unwrap();
    let rows = summary.rows();
    let rows = rows.map(|row| row.iter().map(ToString::to_string).collect());
    rows.collect()
}

/// The exception for a KB, on one machine or on all.
fn exception(kb: &str, machine: Option<MachineId>) -> Exception {
    Exception {
        line: 2,
        kb: Some(KbId::new(kb)),
        machine,
        group: None,
        tag: None,
        until: None,
    }
}

fn accept(fixture: &mut Fixture, exceptions: Vec<Exception>) {
    fixture.policy.exceptions = Some(Exceptions::new("accepted.csv".to_owned(), exceptions));
}

/// The small run with feeds, one accepted KB, and deadlines. The gaps of the first machine have been open
/// for 20 days.
fn fixture() -> Fixture {
    let mut fixture = Fixture::with_feeds();
    accept(&mut fixture, vec![exception("5000802", None)]);
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
    let others = [rendered(&fixture, "report.html"), summary_sheet(&fixture)];
    for text in texts.into_iter().chain(others) {
        for sentence in [
            "Accepted risks: 1 of 3 gaps, on 1 machine; they stay in every figure",
            "Overdue: 1 of 3 gaps, on 1 machine; 66.7 % of the gaps are within policy (known exploited 14 days, critical 30 days, others 90 days)",
            "KB4540673 on 2 (due 2026-12-01), KB5000802 on 1 (risk accepted); the risk of 1 of their 3 gaps is accepted",
        ] {
            let text = text.replace("&#45;", "-");
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

#[test]
fn plan_is_without_accepted_gaps_in_every_report() {
    let mut fixture = Fixture::small();
    accept(&mut fixture, vec![exception("4540673", Some(machine(1)))]);
    let (screen, marked, said) = fixture.with_run(|run| {
        let screen = terminal::screen(run, 200, Style::Plain);
        (screen, markdown(run), headline(run))
    });
    let row = screen.lines().find(|it| it.contains("March 2020  "));
    let cells: Vec<&str> = row.unwrap().split_whitespace().collect();
    assert!(cells.ends_with(&["1", "14", "11.4", "%"]), "{cells:?}");
    assert!(
        marked.contains("| March 2020 | 1 | 14 | 11.4 % | 1 |"),
        "{marked}"
    );
    let page = rendered(&fixture, "report.html");
    for part in [
        r#"<td class="num">1</td><td class="num">14</td><td class="num">11.4 %</td>"#,
        "as few as remove half of what the whole plan removes",
        "<title>KB4540673: 14</title>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let whole: serde_json::Value =
        serde_json::from_str(&rendered(&fixture, "report.json")).unwrap();
    assert_eq!(whole["topActions"][0]["exposure"], 14);
    let rows = summary_rows(&fixture);
    let row = rows.iter().find(|it| it[0] == "KB4540673" && it[1] == "14");
    assert_eq!(row.unwrap()[3], "1");
    // 14 of the 26 that the plan removes, although the exposure is 123.
    assert!(said.ends_with("; install this update first"), "{said}");
}

#[test]
fn reports_say_why_there_is_nothing_to_install() {
    let both = || vec![exception("4540673", None), exception("5000802", None)];
    let mut all = Fixture::small();
    accept(&mut all, both());
    let mut some = all.clone();
    some.outcomes[2] = answer(3, vec![gap("9", 0)]);
    let mut none = Fixture::small();
    none.outcomes = vec![answer(1, vec![gap("9", 0)])];
    for (fixture, advice, on_page) in [
        (all, "the risk of every gap is accepted", None),
        (some, "the other missing updates address no CVE", None),
        (
            none,
            "the missing updates address no CVE",
            Some("no answered machine misses a KB that addresses a CVE"),
        ),
    ] {
        let said = fixture.with_run(headline);
        assert!(said.ends_with(&format!("; {advice}")), "{said}");
        let page = rendered(&fixture, "report.html");
        let expected = format!("Nothing to install: {}.", on_page.unwrap_or(advice));
        assert!(page.contains(&expected), "{page}");
        assert!(!page.contains("No KB is missing: the exposure is 0."));
    }
}

#[test]
fn accepted_risks_come_last_among_what_is_exploited() {
    for (accepted, expected) in [
        (
            vec![exception("4540673", None)],
            "KB5000802 on 1 (overdue since 2026-12-01, 3 days), KB4540673 on 2 (risk accepted); the risk of 2 of \
             their 3 gaps is accepted",
        ),
        (
            vec![exception("4540673", Some(machine(1)))],
            "KB4540673 on 2 (overdue since 2026-12-01, 3 days), KB5000802 on 1 (overdue since 2026-12-01, 3 days); \
             the risk of 1 of their 3 gaps is accepted",
        ),
        (
            vec![exception("4540673", None), exception("5000802", None)],
            "KB4540673 on 2 (risk accepted), KB5000802 on 1 (risk accepted)",
        ),
    ] {
        let mut fixture = Fixture::with_feeds();
        fixture.facts.started_at = "2026-12-04T13:00:00Z".parse().unwrap();
        accept(&mut fixture, accepted);
        let said = fixture.with_run(|run| risk::sentence(run).unwrap());
        assert!(said.ends_with(expected), "{said}");
    }
}
