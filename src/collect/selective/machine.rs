//! A machine of a selective run, and its state so far.

use jiff::Timestamp;

use super::{changed::LastAnswer, contents::ContentId, relevant::SoftwareKey};
use crate::domain::machine::MachineId;

/// A machine of the run, before anything is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub machine: MachineId,
    /// When it was last seen, if the list says so.
    pub last_seen: Option<Timestamp>,
    /// The index of its software in the inventory, if the inventory lists it.
    pub software: Option<u32>,
    /// Its last answer, if an earlier run has one.
    pub last: Option<LastAnswer>,
    /// Whether the service names it as changed.
    pub named: bool,
    /// Whether its last requests failed, or it was silent at its last answer and has reported since.
    pub came_back: bool,
}

impl Candidate {
    /// Orders machines by the age of their last answer, the oldest first.
    pub(super) fn age(&self) -> (Option<Timestamp>, MachineId) {
        (self.last.map(|it| it.as_of), self.machine)
    }
}

/// Why a machine was requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// For itself, and to infer the answers of its cohort.
    Member,
    /// As part of the sample.
    Sample,
}

/// The result of a machine's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    /// It was answered.
    Answered(ContentId, Timestamp),
    /// It has no answer.
    Failed,
}

/// A machine during the run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine {
    pub(super) candidate: Candidate,
    pub(super) key: Option<SoftwareKey>,
    /// Whether its software indicates that it may have changed since its last answer.
    pub(super) by_software: bool,
    /// The index of its cohort; `None` if its last answer can be kept.
    pub(super) cohort: Option<u32>,
    /// Why it was requested; `None` if it was not.
    pub(super) role: Option<Role>,
    pub(super) reply: Option<Reply>,
}

impl Machine {
    pub(super) const fn content(&self) -> Option<ContentId> {
        match self.reply {
            Some(Reply::Answered(content, _)) => Some(content),
            _ => None,
        }
    }
}
