//! Machines whose Windows version no longer gets updates: an empty list of missing KBs means nothing for
//! them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{MachineRow, machines::AnswerState};
use crate::domain::{
    machine::MachineId,
    software::{RunSoftware, SoftwareInventory, Support, Windows},
};

/// The software inventory, and the day for which support is determined.
#[derive(Debug, Clone, Copy)]
pub struct SoftwareOn<'run> {
    inventory: &'run SoftwareInventory,
    day: Date,
}

impl<'run> SoftwareOn<'run> {
    /// The inventory of a run that started at this time, in this time zone; `None` if there is none.
    pub fn of(
        software: Option<&'run RunSoftware>,
        started_at: Timestamp,
        zone: &TimeZone,
    ) -> Option<Self> {
        Some(Self {
            inventory: software?.inventory()?,
            day: started_at.to_zoned_datetime(zone.clone()).date(),
        })
    }

    /// The Windows installation of a machine; `None` if the inventory has none.
    pub fn windows(self, machine: MachineId) -> Option<&'run Windows> {
        self.inventory.of(machine)?.windows.as_ref()
    }

    /// Whether the machine's Windows version still gets updates; `None` if the inventory does not list the
    /// machine.
    pub fn support(self, machine: MachineId) -> Option<Support> {
        Some(self.windows(machine)?.support(self.day))
    }
}

/// The answered machines whose Windows version no longer gets updates, or soon will not. Those without gaps
/// are in [`Coverage::unsupported`](super::Coverage::unsupported).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EndOfSupport {
    /// The number of machines with gaps whose Windows version no longer gets updates.
    pub with_gaps: u64,
    /// The number of machines whose Windows version soon gets no more updates: see
    /// [`SUPPORT_ENDS_SOON_DAYS`](crate::domain::software::SUPPORT_ENDS_SOON_DAYS).
    pub ends_soon: u64,
}

/// Marks the answers that are empty because the Windows version no longer gets updates. `None` without the
/// software inventory.
pub(super) fn mark(
    machines: &mut [MachineRow],
    software: Option<SoftwareOn<'_>>,
) -> Option<EndOfSupport> {
    let software = software?;
    let mut counts = EndOfSupport::default();
    for machine in machines {
        let Ok(answered) = &mut machine.result else {
            continue;
        };
        match software.support(machine.id) {
            Some(Support::Unsupported) if answered.missing == 0 => {
                answered.state = AnswerState::Unsupported;
            }
            Some(Support::Unsupported) => counts.with_gaps += 1,
            Some(Support::EndsSoon) => counts.ends_soon += 1,
            Some(Support::Supported) | None => {}
        }
    }
    Some(counts)
}
