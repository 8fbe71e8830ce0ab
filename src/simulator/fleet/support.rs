//! Until when Windows gets updates.

use jiff::{ToSpan, civil::Date};

/// Until when the Windows of a model gets updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) enum Lifecycle {
    /// For years.
    Open,
    /// For so many days from the tenant's start.
    EndsIn(i32),
    /// No more since this day: the service knows no missing updates.
    Ended(Date),
}

/// Whether a version still gets updates, in the words of the software inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) struct Support {
    /// `None` (a word, too), `Upcoming EOS Version`, `EOS Version` or `EOS Software`.
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
    /// What the service says in a tenant that started on this day.
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
