//! `report.json` matches the CSV files.

use serde_json::Value;

use super::super::{Format, Run, fixture::Fixture, reports};
use crate::inventory::Cells;

fn rendered(fixture: &Fixture, name: &str) -> String {
    let reports = reports(&[Format::Csv, Format::Json]);
    let report = reports.iter().find(|report| report.file_name() == name);
    fixture.render(report.unwrap().as_ref())
}

fn whole(fixture: &Fixture) -> Value {
    serde_json::from_str(&rendered(fixture, "report.json")).unwrap()
}

/// The rows of a CSV file as `column=cell`, without these columns.
fn csv_rows(fixture: &Fixture, name: &str, left_out: &[&str]) -> Vec<Vec<String>> {
    let mut fixture = fixture.clone();
    fixture.facts.csv_guard = false;
    let text = rendered(&fixture, name);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows = reader.into_records().map(|row| {
        let row = row.unwrap();
        let cells = header.iter().zip(&row);
        let kept = cells.filter(|(name, _)| !left_out.contains(name));
        kept.map(|(name, cell)| format!("{name}={cell}")).collect()
    });
    rows.collect()
}

/// The same for a list of objects.
fn json_rows(list: &Value, columns: &[&str]) -> Vec<Vec<String>> {
    let cells = |row: &Value| -> Vec<String> {
        let columns = columns.iter();
        columns
            .map(|name| format!("{name}={}", cell(&row[*name])))
            .collect()
    };
    list.as_array().unwrap().iter().map(cells).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(texts) => texts.iter().map(cell).collect::<Vec<_>>().join(";"),
        value => value.to_string(),
    }
}

const KBS: [&str; 26] = [
    "rank",
    "kbId",
    "name",
    "cveAddressed",
    "cveAddressedMin",
    "machinesMissing",
    "percentOfAnswered",
    "exposure",
    "machineMissedOn",
    "productsNames",
    "url",
    "oldestSince",
    "medianDaysMissing",
    "run",
    "date",
    "distinctCves",
    "knownExploited",
    "ransomware",
    "kevDueDate",
    "epssMax",
    "cvssMax",
    "severity",
    "restartRequired",
    "supersedes",
    "supersededBy",
    "releasedOn",
];
const MACHINES: [&str; 20] = [
    "rank",
    "machineId",
    "status",
    "missingKbs",
    "cveAddressed",
    "cveAddressedMax",
    "topKbId",
    "answeredAt",
    "skippedBecause",
    "machineName",
    "oldestSince",
    "run",
    "date",
    "windowsBuild",
    "supportStatus",
    "supportEnds",
    "source",
    "inferredFrom",
    "distinctCves",
    "knownExploited",
];
const FAILURES: [&str; 12] = [
    "line",
    "input",
    "machineId",
    "reason",
    "httpStatus",
    "code",
    "message",
    "correlationId",
    "attempts",
    "machineName",
    "run",
    "date",
];
const CHANGES: [&str; 12] = [
    "change",
    "machineId",
    "kbId",
    "replacedBy",
    "name",
    "productsNames",
    "cveAddressed",
    "since",
    "machineName",
    "run",
    "date",
    "source",
];

#[test]
fn lists_match_the_csv_files() {
    for fixture in [Fixture::small(), Fixture::second_night()] {
        let whole = whole(&fixture);
        let kbs = json_rows(&whole["kbs"], &KBS);
        assert_eq!(kbs, csv_rows(&fixture, "kbs.csv", &[]));
        let failures = json_rows(&whole["failures"], &FAILURES);
        assert_eq!(failures, csv_rows(&fixture, "failures.csv", &[]));
        let machines = json_rows(&whole["machines"], &MACHINES);
        let only_there = ["Device Name", "input.Status", "kbIds"];
        assert_eq!(machines, csv_rows(&fixture, "machines.csv", &only_there));
    }
    let second = Fixture::second_night();
    let changes = json_rows(&whole(&second)["changeRows"], &CHANGES);
    assert_eq!(changes, csv_rows(&second, "changes.csv", &[]));
    assert_eq!(whole(&Fixture::small()).get("changeRows"), None);
}

