//! Answers of calls, kept ones and inferred ones, as every format says it.

use super::super::{Format, Report, fixture::Fixture, markdown, reports, terminal};
use crate::{
    domain::{answer::Answer, outcome::Outcome},
    report::{
        fixture::{answer, gap, machine},
        table::{Machines, Scope, Target, columns},
    },
};

const FIRST_LINE: &str = "2 of 5 machines were queried, 1 kept from earlier runs, 1 inferred from \
                          machines with the same Microsoft software in the same versions";

/// Machine 1 was asked, 2 keeps its answer, and 3 has that of 1; 3 missed another KB before.
fn fixture() -> Fixture {
    let called = answer(1, vec![gap("5000802", 12)]);
    let mut kept = answer(2, Vec::new());
    if let Ok(answer) = &mut kept.result {
        answer.kept = true;
    }
    let mut fixture = Fixture::small();
    let others = fixture.outcomes.split_off(3);
    fixture.outcomes = vec![called.clone(), kept, inferred(3, &called)];
    fixture.outcomes.extend(others);
    Fixture {
        before: Some(vec![
            answer(1, vec![gap("1", 1)]),
            inferred(3, &answer(1, vec![gap("1", 1), gap("2", 1)])),
        ]),
        ..fixture
    }
}

fn inferred(number: u8, from: &Outcome) -> Outcome {
    let called: &Answer = from.result.as_ref().unwrap();
    Outcome {
        result: Ok(Answer::inferred(
            from.machine,
            called.as_of,
            called.missing.clone(),
        )),
        ..answer(number, Vec::new())
    }
}

fn report(name: &str) -> Box<dyn Report> {
    let reports = reports(&[Format::Csv, Format::Json, Format::Html, Format::Xlsx]);
    let mut found = reports.into_iter().filter(|it| it.file_name() == name);
    found.next().unwrap()
}

fn column(file: &str, name: &str) -> Vec<String> {
    let text = fixture().render(report(file).as_ref());
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let place = rows
        .headers()
        .unwrap()
        .iter()
        .position(|it| it == name)
        .unwrap();
    rows.records()
        .map(|row| row.unwrap()[place].to_owned())
        .collect()
}

#[test]
fn tables_say_where_each_answer_comes_from() {
    let mut of_machines = column("machines.csv", "source");
    let origins = column("machines.csv", "inferredFrom");
    let inferred = of_machines.iter().position(|it| it == "inferred").unwrap();
    assert_eq!(origins[inferred], machine(1).to_string());
    assert_eq!(origins.iter().filter(|it| !it.is_empty()).count(), 1);
    of_machines.sort();
    assert_eq!(of_machines, ["", "", "calls", "inferred", "kept"]);
    assert_eq!(column("gaps.csv", "source"), ["calls", "inferred"]);
    let mut of_changes = column("changes.csv", "source");
    of_changes.sort();
    of_changes.dedup();
    assert_eq!(of_changes, ["calls", "inferred"]);
}

#[test]
fn every_format_begins_with_the_number_of_asked_machines() {
    let fixture = fixture();
    let texts = fixture.with_run(|run| {
        let style = terminal::Style::Plain;
        let page = fixture.render(report("report.html").as_ref());
        [
            terminal::render(run, 1000, style),
            terminal::screen(run, 1000, style),
            markdown(run),
            page.split_once("</h1>").unwrap().1.to_owned(),
        ]
    });
    for text in &texts[..2] {
        assert_eq!(text.lines().next(), Some(FIRST_LINE));
    }
    assert_eq!(texts[2].lines().nth(2), Some(FIRST_LINE), "{}", texts[2]);
    assert!(
        texts[3]
            .trim_start()
            .starts_with(&format!("<p class=\"sources\">{FIRST_LINE}</p>"))
    );
    let summary: serde_json::Value =
        serde_json::from_str(&fixture.render(report("summary.json").as_ref())).unwrap();
    let sources =
        serde_json::json!({ "calls": 1, "kept": 1, "inferred": 1, "export": 0, "hunting": 0 });
    assert_eq!(summary["sources"], sources);
}

#[test]
fn resolutions_that_are_only_inferred_are_counted_apart() {
    let fixture = fixture();
    let texts = fixture.with_run(|run| {
        let style = terminal::Style::Plain;
        [
            terminal::render(run, 1000, style),
            terminal::changes(run, 1000, style),
            fixture.render(report("report.html").as_ref()),
        ]
    });
    for text in &texts {
        assert!(
            text.contains("3 resolved (2 of them only inferred)"),
            "{text}"
        );
    }
    assert!(texts[1].contains("3 (2 only inferred)"), "{}", texts[1]);
    assert!(texts[2].contains("resolved</th><td class=\"num\">3 (2 only inferred)</td>"));
    let summary: serde_json::Value =
        serde_json::from_str(&fixture.render(report("summary.json").as_ref())).unwrap();
    let inferred = serde_json::json!({ "resolved": 2, "replaced": 0 });
    assert_eq!(summary["changes"]["inferred"], inferred);
}

#[test]
fn columns_about_sources_are_shown_to_people_only_if_they_differ() {
    let shown = |fixture: &Fixture| {
        fixture.with_run(|run| {
            let columns = columns::<Machines>(Target::Sheet, Scope::of(run));
            let keys = columns.iter().map(|it| it.key);
            keys.filter(|it| ["source", "inferredFrom"].contains(it))
                .count()
        })
    };
    assert_eq!(shown(&Fixture::small()), 0);
    assert_eq!(shown(&fixture()), 2);
}
