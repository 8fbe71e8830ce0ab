//! For any fleet, every format has the same figures.
//!
//! A reading extracts the figures from the bytes of a file. A new format is one line in
//! [`READINGS`].

pub(super) mod people;

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use serde_json::Value;

use super::super::{
    Format, Run, TrendPoint,
    fixture::{Fixture, answer, gap, not_found},
    markdown, reports,
    terminal::{Style, render, screen},
};
use crate::{
    aggregate::Coverage,
    changes::{Change, Tally},
    domain::{
        answer::Source,
        kb::MissingKb,
        outcome::{Outcome, Reason},
    },
};

/// The figures in a report; `None` for those that it does not have.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Figures {
    /// Answered, not found, failed, pending.
    coverage: Option<[u64; 4]>,
    answered: Option<u64>,
    machines: Option<u64>,
    kbs: Option<u64>,
    gaps: Option<u64>,
    exposure: Option<u64>,
    /// Machines that miss it, exposure, CVEs.
    per_kb: Option<BTreeMap<String, [u64; 3]>>,
    /// Gaps and CVEs of those that miss something.
    per_machine: Option<BTreeMap<String, [u64; 2]>>,
    /// The classes of changes that are not empty.
    changes: Option<BTreeMap<String, u64>>,
    /// The same since last week.
    week: Option<BTreeMap<String, u64>>,
}

impl Figures {
    /// With missing figures taken from `truth`.
    fn completed(self, truth: &Self) -> Self {
        Self {
            coverage: self.coverage.or(truth.coverage),
            answered: self.answered.or(truth.answered),
            machines: self.machines.or(truth.machines),
            kbs: self.kbs.or(truth.kbs),
            gaps: self.gaps.or(truth.gaps),
            exposure: self.exposure.or(truth.exposure),
            per_kb: self.per_kb.or_else(|| truth.per_kb.clone()),
            per_machine: self.per_machine.or_else(|| truth.per_machine.clone()),
            changes: self.changes.or_else(|| truth.changes.clone()),
            week: self.week.or_else(|| truth.week.clone()),
        }
    }

    /// The figures of the aggregate, from which the reports are written.
    fn of(run: &Run<'_>) -> Self {
        let (fleet, coverage) = (run.fleet, run.fleet.coverage);
        let per_kb = fleet.kbs.iter().map(|kb| {
            let figures = [kb.machines_missing, kb.exposure, kb.cve_addressed];
            (kb.id.to_string(), figures)
        });
        let per_machine = fleet.machines.iter().filter_map(|machine| {
            let answered = machine.result.as_ref().ok()?;
            let figures = [u64::from(answered.missing), answered.cve_addressed];
            Some((machine.id.to_string(), figures))
        });
        Self {
            coverage: Some(four(coverage)),
            answered: Some(coverage.answered),
            machines: Some(coverage.machines()),
            kbs: Some(fleet.kbs.len() as u64),
            gaps: Some(fleet.gaps),
            exposure: Some(fleet.exposure),
            per_kb: Some(per_kb.collect()),
            per_machine: Some(with_gaps(per_machine)),
            changes: run.past.map(|past| classes(past.changes.tally)),
            week: run.week.map(|week| classes(week.tally)),
        }
    }

    /// The figures computed from a list of gaps: machine, KB, CVEs.
    fn of_gaps(gaps: impl IntoIterator<Item = (String, String, u64)>) -> Self {
        let mut per_kb = BTreeMap::<String, [u64; 3]>::new();
        let mut per_machine = BTreeMap::<String, [u64; 2]>::new();
        let (mut count, mut exposure) = (0, 0);
        for (machine, kb, cves) in gaps {
            let [missing, sum, most] = per_kb.entry(kb).or_default();
            (*missing, *sum, *most) = (*missing + 1, *sum + cves, cves.max(*most));
            let [missing, sum] = per_machine.entry(machine).or_default();
            (*missing, *sum) = (*missing + 1, *sum + cves);
            count += 1;
            exposure += cves;
        }
        Self {
            kbs: Some(per_kb.len() as u64),
            gaps: Some(count),
            exposure: Some(exposure),
            per_kb: Some(per_kb),
            per_machine: Some(per_machine),
            ..Self::default()
        }
    }
}

fn four(coverage: Coverage) -> [u64; 4] {
    let Coverage {
        answered,
        not_found,
        failed,
        pending,
        ..
    } = coverage;
    [answered, not_found, failed, pending]
}

