//! Whether a finding is created, updated or closed.

use std::{collections::HashSet, io};

use crate::{
    changes::Change,
    domain::{kb::KbId, machine::MachineId},
    report::Run,
};

/// What happened to a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity {
    /// The base did not have it.
    Create,
    /// It is still there.
    Update,
    /// It is gone.
    Close,
}

impl Activity {
    /// Its id in the schema.
    pub(super) const fn id(self) -> u32 {
        match self {
            Self::Create => 1,
            Self::Update => 2,
            Self::Close => 3,
        }
    }

    /// Its name, and that of this type of event.
    pub(super) const fn names(self) -> [&'static str; 2] {
        match self {
            Self::Create => ["Create", "Vulnerability Finding: Create"],
            Self::Update => ["Update", "Vulnerability Finding: Update"],
            Self::Close => ["Close", "Vulnerability Finding: Close"],
        }
    }
}

/// Whether a gap of the base is closed by such a change. A machine without an answer closes nothing.
pub(super) const fn closes(change: Change) -> bool {
    matches!(
        change,
        Change::Resolved | Change::Replaced | Change::OutOfScope
    )
}

/// The gaps that the base did not have.
pub(super) enum Opened {
    /// All of them: there is no base.
    All,
    /// These.
    These(HashSet<(MachineId, KbId)>),
}

impl Opened {
    pub(super) fn activity(&self, machine: MachineId, kb: &KbId) -> Activity {
        match self {
            Self::These(gaps) if !gaps.contains(&(machine, kb.clone())) => Activity::Update,
            _ => Activity::Create,
        }
    }
}

/// The gaps of a run that its base did not have.
pub(super) fn opened(run: &Run<'_>) -> io::Result<Opened> {
    let Some(past) = run.past else {
        return Ok(Opened::All);
    };
    let mut gaps = HashSet::new();
    past.for_each_change(&mut |change| {
        let gap = match change.change {
            Change::New | Change::Returned | Change::Appeared => Some(&change.gap),
            Change::Replaced => change.replaced_by.as_ref(),
            _ => None,
        };
        gaps.extend(gap.map(|gap| (change.machine, gap.id.clone())));
        Ok(())
    })?;
    Ok(Opened::These(gaps))
}
