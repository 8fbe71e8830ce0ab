//! Many concurrent tenants, each under its own quota, over real sockets and with a real clock.

use std::{
    fmt::Write as _,
    fs, io,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use patchgap::simulator::{Settings, Simulator};
use tokio::runtime::Runtime;

use super::best::{Since, best};
use crate::{
    collecting::{amount, megabytes},
    process::run,
    table::{Table, seconds, whole},
};

/// The real quota, and what the program is set to by default.
const LIMITS: &str = "100/min,1500/h";
const PACE: &str = "10/s";
const CONCURRENCY: usize = 8;
const LATENCY: Duration = Duration::from_millis(200);

/// Measures a run over so many tenants, all at once. The first one is the smallest, and the last one has
/// so many machines.
pub(crate) fn measure(tenants: u32, machines: u32, table: &mut Table) -> io::Result<()> {
    let runtime = Runtime::new()?;
    let folder = tempfile::tempdir()?;
    let started = (1..=tenants).map(|number| {
        let size = u64::from(machines) * u64::from(number) / u64::from(tenants);
        let size = usize::try_from(size.max(1)).map_err(io::Error::other)?;
        start(&runtime, number, size)
    });
    let started: Vec<Simulator> = started.collect::<io::Result<_>>()?;
    write(folder.path(), &started)?;
    let began = Instant::now();
    let (taken, _) = run(report(tenants).current_dir(folder.path()))?;
    let calls = started.iter().flat_map(|tenant| tenant.log().calls);
    let (mut sent, mut refused, mut last) = (0, 0_u32, began);
    for call in calls {
        sent += 1;
        refused += u32::from(call.over_quota);
        last = last.max(call.arrived.into_std());
    }
    let took = last - began + LATENCY;
    let calls = (CONCURRENCY, machines);
    let best = best(Since::Answer, LIMITS, PACE, LATENCY, calls);
    table.title(&format!(
        "{} tenants of 1 to {} machines under {LIMITS} each, all at once",
        whole(amount(tenants.into())),
        whole(amount(machines.into())),
    ));
    table.figure("calls", whole(amount(sent)), "");
    table.figure("refused", refused.to_string(), "0");
    table.figure("best schedule of the largest", seconds(best), "");
    table.figure("until the last answer of all", seconds(took), "");
    table.ratio("time", [took, best], "at most 1.05");
    table.ratio("time, with all reports", [taken.wall, best], "");
    table.figure("CPU", seconds(taken.cpu), "");
    table.figure("peak memory", megabytes(taken), "");
    Ok(())
}

fn start(runtime: &Runtime, number: u32, machines: usize) -> io::Result<Simulator> {
    let settings = Settings {
        seed: number.into(),
        machines,
        limits: LIMITS.parse().map_err(io::Error::other)?,
        latency: LATENCY,
        ..Settings::default()
    };
    let start = Simulator::start(settings, Timestamp::now());
    runtime.block_on(start).map_err(io::Error::other)
}

/// Writes the file of tenants, and what it refers to.
fn write(folder: &Path, tenants: &[Simulator]) -> io::Result<()> {
    let mut tables = String::new();
    for (number, tenant) in tenants.iter().enumerate() {
        let name = format!("tenant-{number:04}");
        let at = |suffix: &str| folder.join(format!("{name}.{suffix}"));
        fs::write(at("pem"), tenant.root_certificate_pem())?;
        fs::write(at("secret"), tenant.client_secret())?;
        fs::write(at("csv"), tenant.inventory_csv())?;
        let table = writeln!(
            tables,
            "[[tenant]]\nname = '{name}'\ntenant_id = '{}'\nclient_id = '{}'\n\
             client_secret_file = '{name}.secret'\nmachines = '{name}.csv'\nca_cert = '{name}.pem'\n\
             api_url = '{}'\nauthority_url = '{}'\n",
            tenant.tenant_id(),
            tenant.client_id(),
            tenant.api_url(),
            tenant.authority_url(),
        );
        table.map_err(io::Error::other)?;
    }
    fs::write(folder.join("tenants.toml"), tables)
}

fn report(tenants: u32) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patchgap"));
    command
        .args(["report", "--tenants", "tenants.toml", "--quiet"])
        .args(["--progress", "off", "--state", "store.sqlite"])
        .args(["--rate-limit", LIMITS, "--pace", PACE])
        .args(["--concurrency", &CONCURRENCY.to_string()])
        .args(["--parallel", &tenants.to_string()]);
    command
}
