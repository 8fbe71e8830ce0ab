//! One run on a paused clock, and its measured times.

use std::{fmt, mem, ops::Range, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::{
    best::{Rules, Since},
    machine,
    tenant::Tenant,
};
use crate::{
    collect::per_machine::{
        Fetcher, Plan, Stops,
        tests::{service::machines, setup::Setup},
    },
    domain::ending::Ending,
    quota::{ASSUMED_LATENCY, Pace},
};

/// Limits and pace, as typed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quota {
    limits: &'static str,
    pace: &'static str,
}

pub(super) const fn quota(limits: &'static str, pace: &'static str) -> Quota {
    Quota { limits, pace }
}

/// The configuration of a run, and its service.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) quota: Quota,
    pub(super) latency_ms: Range<u64>,
    pub(super) concurrency: usize,
    pub(super) fleet: u16,
    /// The percentage of calls that fail.
    pub(super) flaky: u64,
    /// One in this many machines is unknown.
    pub(super) unknown_every: usize,
    /// The number of machines requested in each round before the next is selected; the rest in the last
    /// round. Empty if all are requested together.
    pub(super) rounds: &'static [u16],
}

/// The result of a run.
pub(super) struct Run {
    pub(super) case: Case,
    pub(super) took: Duration,
    /// The duration of the best schedule for as many calls.
    pub(super) best: Duration,
    /// The duration of the best schedule for the fleet, with the mean latency.
    pub(super) foreseen: Duration,
    /// The duration of the best schedule if calls count from their sending.
    pub(super) clairvoyant: Duration,
    /// The longest latency.
    pub(super) longest: Duration,
    pub(super) shown: Vec<Shown>,
}

/// An estimate shown during the run.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) since: Duration,
    pub(super) remaining: Duration,
    pub(super) answers: u64,
}

impl Case {
    pub(super) fn new(
        quota: Quota,
        latency_ms: Range<u64>,
        concurrency: usize,
        fleet: u16,
    ) -> Self {
        Self {
            quota,
            latency_ms,
            concurrency,
            fleet,
            flaky: 0,
            unknown_every: usize::MAX,
            rounds: &[],
        }
    }

    pub(super) fn is_jittered(&self) -> bool {
        self.latency_ms.start < self.latency_ms.end
    }

    fn rules(&self) -> Rules {
        let pace: Pace = self.quota.pace.parse().unwrap();
        let period = pace.0.map(|pace| pace.window / pace.calls.get());
        Rules {
            limits: self.quota.limits.parse().unwrap(),
            pace: period.unwrap_or_default(),
            concurrency: self.concurrency,
        }
    }

    fn tenant(&self) -> Tenant {
        let mut tenant = Tenant::new(&self.rules().limits, self.latency_ms.clone());
        tenant.flaky = self.flaky;
        let unknown = (0..self.fleet).step_by(self.unknown_every).skip(1);
        tenant.unknown = unknown.map(machine).collect();
        tenant
    }

    /// Runs it on a paused clock, where hours pass in milliseconds. Asserts that the service
    /// refused nothing, and had no more calls in flight than configured.
    pub(super) fn run(&self) -> Run {
        // Makes back-offs deterministic.
        fastrand::seed(7);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let tenant = self.tenant();
        let (took, shown) = runtime.block_on(async {
            if self.rounds.is_empty() {
                self.simulate(&tenant).await
            } else {
                (self.in_rounds(&tenant).await, Vec::new())
            }
        });
        assert_eq!(tenant.refused(), 0, "{self:?}");
        assert!(tenant.most_in_flight() <= self.concurrency, "{self:?}");
        let rules = self.rules();
        let best = |since| rules.best((0..tenant.calls()).map(|call| tenant.latency(call)), since);
        let usual = (0..self.fleet).map(|_| ASSUMED_LATENCY.usual);
        Run {
            case: self.clone(),
            took,
            best: best(Since::Answer),
            foreseen: rules.best(usual, Since::Answer),
            clairvoyant: best(Since::Sending),
            longest: Duration::from_millis(self.latency_ms.end),
            shown,
        }
    }

    async fn simulate(&self, tenant: &Tenant) -> (Duration, Vec<Shown>) {
        let rules = self.rules();
        let setup = Setup::of(self.fleet).quota(self.quota.limits, self.quota.pace);
        let fetcher = setup.concurrency(self.concurrency).fetcher(tenant);
        let latencies = (0..u64::from(self.fleet)).map(|call| tenant.latency(call));
        // Sampling times at varying positions within the windows.
        let between = rules.best(latencies, Since::Answer) / 113 + Duration::from_millis(3);
        let start = Instant::now();
        let mut shown = Vec::new();
        let watch = async {
            loop {
                shown.push(Shown::of(&fetcher, start));
                sleep(between).await;
            }
        };
        tokio::select! {
            ending = fetcher.run(drop) => assert_eq!(ending, Ending::Finished),
            () = watch => {}
        }
        (start.elapsed(), shown)
    }
}

impl Case {
    /// Runs it in rounds that share a gate.
    async fn in_rounds(&self, tenant: &Tenant) -> Duration {
        let setup = |machines| {
            let plan = Plan {
                machines,
                ..Plan::default()
            };
            let setup = Setup::planned(plan).quota(self.quota.limits, self.quota.pace);
            setup.concurrency(self.concurrency)
        };
        let gate = Arc::new(setup(Vec::new()).gate());
        let start = Instant::now();
        let mut rest = machines(self.fleet);
        for size in self.rounds.iter().chain([&u16::MAX]) {
            let next = rest.split_off(rest.len().min((*size).into()));
            let round = mem::replace(&mut rest, next);
            let stops = Stops::default();
            let fetcher = setup(round).sharing(Arc::clone(&gate), &stops, tenant);
            assert_eq!(fetcher.run(drop).await, Ending::Finished);
        }
        start.elapsed()
    }
}

/// Without the estimates: a failed test shows the one concerned.
impl fmt::Debug for Run {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Run")
            .field("case", &self.case)
            .field("took", &self.took)
            .field("best", &self.best)
            .field("clairvoyant", &self.clairvoyant)
            .finish_non_exhaustive()
    }
}

impl Shown {
    fn of(fetcher: &Fetcher<&Tenant>, start: Instant) -> Self {
        let progress = fetcher.progress();
        Self {
            since: start.elapsed(),
            remaining: progress.remaining,
            answers: progress.counts.answered,
        }
    }
}
