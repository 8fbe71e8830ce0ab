//! The flags of `patchgap forget`.

use clap::Args;

use super::StoredFlags;
use crate::{config::Settings, domain::machine::MachineId};

/// `patchgap forget`.
#[derive(Debug, Args)]
pub struct Forget {
    /// Ids of machines, as in machines.csv
    #[arg(value_name = "MACHINE", required = true)]
    pub machines: Vec<MachineId>,

    /// The store and the console.
    #[command(flatten)]
    stored: StoredFlags,
}

impl From<Forget> for Settings {
    fn from(forget: Forget) -> Self {
        forget.stored.into()
    }
}
