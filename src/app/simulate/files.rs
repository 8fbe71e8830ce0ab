//! The files for the rehearsal.

use std::path::Path;

use crate::{
    app::{AppError, simulated_tenants::unwritten},
    report::output::write_files,
    simulator::Simulator,
};

const ROOT: &str = "root.pem";
const SECRET: &str = "client-secret.txt";
pub(super) const MACHINES: &str = "machines.csv";
pub(super) const CONFIG: &str = "patchgap.toml";

/// The names of the files.
pub(super) const NAMES: [&str; 4] = [ROOT, SECRET, MACHINES, CONFIG];

/// Writes the files for the rehearsal: certificate, secret, machines and a configuration. All are
/// accessible only to their owner, because one of them is a secret.
pub(super) fn write(folder: &Path, simulator: &Simulator) -> Result<(), AppError> {
    let files = [
        (ROOT, simulator.root_certificate_pem()),
        (SECRET, simulator.client_secret()),
        (MACHINES, &simulator.inventory_csv()),
        (CONFIG, &config(simulator)),
    ];
    write_files(folder, &files).map_err(unwritten)
}

/// The configuration file for the simulated tenant.
fn config(simulator: &Simulator) -> String {
    format!(
        "# The simulated tenant: written by `patchgap simulate`, good for as long as it runs.\n\
         tenant_id = \"{}\"\n\
         client_id = \"{}\"\n\
         client_secret_file = \"{SECRET}\"\n\
         api_url = \"{}\"\n\
         authority_url = \"{}\"\n\
         graph_url = \"{}\"\n\
         graph_scope = \"{}\"\n\
         kev_url = \"{}\"\n\
         epss_url = \"{}\"\n\
         msrc_url = \"{}\"\n\
         ca_cert = \"{ROOT}\"\n",
        simulator.tenant_id(),
        simulator.client_id(),
        simulator.api_url(),
        simulator.authority_url(),
        simulator.api_url(),
        simulator.graph_scope(),
        simulator.kev_url(),
        simulator.epss_url(),
        simulator.msrc_url(),
    )
}
