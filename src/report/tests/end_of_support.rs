//! Machines whose Windows gets no more updates, as every format says it.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::super::{
    Format, Report,
    fixture::{Fixture, machine},
    markdown, reports, terminal,
    workbook::tests::read::parts,
};
use crate::{aggregate::tests::end_of_support::software, report::terminal::Style};

const WARNING: &str = "1 machine misses nothing because its Windows gets no updates any more; \
                       1 machine with gaps gets no updates for its Windows any more; \
                       1 more within 90 days";

/// Windows 10 and its last day.
const ENDED: Option<Date> = Some(date(2025, 10, 14));

/// Machine 3 misses nothing because its Windows gets no updates; 1 has such a Windows and gaps; that of
/// 2 gets them until the end of the year.
fn fixture() -> Fixture {
    let machines = [
        (machine(1), ENDED),
        (machine(2), Some(date(2026, 12, 31))),
        (machine(3), ENDED),
        (machine(4), ENDED),
    ];
    Fixture {
        software: Some(software(&machines)),
        ..Fixture::small()
    }
}

fn report(name: &str) -> Box<dyn Report> {
    let reports = reports(&[Format::Csv, Format::Json, Format::Html, Format::Xlsx]);
    let mut found = reports.into_iter().filter(|it| it.file_name() == name);
    found.next().unwrap()
}

fn summary(fixture: &Fixture) -> Value {
    serde_json::from_str(&fixture.render(report("summary.json").as_ref())).unwrap()
}

#[test]
fn machines_csv_has_windows_and_its_support() {
    let text = fixture().render(report("machines.csv").as_ref());
    let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize();
    let rows: Vec<std::collections::BTreeMap<String, String>> = rows.map(Result::unwrap).collect();
    let column = |name: &str| {
        rows.iter()
            .map(|row| row[name].as_str())
            .collect::<Vec<_>>()
    };
    let ends = ["2025-10-14", "2026-12-31", "2025-10-14", "2025-10-14", ""];
    assert_eq!(column("supportEnds"), ends);
    let build = "10.0.19045.4291";
    assert_eq!(column("windowsBuild"), [build, build, build, build, ""]);
    assert_eq!(
        column("supportStatus"),
        ["None", "None", "None", "None", ""]
    );
    let statuses = ["answered", "answered", "answered", "notFound", "pending"];
    assert_eq!(column("status"), statuses);
}

#[test]
fn unsupported_machine_is_in_no_count_of_clean_ones() {
    let machines = &summary(&fixture())["machines"];
    let counts = [
        "answered",
        "withGaps",
        "clean",
        "noCurrentData",
        "unsupported",
    ];
    let counts = counts.map(|it| machines[it].as_u64().unwrap());
    assert_eq!(counts, [3, 2, 0, 0, 1]);
    assert_eq!(summary(&fixture())["fullyPatched"], 0);
    // Without the inventory it cannot be told from a patched one.
    let without = summary(&Fixture::small());
    assert_eq!(without["machines"]["unsupported"], 0);
    assert_eq!(without["fullyPatched"], 1);
}

#[test]
fn every_format_for_people_warns_of_unsupported_machines() {
    let fixture = fixture();
    let page = fixture.render(report("report.html").as_ref());
    let workbook = parts(&fixture.bytes(report("report.xlsx").as_ref()));
    let texts = fixture.with_run(|run| {
        [
            terminal::render(run, 1000, Style::Plain),
            terminal::screen(run, 1000, Style::Plain),
            markdown(run),
            page.clone(),
            workbook.as_flattened().concat(),
        ]
    });
    for text in &texts {
        assert!(text.contains(WARNING), "{text}");
        assert!(
            text.contains("fully patched; 1 machine unsupported; "),
            "{text}"
        );
        assert!(!text.contains("no missing updates."), "{text}");
    }
    // The first screen of the page, with a click to the machines.
    let (_, top) = page.split_once("id=\"coverage\"").unwrap();
    let (top, _) = top.split_once("</section>").unwrap();
    assert!(top.contains(WARNING), "{top}");
    assert!(
        top.contains("href=\"#machines?by.status=unsupported\""),
        "{top}"
    );
    assert!(top.contains("href=\"#machines?by.support=ends%20within%2090%20days\""));
}

#[test]
fn tables_for_people_call_the_machine_unsupported() {
    let page = fixture().render(report("report.html").as_ref());
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    let (data, _) = data.split_once("</script>").unwrap();
    let machines = &serde_json::from_str::<Value>(data).unwrap()["machines"];
    let words = json!([
        "has gaps",
        "fully patched",
        "no current data",
        "unsupported"
    ]);
    assert_eq!(
        (&machines["statuses"], &machines["status"]),
        (&words, &json!("003"))
    );
    let words = json!([
        "not known",
        "supported",
        "ends within 90 days",
        "no more updates"
    ]);
    assert_eq!(
        (&machines["supports"], &machines["support"]),
        (&words, &json!("323"))
    );
    let whole: Value =
        serde_json::from_str(&fixture().render(report("report.json").as_ref())).unwrap();
    let rows = whole["machines"].as_array().unwrap().iter();
    let flags: Vec<bool> = rows
        .map(|it| it["unsupported"].as_bool().unwrap())
        .collect();
    assert_eq!(flags, [false, false, true, false, false]);
}
