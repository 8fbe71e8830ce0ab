//! What feeds and policy mean for a gap on the day of a run.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};

use super::{
    DatedPolicy,
    exceptions::{MachineExceptions, MachineTraits},
};
use crate::{
    domain::{kb::MissingKb, machine::MachineId, since::whole_days},
    inventory::{GroupBy, Inventory},
    risk::{Feeds, GapRisk, GapRisks},
};

/// What feeds and policy mean for a gap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GapMark {
    /// Its risk according to the feeds.
    pub risk: GapRisk,
    /// Whether its risk is accepted.
    pub is_accepted: bool,
    /// For how many days it has been overdue; 0 if it is not.
    pub overdue: u32,
}

/// Marks gaps, machine by machine.
#[derive(Debug)]
pub struct Marker<'run> {
    policy: &'run DatedPolicy,
    risks: GapRisks<'run>,
    started_at: Timestamp,
    machines: ListedTraits<'run>,
    /// The exceptions that apply to the current machine.
    exceptions: MachineExceptions<'run>,
    /// The number of gaps that each exception applies to, whether it has expired or not.
    hits: Vec<u64>,
}

impl<'run> Marker<'run> {
    /// A marker for the machines of a list, and a run that started at this time.
    pub fn new(
        policy: &'run DatedPolicy,
        feeds: &'run Feeds,
        inventory: &'run Inventory,
        started_at: Timestamp,
    ) -> Self {
        let exceptions = policy.policy.exceptions.as_ref();
        Self {
            policy,
            risks: GapRisks::new(feeds),
            started_at,
            machines: ListedTraits::of(inventory),
            exceptions: MachineExceptions::default(),
            hits: vec![0; exceptions.map_or(0, |it| it.all.len())],
        }
    }

    /// Moves on to the next machine, at this index in the list.
    pub fn machine(&mut self, id: MachineId, position: usize) {
        let policy = self.policy;
        if let Some(exceptions) = &policy.policy.exceptions {
            self.exceptions = exceptions.of_machine(&self.machines.traits(id, position));
        }
    }

    /// The mark of a gap of the current machine, which has been open since this time.
    pub fn mark(&mut self, gap: &Arc<MissingKb>, since: Timestamp) -> GapMark {
        let risk = self.risks.of(gap);
        let is_accepted = self.is_accepted(gap);
        GapMark {
            risk,
            is_accepted,
            overdue: if is_accepted {
                0
            } else {
                self.overdue(risk, since)
            },
        }
    }

    /// Whether the risk of a gap of the current machine is accepted.
    pub fn is_accepted(&mut self, gap: &MissingKb) -> bool {
        let mut is_accepted = false;
        for (place, exception) in self.exceptions.of_kb(&gap.id) {
            self.hits[place] += 1;
            is_accepted |= exception.holds_on(self.policy.today);
        }
        is_accepted
    }

    /// The days since the deadline, or since CISA's due date if that is earlier.
    fn overdue(&self, risk: GapRisk, since: Timestamp) -> u32 {
        let Some(deadlines) = self.policy.policy.deadlines else {
            return 0;
        };
        let days = whole_days(since, self.started_at);
        let of_deadline = days.saturating_sub(deadlines.days(risk));
        let due = risk
            .kev_due
            .map_or(0, |due| days_after(due, self.policy.today));
        of_deadline.max(due)
    }

    /// The number of gaps that each exception applies to, in the order of the file.
    pub fn into_hits(self) -> Vec<u64> {
        self.hits
    }
}

/// The whole days from one date to a later one; 0 if it is not later.
fn days_after(date: Date, today: Date) -> u32 {
    let days = (today - date).get_days();
    u32::try_from(days).unwrap_or(0)
}

/// The groups and tags of the machines of a list.
#[derive(Debug)]
struct ListedTraits<'run> {
    inventory: &'run Inventory,
    group: Option<usize>,
    tag: Option<usize>,
}

impl<'run> ListedTraits<'run> {
    fn of(inventory: &'run Inventory) -> Self {
        Self {
            inventory,
            group: GroupBy::Group.column(&inventory.columns),
            tag: GroupBy::Tag.column(&inventory.columns),
        }
    }

    fn traits(&self, id: MachineId, position: usize) -> MachineTraits {
        let cell = |column: Option<usize>| {
            let mut cells = self.inventory.row(position);
            column.and_then(|it| cells.nth(it)).unwrap_or_default()
        };
        let values = |by: GroupBy, cell: &str| -> Vec<String> {
            let values = by.values(cell).into_iter();
            let values = values.map(|value| value.to_lowercase());
            values.filter(|value| !value.is_empty()).collect()
        };
        let group = values(GroupBy::Group, cell(self.group)).pop();
        let mut tags = values(GroupBy::Tag, cell(self.tag));
        tags.sort_unstable();
        tags.dedup();
        MachineTraits {
            id,
            group: group.unwrap_or_default(),
            tags,
        }
    }
}
