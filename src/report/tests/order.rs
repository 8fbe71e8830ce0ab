//! Without `--rank-by`, people see the KBs in the order of the plan, and programs by CVEs.

use calamine::{Reader, Xlsx};
use serde_json::Value;

use super::super::*;
use crate::{
    aggregate::RankBy,
    report::{
        fixture::{Fixture, answer, gap},
        terminal::{Style, render},
    },
};

/// KB1 addresses more CVEs, and KB2 has more exposure and is missing on more machines.
fn fixture(rank_by: Option<RankBy>) -> Fixture {
    let mut fixture = Fixture::small();
    fixture.facts.rank_by = rank_by;
    fixture.outcomes = vec![
        answer(1, vec![gap("1", 90), gap("2", 40)]),
        answer(2, vec![gap("2", 40)]),
        answer(3, vec![gap("2", 40)]),
    ];
    fixture
}

fn bytes(run: &Run<'_>, name: &str) -> Vec<u8> {
    let reports = reports(&[Format::Csv, Format::Json, Format::Html, Format::Xlsx]);
    let report = reports.iter().find(|report| report.file_name() == name);
    let mut bytes = Vec::new();
    report.unwrap().render(run, &mut bytes).unwrap();
    bytes
}

fn text(run: &Run<'_>, name: &str) -> String {
    String::from_utf8(bytes(run, name)).unwrap()
}

/// `1 KB2` and so on: the rank and the KB of each row.
fn ranked<'row>(rows: impl Iterator<Item = [&'row str; 2]>) -> Vec<String> {
    rows.map(|[rank, kb]| format!("{rank} KB{}", kb.trim_start_matches("KB")))
        .collect()
}

/// The ranked KBs for programs, by file.
fn for_data(run: &Run<'_>) -> [Vec<String>; 2] {
    let csv = text(run, "kbs.csv");
    let rows = csv.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        [cells[0], cells[1]]
    });
    let json: Value = serde_json::from_slice(&bytes(run, "report.json")).unwrap();
    let kbs = json["kbs"].as_array().unwrap().iter();
    let ranks: Vec<String> = kbs.clone().map(|kb| kb["rank"].to_string()).collect();
    let ids = kbs.map(|kb| kb["kbId"].as_str().unwrap());
    let pairs = ranks.iter().zip(ids).map(|(rank, kb)| [&**rank, kb]);
    [ranked(rows), ranked(pairs)]
}

/// The ranked KBs for people: page, data of the page, workbook, terminal, Markdown.
fn for_people(run: &Run<'_>) -> [Vec<String>; 5] {
    let page = text(run, "report.html");
    let (_, table) = page.split_once("id=\"kbs-table\"").unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    let first = |id: &str| table.find(&format!(">{id}<")).unwrap();
    let on_page = if first("KB1") < first("KB2") {
        ["1 KB1", "2 KB2"]
    } else {
        ["1 KB2", "2 KB1"]
    };
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    let (data, _) = data.split_once("</script>").unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let ids = data["kbs"]["kbId"].as_array().unwrap().iter();
    let in_data = ["1", "2"].into_iter().zip(ids);

    let mut book = Xlsx::new(io::Cursor::new(bytes(run, "report.xlsx"))).unwrap();
    let sheet = book.worksheet_range("KBs").unwrap();
    let rows = sheet.rows().skip(1);
    let rows: Vec<[String; 2]> = rows
        .map(|row| [row[0].to_string(), row[1].to_string()])
        .collect();

    let terminal = render(run, 200, Style::Plain);
    let (_, worst) = terminal.split_once("worst KBs").unwrap();
    let worst = worst.lines().skip(1).take(2).map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        [words[0], words[1]]
    });
    let markdown = markdown(run);
    let (_, table) = markdown.split_once("### Worst KBs").unwrap();
    let lines = table
        .lines()
        .filter(|line| line.contains(" KB") && !line.contains("name"));
    let marked = lines.map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        [cells[1], cells[2]]
    });
    [
        on_page.map(str::to_owned).to_vec(),
        ranked(in_data.map(|(rank, id)| [rank, id.as_str().unwrap()])),
        ranked(rows.iter().map(|row| [&*row[0], &*row[1]])),
        ranked(worst),
        ranked(marked),
    ]
}

#[test]
fn each_kind_of_report_has_its_order_unless_one_is_chosen() {
    let by_cve = ["1 KB1", "2 KB2"];
    let by_plan = ["1 KB2", "2 KB1"];
    for (chosen, data, people) in [
        (None, by_cve, by_plan),
        (Some(RankBy::Cve), by_cve, by_cve),
        (Some(RankBy::Exposure), by_plan, by_plan),
        (Some(RankBy::Machines), by_plan, by_plan),
    ] {
        fixture(chosen).with_run(|run| {
            for ranked in for_data(run) {
                assert_eq!(ranked, data, "{chosen:?}");
            }
            for ranked in for_people(run) {
                assert_eq!(ranked, people, "{chosen:?}");
            }
            let plan = run.fleet.top_actions(2);
            let plan: Vec<&str> = plan.iter().map(|it| it.kb.id.as_str()).collect();
            assert_eq!(plan, ["2", "1"], "the plan is always by exposure");
        });
    }
}
