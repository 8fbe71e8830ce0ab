//! A small fleet to test reports with: every status, a KB on two machines, an unusual row.

use std::{collections::BTreeSet, io, path::PathBuf, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};

use super::super::{Facts, Past, Report, Run, RunKbs, Tool, TrendPoint};
use crate::{
    aggregate::{Aggregation, RankBy, SoftwareOn, tests::InMemory},
    changes::{BaseRun, Changes, Comparison, Figures, Replacing},
    domain::{
        answer::{Answer, Source},
        census::{Census, CensusRow, UncountedProduct},
        cross_check::{CrossCheck, CrossCheckRow, Explanation},
        ending::{EndingWord, RunOutcome},
        gaps::{AnswerRef, BaseMachine, DatedAnswer, Gaps, History},
        kb::{KbId, MissingKb, MissingKbs},
        machine::MachineId,
        outcome::{Failure, Outcome, Reason},
        requests::Requests,
        since::MissingSince,
        software::{RunSoftware, SoftwareInventory, SoftwareSet, Windows},
    },
    inventory::{Cells, Inventory, InventoryMachine, ListCheck, RejectedRow, Skipped},
    policy::{DatedPolicy, Policy},
    risk::{Feeds, tests::feeds_of},
};

/// The list and the results of a small run.
#[derive(Debug, Clone)]
pub(in crate::report) struct Fixture {
    pub(in crate::report) inventory: Inventory,
    pub(in crate::report) outcomes: Vec<Outcome>,
    /// The results of the previous run: the same machines, and one that has since left the list.
    pub(in crate::report) before: Option<Vec<Outcome>>,
    /// The results of a run a week ago, likewise.
    pub(in crate::report) week: Option<Vec<Outcome>>,
    /// The service's own count, if it was requested.
    pub(in crate::report) census: Option<Census>,
    /// The comparison with a second source, if it was wanted.
    pub(in crate::report) cross_check: Option<CrossCheck>,
    pub(in crate::report) list_check: Option<ListCheck>,
    pub(in crate::report) software: Option<RunSoftware>,
    /// What says which CVEs matter.
    pub(in crate::report) feeds: Arc<Feeds>,
    /// Which gaps are accepted or overdue.
    pub(in crate::report) policy: Policy,
    /// How many machines missed each KB in earlier runs.
    pub(in crate::report) kb_runs: Vec<RunKbs>,
    pub(in crate::report) facts: Facts,
}

impl Fixture {
    pub(in crate::report) fn small() -> Self {
        Self {
            inventory: inventory(),
            outcomes: vec![
                answer(1, vec![march(97), gap("5000802", 12)]),
                answer(2, vec![march(14)]),
                answer(3, Vec::new()),
                not_found(4),
            ],
            before: None,
            week: None,
            census: None,
            cross_check: None,
            list_check: None,
            software: None,
            feeds: Arc::default(),
            policy: Policy::default(),
            kb_runs: Vec::new(),
            facts: facts(),
        }
    }

    /// The same fleet with an earlier night that covers every change class.
    pub(in crate::report) fn second_night() -> Self {
        let february = MissingKb {
            products: vec!["windows_10".into()],
            ..gap("4530000", 31)
        };
        Self {
            before: Some(vec![
                answer(1, vec![february, gap("5000802", 12)]),
                answer(3, vec![gap("5000802", 3)]),
                answer(4, vec![gap("5000802", 5)]),
                answer(9, vec![gap("5000802", 5), gap("4000001", 1)]),
            ]),
            ..Self::small()
        }
    }

    /// The second night with a run a week ago.
    pub(in crate::report) fn second_week() -> Self {
        Self {
            week: Some(vec![
                answer(1, vec![gap("5000802", 12), gap("4999999", 2)]),
                answer(2, vec![gap("4999999", 2), gap("4999998", 2)]),
                answer(3, Vec::new()),
                answer(4, vec![gap("4999997", 2)]),
            ]),
            ..Self::second_night()
        }
    }

    /// The small run with all three feeds, which know both of its KBs.
    pub(in crate::report) fn with_feeds() -> Self {
        Self {
            feeds: Arc::new(feeds_of("4540673", "5000802")),
            ..Self::small()
        }
    }

