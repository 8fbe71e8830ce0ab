//! The bytes of every file for a small fleet.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::super::{Extras, Format, fixture::Fixture, reports, workbook::tests::read::parts};

fn rendered(name: &str) -> String {
    let reports = reports(&[Format::Csv, Format::Json]);
    let report = reports.iter().find(|report| report.file_name() == name);
    Fixture::small().render(report.unwrap().as_ref())
}

fn rendered_next_night(name: &str) -> String {
    let reports = reports(&[Format::Csv, Format::Json]);
    let report = reports.iter().find(|report| report.file_name() == name);
    Fixture::second_night().render(report.unwrap().as_ref())
}

#[test]
fn formats_map_to_their_files() {
    let names = |formats: &[Format]| super::super::file_names(&reports(formats), Extras::default());
    let csv = ["kbs.csv", "machines.csv", "gaps.csv", "failures.csv"];
    assert_eq!(names(&[Format::Csv]), csv);
    let csv = super::super::file_names(
        &reports(&[Format::Csv]),
        Extras {
            base: true,
            ..Extras::default()
        },
    );
    assert_eq!(csv.last().unwrap(), "changes.csv");
    let census = Extras {
        census: true,
        ..Extras::default()
    };
    let csv = super::super::file_names(&reports(&[Format::Csv]), census);
    assert_eq!(csv.last().unwrap(), "census.csv");
    let cross_check = Extras {
        cross_check: true,
        ..Extras::default()
    };
    let csv = super::super::file_names(&reports(&[Format::Csv]), cross_check);
    assert_eq!(csv.last().unwrap(), "crosscheck.csv");
    assert_eq!(names(&[Format::Json]), ["report.json", "summary.json"]);
    assert_eq!(
        names(&[Format::Json, Format::Csv]).last().unwrap(),
        "summary.json",
        "the summary is written last"
    );
}

#[test]
fn kbs() {
    let expected = "\
rank,kbId,name,cveAddressed,cveAddressedMin,machinesMissing,percentOfAnswered,exposure,machineMissedOn,productsNames,url,oldestSince,medianDaysMissing,run,date,distinctCves,knownExploited,ransomware,kevDueDate,epssMax,cvssMax,severity,restartRequired,supersedes,supersededBy,releasedOn
1,4540673,March 2020 Security Updates,97,14,2,66.7,111,1,edge;windows_10,https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB4540673,2026-11-23T13:00:00Z,0.0,3,2026-11-23,,,,,,,,,,,
2,5000802,,12,12,1,33.3,12,,,,2026-11-23T13:00:00Z,0.0,3,2026-11-23,,,,,,,,,,,
";
    assert_eq!(rendered("kbs.csv"), expected);
}

#[test]
fn census() {
    let mut fixture = Fixture::with_census();
    if let Some(row) = fixture.census.iter_mut().flat_map(|it| &mut it.rows).last() {
        row.product = "=1+1".to_owned();
    }
    let reports = reports(&[Format::Csv]);
    let report = reports.iter().find(|it| it.file_name() == "census.csv");
    let expected = "\
product,kbId,ours,service,difference,notAnswered,unexplained
edge,4540673,2,2,0,0,0
windows_11,5000802,1,8,7,2,5
'=1+1,5000803,3,2,-1,0,-1
";
    assert_eq!(fixture.render(report.unwrap().as_ref()), expected);
}

#[test]
fn cross_check() {
    let reports = reports(&[Format::Csv, Format::Json]);
    let fixture = Fixture::with_cross_check();
    let report = |name| reports.iter().find(|it| it.file_name() == name).unwrap();
    let expected = "\
machineId,kbId,inFirst,inSecond,cveFirst,cveSecond,because
0101010101010101010101010101010101010101,5000802,true,true,12,11,age
0101010101010101010101010101010101010101,5000803,true,false,0,,noCve
0202020202020202020202020202020202020202,4540673,false,true,,2,unknown
0202020202020202020202020202020202020202,5000803,true,false,0,,noCve
";
    assert_eq!(fixture.render(report("crosscheck.csv").as_ref()), expected);
    let summary = fixture.render(report("summary.json").as_ref());
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    let expected = serde_json::json!({
        "source": "export",
        "asOf": "2026-11-23T08:00:00Z",
        "compared": 1000,
        "agreeing": 996,
        "differing": 4,
        "because": { "age": 1, "noCve": 2, "silent": 0, "notOnboarded": 0, "unknown": 1 },
        "machinesNotCompared": 1,
    });
    assert_eq!(summary["crossCheck"], expected);
}

