//! A service, a list of its machines, and a folder in which the program works.

use std::{io, path::PathBuf, process::Command, time::Duration};

use tempfile::TempDir;

use super::{fleet::Fleet, options::Options, service::Service};

/// Everything that a run needs.
pub(crate) struct Place {
    pub(crate) fleet: Fleet,
    pub(crate) service: Service,
    pub(crate) connections: u32,
    folder: TempDir,
}

impl Place {
    /// A fleet, and a service that knows its machines.
    pub(crate) fn new(fleet: Fleet, options: &Options) -> io::Result<Self> {
        let place = Self {
            fleet,
            service: Service::start(fleet, Duration::from_millis(options.latency))?,
            connections: options.connections,
            folder: tempfile::tempdir()?,
        };
        fleet.write_list(&place.path("list.csv"))?;
        Ok(place)
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `patchgap report` with these arguments: in the folder, and with no other configuration.
    pub(crate) fn report(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patchgap"));
        command
            .arg("report")
            .args(arguments)
            .args(["--quiet", "--progress", "off"])
            .args(["--credential", "token", "--api-url", &self.service.url()])
            .env("PATCHGAP_STATE", "store.sqlite")
            .env("PATCHGAP_ACCESS_TOKEN", "nobody-looks-at-this-token")
            .current_dir(self.folder.path());
        command
    }
}