    /// The small run with the service's own count.
    pub(in crate::report) fn with_census() -> Self {
        let row = |product: &str, kb, ours, service, not_answered| CensusRow {
            product: product.to_owned(),
            kb: KbId::new(kb),
            ours,
            service,
            not_answered,
        };
        let census = Census {
            rows: vec![
                row("edge", "4540673", 2, 2, 0),
                row("windows_11", "5000802", 1, 8, 2),
                row("windows_11", "5000803", 3, 2, 0),
            ],
            left_out: vec![UncountedProduct {
                product: "office".to_owned(),
                because: "HTTP 404: not found".to_owned(),
            }],
            missing_because: None,
        };
        Self {
            census: Some(census),
            ..Self::small()
        }
    }

    /// The small run compared with an export.
    pub(in crate::report) fn with_cross_check() -> Self {
        let row = |number, kb, first, second, because| CrossCheckRow {
            machine: machine(number),
            kb: KbId::new(kb),
            first,
            second,
            because,
            later: None,
        };
        let check = CrossCheck {
            as_of: Some("2026-11-23T08:00:00Z".parse().unwrap()),
            compared: 1_000,
            machines_not_compared: 1,
            rows: vec![
                row(1, "5000802", Some(12), Some(11), Explanation::Age),
                row(1, "5000803", Some(0), None, Explanation::NoCve),
                row(2, "4540673", None, Some(2), Explanation::Unknown),
                row(2, "5000803", Some(0), None, Explanation::NoCve),
            ],
            missing_because: None,
            ..CrossCheck::missing(Source::Export, "")
        };
        Self {
            cross_check: Some(check),
            ..Self::small()
        }
    }

    /// A comparison of one pair, with this text as its KB.
    pub(in crate::report) fn cross_check_full_of(text: &str) -> CrossCheck {
        CrossCheck {
            compared: 1,
            rows: vec![CrossCheckRow {
                machine: machine(1),
                kb: KbId::new(text),
                first: Some(1),
                second: None,
                because: Explanation::Unknown,
                later: None,
            }],
            missing_because: None,
            ..CrossCheck::missing(Source::Export, "")
        }
    }

    /// A census of one KB, with this text in every field from outside.
    pub(in crate::report) fn census_full_of(text: &str) -> Census {
        Census {
            rows: vec![CensusRow {
                product: text.to_owned(),
                kb: KbId::new(text),
                ours: 1,
                service: 3,
                not_answered: 1,
            }],
            left_out: vec![UncountedProduct {
                product: text.to_owned(),
                because: text.to_owned(),
            }],
            missing_because: None,
        }
    }

    /// A software inventory of one machine, with this text in every field from outside.
    pub(in crate::report) fn software_full_of(text: &str) -> RunSoftware {
        let windows = Windows {
            build: text.into(),
            support_status: text.into(),
            support_ends: None,
        };
        RunSoftware::Known(Arc::new(SoftwareInventory {
            sets: vec![SoftwareSet {
                windows: Some(windows),
                ..SoftwareSet::default()
            }],
            machines: vec![(machine(1), 0)],
            ..SoftwareInventory::default()
        }))
    }