#[test]
fn gaps_match_gaps_csv() {
    let fixture = Fixture::small();
    let whole = whole(&fixture);
    let machines = whole["machines"].as_array().unwrap();
    let gaps = machines.iter().flat_map(|machine| {
        let missing = machine["missing"].as_array().into_iter().flatten();
        missing.map(move |gap| {
            let mut gap = gap.clone();
            gap["machineId"] = machine["machineId"].clone();
            gap
        })
    });
    let gaps = Value::Array(gaps.collect());
    let columns = [
        "machineId",
        "kbId",
        "machineMissedOn",
        "cveAddressed",
        "osBuild",
        "since",
        "daysMissing",
    ];
    let elsewhere = [
        "name",
        "productsNames",
        "url",
        "answeredAt",
        "machineName",
        "run",
        "date",
        "source",
        "knownExploited",
        "accepted",
        "overdue",
    ];
    let mut expected = csv_rows(&fixture, "gaps.csv", &elsewhere);
    expected.sort();
    let mut gaps = json_rows(&gaps, &columns);
    gaps.sort();
    assert_eq!(gaps, expected);
}

#[test]
fn summary_is_included() {
    for fixture in [Fixture::small(), Fixture::second_night()] {
        let summary: Value = serde_json::from_str(&rendered(&fixture, "summary.json")).unwrap();
        assert_eq!(whole(&fixture)["summary"], summary);
    }
}

#[test]
fn unanswered_machine_is_not_clean() {
    let whole = whole(&Fixture::small());
    let machines = whole["machines"].as_array().unwrap();
    let missing = |place: usize| machines[place]["missing"].as_array().map(Vec::len);
    let missing: Vec<_> = (0..machines.len()).map(missing).collect();
    assert_eq!(missing, [Some(2), Some(1), Some(0), None, None]);
}

#[test]
fn silent_machine_is_flagged() {
    let mut fixture = Fixture::small();
    fixture.inventory.columns = vec!["Device Name".to_owned(), "lastSeen".to_owned()];
    let cells = |_: &_| ["a", "2026-09-01T00:00:00Z"];
    fixture.inventory.cells = fixture.inventory.machines.iter().map(cells).collect();
    let whole = whole(&fixture);
    let machines = whole["machines"].as_array().unwrap();
    let flags: Vec<_> = machines.iter().map(|it| &it["noCurrentData"]).collect();
    assert_eq!(flags, [false, false, true, false, false]);
    assert_eq!(whole["summary"]["machines"]["noCurrentData"], 1);
}

#[test]
fn columns_with_equal_names_are_all_kept() {
    let mut fixture = Fixture::small();
    fixture.inventory.columns = vec!["Team".to_owned(), "Team".to_owned()];
    fixture.inventory.cells = Cells::from_iter([["one", "two"]; 5]);
    let text = rendered(&fixture, "report.json");
    let object = r#""inventory":{"Team":"one","Team (2)":"two"}"#;
    assert_eq!(text.matches(object).count(), 5);
}

#[test]
fn unreadable_machine_fails_the_report() {
    #[derive(Debug)]
    struct Gone;
    impl crate::domain::gaps::Gaps for Gone {
        fn missing(
            &self,
            _: crate::domain::gaps::AnswerRef,
        ) -> std::io::Result<crate::domain::kb::MissingKbs> {
            Err(std::io::Error::other("gone"))
        }

        fn since(
            &self,
            _: crate::domain::gaps::AnswerRef,
        ) -> std::io::Result<crate::domain::since::MissingSince> {
            Err(std::io::Error::other("gone"))
        }
    }
    let reports = reports(&[Format::Json]);
    let rendered = Fixture::small().with_run(|run| {
        let run = Run {
            gaps: &Gone,
            ..*run
        };
        reports[0].render(&run, &mut std::io::sink())
    });
    assert_eq!(rendered.unwrap_err().to_string(), "gone");
}