fn with_gaps(machines: impl Iterator<Item = (String, [u64; 2])>) -> BTreeMap<String, [u64; 2]> {
    machines.filter(|(_, [missing, _])| *missing > 0).collect()
}

fn classes(tally: Tally) -> BTreeMap<String, u64> {
    let classes = Change::ALL.iter().map(|it| (it.as_str(), tally[*it]));
    let classes = classes
        .into_iter()
        .filter(|it| it.0 != Change::StillMissing.as_str());
    let there = classes.filter(|(_, gaps)| *gaps > 0);
    there
        .map(|(class, gaps)| (class.to_owned(), gaps))
        .collect()
}

/// From the bytes of a file to its figures.
type Reading = fn(&[u8]) -> Figures;

/// Every file with figures.
const READINGS: &[(&str, Reading)] = &[
    ("kbs.csv", kbs_csv),
    ("machines.csv", machines_csv),
    ("gaps.csv", gaps_csv),
    ("failures.csv", failures_csv),
    ("changes.csv", changes_csv),
    ("report.json", report_json),
    ("summary.json", summary_json),
    ("report.html", people::page),
    ("report.xlsx", people::workbook),
    #[cfg(feature = "parquet")]
    ("gaps.parquet", gaps_parquet),
];

/// A row of a CSV file by its columns.
type Row = BTreeMap<String, String>;

fn csv_rows(bytes: &[u8]) -> Vec<Row> {
    let rows = csv::Reader::from_reader(bytes).into_deserialize();
    rows.map(Result::unwrap).collect()
}

fn number(text: &str) -> u64 {
    text.parse().unwrap()
}

fn counted<'row>(words: impl Iterator<Item = &'row str>) -> BTreeMap<String, u64> {
    let mut counted = BTreeMap::new();
    for word in words {
        *counted.entry(word.to_owned()).or_default() += 1;
    }
    counted
}

fn kbs_csv(bytes: &[u8]) -> Figures {
    let rows = csv_rows(bytes);
    let per_kb = rows.iter().map(|row| {
        let figures = ["machinesMissing", "exposure", "cveAddressed"];
        (row["kbId"].clone(), figures.map(|name| number(&row[name])))
    });
    let per_kb: BTreeMap<_, _> = per_kb.collect();
    Figures {
        kbs: Some(rows.len() as u64),
        gaps: Some(per_kb.values().map(|[missing, ..]| missing).sum()),
        exposure: Some(per_kb.values().map(|[_, exposure, _]| exposure).sum()),
        per_kb: Some(per_kb),
        ..Figures::default()
    }
}

fn coverage(statuses: &BTreeMap<String, u64>) -> [u64; 4] {
    ["answered", "notFound", "failed", "pending"]
        .map(|status| statuses.get(status).copied().unwrap_or(0))
}

fn machines_csv(bytes: &[u8]) -> Figures {
    let rows = csv_rows(bytes);
    let answered = rows.iter().filter(|row| row["status"] == "answered");
    let per_machine = answered.map(|row| {
        let figures = ["missingKbs", "cveAddressed"].map(|name| number(&row[name]));
        (row["machineId"].clone(), figures)
    });
    Figures {
        coverage: Some(coverage(&counted(rows.iter().map(|row| &*row["status"])))),
        machines: Some(rows.len() as u64),
        per_machine: Some(with_gaps(per_machine)),
        ..Figures::default()
    }
}

fn gaps_csv(bytes: &[u8]) -> Figures {
    Figures::of_gaps(csv_rows(bytes).into_iter().map(|row| {
        let cves = number(&row["cveAddressed"]);
        (row["machineId"].clone(), row["kbId"].clone(), cves)
    }))
}

fn failures_csv(bytes: &[u8]) -> Figures {
    let rows = csv_rows(bytes);
    let machines = rows.iter().filter(|row| !row["machineId"].is_empty());
    let not_answered = machines.count() as u64;
    Figures {
        // Of the five machines of the list.
        answered: Some(5 - not_answered),
        ..Figures::default()
    }
}

fn changes_csv(bytes: &[u8]) -> Figures {
    let rows = csv_rows(bytes);
    Figures {
        changes: Some(counted(rows.iter().map(|row| &*row["change"]))),
        ..Figures::default()
    }
}

fn summary_json(bytes: &[u8]) -> Figures {
    summary(&serde_json::from_slice(bytes).unwrap())
}