#[test]
fn machines() {
    let expected = "\
rank,machineId,Device Name,input.Status,status,missingKbs,cveAddressed,cveAddressedMax,topKbId,kbIds,answeredAt,skippedBecause,machineName,oldestSince,run,date,windowsBuild,supportStatus,supportEnds,source,inferredFrom,distinctCves,knownExploited
1,0101010101010101010101010101010101010101,web-01,\"Zürich, CH\",answered,2,109,97,4540673,4540673;5000802,2026-11-23T13:00:00Z,,web-01,2026-11-23T13:00:00Z,3,2026-11-23,,,,calls,,,
2,0202020202020202020202020202020202020202,web-02,'-,answered,1,14,14,4540673,4540673,2026-11-23T13:00:00Z,,web-02,2026-11-23T13:00:00Z,3,2026-11-23,,,,calls,,,
3,0303030303030303030303030303030303030303,db-01,,answered,0,0,0,,,2026-11-23T13:00:00Z,,db-01,,3,2026-11-23,,,,calls,,,
,0404040404040404040404040404040404040404,gone-01,\"\"\"old\"\"\",notFound,,,,,,,,gone-01,,3,2026-11-23,,,,,,,
,0606060606060606060606060606060606060606,late-01,Basel,pending,,,,,,,,late-01,,3,2026-11-23,,,,,,,
";
    assert_eq!(rendered("machines.csv"), expected);
}

#[test]
fn gaps() {
    let expected = "\
machineId,kbId,name,productsNames,url,machineMissedOn,cveAddressed,osBuild,answeredAt,machineName,since,daysMissing,run,date,source,knownExploited,accepted,overdue
0101010101010101010101010101010101010101,4540673,March 2020 Security Updates,edge;windows_10,https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB4540673,1,97,22631.4037,2026-11-23T13:00:00Z,web-01,2026-11-23T13:00:00Z,0,3,2026-11-23,calls,,,
0101010101010101010101010101010101010101,5000802,,,,,12,,2026-11-23T13:00:00Z,web-01,2026-11-23T13:00:00Z,0,3,2026-11-23,calls,,,
0202020202020202020202020202020202020202,4540673,March 2020 Security Updates,edge;windows_10,https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB4540673,1,14,22631.4037,2026-11-23T13:00:00Z,web-02,2026-11-23T13:00:00Z,0,3,2026-11-23,calls,,,
";
    assert_eq!(rendered("gaps.csv"), expected);
}

#[test]
fn changes() {
    let expected = "\
change,machineId,kbId,replacedBy,name,productsNames,cveAddressed,since,machineName,run,date,source
replaced,0101010101010101010101010101010101010101,4530000,4540673,,windows_10,31,2026-11-23T13:00:00Z,web-01,3,2026-11-23,calls
appeared,0202020202020202020202020202020202020202,4540673,,March 2020 Security Updates,edge;windows_10,14,2026-11-23T13:00:00Z,web-02,3,2026-11-23,calls
resolved,0303030303030303030303030303030303030303,5000802,,,,3,2026-11-23T13:00:00Z,db-01,3,2026-11-23,calls
notAnswered,0404040404040404040404040404040404040404,5000802,,,,5,2026-11-23T13:00:00Z,gone-01,3,2026-11-23,
outOfScope,0909090909090909090909090909090909090909,4000001,,,,1,2026-11-23T13:00:00Z,,3,2026-11-23,
outOfScope,0909090909090909090909090909090909090909,5000802,,,,5,2026-11-23T13:00:00Z,,3,2026-11-23,
";
    assert_eq!(rendered_next_night("changes.csv"), expected);
}

#[test]
fn second_summary_counts_the_changes() {
    let summary: serde_json::Value =
        serde_json::from_str(&rendered_next_night("summary.json")).unwrap();
    let expected = serde_json::json!({
        "base": {
            "run": 1,
            "startedAt": "2026-11-22T12:59:58Z",
            "finishedAt": "2026-11-22T12:59:58Z",
            "machines": 4,
            "sameFleet": true,
            "enough": true,
            "answered": 4,
            "withGaps": 4,
            "kbs": 3,
            "gaps": 6,
            "exposure": 57,
        },
        "new": 0,
        "resolved": 1,
        "replaced": 1,
        "stillMissing": 1,
        "returned": 0,
        "notAnswered": 1,
        "outOfScope": 2,
        "appeared": 1,
        "unknown": 0,
        "exposure": {
            "new": 0,
            "resolved": -3,
            "replaced": 66,
            "stillMissing": 0,
            "returned": 0,
            "notAnswered": -5,
            "outOfScope": -6,
            "appeared": 14,
            "unknown": 0,
        },
        "machines": {
            "newlyClean": 1,
            "newlyAffected": 0,
            "appeared": 2,
            "left": 1,
            "notAnswered": 1,
            "skipped": 0,
        },
        "inferred": { "resolved": 0, "replaced": 0 },
        "unknownIn": { "base": 0, "today": 0 },
    });
    assert_eq!(summary["changes"], expected);
}

