//! A scene: a simulated tenant, a folder of its own, and the binary running in it.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use jiff::{SignedDuration, Timestamp};
use patchgap::{
    domain::machine::MachineId,
    simulator::{Fleet, Settings, Simulator},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::Url;

use super::{Background, Finished};

/// A root certificate that signed nothing.
const STRANGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/common/stranger.pem");

/// The ids of the first machines of every tenant here, known before it starts.
pub(crate) fn fleet_ids(machines: usize) -> Vec<MachineId> {
    let fleet = Fleet::generate(Settings::default().seed, machines);
    fleet.machines().iter().map(|machine| machine.id).collect()
}

/// A tenant without faults and limits, modified by `change`.
fn settings(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = Settings {
        limits: "none".parse().unwrap(),
        ..Settings::default()
    };
    change(&mut settings);
    settings
}

/// The socket address of a tenant's URL.
fn address(url: &Url) -> SocketAddr {
    url.socket_addrs(|| None).unwrap()[0]
}

/// A tenant, and a folder with everything that a run against it needs.
pub(crate) struct Scene {
    pub(crate) tenant: Simulator,
    folder: TempDir,
    /// Serves the tenant until the scene is dropped.
    runtime: Runtime,
}

impl Scene {
    /// A tenant of this many machines, without faults and limits.
    pub(crate) fn with_machines(machines: usize) -> Self {
        Self::with(|settings| settings.machines = machines)
    }

    /// A tenant without faults and limits, modified by `change`.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let settings = settings(change);
        let runtime = Runtime::new().unwrap();
        let tenant = runtime
            .block_on(Simulator::start(settings, Timestamp::now()))
            .unwrap();
        let scene = Self {
            tenant,
            folder: tempfile::tempdir().unwrap(),
            runtime,
        };
        scene.write("root.pem", scene.tenant.root_certificate_pem());
        scene.write("machines.csv", scene.tenant.inventory_csv());
        scene
    }

    /// Replaces the tenant by another at the same addresses.
    pub(crate) fn replace_tenant(&mut self, change: impl FnOnce(&mut Settings)) {
        self.replace_tenant_by_one_ahead(0, change);
    }

    /// The same; the clock of the new tenant is this number of hours ahead.
    pub(crate) fn replace_tenant_by_one_ahead(
        &mut self,
        hours: i64,
        change: impl FnOnce(&mut Settings),
    ) {
        let mut settings = settings(change);
        settings.address = address(self.tenant.api_url());
        settings.sign_in_address = address(self.tenant.authority_url());
        let start = |settings| {
            let now = Timestamp::now() + SignedDuration::from_hours(hours);
            let start = Simulator::start(settings, now);
            self.runtime.block_on(start)
        };
        // The old one has to be dropped first.
        let elsewhere = start(Settings::default()).unwrap();
        drop(std::mem::replace(&mut self.tenant, elsewhere));
        let mut tenant = start(settings.clone());
        while tenant.is_err() {
            tenant = start(settings.clone());
        }
        self.tenant = tenant.unwrap();
        self.write("root.pem", self.tenant.root_certificate_pem());
    }

    /// Replaces the tenant by another at other addresses.
    pub(crate) fn move_tenant(&mut self, change: impl FnOnce(&mut Settings)) {
        let start = Simulator::start(settings(change), Timestamp::now());
        self.tenant = self.runtime.block_on(start).unwrap();
        self.write("root.pem", self.tenant.root_certificate_pem());
    }

    /// A path in the scene's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The scene's folder, the binary's working directory.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the scene's folder.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// The binary in the scene's folder, with an empty environment: isolated from the machine
    /// that runs the tests, and without the tenant's address.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patchgap"));
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear();
        // Windows cannot open a socket without it.
        command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
        // Instead of the machine's own certificates, which take 4 ms to read.
        command.env("SSL_CERT_FILE", STRANGER);
        // Where huge pages are given on request, to clear them takes 4 ms of each process.
        command.env("MIMALLOC_ALLOW_THP", "0");
        command.env("HOME", self.folder()).stdin(Stdio::null());
        command
    }

    /// The binary in the scene's folder, with only the variables needed to reach the tenant.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(arguments);
        command
            .env("AZURE_TENANT_ID", self.tenant.tenant_id())
            .env("AZURE_CLIENT_ID", self.tenant.client_id())
            .env("AZURE_CLIENT_SECRET", self.tenant.client_secret())
            .env("PATCHGAP_API_URL", self.tenant.api_url().as_str())
            .env(
                "PATCHGAP_AUTHORITY_URL",
                self.tenant.authority_url().as_str(),
            )
            .env("PATCHGAP_GRAPH_URL", self.tenant.api_url().as_str())
            .env("PATCHGAP_GRAPH_SCOPE", self.tenant.graph_scope())
            .env("PATCHGAP_CA_CERT", self.path("root.pem"))
            .env("PATCHGAP_STATE", self.path("store.sqlite"))
            .env("PATCHGAP_RATE_LIMIT", "none")
            .env("PATCHGAP_PACE", "none");
        command
    }

    /// The same, started by a shell that runs `first` before it.
    #[cfg(unix)]
    pub(crate) fn through_shell(&self, first: &str, arguments: &[&str]) -> Command {
        let command = self.command(arguments);
        let variables = command.get_envs();
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", &format!("{first}; exec \"$0\" \"$@\"")])
            .arg(command.get_program())
            .args(command.get_args())
            .current_dir(self.folder())
            .env_clear()
            .envs(variables.filter_map(|(name, value)| Some((name, value?))))
            .stdin(Stdio::null());
        shell
    }

    /// Runs the binary with these arguments to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        self.finish(&mut self.command(arguments))
    }

    /// `patchgap report machines.csv`, with more arguments.
    pub(crate) fn report(&self, arguments: &[&str]) -> Finished {
        self.run(&[&["report", "machines.csv"], arguments].concat())
    }

    /// `patchgap report machines.csv`, with more arguments, in the background.
    pub(crate) fn report_in_background(&self, arguments: &[&str]) -> Background {
        let mut command = self.command(&[&["report", "machines.csv"], arguments].concat());
        Background::start(&mut command, self.path("reports"))
    }

    /// Runs a prepared command to its end.
    pub(crate) fn finish(&self, command: &mut Command) -> Finished {
        Finished::new(command.output().unwrap(), self.path("reports"))
    }

    /// Runs the binary with this standard input.
    pub(crate) fn pipe(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Finished {
        self.write("standard-input", input);
        let input = File::open(self.path("standard-input")).unwrap();
        self.finish(self.command(arguments).stdin(input))
    }

    /// Asserts that the tenant received no call and no sign-in.
    #[track_caller]
    pub(crate) fn assert_no_requests(&self) {
        let log = self.tenant.log();
        assert!(log.calls.is_empty(), "{:?}", log.calls);
        assert!(log.sign_ins.is_empty(), "{:?}", log.sign_ins);
    }
}
