//! One machine of the fleet.

use std::sync::Arc;

use super::support::Lifecycle;
use crate::domain::{kb::MissingKb, machine::MachineId};

/// The sites of the machines.
pub(in crate::simulator) const SITES: [&str; 6] = ["BER", "LON", "NYC", "OSL", "SIN", "SYD"];

/// One machine, in its true state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedMachine {
    /// Its id in the service.
    pub id: MachineId,
    /// The computer's name.
    pub name: String,
    /// Its site.
    pub site: &'static str,
    /// Operating system, such as `Windows11`.
    pub os_platform: &'static str,
    /// Its release, such as `24H2`.
    pub os_version: &'static str,
    /// Its build, such as `26100`.
    pub os_build: &'static str,
    /// The updates it misses: sorted by id, each once.
    pub missing: Arc<[MissingKb]>,
    /// Its products that get updates by KB, Windows first, with their versions.
    pub products: Arc<[ProductVersion]>,
    /// Until when its Windows version gets updates.
    pub(in crate::simulator) lifecycle: Lifecycle,
}

/// A product on a machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProductVersion {
    /// Its name, as in `productsNames`.
    pub product: &'static str,
    /// Its version, such as `10.0.26100.4291`.
    pub version: String,
}

impl SimulatedMachine {
    /// Whether its Windows version no longer gets updates.
    pub(in crate::simulator) fn is_out_of_support(&self) -> bool {
        matches!(self.lifecycle, Lifecycle::Ended(_))
    }
}