    /// Calls `render` with the fixture's run.
    pub(in crate::report) fn with_run<T>(&self, render: impl FnOnce(&Run<'_>) -> T) -> T {
        let told = InMemory(self.outcomes.clone());
        let rank_by = RankBy::for_people(self.facts.rank_by, &self.feeds);
        let facts = &self.facts;
        let software = self.software.as_ref();
        let software = SoftwareOn::of(software, facts.started_at, &facts.time_zone);
        let policy = DatedPolicy {
            policy: Arc::new(self.policy.clone()),
            today: facts.started_on(),
        };
        let aggregation = Aggregation::of(&self.inventory, facts.started_at);
        let aggregation = aggregation.with_feeds(&self.feeds);
        let mut aggregation = aggregation.with_policy(&policy, &self.feeds);
        told.record_in(&mut aggregation);
        let fleet = aggregation.finish(rank_by, Timestamp::MAX, software);
        let earlier = |run, outcomes: &Option<Vec<Outcome>>| {
            let then = InMemory(outcomes.clone()?);
            let today = told.clone();
            Some(Before { run, today, then })
        };
        let before = earlier(LAST_NIGHT, &self.before);
        let week = earlier(LAST_WEEK, &self.week);
        let [changes, week] = [&before, &week].map(|earlier| {
            let earlier = earlier.as_ref();
            earlier.map(|earlier| earlier.changes(&self.inventory))
        });
        render(&Run {
            inventory: &self.inventory,
            fleet: &fleet,
            gaps: &told,
            past: before
                .as_ref()
                .zip(changes.as_ref())
                .map(|(history, changes)| Past { changes, history }),
            week: week.as_ref(),
            releases: &[],
            kb_runs: &self.kb_runs,
            trend: &trend(),
            census: self.census.as_ref(),
            cross_check: self.cross_check.as_ref(),
            selection: None,
            bulk: None,
            list_check: self.list_check.as_ref(),
            software: self.software.as_ref(),
            facts: &self.facts,
        })
    }

    /// The bytes of one report.
    pub(in crate::report) fn bytes(&self, report: &dyn Report) -> Vec<u8> {
        self.with_run(|run| {
            let mut bytes = Vec::new();
            report.render(run, &mut bytes).unwrap();
            bytes
        })
    }

    /// The bytes of one report, as text.
    pub(in crate::report) fn render(&self, report: &dyn Report) -> String {
        String::from_utf8(self.bytes(report)).unwrap()
    }
}

/// The current run and an earlier one, whose answer positions start at 1,000.
#[derive(Debug)]
struct Before {
    run: EarlierRun,
    today: InMemory,
    then: InMemory,
}

/// The number and the start of an earlier run.
#[derive(Debug, Clone, Copy)]
struct EarlierRun {
    run: i64,
    day: &'static str,
}

const LAST_NIGHT: EarlierRun = EarlierRun {
    run: 1,
    day: "2026-11-22",
};

const LAST_WEEK: EarlierRun = EarlierRun {
    run: 0,
    day: "2026-11-16",
};

const BEFORE: i64 = 1000;

impl Before {
    fn changes(&self, inventory: &Inventory) -> Changes {
        let then = (BEFORE..)
            .zip(&self.then.0)
            .map(|(place, outcome)| BaseMachine {
                machine: outcome.machine,
                answer: outcome.result.as_ref().ok().map(|answer| DatedAnswer {
                    source: answer.source,
                    as_of: answer.as_of,
                    answer: AnswerRef(place),
                }),
                no_current_data: false,
                unsupported: false,
            });
        let mut then: Vec<BaseMachine> = then.collect();
        then.sort_by_key(|it| it.machine);
        let fleet = self.today.aggregate(inventory, RankBy::Cve);
        let base = BaseRun {
            lists_tenant: false,
            run: self.run.run,
            started_at: self.run.started_at(),
            finished_at: self.run.started_at(),
            machines: then.len() as u64,
            is_same_fleet: true,
            figures: Figures::default(),
        };
        let comparison = Comparison {
            fleet: &fleet,
            gaps: &self.today,
            base,
            base_machines: &then,
            history: self,
            replacing: Replacing::Recognized,
        };
        comparison.changes().unwrap()
    }
}

impl Gaps for Before {
    fn missing(&self, answer: AnswerRef) -> io::Result<MissingKbs> {
        match answer.0 {
            BEFORE.. => self.then.missing(AnswerRef(answer.0 - BEFORE)),
            _ => self.today.missing(answer),
        }
    }

    fn since(&self, answer: AnswerRef) -> io::Result<MissingSince> {
        match answer.0 {
            BEFORE.. => self.then.since(AnswerRef(answer.0 - BEFORE)),
            _ => self.today.since(answer),
        }
    }
}

impl History for Before {
    fn before_base(&self, _: MachineId) -> io::Result<Vec<DatedAnswer>> {
        Ok(Vec::new())
    }

