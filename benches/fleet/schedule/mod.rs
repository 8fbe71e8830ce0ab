//! Runs under a quota, compared with the best schedule that its windows allow.

mod best;
mod sockets;
mod tenant;
pub(crate) mod tenants;

use std::{io, sync::Arc, time::Duration};

use jiff::Timestamp;
use patchgap::{
    collect::per_machine::{Fetcher, Plan, RetryPolicy, Settings, Stops},
    domain::machine::MachineId,
    quota::{Gate, Pace, RateLimits, Rules},
};
use tokio::{
    runtime::Builder,
    time::{Instant, sleep},
};

use self::{
    best::{Since, best},
    tenant::Tenant,
};
use super::table::Table;

/// A run as it could be configured, and how long the service takes for an answer.
#[derive(Debug, Clone, Copy)]
struct Case {
    limits: &'static str,
    pace: &'static str,
    latency_ms: u64,
    concurrency: usize,
    machines: u32,
}

const fn case(limits: &'static str, pace: &'static str, latency_ms: u64, machines: u32) -> Case {
    Case {
        limits,
        pace,
        latency_ms,
        concurrency: 8,
        machines,
    }
}

const CASES: [Case; 8] = [
    case("100/min,1500/h", "10/s", 300, 100),
    case("100/min,1500/h", "10/s", 300, 101),
    case("100/min,1500/h", "10/s", 5000, 101),
    case("100/min,1500/h", "10/s", 300, 1500),
    case("100/min,1500/h", "10/s", 300, 10_000),
    case("100/min,1500/h", "10/s", 5000, 10_000),
    case("50/min,300/10min,1500/h", "none", 300, 5000),
    case("200/2s,900/20s", "none", 20, 10_000),
];

/// What became of a simulated run.
struct Run {
    took: Duration,
    /// How wrong the time shown was at the worst moment, as a share of the whole run.
    worst: f64,
    refused: u64,
}

/// Measures runs on a simulated clock, and one on the real one.
pub(crate) fn measure(table: &mut Table) -> io::Result<()> {
    table.title("under a quota, on a simulated clock: time, times the best that the windows allow");
    for case in CASES {
        let run = case.simulate()?;
        let times = |since| run.took.as_secs_f64() / case.best(since).as_secs_f64();
        let figure = format!(
            "{:.3}; shown {:.1} % wrong at worst; {} refused; {:.3} of a clairvoyant's",
            times(Since::Answer),
            run.worst * 100.0,
            run.refused,
            times(Since::Sending),
        );
        table.figure(
            &case.name(),
            figure,
            "at most 1.02; 5 %; 0; nobody can know",
        );
    }
    sockets::measure(table)
}

impl Case {
    fn name(self) -> String {
        let Self {
            limits,
            pace,
            latency_ms,
            concurrency,
            machines,
        } = self;
        format!("{limits} at {pace}, {latency_ms} ms, {concurrency} at once, {machines} machines")
    }

    fn limits(self) -> io::Result<RateLimits> {
        self.limits.parse().map_err(io::Error::other)
    }

    fn best(self, since: Since) -> Duration {
        let latency = Duration::from_millis(self.latency_ms);
        let calls = (self.concurrency, self.machines);
        best(since, self.limits, self.pace, latency, calls)
    }

    fn simulate(self) -> io::Result<Run> {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()?;
        let latency = Duration::from_millis(self.latency_ms);
        let tenant = Tenant::new(&self.limits()?, latency);
        let pace: Pace = self.pace.parse().map_err(io::Error::other)?;
        let limits = self.limits()?;
        let gate = Gate::new(|_| Rules {
            limits: limits.clone(),
            pace,
        });
        let (took, worst) = runtime.block_on(self.run(&tenant, Arc::new(gate)));
        Ok(Run {
            took,
            worst,
            refused: tenant.refused(),
        })
    }

    /// Runs, looks at the time shown a hundred times, and compares it with what it was.
    async fn run(self, tenant: &Tenant, gate: Arc<Gate>) -> (Duration, f64) {
        let plan = Plan {
            machines: (0..self.machines).map(machine).collect(),
            ..Plan::default()
        };
        let settings = Settings {
            concurrency: self.concurrency,
            policy: RetryPolicy::with_retries(5),
            clock: || Timestamp::UNIX_EPOCH,
        };
        let fetcher = Fetcher::new(tenant, gate, settings, plan, &Stops::default());
        let between = self.best(Since::Answer) / 100;
        let (start, mut ends) = (Instant::now(), Vec::new());
        let watch = async {
            loop {
                sleep(between).await;
                ends.push(start.elapsed() + fetcher.progress().remaining);
            }
        };
        tokio::select! {
            _ = fetcher.run(drop) => {}
            () = watch => {}
        }
        let took = start.elapsed();
        let off = ends.iter().map(|end| end.abs_diff(took).as_secs_f64());
        (took, off.fold(0.0, f64::max) / took.as_secs_f64())
    }
}

fn machine(number: u32) -> MachineId {
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    MachineId::from_bytes(bytes)
}
