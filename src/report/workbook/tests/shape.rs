//! The workbook as a whole: its sheets, its bytes, and extreme fleets.

use std::io::Cursor;

use calamine::{Reader, Xlsx};

use super::{
    super::{MOST_ROWS, Workbook},
    cells::compare,
    read::{open, packed, parts, rows, words},
};
use crate::{
    domain::{answer::Source, census::Census, cross_check::CrossCheck},
    report::{
        Report, Run, TrendPoint,
        fixture::{Fixture, answer, gap, machine, not_found},
    },
};

#[test]
fn sheets_are_in_order() {
    for fixture in [Fixture::small(), Fixture::second_night()] {
        let names = open(&fixture).sheet_names();
        let expected = [
            "Summary",
            "KBs",
            "Machines",
            "Gaps",
            "Changes",
            "Not answered",
            "About",
        ];
        assert_eq!(names, expected);
    }
}

#[test]
fn census_has_a_sheet_and_says_why_it_is_missing() {
    let mut fixture = Fixture::with_census();
    let mut book = open(&fixture);
    assert_eq!(book.sheet_names()[6], "Census");
    let census = words(&mut book, "Census");
    assert!(
        census.contains("windows_11|KB5000803|3|2|-1|0|-1"),
        "{census}"
    );
    fixture.census = Some(Census::missing("no answer"));
    let census = words(&mut open(&fixture), "Census");
    assert_eq!(
        census.trim(),
        "The service's own count is missing: no answer"
    );
}

#[test]
fn cross_check_has_a_sheet_and_says_why_it_is_missing() {
    let mut fixture = Fixture::with_cross_check();
    let mut book = open(&fixture);
    assert_eq!(book.sheet_names()[6], "Second source");
    let sheet = words(&mut book, "Second source");
    assert!(sheet.contains("KB4540673|no|yes||2|unknown"), "{sheet}");
    let about = words(&mut book, "About");
    assert!(about.contains("agree on 99.6 % of 1,000 gaps"), "{about}");
    fixture.cross_check = Some(CrossCheck::missing(Source::Export, "no role"));
    let sheet = words(&mut open(&fixture), "Second source");
    assert_eq!(sheet.trim(), "Calls and export are not compared: no role");
}

#[test]
fn rendering_is_deterministic() {
    let fixture = Fixture::second_night();
    let bytes = packed(&fixture, MOST_ROWS);
    assert_eq!(bytes, packed(&fixture, MOST_ROWS));
    let parts = parts(&bytes);
    let core = parts.iter().find(|[name, _]| name == "docProps/core.xml");
    let created = ">2026-11-23T13:00:01Z</dcterms:created>";
    assert!(core.unwrap()[1].contains(created), "{core:?}");
}

#[test]
fn summary_contains_the_main_figures() {
    let mut book = open(&Fixture::second_night());
    let summary = words(&mut book, "Summary");
    for expected in [
        "3 of 5 machines answered (60.0 %)",
        "Partial: no result for 2 of 5 machines",
        "2026-11-23 13:59:58 +01:00 (Europe/Berlin)",
        "Since 2026-11-22: ",
        "Exposure score|123|57|66",
        "Machines answered|3|4|-1",
        "KB4540673|111|0.902",
        "0|1",
        "The last runs",
    ] {
        assert!(summary.contains(expected), "{expected}: {summary}");
    }
    let about = words(&mut book, "About");
    for expected in [
        "patchgap 0.1.0",
        "An upper bound, because KBs overlap",
        "machines.csv: 7 rows",
        "run 1 of ",
    ] {
        assert!(about.contains(expected), "{expected}: {about}");
    }
}

#[test]
fn figures_are_beside_those_of_last_week() {
    let summary = words(&mut open(&Fixture::second_week()), "Summary");
    for expected in [
        "This run|2026-11-22|Difference|2026-11-16|Difference|",
        "Machines on the list|5|4|1|4|1|",
        "Machines answered|3|4|-1|4|-1|",
        "Fully patched machines|1|0|1|1|0|",
        "Missing KBs|2|3|-1|4|-2|",
        "Exposure score|123|57|66|20|103|",
    ] {
        assert!(summary.contains(expected), "{expected}: {summary}");
    }
}

#[test]
fn workbook_of_a_part_says_what_it_lacks() {
    let mut fixture = Fixture::small();
    for is_part in [false, true] {
        fixture.facts.is_part = is_part;
        let about = words(&mut open(&fixture), "About");
        let is_said = about.contains("Part of the list|These reports cover some machines");
        assert_eq!(is_said, is_part, "{about}");
    }
}