    fn changed_products(&self, _: AnswerRef, _: AnswerRef) -> io::Result<BTreeSet<String>> {
        Ok(BTreeSet::new())
    }
}

impl EarlierRun {
    fn started_at(self) -> Timestamp {
        format!("{}T12:59:58Z", self.day).parse().unwrap()
    }
}

/// Three runs: a complete one, a partial one and the current one.
fn trend() -> Vec<TrendPoint> {
    let point = |run, day: &str, answered, gaps| TrendPoint {
        run,
        started_at: format!("2026-11-{day}T13:00:00Z").parse().unwrap(),
        machines: 5,
        answered,
        with_gaps: 2,
        clean: 1,
        unsupported: None,
        kbs: 2,
        gaps,
        exposure: gaps * 40,
        known_exploited: None,
        rechecked: None,
    };
    vec![
        point(1, "20", 5, 9),
        point(2, "22", 2, 4),
        point(3, "23", 3, 3),
    ]
}

pub(in crate::report) fn machine(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

fn inventory() -> Inventory {
    let row = |number| InventoryMachine {
        id: machine(number),
        line: u32::from(number) + 1,
    };
    Inventory {
        file: "machines.csv".to_owned(),
        fetched: None,
        columns: vec!["Device Name".to_owned(), "input.Status".to_owned()],
        machines: [1, 2, 3, 4, 6].map(row).into(),
        cells: Cells::from_iter([
            ["web-01", "Zürich, CH"],
            ["web-02", "-"],
            ["db-01", ""],
            ["gone-01", "\"old\""],
            ["late-01", "Basel"],
        ]),
        skipped: Skipped::default(),
        duplicates: 1,
        rejected: vec![RejectedRow {
            line: 6,
            input: "=HYPERLINK(\"x\")".to_owned(),
        }],
    }
}

pub(in crate::report) fn gap(kb: &str, cve_addressed: u64) -> MissingKb {
    MissingKb {
        id: KbId::new(kb),
        name: None,
        products: Vec::new(),
        url: None,
        machine_missed_on: None,
        cve_addressed,
        os_build: None,
        cves: None,
        unreadable: Box::default(),
    }
}

fn march(cve_addressed: u64) -> MissingKb {
    MissingKb {
        name: Some("March 2020 Security Updates".into()),
        products: vec!["edge".into(), "windows_10".into()],
        url: Some("https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB4540673".into()),
        machine_missed_on: Some(1),
        os_build: Some("22631.4037".into()),
        cves: None,
        unreadable: Box::default(),
        ..gap("4540673", cve_addressed)
    }
}

pub(in crate::report) fn answer(number: u8, missing: Vec<MissingKb>) -> Outcome {
    Outcome {
        machine: machine(number),
        attempts: 1,
        times_unknown: 0,
        result: Ok(Answer::new(
            Source::Calls,
            "2026-11-23T13:00:00.25Z".parse().unwrap(),
            missing.into_iter().map(Arc::new).collect(),
        )),
    }
}

pub(in crate::report) fn not_found(number: u8) -> Outcome {
    Outcome {
        machine: machine(number),
        attempts: 3,
        times_unknown: 3,
        result: Err(Failure {
            reason: Reason::NotFound,
            http_status: Some(404),
            code: Some("ResourceNotFound".to_owned()),
            message: "Machine 0404 was not found".to_owned(),
            correlation_id: Some("43f4cb08".to_owned()),
        }),
    }
}

fn facts() -> Facts {
    let tool = Tool {
        name: "patchgap",
        version: "0.1.0",
    };
    Facts {
        tenant: None,
        tool,
        tenant_id: None,
        title: "Contoso".to_owned(),
        is_part: false,
        run: Some(3),
        outcome: RunOutcome::Partial,
        ended: Some(EndingWord::Finished),
        started_at: "2026-11-23T12:59:58Z".parse().unwrap(),
        finished_at: "2026-11-23T13:00:01.5Z".parse().unwrap(),
        api_url: "https://api.security.microsoft.com/".to_owned(),
        requests: Requests {
            sent: 6,
            retried: 2,
            throttled: 0,
        },
        folder: PathBuf::from("reports"),
        files: vec!["kbs.csv".to_owned(), "summary.json".to_owned()],
        rank_by: None,
        time_zone: TimeZone::get("Europe/Berlin").unwrap(),
        csv_guard: true,
    }
}
