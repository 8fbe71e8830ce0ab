//! A simulated tenant, a folder to work in, and the program that runs in it.

use std::{fs, io, process::Command, time::Instant};

use jiff::Timestamp;
use patchgap::simulator::{self, ApiName, Simulator};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    options::Options,
    process::{Taken, run},
};

/// A simulated tenant, and a folder to work in.
pub(super) struct Place {
    pub(super) runtime: Runtime,
    pub(super) tenant: Simulator,
    pub(super) folder: TempDir,
}

impl Place {
    pub(super) fn new(options: &Options) -> io::Result<Self> {
        let runtime = Runtime::new()?;
        let settings = simulator::Settings {
            machines: usize::try_from(options.machines).unwrap_or(usize::MAX),
            limits: "none".parse().map_err(io::Error::other)?,
            ..simulator::Settings::default()
        };
        let start = Simulator::start(settings, Timestamp::now());
        let tenant = runtime.block_on(start).map_err(io::Error::other)?;
        let folder = tempfile::tempdir()?;
        let root = tenant.root_certificate_pem();
        fs::write(folder.path().join("root.pem"), root)?;
        fs::write(folder.path().join("list.csv"), tenant.inventory_csv())?;
        Ok(Self {
            runtime,
            tenant,
            folder,
        })
    }

    /// Runs the program to its end.
    pub(super) fn patchgap(&self, arguments: &[&str]) -> io::Result<Taken> {
        let tenant = &self.tenant;
        let mut command = Command::new(env!("CARGO_BIN_EXE_patchgap"));
        command
            .args(arguments)
            .args(["--quiet", "--ca-cert", "root.pem"])
            .args(["--api-url", tenant.api_url().as_str()])
            .args(["--authority-url", tenant.authority_url().as_str()])
            .env("PATCHGAP_GRAPH_URL", tenant.api_url().as_str())
            .env("PATCHGAP_GRAPH_SCOPE", tenant.graph_scope())
            .env("PATCHGAP_STATE", "store.sqlite")
            .env("PATCHGAP_RATE_LIMIT", "none")
            .env("PATCHGAP_PACE", "none")
            .env("PATCHGAP_MIN_COVERAGE", "50")
            .env("PATCHGAP_PROGRESS", "off")
            .env("AZURE_TENANT_ID", tenant.tenant_id())
            .env("AZURE_CLIENT_ID", tenant.client_id())
            .env("AZURE_CLIENT_SECRET", tenant.client_secret())
            .current_dir(self.folder.path());
        Ok(run(&mut command)?.0)
    }

    /// Likewise, and when the calls of an API arrived that it made, in order.
    pub(super) fn counted(
        &self,
        api: ApiName,
        arguments: &[&str],
    ) -> io::Result<(Taken, Vec<Instant>)> {
        let before = self.tenant.log().calls.len();
        let taken = self.patchgap(arguments)?;
        let calls = self.tenant.log().calls.into_iter().skip(before);
        let calls = calls.filter(|call| call.api == Some(api));
        let mut arrived: Vec<Instant> = calls.map(|call| call.arrived.into_std()).collect();
        arrived.sort_unstable();
        Ok((taken, arrived))
    }

    /// When the next call arrived after this time, whatever it was.
    pub(super) fn next_call(&self, after: Instant) -> Option<Instant> {
        let calls = self.tenant.log().calls.into_iter();
        let arrived = calls.map(|call| call.arrived.into_std());
        arrived.filter(|it| *it > after).min()
    }
}
