//! Several simulated tenants, and the files for running against them.

use std::path::Path;

use jiff::Timestamp;

use super::AppError;
use crate::{
    report::output::{OutputError, write_files},
    simulator::{Settings, Simulator, SimulatorError, TenantFault},
};

/// The file of tenants.
pub(super) const TENANTS: &str = "tenants.toml";

/// Several simulated tenants that are being served. Dropping them stops them immediately.
pub(super) struct SimulatedTenants(Vec<Simulator>);

impl SimulatedTenants {
    /// Starts this number of tenants, each with a seed of its own. If there are several, the last
    /// one lacks consent.
    pub(super) async fn start(settings: &Settings, count: u32) -> Result<Self, SimulatorError> {
        let mut tenants = Vec::new();
        for number in 0..count {
            let settings = of_number(settings, number, count);
            tenants.push(Simulator::start(settings, Timestamp::now()).await?);
        }
        Ok(Self(tenants))
    }

    /// Restarts each with other settings, at the same address.
    pub(super) async fn replace(self, settings: &Settings) -> Result<Self, SimulatorError> {
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let mut tenants = Vec::new();
        for (simulator, number) in self.0.into_iter().zip(0..) {
            let settings = of_number(settings, number, count);
            tenants.push(simulator.replace(settings, Timestamp::now()).await?);
        }
        Ok(Self(tenants))
    }

    /// Writes the file of tenants and the files that it refers to: root certificates, secrets and
    /// lists. All are accessible only to their owner, because some are secrets.
    pub(super) fn write(&self, folder: &Path) -> Result<(), OutputError> {
        let files = self.files();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (&**name, &**text))
            .collect();
        write_files(folder, &files)
    }

    /// The files for the first `count` tenants.
    pub(super) fn names(count: u32) -> Vec<String> {
        let names = (1..=count).flat_map(|number| [root(number), secret(number), machines(number)]);
        names.chain([TENANTS.to_owned()]).collect()
    }

    fn files(&self) -> Vec<(String, String)> {
        let numbered = || self.0.iter().zip(1_u32..);
        let tables = numbered().map(|(simulator, number)| table(simulator, number));
        let tables: String = tables.collect();
        let of_each = numbered().flat_map(|(simulator, number)| {
            [
                (root(number), simulator.root_certificate_pem().to_owned()),
                (secret(number), simulator.client_secret().to_owned()),
                (machines(number), simulator.inventory_csv()),
            ]
        });
        let header =
            "# The simulated tenants: written by patchgap, good for as long as they run.\n";
        of_each
            .chain([(TENANTS.to_owned(), format!("{header}{tables}"))])
            .collect()
    }
}

/// The settings of the tenant with this number, from 0.
fn of_number(settings: &Settings, number: u32, count: u32) -> Settings {
    let mut settings = settings.clone();
    settings.seed = settings.seed.wrapping_add(u64::from(number));
    if number > 0 {
        settings.address.set_port(0);
    }
    if number > 0 && number + 1 == count {
        settings.faults.tenant = Some(TenantFault::NoConsent);
    }
    settings
}

fn name(number: u32) -> String {
    format!("tenant-{number}")
}

fn root(number: u32) -> String {
    format!("{}-root.pem", name(number))
}

fn secret(number: u32) -> String {
    format!("{}-client-secret.txt", name(number))
}

fn machines(number: u32) -> String {
    format!("{}-machines.csv", name(number))
}

/// The table of a tenant.
fn table(simulator: &Simulator, number: u32) -> String {
    format!(
        "\n[[tenant]]\n\
         name = \"{}\"\n\
         tenant_id = \"{}\"\n\
         client_id = \"{}\"\n\
         client_secret_file = \"{}\"\n\
         machines = \"{}\"\n\
         api_url = \"{api_url}\"\n\
         authority_url = \"{}\"\n\
         graph_url = \"{api_url}\"\n\
         graph_scope = \"{}\"\n\
         ca_cert = \"{}\"\n",
        name(number),
        simulator.tenant_id(),
        simulator.client_id(),
        secret(number),
        machines(number),
        simulator.authority_url(),
        simulator.graph_scope(),
        root(number),
        api_url = simulator.api_url(),
    )
}

/// The error about a file that cannot be written.
pub(super) fn unwritten(error: OutputError) -> AppError {
    match error {
        OutputError::Create {
            folder: path,
            source,
        }
        | OutputError::Stage { path, source } => AppError::Write {
            path: path.display().to_string(),
            source,
        },
        other => other.into(),
    }
}