fn summary(summary: &Value) -> Figures {
    let machines = &summary["machines"];
    let coverage = ["answered", "notFound", "failed", "pending"];
    Figures {
        coverage: Some(coverage.map(|status| machines[status].as_u64().unwrap())),
        kbs: summary["kbs"].as_u64(),
        gaps: summary["gaps"].as_u64(),
        exposure: summary["exposure"].as_u64(),
        changes: summary.get("changes").map(json_classes),
        week: summary.get("lastWeek").map(json_classes),
        ..Figures::default()
    }
}

fn json_classes(changes: &Value) -> BTreeMap<String, u64> {
    let classes = changes.as_object().unwrap().iter();
    let classes = classes.filter(|(name, _)| *name != "stillMissing");
    let classes = classes.filter_map(|(name, gaps)| Some((name.clone(), gaps.as_u64()?)));
    classes.filter(|(_, gaps)| *gaps > 0).collect()
}

fn report_json(bytes: &[u8]) -> Figures {
    let whole: Value = serde_json::from_slice(bytes).unwrap();
    let list = |name: &str| whole[name].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let gaps = list("machines").iter().flat_map(|machine| {
        let missing = machine["missing"].as_array().into_iter().flatten();
        missing.map(|gap| {
            let cves = gap["cveAddressed"].as_u64().unwrap();
            (text(&machine["machineId"]), text(&gap["kbId"]), cves)
        })
    });
    let by_gaps = Figures::of_gaps(gaps);
    let per_kb = list("kbs").iter().map(|kb| {
        let figures = ["machinesMissing", "exposure", "cveAddressed"];
        (
            text(&kb["kbId"]),
            figures.map(|it| kb[it].as_u64().unwrap()),
        )
    });
    let per_machine = list("machines").iter().filter_map(|machine| {
        let missing = machine["missingKbs"].as_u64()?;
        let cves = machine["cveAddressed"].as_u64()?;
        Some((text(&machine["machineId"]), [missing, cves]))
    });
    let told = Figures {
        per_kb: Some(per_kb.collect()),
        per_machine: Some(with_gaps(per_machine)),
        machines: Some(list("machines").len() as u64),
        ..summary(&whole["summary"])
    };
    let rows = whole.get("changeRows").and_then(Value::as_array);
    let listed = rows.map(|rows| counted(rows.iter().map(|row| row["change"].as_str().unwrap())));
    assert_eq!(listed, told.changes, "what is listed is what is counted");
    assert_eq!(
        by_gaps.clone().completed(&told),
        told,
        "the gaps are those that are counted"
    );
    told
}

#[cfg(feature = "parquet")]
fn gaps_parquet(bytes: &[u8]) -> Figures {
    let rows = super::super::parquet::tests::read(bytes.to_vec());
    Figures::of_gaps(rows.into_iter().map(|row| {
        let cves = number(&row[6]);
        (row[0].clone(), row[1].clone(), cves)
    }))
}

/// A gap of one of a few KBs, so that they collide, with odd texts.
fn any_gap() -> impl Strategy<Value = MissingKb> {
    let text = || proptest::option::of("[a=<\"\n;]{0,3}".prop_map(Arc::from));
    let products = proptest::collection::btree_set("[xyz<]".prop_map(Arc::from), 0..3);
    ("(=?[1-5])?", text(), text(), products, 0..100_u64).prop_map(
        |(id, name, url, products, cve_addressed)| MissingKb {
            name,
            url,
            products: products.into_iter().collect(),
            ..gap(&id, cve_addressed)
        },
    )
}

/// Outcomes of some of these machines; the others are not requested.
fn any_outcomes(machines: &'static [u8]) -> impl Strategy<Value = Vec<Outcome>> {
    let result = prop_oneof![
        4 => proptest::collection::vec(any_gap(), 0..6).prop_map(Ok),
        1 => Just(Err(Reason::NotFound)),
        1 => Just(Err(Reason::ServerError)),
        1 => Just(Err(Reason::Pending)),
    ];
    let of_each = proptest::collection::vec(proptest::option::of(result), machines.len());
    of_each.prop_map(|results| {
        let told = machines.iter().zip(results);
        let told = told.filter_map(|(number, result)| Some((*number, result?)));
        told.map(|(number, result)| match result {
            Ok(missing) => answer(number, missing),
            Err(reason) => failed(number, reason),
        })
        .collect()
    })
}

fn failed(number: u8, reason: Reason) -> Outcome {
    let mut outcome = not_found(number);
    if let Err(failure) = &mut outcome.result {
        failure.reason = reason;
    }
    outcome
}

