//! Until when Windows versions get updates.

use jiff::{ToSpan, civil::Date};

/// Until when the Windows version of a model gets updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) enum Lifecycle {
    /// For years.
    Open,
    /// For this number of days from the tenant's start.
    EndsIn(i32),
    /// Not since this day: the service knows no missing updates.
    Ended(Date),
}

/// Whether a version still gets updates, in the terms of the software inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) struct Support {
    /// `None` (the literal word), `Upcoming EOS Version`, `EOS Version` or `EOS Software`.
    pub(in crate::simulator) status: &'static str,
    /// When it ends or ended.
    pub(in crate::simulator) ends: Option<Date>,
}

impl Support {
    /// No end is known.
    pub(in crate::simulator) const WITHOUT_END: Self = Self {
        status: "None",
        ends: None,
    };
}

impl Lifecycle {
    /// The service's data in a tenant that started on this day.
    pub(in crate::simulator) fn support(self, started: Date) -> Support {
        match self {
            Self::Open => Support::WITHOUT_END,
            Self::EndsIn(days) => Support {
                status: "Upcoming EOS Version",
                ends: started.checked_add(days.days()).ok(),
            },
            Self::Ended(date) => Support {
                status: "EOS Version",
                ends: Some(date),
            },
        }
    }
}
