//! `patchgap simulate`: a simulated tenant for rehearsing a nightly job.

mod files;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

use jiff::Timestamp;

use self::files::{CONFIG, MACHINES, NAMES, write};
use super::{
    AppError,
    context::Context,
    open_files,
    simulated_tenants::{SimulatedTenants, TENANTS, unwritten},
};
use crate::{
    cli,
    config::{Settings, Span, refuse_path},
    console::print,
    domain::{exit_code::ExitCode, text::counted},
    report::output::Claim,
    run::interrupt,
    simulator::{self, Simulator},
};

/// The folder into which the feeds of the simulated tenant are fetched, apart from real ones.
const FEEDS: &str = "feeds";

pub(super) async fn simulate(
    context: &mut Context,
    command: cli::Simulate,
) -> Result<ExitCode, AppError> {
    let cli::Simulate {
        tenant,
        nights,
        port,
        rate_limit,
        latency,
        token_lifetime,
        folder,
        faults,
        tenants,
        console,
    } = command;
    context.resolve_typed(Settings::from(console))?;
    refuse_path("--folder", &folder)?;
    let settings = simulator::Settings {
        seed: tenant.seed,
        machines: tenant.machines.get() as usize,
        nights: nights.get(),
        limits: rate_limit,
        latency: latency.map(Span::get).unwrap_or_default(),
        token_lifetime: token_lifetime.get(),
        faults,
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        ..simulator::Settings::default()
    };
    let folder = context.surroundings.working_directory.join(folder);
    if let Some(count) = tenants {
        return simulate_tenants(&folder, &settings, count.get()).await;
    }
    let claim = Claim {
        folder: &folder,
        names: &NAMES,
        has_targets: false,
        option: "--folder",
    };
    claim.check(&[])?;
    let simulator = Simulator::start(settings, Timestamp::now()).await?;
    write(&folder, &simulator)?;
    let interrupted = interrupt::interrupted();
    print(&invitation(&folder, &simulator))?;
    interrupted.await;
    Ok(ExitCode::Complete)
}

/// Serves several tenants.
async fn simulate_tenants(
    folder: &Path,
    settings: &simulator::Settings,
    count: u32,
) -> Result<ExitCode, AppError> {
    let names = SimulatedTenants::names(count);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let claim = Claim {
        folder,
        names: &names,
        has_targets: false,
        option: "--folder",
    };
    claim.check(&[])?;
    open_files::allow_many();
    let tenants = SimulatedTenants::start(settings, count).await?;
    tenants.write(folder).map_err(unwritten)?;
    let interrupted = interrupt::interrupted();
    let tenants_file = folder.join(TENANTS).display().to_string();
    print(&format!(
        "{}; Ctrl-C stops them\nIn another terminal:\n\n  \
         patchgap check --tenants {tenants_file}\n  patchgap report --tenants {tenants_file}\n",
        counted(u64::from(count), "simulated tenant", "simulated tenants"),
    ))?;
    interrupted.await;
    drop(tenants);
    Ok(ExitCode::Complete)
}

fn invitation(folder: &Path, simulator: &Simulator) -> String {
    let config = folder.join(CONFIG);
    let machines = folder.join(MACHINES);
    let machine_count = simulator.fleet().machines().len() as u64;
    format!(
        "Simulated tenant with {} at {}; Ctrl-C stops it\n\
         In another terminal:\n\n  \
         patchgap check --config {config}\n  \
         patchgap report --config {config} {machines}\n  \
         patchgap feeds --config {config} --feeds {feeds}\n  \
         patchgap report --config {config} --feeds {feeds} --rank-by risk {machines}\n",
        counted(machine_count, "machine", "machines"),
        simulator.api_url(),
        config = config.display(),
        machines = machines.display(),
        feeds = folder.join(FEEDS).display(),
    )
}