fn any_fleet() -> impl Strategy<Value = Fixture> {
    // Answers of another source cannot be compared with today's.
    let earlier = (any_outcomes(&[1, 2, 3, 6, 8, 9]), any::<[bool; 6]>());
    let earlier = earlier
        .prop_map(|(mut outcomes, is_inferred)| {
            for (outcome, _) in outcomes.iter_mut().zip(is_inferred).filter(|it| it.1) {
                if let Ok(answer) = &mut outcome.result {
                    answer.source = Source::Inferred;
                }
            }
            outcomes
        })
        .boxed();
    let before = || proptest::option::of(earlier.clone());
    let nights = (any_outcomes(&[1, 2, 3, 4, 6]), before(), before());
    nights.prop_map(|(outcomes, before, week)| {
        // With a run a week ago, there is a previous run.
        let week = week.filter(|_| before.is_some());
        let mut fixture = Fixture {
            outcomes,
            before,
            week,
            ..Fixture::small()
        };
        // The guard changes ids on purpose.
        fixture.facts.csv_guard = false;
        fixture
    })
}

/// The figures of every file, each beside those of the aggregate.
fn figures(run: &Run<'_>) -> Vec<(&'static str, Figures, Figures)> {
    let truth = Figures::of(run);
    let formats: Vec<Format> = Format::WORDS.iter().map(|it| it.parse().unwrap()).collect();
    let reports = reports(&formats);
    let read = READINGS.iter().filter_map(|(name, reading)| {
        let report = reports.iter().find(|it| it.file_name() == *name).unwrap();
        if !report.is_written(run.extras()) {
            return None;
        }
        let mut bytes = Vec::new();
        report.render(run, &mut bytes).unwrap();
        Some((*name, reading(&bytes).completed(&truth), truth.clone()))
    });
    let terminal = people::on_the_terminal(run).completed(&truth);
    read.chain([("the terminal", terminal, truth.clone())])
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_format_has_the_same_figures(fixture in any_fleet()) {
        for (name, read, truth) in fixture.with_run(figures) {
            prop_assert_eq!(read, truth, "{}", name);
        }
    }
}

/// The reports for people as text. The workbook is its summary.
fn read_by_people(run: &Run<'_>) -> Vec<(&'static str, String)> {
    let written = |name: &str| {
        let formats: Vec<Format> = Format::WORDS.iter().map(|it| it.parse().unwrap()).collect();
        let reports = reports(&formats);
        let report = reports.iter().find(|it| it.file_name() == name).unwrap();
        let mut bytes = Vec::new();
        report.render(run, &mut bytes).unwrap();
        bytes
    };
    vec![
        ("page", String::from_utf8(written("report.html")).unwrap()),
        ("workbook", people::summary(&written("report.xlsx"))),
        ("terminal", render(run, 1000, Style::Plain)),
        ("screen", screen(run, 1000, Style::Plain)),
        ("Markdown", unescaped(&markdown(run))),
    ]
}

/// Markdown without its escapes.
fn unescaped(markdown: &str) -> String {
    let mut parts = markdown.split("&#");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once(';').unwrap();
        let code: u32 = code.parse().unwrap();
        text.push(char::from_u32(code).unwrap());
        text.push_str(rest);
    }
    text.replace("<wbr>", "")
}

#[test]
fn formats_for_people_compare_with_last_week() {
    Fixture::second_week().with_run(|run| {
        let expected = classes(run.week.unwrap().tally);
        assert!(expected.len() > 2, "{expected:?}");
        for (name, text) in read_by_people(run) {
            assert_eq!(people::week(&text).as_ref(), Some(&expected), "{name}");
        }
    });
    // There is no week to compare with.
    Fixture::second_night().with_run(|run| {
        for (name, text) in read_by_people(run) {
            assert_eq!(people::week(&text), None, "{name}");
        }
    });
}

#[test]
fn exposure_a_week_ago_is_the_same_in_all_formats_for_people() {
    let point = |day: &str| TrendPoint {
        run: 0,
        started_at: format!("2026-11-{day}T13:00:00Z").parse().unwrap(),
        machines: 5,
        answered: 5,
        with_gaps: 2,
        clean: 1,
        unsupported: None,
        kbs: 2,
        gaps: 9,
        exposure: 246,
        known_exploited: None,
        rechecked: None,
    };
    Fixture::second_week().with_run(|run| {
        let trend = [point("16"), point("22")];
        let run = Run {
            trend: &trend,
            ..*run
        };
        let sentence = "Exposure score 123, 50.0 % lower than the 246 of 7 days ago (2026-11-16)";
        for (name, text) in read_by_people(&run) {
            assert!(text.contains(sentence), "{name}: {text}");
        }
    });
}
