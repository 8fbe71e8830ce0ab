//! What the writer is told, and how it is taken up: in batches, as large as they have grown.

use std::{sync::mpsc::Receiver, time::Duration};

use tokio::sync::oneshot;

use super::moment::Moment;
use crate::{
    fetch::{Requests, quota::CallNumber},
    outcome::Outcome,
};

/// Entries that are committed together at most, so that memory stays bounded.
const LARGEST_BATCH: usize = 10_000;
/// Something to write.
#[derive(Debug)]
pub(super) enum Entry {
    /// What became of a machine, and what the process has sent so far.
    Outcome(Outcome, Requests),
    /// A call is about to be sent.
    Sending(Moment, oneshot::Sender<CallNumber>),
    /// Its answer arrived, or never will.
    Answered(CallNumber, Moment),
    /// It is not sent after all.
    Unsent(CallNumber),
    /// The service refused a call for quota: nothing is sent for so long.
    Paused(Moment, Duration),
    /// There is nothing more to come.
    End,
}

impl Entry {
    /// The outcome that it brings, if it brings one.
    pub(super) fn into_outcome(self) -> Option<Outcome> {
        match self {
            Self::Outcome(outcome, _) => Some(outcome),
            _ => None,
        }
    }
}

/// What had queued up.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) entries: Vec<Entry>,
    pub(super) is_last: bool,
}

impl Batch {
    /// The first entry, and whatever else is there already.
    pub(super) fn gather(first: Entry, queue: &Receiver<Entry>) -> Self {
        let mut batch = Self::default();
        batch.take_in(first);
        while !batch.is_last && batch.entries.len() < LARGEST_BATCH {
            match queue.try_recv() {
                Ok(entry) => batch.take_in(entry),
                Err(_) => break,
            }
        }
        batch
    }

    fn take_in(&mut self, entry: Entry) {
        match entry {
            Entry::End => self.is_last = true,
            entry => self.entries.push(entry),
        }
    }
}

/// Tells those who wait that their calls are noted. Returns the calls for which nobody
/// waits any more: they are not sent.
pub(super) fn tell(entries: Vec<Entry>, numbers: Vec<CallNumber>) -> Vec<CallNumber> {
    let waiting = entries.into_iter().filter_map(|entry| match entry {
        Entry::Sending(_, noted) => Some(noted),
        _ => None,
    });
    let told = waiting.zip(numbers);
    told.filter_map(|(noted, number)| noted.send(number).err())
        .collect()
}