#[test]
fn failures() {
    let expected = "\
line,input,machineId,reason,httpStatus,code,message,correlationId,attempts,machineName,run,date
5,0404040404040404040404040404040404040404,0404040404040404040404040404040404040404,notFound,404,ResourceNotFound,Machine 0404 was not found,43f4cb08,3,gone-01,3,2026-11-23
6,\"'=HYPERLINK(\"\"x\"\")\",,invalidId,,,a machine id is 40 hexadecimal characters,,0,,3,2026-11-23
7,0606060606060606060606060606060606060606,0606060606060606060606060606060606060606,pending,,,not queried,,0,late-01,3,2026-11-23
";
    assert_eq!(rendered("failures.csv"), expected);
}

const SUMMARY: &str = r#"{
  "schemaVersion": 1,
  "tool": {
    "name": "patchgap",
    "version": "0.1.0"
  },
  "tenantId": null,
  "outcome": "partial",
  "ended": "finished",
  "startedAt": "2026-11-23T12:59:58Z",
  "finishedAt": "2026-11-23T13:00:01Z",
  "apiUrl": "https://api.security.microsoft.com/",
  "inventory": {
    "file": "machines.csv",
    "rows": 7,
    "machines": 5,
    "duplicates": 1,
    "invalid": 1
  },
  "list": {
    "source": "file",
    "machines": 5,
    "skipped": 0
  },
  "machines": {
    "answered": 3,
    "reused": 0,
    "notFound": 1,
    "failed": 0,
    "pending": 1,
    "withGaps": 2,
    "clean": 1,
    "noCurrentData": 0,
    "unsupported": 0,
    "skipped": 0,
    "skippedBecause": {}
  },
  "sources": {
    "calls": 3,
    "kept": 0,
    "inferred": 0,
    "export": 0,
    "hunting": 0
  },
  "fullyPatched": 1,
  "kbs": 2,
  "gaps": 3,
  "exposure": 123,
  "requests": {
    "sent": 6,
    "retried": 2,
    "throttled": 0
  },
  "files": [
    "kbs.csv",
    "summary.json"
  ],
  "unreadable": 0,
  "breakdown": [],
  "feeds": []
}
"#;

#[test]
fn summary() {
    assert_eq!(rendered("summary.json"), SUMMARY);
}

/// The SHA-256 digests of the page, and of the parts of the workbook, of both nights. They are too
/// long to write out.
const DIGESTS: [&str; 4] = [
    "33L6KkDA8oncBdvR2Tc+kZ/GQr4CkJ2QHy3Ht/qV/z8=  report.html",
    "cJkZJ3J+/ts2pCg7Wns4Svc+x61U1L5QybkX2Fm+7cE=  report.xlsx",
    "Yo+BWvEN0IhGpnwDGet8gwEAVmAxDbtJfTLV8saVKAg=  report.html",
    "oznr9rNVw57FhSLJwXIefUVzkLSMLMNrWgD8wVaHmx8=  report.xlsx",
];

#[test]
fn page_and_workbook() {
    let mut digests = Vec::new();
    for fixture in [Fixture::small(), Fixture::second_night()] {
        for report in reports(&[Format::Html, Format::Xlsx]) {
            let name = report.file_name();
            let mut content = fixture.bytes(report.as_ref());
            if name == "report.xlsx" {
                // The compressed bytes depend on the processor.
                content = parts(&content).as_flattened().concat().into_bytes();
            }
            let digest = STANDARD.encode(Sha256::digest(content));
            digests.push(format!("{digest}  {name}"));
        }
    }
    assert_eq!(
        digests, DIGESTS,
        "the bytes of a report changed. If that is not intended, it depends on more than its run. \
         If it is (a template, a sentence, a new version of rust_xlsxwriter), look at the new \
         reports, put the digests on the left into DIGESTS, and make the samples again \
         (samples/README.md)"
    );
}