#[test]
fn bytes_match_the_expected_file() {
    let expected = [
        r#"{"schemaVersion":1,"summary":{"schemaVersion":1,"tool":{"name":"patchgap","version":"0.1.0"},"tenantId":null,"outcome":"partial","ended":"finished","startedAt":"2026-11-23T12:59:58Z","finishedAt":"2026-11-23T13:00:01Z""#,
        r#","apiUrl":"https://api.security.microsoft.com/","inventory":{"file":"machines.csv","rows":7,"machines":5,"duplicates":1,"invalid":1},"list":{"source":"file","machines":5,"skipped":0},"machines":{"answered":3,"reused":0,"notFound":1,"failed":0,"pending":1,"withGaps":2,"clean":1,"noCurrentData":0,"unsupported":0,"skipped":0,"skippedBecause":{}},"sources":{"calls":3,"kept":0,"inferred":0,"export":0,"hunting":0},"fullyPatched":1,"kbs":2,"gaps":3,"exposure":123,"requests":{"sent":6,"retried":2,"throttled":0},"files":["kbs.csv","summary.json"],"unreadable":0,"breakdown":[],"feeds":[]}"#,
        r#","rankBy":"cve""#,
        r#","kbs":["#,
        r#"{"rank":1,"kbId":"4540673","name":"March 2020 Security Updates","cveAddressed":97,"cveAddressedMin":14,"machinesMissing":2"#,
        r#","percentOfAnswered":66.7,"exposure":111,"machineMissedOn":1,"productsNames":["edge","windows_10"]"#,
        r#","url":"https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB4540673","oldestSince":"2026-11-23T13:00:00Z","medianDaysMissing":0.0,"run":3,"date":"2026-11-23","distinctCves":null,"knownExploited":null,"ransomware":null,"kevDueDate":null,"epssMax":null,"cvssMax":null,"severity":null,"restartRequired":null,"supersedes":[],"supersededBy":[],"releasedOn":null},"#,
        r#"{"rank":2,"kbId":"5000802","name":null,"cveAddressed":12,"cveAddressedMin":12,"machinesMissing":1"#,
        r#","percentOfAnswered":33.3,"exposure":12,"machineMissedOn":null,"productsNames":[]"#,
        r#","url":null,"oldestSince":"2026-11-23T13:00:00Z","medianDaysMissing":0.0,"run":3,"date":"2026-11-23","distinctCves":null,"knownExploited":null,"ransomware":null,"kevDueDate":null,"epssMax":null,"cvssMax":null,"severity":null,"restartRequired":null,"supersedes":[],"supersededBy":[],"releasedOn":null}]"#,
        r#","machines":["#,
        r#"{"rank":1,"machineId":"0101010101010101010101010101010101010101","inventory":{"Device Name":"web-01","input.Status":"Zürich, CH"}"#,
        r#","status":"answered","noCurrentData":false,"unsupported":false"#,
        r#","missingKbs":2,"cveAddressed":109,"cveAddressedMax":97,"topKbId":"4540673""#,
        r#","answeredAt":"2026-11-23T13:00:00Z","attempts":1,"skippedBecause":null,"machineName":"web-01","oldestSince":"2026-11-23T13:00:00Z","run":3,"date":"2026-11-23","windowsBuild":null,"supportStatus":null,"supportEnds":null,"source":"calls","inferredFrom":null,"distinctCves":null,"knownExploited":null"#,
        r#","missing":["#,
        r#"{"kbId":"4540673","cveAddressed":97,"machineMissedOn":1,"osBuild":"22631.4037","since":"2026-11-23T13:00:00Z","daysMissing":0},"#,
        r#"{"kbId":"5000802","cveAddressed":12,"machineMissedOn":null,"osBuild":null,"since":"2026-11-23T13:00:00Z","daysMissing":0}]},"#,
        r#"{"rank":2,"machineId":"0202020202020202020202020202020202020202","inventory":{"Device Name":"web-02","input.Status":"-"}"#,
        r#","status":"answered","noCurrentData":false,"unsupported":false"#,
        r#","missingKbs":1,"cveAddressed":14,"cveAddressedMax":14,"topKbId":"4540673""#,
        r#","answeredAt":"2026-11-23T13:00:00Z","attempts":1,"skippedBecause":null,"machineName":"web-02","oldestSince":"2026-11-23T13:00:00Z","run":3,"date":"2026-11-23","windowsBuild":null,"supportStatus":null,"supportEnds":null,"source":"calls","inferredFrom":null,"distinctCves":null,"knownExploited":null"#,
        r#","missing":["#,
        r#"{"kbId":"4540673","cveAddressed":14,"machineMissedOn":1,"osBuild":"22631.4037","since":"2026-11-23T13:00:00Z","daysMissing":0}]},"#,
        r#"{"rank":3,"machineId":"0303030303030303030303030303030303030303","inventory":{"Device Name":"db-01","input.Status":""}"#,
        r#","status":"answered","noCurrentData":false,"unsupported":false"#,
        r#","missingKbs":0,"cveAddressed":0,"cveAddressedMax":0,"topKbId":null"#,
        r#","answeredAt":"2026-11-23T13:00:00Z","attempts":1,"skippedBecause":null,"machineName":"db-01","oldestSince":null,"run":3,"date":"2026-11-23","windowsBuild":null,"supportStatus":null,"supportEnds":null,"source":"calls","inferredFrom":null,"distinctCves":null,"knownExploited":null"#,
        r#","missing":[]},"#,
        r#"{"rank":null,"machineId":"0404040404040404040404040404040404040404","inventory":{"Device Name":"gone-01","input.Status":"\"old\""}"#,
        r#","status":"notFound","noCurrentData":false,"unsupported":false"#,
        r#","missingKbs":null,"cveAddressed":null,"cveAddressedMax":null,"topKbId":null"#,
        r#","answeredAt":null,"attempts":3,"skippedBecause":null,"machineName":"gone-01","oldestSince":null,"run":3,"date":"2026-11-23","windowsBuild":null,"supportStatus":null,"supportEnds":null,"source":null,"inferredFrom":null,"distinctCves":null,"knownExploited":null,"missing":null},"#,
        r#"{"rank":null,"machineId":"0606060606060606060606060606060606060606","inventory":{"Device Name":"late-01","input.Status":"Basel"}"#,
        r#","status":"pending","noCurrentData":false,"unsupported":false"#,
        r#","missingKbs":null,"cveAddressed":null,"cveAddressedMax":null,"topKbId":null"#,
        r#","answeredAt":null,"attempts":0,"skippedBecause":null,"machineName":"late-01","oldestSince":null,"run":3,"date":"2026-11-23","windowsBuild":null,"supportStatus":null,"supportEnds":null,"source":null,"inferredFrom":null,"distinctCves":null,"knownExploited":null,"missing":null}]"#,
        r#","failures":["#,
        r#"{"line":5,"input":"0404040404040404040404040404040404040404","machineId":"0404040404040404040404040404040404040404","reason":"notFound""#,
        r#","httpStatus":404,"code":"ResourceNotFound","message":"Machine 0404 was not found","correlationId":"43f4cb08","attempts":3,"machineName":"gone-01","run":3,"date":"2026-11-23"},"#,
        r#"{"line":6,"input":"=HYPERLINK(\"x\")","machineId":null,"reason":"invalidId""#,
        r#","httpStatus":null,"code":null,"message":"a machine id is 40 hexadecimal characters","correlationId":null,"attempts":0,"machineName":null,"run":3,"date":"2026-11-23"},"#,
        r#"{"line":7,"input":"0606060606060606060606060606060606060606","machineId":"0606060606060606060606060606060606060606","reason":"pending""#,
        r#","httpStatus":null,"code":null,"message":"not queried","correlationId":null,"attempts":0,"machineName":"late-01","run":3,"date":"2026-11-23"}]"#,
        r#","topActions":["#,
        r#"{"kbId":"4540673","exposure":111,"exposureRemoved":111,"machines":2,"closesKbs":1,"gapsClosed":2,"kbsClosed":1,"knownExploited":0,"due":null,"distinctCves":null},"#,
        r#"{"kbId":"5000802","exposure":12,"exposureRemoved":123,"machines":2,"closesKbs":1,"gapsClosed":3,"kbsClosed":2,"knownExploited":0,"due":null,"distinctCves":null}]"#,
        r#","trend":["#,
        r#"{"run":1,"startedAt":"2026-11-20T13:00:00Z","machines":5,"answered":5,"withGaps":2,"clean":1,"unsupported":null,"kbs":2,"gaps":9,"exposure":360,"partial":false},"#,
        r#"{"run":2,"startedAt":"2026-11-22T13:00:00Z","machines":5,"answered":2,"withGaps":2,"clean":1,"unsupported":null,"kbs":2,"gaps":4,"exposure":160,"partial":true},"#,
        r#"{"run":3,"startedAt":"2026-11-23T13:00:00Z","machines":5,"answered":3,"withGaps":2,"clean":1,"unsupported":null,"kbs":2,"gaps":3,"exposure":120,"partial":true}]"#,
        r#","timeToPatch":[]}"#,
        "\n",
    ];
    assert_eq!(
        rendered(&Fixture::small(), "report.json"),
        expected.concat()
    );
}
