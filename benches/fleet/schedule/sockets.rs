//! The program itself, under a strict service's quota, over real sockets and by a real clock.

use std::{
    fs, io,
    process::Command,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use patchgap::simulator::{self, Simulator};
use tokio::runtime::Runtime;

use super::best::{Since, best};
use crate::{process::run, table::Table};

/// A thirtieth of the real quota's minute, and somewhat more calls: the last hundred machines
/// have to wait for the second window.
const LIMITS: &str = "200/2s,900/20s";
const MACHINES: u32 = 1000;
const CONCURRENCY: usize = 32;
const LATENCY: Duration = Duration::from_millis(20);

pub(super) fn measure(table: &mut Table) -> io::Result<()> {
    let runtime = Runtime::new()?;
    let settings = simulator::Settings {
        machines: MACHINES as usize,
        limits: LIMITS.parse().map_err(io::Error::other)?,
        latency: LATENCY,
        ..simulator::Settings::default()
    };
    let start = Simulator::start(settings, Timestamp::now());
    let tenant = runtime.block_on(start).map_err(io::Error::other)?;
    let folder = tempfile::tempdir()?;
    fs::write(
        folder.path().join("root.pem"),
        tenant.root_certificate_pem(),
    )?;
    fs::write(folder.path().join("list.csv"), tenant.inventory_csv())?;
    run(report(&tenant).current_dir(folder.path()))?;
    let calls = tenant.log().calls;
    let refused = calls.iter().filter(|call| call.over_quota).count();
    let arrived = |at: Option<Instant>| at.ok_or_else(|| io::Error::other("no call arrived"));
    let first = arrived(calls.first().map(|call| call.arrived.into_std()))?;
    let last = arrived(calls.last().map(|call| call.arrived.into_std()))?;
    let took = last - first + LATENCY;
    let best = best(
        Since::Answer,
        LIMITS,
        "none",
        LATENCY,
        (CONCURRENCY, MACHINES),
    );
    table.title("under a quota, the program itself over sockets");
    let ratio = took.as_secs_f64() / best.as_secs_f64();
    let name = format!("{LIMITS}, {MACHINES} machines, {CONCURRENCY} at once");
    let figure = format!("{ratio:.3}; {refused} refused");
    table.figure(&name, figure, "at most 1.02; 0");
    Ok(())
}

fn report(tenant: &Simulator) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patchgap"));
    command
        .args([
            "report",
            "list.csv",
            "--quiet",
            "--progress",
            "off",
            "--pace",
            "none",
        ])
        .args(["--state", "store.sqlite", "--ca-cert", "root.pem"])
        .args([
            "--rate-limit",
            LIMITS,
            "--concurrency",
            &CONCURRENCY.to_string(),
        ])
        .args(["--api-url", tenant.api_url().as_str()])
        .args(["--authority-url", tenant.authority_url().as_str()])
        .env("AZURE_TENANT_ID", tenant.tenant_id())
        .env("AZURE_CLIENT_ID", tenant.client_id())
        .env("AZURE_CLIENT_SECRET", tenant.client_secret());
    command
}
