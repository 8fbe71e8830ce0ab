mod elsewhere;
mod forgetting;
mod going_on;
mod last_seen;
mod learned;
mod opening;
mod reading;
mod recording;
mod selection;
mod since;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{tables::cells::millis, *};
use crate::{
    domain::{
        answer::{Answer, Source},
        api::Api,
        ending::{EndingWord, RunOutcome},
        kb::{KbId, MissingKb},
        machine::MachineId,
        outcome::{Failure, Outcome, Reason},
        requests::Requests,
    },
    inventory::{Inventory, read_from},
};

fn now() -> Timestamp {
    "2026-11-23T22:00:00Z".parse().unwrap()
}

fn hours(hours: i64) -> Timestamp {
    now() + SignedDuration::from_hours(hours)
}

fn machine(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

fn inventory(machines: u8) -> Inventory {
    let rows = (1..=machines).map(|number| format!("{},name {number}", machine(number)));
    let rows: Vec<String> = rows.collect();
    let csv = format!("id,name\n{}\nno id,x\n", rows.join("\n"));
    read_from(csv.as_bytes(), "machines.csv", None).unwrap()
}

fn kb(id: &str, cve_addressed: u64) -> MissingKb {
    MissingKb {
        id: KbId::new(id),
        name: (cve_addressed > 3).then(|| "March; \"2020\"".into()),
        products: vec!["edge".into(), "windows_10".into()],
        url: None,
        machine_missed_on: (cve_addressed > 5).then_some(1),
        cve_addressed,
        os_build: Some("22631.4037".into()),
        cves: None,
        unreadable: Box::default(),
    }
}

fn answered(number: u8, at: Timestamp, missing: Vec<MissingKb>) -> Outcome {
    Outcome {
        machine: machine(number),
        attempts: 2,
        times_unknown: 1,
        result: Ok(Answer::new(
            Source::Calls,
            at,
            missing.into_iter().map(Arc::new).collect(),
        )),
    }
}

fn failed(number: u8, reason: Reason) -> Outcome {
    Outcome {
        machine: machine(number),
        attempts: 6,
        times_unknown: 0,
        result: Err(Failure {
            reason,
            http_status: Some(500),
            code: Some("InternalServerError".to_owned()),
            message: "it broke".to_owned(),
            correlation_id: None,
        }),
    }
}

/// A store in its own folder.
struct TestStore {
    folder: TempDir,
}

impl TestStore {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("deep").join("patchgap.sqlite")
    }

    fn open(&self) -> Store {
        Store::open(&self.path()).unwrap()
    }

    /// Begins a run of this many machines.
    fn begin(&self, machines: u8, reuse: Reuse, now: Timestamp) -> (Store, StartedRun) {
        self.begin_list(&inventory(machines), reuse, now)
    }

    fn begin_list(
        &self,
        inventory: &Inventory,
        reuse: Reuse,
        now: Timestamp,
    ) -> (Store, StartedRun) {
        let mut store = self.open();
        let started = store
            .begin(&RunParams {
                service: &service(),
                application: &application(),
                inventory,
                reuse,
                waited_for: None,
                now,
            })
            .unwrap();
        (store, started)
    }

    /// A run that records these outcomes, and then ends in this way, or is killed.
    fn play(&self, reuse: Reuse, outcomes: Vec<Outcome>, ended: Option<EndingWord>) -> RunId {
        self.play_list(&inventory(4), reuse, outcomes, ended)
    }

    /// The same with this list.
    fn play_list(
        &self,
        list: &Inventory,
        reuse: Reuse,
        outcomes: Vec<Outcome>,
        ended: Option<EndingWord>,
    ) -> RunId {
        let (store, started) = self.begin_list(list, reuse, now());
        let recorder = recorder(store, &started);
        for outcome in outcomes {
            recorder.record(outcome, Requests::default());
        }
        let mut store = recorder.finish().unwrap().store;
        // Its last sign of life.
        store
            .connection
            .execute("UPDATE run SET active_at_ms = ?1", [millis(now())])
            .unwrap();
        if let Some(ended) = ended {
            store.finish(&ended_run(&started, ended)).unwrap();
        }
        started.record.run
    }
}

fn recorder(store: Store, started: &StartedRun) -> Recorder {
    Recorder::start(store, started, &application(), CancellationToken::new()).unwrap()
}

fn service() -> Service {
    Service {
        tenant_id: "contoso".to_owned(),
        api_url: "https://api".to_owned(),
    }
}

fn application() -> Application {
    Application {
        tenant_id: "contoso".to_owned(),
        client_id: "patchgap".to_owned(),
        api_url: "https://api".to_owned(),
    }
}

fn ended_run(started: &StartedRun, ended: EndingWord) -> RunRecord {
    RunRecord {
        ended: Some(ended),
        outcome: Some(RunOutcome::Partial),
        finished_at: Some(now()),
        tally: OutcomeCounts::default(),
        figures: Some(Figures::default()),
        requests: Requests::default(),
        ..started.record.clone()
    }
}

const COUNTING: Counting = Counting {
    longest: Duration::from_hours(1),
    timeout: Duration::from_hours(1),
};
const EARLY: Reuse = Reuse::EndedEarly(Duration::from_hours(12));

/// The machines with a known outcome, and whether it is an answer.
fn known(started: &StartedRun) -> Vec<(MachineId, bool)> {
    let known = started.machines.iter();
    let known =
        known.filter(|it| !matches!(it.state, MachineState::Unrequested | MachineState::Failed));
    known
        .map(|it| (it.machine, it.state == MachineState::Answered))
        .collect()
}

/// The outcomes of a run.
fn outcomes(store: &Store, run: RunId) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut take = |outcome, _| outcomes.push(outcome);
    store.for_each_outcome(run, &mut take).unwrap();
    outcomes
}