#[test]
fn last_runs_mark_partial_runs_and_patch_tuesdays() {
    let mut book = open(&Fixture::small());
    let summary = words(&mut book, "Summary");
    for expected in [
        "Began (UTC)|Exposure score|Machines with gaps|Fully patched|Answered|Remarks|",
        "|360|2|0.2|1||",
        "|160|2|0.5|0.4|partial|",
    ] {
        assert!(summary.contains(expected), "{expected}: {summary}");
    }
    let charts = |days: [&str; 3]| {
        let trend = Fixture::small().with_run(|run| run.trend.to_vec());
        let trend: Vec<TrendPoint> = trend
            .into_iter()
            .zip(days)
            .map(|(point, day)| TrendPoint {
                started_at: format!("2026-11-{day}T13:00:00Z").parse().unwrap(),
                ..point
            })
            .collect();
        let mut bytes = Vec::new();
        Fixture::small().with_run(|run| {
            let run = Run {
                trend: &trend,
                ..*run
            };
            let workbook = Workbook {
                most_rows: MOST_ROWS,
            };
            workbook.render(&run, &mut bytes).unwrap();
        });
        let parts = parts(&bytes);
        let charts = parts.into_iter().map(|[_, text]| text);
        let charts = charts.filter(|text| text.contains("over the last runs</a:t>"));
        (bytes, charts.collect::<Vec<String>>())
    };
    // The second of three runs is partial, and the first after the Patch Tuesday of 2026-11-10.
    let (bytes, drawn) = charts(["09", "11", "12"]);
    assert_eq!(drawn.len(), 2);
    for chart in drawn {
        assert_eq!(
            chart.matches("<c:dPt><c:idx val=\"1\"/><c:marker>").count(),
            1
        );
        let label = ">partial, Patch Tuesday</a:t>";
        assert_eq!(chart.matches(label).count(), 1, "{chart}");
    }
    let summary = words(&mut Xlsx::new(Cursor::new(bytes)).unwrap(), "Summary");
    let remark = "|partial; first run after Patch Tuesday (2026-11-10)|";
    assert!(summary.contains(remark), "{summary}");
    let (_, drawn) = charts(["11", "12", "13"]);
    let is_marked =
        |chart: &String| chart.contains(">partial</a:t>") && !chart.contains("Patch Tuesday</a:t>");
    assert!(drawn.iter().all(is_marked), "{drawn:?}");
}

#[test]
fn complete_run_has_no_banner() {
    let mut fixture = Fixture::small();
    fixture.outcomes = [1, 2, 3, 4, 6]
        .map(|it| answer(it, vec![gap("1", 2)]))
        .into();
    fixture.inventory.rejected.clear();
    let mut book = open(&fixture);
    assert!(!words(&mut book, "Summary").contains("Partial"));
    assert!(words(&mut book, "Not answered").contains("has a result"));
    compare(&fixture);
}

#[test]
fn first_night_has_no_comparison() {
    let mut book = open(&Fixture::small());
    assert!(words(&mut book, "Changes").contains("nothing to compare with"));
    assert!(words(&mut book, "Summary").contains("nothing to compare with"));
}

#[test]
fn extreme_fleets_are_written() {
    let none = Fixture {
        outcomes: [1, 2, 3].map(|it| answer(it, Vec::new())).into(),
        ..Fixture::small()
    };
    let failed = Fixture {
        outcomes: [1, 2, 3].map(not_found).into(),
        ..Fixture::small()
    };
    let mut one = Fixture::small();
    one.inventory.machines.truncate(1);
    one.inventory.cells = [["web-01", "x"]].into_iter().collect();
    for fixture in [none, failed, one] {
        compare(&fixture);
        let mut book = open(&fixture);
        assert!(words(&mut book, "Summary").contains("Figures"));
        assert_eq!(book.sheet_names().len(), 7);
    }
}

#[test]
fn too_many_rows_refer_to_the_csv_file() {
    for (rows, is_there) in [(3, true), (2, false)] {
        let bytes = packed(&Fixture::small(), rows);
        let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
        let gaps = words(&mut book, "Gaps");
        assert_eq!(
            gaps.starts_with("Machine id|Machine|KB|"),
            is_there,
            "{gaps}"
        );
        if !is_there {
            assert!(gaps.starts_with("Gaps: 3 rows are too many"), "{gaps}");
            assert!(gaps.contains("gaps.csv") && gaps.contains("--format csv,xlsx"));
            let id = machine(1).to_string();
            assert!(!gaps.contains(&id));
        }
    }
}

#[test]
fn groups_have_a_sheet_if_the_list_has_them() {
    assert!(
        !open(&Fixture::small())
            .sheet_names()
            .contains(&"Groups".to_owned())
    );
    let mut fixture = Fixture::small();
    fixture.inventory.columns = vec!["Tags".to_owned(), "Group".to_owned()];
    let cells = ["vip;=1", "vip", "", "vip", "vip"].map(|tags| [tags, "A"]);
    fixture.inventory.cells = crate::inventory::Cells::from_iter(cells);
    let mut book = open(&fixture);
    let summary = words(&mut book, "Summary");
    for expected in [
        "Groups with the highest exposure|",
        "By device group|Exposure score|Fully patched|Machines|Gaps||A|123|0.333|5|3||",
        "By tag|Exposure score|Fully patched|Machines|Gaps||vip|123|0|4|3||=1|109|0|1|2||",
        "Sheet Groups: 4 groups|",
    ] {
        let summary = summary.replace("0.33333333333333337", "0.333");
        assert!(summary.contains(expected), "{expected}: {summary}");
    }
    let parts = parts(&packed(&fixture, MOST_ROWS));
    let is_link = |[_, text]: &&[String; 2]| text.contains("location=\"'Groups'!A1\"");
    assert_eq!(parts.iter().filter(is_link).count(), 1);
    let found: Vec<String> = rows(&mut book, "Groups")
        .iter()
        .map(|row| {
            row.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("|")
        })
        .collect();
    let expected = [
        "By|Value|Machines|Answered|Fully patched|% fully patched|Gaps|Exposure",
        "group|A|5|3|1|0.33333333333333337|3|123",
        "tag|vip|4|2|0|0|3|123",
        "tag|(none)|1|1|1|1|0|0",
        "tag|=1|1|1|0|0|2|109",
    ];
    assert_eq!(found, expected);
}
