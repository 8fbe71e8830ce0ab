//! What the reports say with feeds: which CVEs are exploited, likely and severe.

use std::collections::BTreeMap;

use super::super::{
    Format,
    fixture::{Fixture, answer, gap},
    markdown, reports, terminal,
};
use crate::{
    aggregate::RankBy,
    domain::kb::{KbCount, KbId, MissingKb},
    report::{RunKbs, terminal::Style, view::risk},
};

type Row = BTreeMap<String, String>;

fn rendered(fixture: &Fixture, name: &str) -> String {
    let reports = reports(&[Format::Csv, Format::Json, Format::Html]);
    let report = reports.iter().find(|it| it.file_name() == name);
    fixture.render(report.unwrap().as_ref())
}

fn rows(fixture: &Fixture, name: &str) -> Vec<Row> {
    let text = rendered(fixture, name);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn cells<'row>(row: &'row Row, columns: &str) -> Vec<&'row str> {
    columns.split(',').map(|it| &*row[it]).collect()
}

#[test]
fn kbs_have_what_their_cves_are_worth() {
    let rows = rows(&Fixture::with_feeds(), "kbs.csv");
    let columns = "kbId,distinctCves,knownExploited,ransomware,kevDueDate,epssMax,cvssMax,severity,restartRequired,supersedes,supersededBy,releasedOn";
    assert_eq!(
        cells(&rows[0], columns).join("|"),
        "4540673|2|1|1|2026-12-01|0.04713|7.8|Important|Yes|5090001||2026-11-10"
    );
    assert_eq!(
        cells(&rows[1], columns).join("|"),
        "5000802|1|1|1|2026-12-01|0.04713|7.8|Critical|Maybe|5090001;5090002;5090003||2026-11-10"
    );
}

#[test]
fn cves_of_a_machine_are_counted_once() {
    let fixture = Fixture::with_feeds();
    let columns = "status,missingKbs,distinctCves,knownExploited";
    let machines = rows(&fixture, "machines.csv");
    let machines = machines.iter().map(|it| cells(it, columns).join("|"));
    let expected = [
        // Its two KBs share a CVE.
        "answered|2|2|1",
        "answered|1|2|1",
        "answered|0|0|0",
        "notFound|||",
        "pending|||",
    ];
    assert_eq!(machines.collect::<Vec<_>>(), expected);
    let gaps = rows(&fixture, "gaps.csv");
    let gaps = gaps.iter().map(|it| &*it["knownExploited"]);
    assert!(gaps.eq(["1", "1", "1"]));
}

#[test]
fn summary_counts_what_is_known_to_be_exploited() {
    let summary = rendered(&Fixture::with_feeds(), "summary.json");
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    let known = serde_json::json!({"kbs": 2, "gaps": 3, "machines": 2, "cves": 1});
    assert_eq!(summary["knownExploited"], known);
    let feeds = serde_json::json!([
        {"name": "kev", "date": "2026-11-25", "entries": 2},
        {"name": "epss", "date": "2026-11-29", "entries": 2},
        {"name": "msrc", "date": "2026-11-24", "entries": 2},
    ]);
    assert_eq!(summary["feeds"], feeds);
    let without = rendered(&Fixture::small(), "summary.json");
    let without: serde_json::Value = serde_json::from_str(&without).unwrap();
    assert_eq!(without["feeds"], serde_json::json!([]));
    assert_eq!(without.get("knownExploited"), None);
}

/// The letters and digits of a text: each format escapes the others in its own way.
fn letters(text: &str) -> String {
    let text = text
        .replace("<wbr>", "")
        .replace("&#45;", "")
        .replace("&#46;", "");
    text.chars().filter(|it| it.is_alphanumeric()).collect()
}

#[test]
fn every_report_for_people_says_what_is_exploited() {
    let mut fixture = Fixture::with_feeds();
    let sentence = "Known exploited: 1 CVE in 2 missing KBs on 2 machines: KB4540673 on 2 (due 2026-12-01), KB5000802 on 1 (due 2026-12-01)";
    let old = "Feeds older than seven days: KEV of 2026-11-25";
    for (day, is_old) in [("2026-11-30", false), ("2026-12-04", true)] {
        fixture.facts.started_at = format!("{day}T13:00:00Z").parse().unwrap();
        let sentence = if is_old {
            sentence.replace("due 2026-12-01", "overdue since 2026-12-01, 3 days")
        } else {
            sentence.to_owned()
        };
        let texts = fixture.with_run(|run| {
            let style = Style::Plain;
            [
                terminal::render(run, 200, style),
                terminal::screen(run, 200, style),
                markdown(run),
            ]
        });
        for text in texts.into_iter().chain([rendered(&fixture, "report.html")]) {
            let text = letters(&text);
            assert!(text.contains(&letters(&sentence)), "{text}");
            assert_eq!(text.contains(&letters(old)), is_old, "{text}");
        }
    }
}

#[test]
fn kbs_without_cve_ids_are_counted() {
    let mut fixture = Fixture::with_feeds();
    fixture.feeds = std::sync::Arc::new(crate::risk::tests::feeds_of("4540673", "1"));
    let text = fixture.with_run(|run| terminal::render(run, 300, Style::Plain));
    assert!(
        text.contains("; the CVEs of 1 of 2 KBs are not known"),
        "{text}"
    );
    fixture.feeds = std::sync::Arc::new(crate::risk::tests::feeds_of("1", "2"));
    let text = fixture.with_run(|run| terminal::render(run, 300, Style::Plain));
    let none =
        "No CVE of a missing KB is known to be exploited; the CVEs of 2 of 2 KBs are not known";
    assert!(text.contains(none), "{text}");
}

