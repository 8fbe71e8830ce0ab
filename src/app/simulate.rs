//! `patchgap simulate`: a simulated tenant to rehearse a nightly job against.

use std::{
    fs,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

use jiff::Timestamp;
use tempfile::NamedTempFile;

use super::{App, AppError, console::say, interrupt};
use crate::{
    cli,
    config::{Settings, Span},
    exit_code::ExitCode,
    simulator::{self, Simulator},
};

/// Names of the files that a rehearsal needs.
const ROOT: &str = "root.pem";
const SECRET: &str = "client-secret.txt";
const MACHINES: &str = "machines.csv";
const CONFIG: &str = "patchgap.toml";

impl App {
    pub(super) async fn simulate(&mut self, command: cli::Simulate) -> Result<ExitCode, AppError> {
        let cli::Simulate {
            tenant,
            nights,
            port,
            rate_limit,
            latency,
            token_lifetime,
            folder,
            faults,
            console,
        } = command;
        self.resolve_typed(Settings::from(console))?;
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
        let simulator = Simulator::start(settings, Timestamp::now()).await?;
        let folder = self.surroundings.working_directory.join(folder);
        write(&folder, &simulator)?;
        let interrupted = interrupt::first();
        say(&invitation(&folder, &simulator))?;
        interrupted.await;
        Ok(ExitCode::Complete)
    }
}

/// Writes what a rehearsal needs: certificate, secret, machines and a configuration.
fn write(folder: &Path, simulator: &Simulator) -> Result<(), AppError> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| AppError::Write { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    for (name, content) in [
        (ROOT, simulator.root_certificate_pem()),
        (SECRET, simulator.client_secret()),
        (MACHINES, &simulator.inventory_csv()),
        (CONFIG, &config(simulator)),
    ] {
        let path = folder.join(name);
        replace(folder, &path, content).map_err(failed(&path))?;
    }
    Ok(())
}

/// Replaces a file in one step. It is its owner's alone, because one of them is a secret.
fn replace(folder: &Path, path: &Path, content: &str) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(content.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

/// The configuration of the simulated tenant, as a file.
fn config(simulator: &Simulator) -> String {
    format!(
        "# The simulated tenant: written by `patchgap simulate`, good for as long as it runs.\n\
         tenant_id = \"{}\"\n\
         client_id = \"{}\"\n\
         client_secret_file = \"{SECRET}\"\n\
         api_url = \"{}\"\n\
         authority_url = \"{}\"\n\
         ca_cert = \"{ROOT}\"\n",
        simulator.tenant_id(),
        simulator.client_id(),
        simulator.api_url(),
        simulator.authority_url(),
    )
}

fn invitation(folder: &Path, simulator: &Simulator) -> String {
    let config = folder.join(CONFIG);
    let machines = folder.join(MACHINES);
    format!(
        "a simulated tenant with {} machines serves at {} until Ctrl-C\n\
         in another terminal:\n\n  \
         patchgap check --config {config}\n  \
         patchgap report --config {config} {machines}\n",
        simulator.fleet().machines().len(),
        simulator.api_url(),
        config = config.display(),
        machines = machines.display(),
    )
}
