//! `patchgap demo`: the main job against a simulated tenant, through the same code and real
//! HTTP.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

use super::{App, AppError, console::say, job::Job};
use crate::{
    cli,
    config::{CaCertificate, Config, Settings},
    defender::credential::{CredentialKind, SignIn},
    exit_code::ExitCode,
    fetch::quota::{Pace, RateLimits},
    inventory,
    simulator::{self, Faults, Simulator},
};

/// The demonstration's minute is two seconds long and its hour two minutes: a thirtieth of
/// the real quota's time, so that the waiting for a window can be seen.
const LIMITS: &str = "100/2s,1500/120s";
const PACE: &str = "200/s";
/// What an answer takes.
const LATENCY: Duration = Duration::from_millis(40);

impl App {
    pub(super) async fn demo(&mut self, command: cli::Demo) -> Result<ExitCode, AppError> {
        let tenant = command.tenant;
        let mut config = self.resolve_typed(Settings::from(command))?;
        let limits: RateLimits = LIMITS.parse()?;
        let settings = simulator::Settings {
            seed: tenant.seed,
            machines: tenant.machines.get() as usize,
            limits: limits.clone(),
            latency: LATENCY,
            faults: Faults::occasional(),
            ..simulator::Settings::default()
        };
        let simulator = Simulator::start(settings, Timestamp::now()).await?;
        config.limits = limits;
        config.pace = PACE.parse::<Pace>()?;
        aim(&mut config, &simulator);
        if !config.console.quiet {
            say(&introduction(&simulator));
        }
        let csv = simulator.inventory_csv();
        let inventory = inventory::read_from(csv.as_bytes(), "demo-machines.csv", None)?;
        let folder = tempfile::tempdir().map_err(AppError::Temporary)?;
        let job = Job {
            config: &config,
            state: &folder.path().join("demo.sqlite"),
            inventory: &inventory,
            started: &self.surroundings.started,
            bar: &self.bar,
        };
        job.run().await
    }
}

fn introduction(simulator: &Simulator) -> String {
    format!(
        "a simulated tenant of {} machines, with the faults of a real one\n\
         its quota is {LIMITS}: a thirtieth of the real one's time\n\n",
        simulator.fleet().machines().len()
    )
}

/// Points the configuration at the simulated tenant.
fn aim(config: &mut Config, simulator: &Simulator) {
    config.service.api_url = simulator.api_url().clone();
    config.service.ca_cert = Some(CaCertificate {
        path: "simulated-root.pem".into(),
        pem: simulator.root_certificate_pem().as_bytes().to_vec(),
    });
    config.sign_in = SignIn {
        kind: CredentialKind::Secret,
        authority_url: simulator.authority_url().clone(),
        scope: simulator.scope().to_owned(),
        tenant_id: Some(simulator.tenant_id().to_owned()),
        client_id: Some(simulator.client_id().to_owned()),
        secret: Some(SecretString::from(simulator.client_secret())),
        certificate: None,
        certificate_password: None,
        federated_token_file: None,
        access_token: None,
        managed_identity_offered: false,
        azure_cli_offered: false,
    };
}