#[test]
fn order_by_risk_puts_the_exploited_first() {
    let mut fixture = Fixture::with_feeds();
    fixture.feeds = std::sync::Arc::new(crate::risk::tests::feeds_of("1", "5000802"));
    fixture.facts.rank_by = Some(RankBy::Risk);
    let rows = rows(&fixture, "kbs.csv");
    let ids: Vec<_> = rows
        .iter()
        .map(|it| cells(it, "rank,kbId").join("|"))
        .collect();
    assert_eq!(ids, ["1|5000802", "2|4540673"]);
}

#[test]
fn plan_says_what_else_an_update_closes_and_by_when() {
    let mut fixture = Fixture::small();
    let updates = [(5_000_802, vec![4_540_673])].into();
    let feeds = crate::risk::tests::feeds_of_updates(&updates, &[5_000_802]);
    fixture.feeds = std::sync::Arc::new(feeds);
    let (screen, marked) =
        fixture.with_run(|run| (terminal::screen(run, 200, Style::Plain), markdown(run)));
    let promise =
        "these 2 updates removes 100 % of the exposure score, on 2 machines; 1 distinct CVE";
    assert!(screen.contains(promise), "{screen}");
    assert!(screen.contains("install this update first"), "{screen}");
    let row = screen
        .lines()
        .find(|line| line.contains("KB5000802  "))
        .unwrap();
    let cells: Vec<&str> = row.split_whitespace().rev().take(2).collect();
    assert_eq!(cells, ["2", "2026-12-01"], "{row}");
    assert!(
        marked.contains("| exploited, due | closes KBs |"),
        "{marked}"
    );
    assert!(marked.contains("| 2026&#45;12&#45;01 | 2 |"), "{marked}");
    let page = rendered(&fixture, "report.html");
    for part in [
        r#"<td class="time">2026-12-01</td><td class="num">2</td></tr>"#,
        "as few as close every gap that is known to be exploited",
        r#"data-key="coveredOn">Covered on</th>"#,
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let whole: serde_json::Value =
        serde_json::from_str(&rendered(&fixture, "report.json")).unwrap();
    let first = &whole["topActions"][0];
    assert_eq!(
        (
            &first["closesKbs"],
            &first["gapsClosed"],
            &first["knownExploited"],
            &first["due"]
        ),
        (&2.into(), &2.into(), &1.into(), &"2026-12-01".into())
    );
}

/// Two machines miss the KB, but only one has the CVE that is known to be exploited.
#[test]
fn only_machines_with_the_exploited_cve_are_counted() {
    let mut fixture = Fixture::second_night();
    fixture.feeds = std::sync::Arc::new(crate::risk::tests::feeds_of("1", "2"));
    let exact = |cve: &str| MissingKb {
        cves: Some([cve.parse().unwrap()].into()),
        ..gap("7", 3)
    };
    fixture.outcomes = vec![
        answer(1, vec![exact("CVE-2026-00001")]),
        answer(2, vec![exact("CVE-2026-00002")]),
        answer(3, vec![exact("CVE-2026-00002")]),
    ];
    fixture.before = Some(vec![
        answer(1, Vec::new()),
        answer(2, Vec::new()),
        answer(3, vec![exact("CVE-2026-00002")]),
    ]);
    for (then, expected) in [
        (None, "KB7 on 1"),
        (Some(1), "up to 1 more gap of KB7"),
        (Some(0), "KB7 on 1 (in the catalogue since then)"),
    ] {
        let then = then.map(|exploited| KbCount {
            id: KbId::new("7"),
            machines: 1,
            exploited: Some(exploited),
        });
        fixture.kb_runs = vec![RunKbs {
            run: 1,
            started_at: fixture.facts.started_at,
            kbs: then.into_iter().collect(),
        }];
        let (said, news) = fixture.with_run(|run| (risk::sentence(run), risk::news(run)));
        let said = said.unwrap();
        let exploited =
            "Known exploited: 1 CVE in 1 missing KB on 1 machine: KB7 on 1 (due 2026-12-01)";
        assert_eq!(said, exploited);
        let news = news.unwrap();
        assert!(news.ends_with(&format!(": {expected}")), "{news}");
    }
}

#[test]
fn what_is_new_and_exploited_is_named() {
    let mut fixture = Fixture {
        feeds: Fixture::with_feeds().feeds,
        ..Fixture::second_night()
    };
    let count = |id: &str, exploited| KbCount {
        id: KbId::new(id),
        machines: 1,
        exploited,
    };
    for (then, expected) in [
        (vec![], "KB4540673 on 2, KB5000802 on 1"),
        (
            vec![count("4540673", Some(0)), count("5000802", Some(1))],
            "KB4540673 on 2 (in the catalogue since then)",
        ),
        (vec![count("4540673", Some(1)), count("5000802", None)], ""),
    ] {
        let base = RunKbs {
            run: 1,
            started_at: fixture.facts.started_at,
            kbs: then,
        };
        fixture.kb_runs = vec![base];
        let texts =
            fixture.with_run(|run| [terminal::render(run, 300, Style::Plain), markdown(run)]);
        for text in texts.into_iter().chain([rendered(&fixture, "report.html")]) {
            let text = letters(&text);
            let sentence = format!("Known exploited and new since 2026-11-22: {expected}");
            assert_eq!(
                text.contains(&letters(&sentence)),
                !expected.is_empty(),
                "{text}"
            );
            assert_eq!(text.contains("Knownexploitedandnew"), !expected.is_empty());
        }
    }
    fixture.kb_runs.clear();
    let page = rendered(&fixture, "report.html");
    assert!(!page.contains("Known exploited and new"));
    assert!(page.contains("Known exploited gaps over the last runs"));
}
