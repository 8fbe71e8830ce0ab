//! Fetches the machine list from the service, page by page.
//!
//! The service promises no order, and its links cannot be followed. So pages are addressed by position and
//! overlap: if the machines at the end of one page are not those at the beginning of the next, the list has
//! changed, and is fetched again from the start. The list ends with a page without machines beyond the
//! overlap; a page that is too short by mistake does not end it.

use std::collections::{HashMap, HashSet, VecDeque};

use sha2::{Digest, Sha256};
use tracing::{debug, warn};

use super::retrying::{NoResult, Retrying};
use crate::{
    defender::{CallError, Class, ListAddress, MachineListApi},
    domain::{listed_machine::ListedMachine, machine::MachineId, requests::Requests},
    quota::{Limiter, Permit, StoreFailed},
};

/// The number of machines on a page: the maximum that the service allows.
const PAGE_SIZE: usize = 10_000;

/// The number of machines that two consecutive pages share.
const PAGE_OVERLAP: usize = 100;

/// The number of times that the list is fetched from the start before the union of all machines is used.
const MAX_PASSES: u32 = 5;

/// Receives the machines.
pub trait ListSink {
    /// Records a machine; called once for each.
    fn record(&mut self, machine: ListedMachine);

    /// Keeps only the machines for whose number, counted from 0 in the order of recording, `is_kept` is true.
    fn retain(&mut self, is_kept: &dyn Fn(usize) -> bool);
}

/// How the list was fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListFetched {
    /// The calls that were sent.
    pub requests: Requests,
    /// Whether the list changed during every pass, so that machines may be missing.
    pub moved: bool,
}

/// Why the list could not be fetched.
#[derive(Debug)]
pub enum ListError {
    /// The service refuses the list, or gave no answer after all retries.
    Failed(CallError),
    /// No machine matches.
    Empty,
    /// The calls could not be recorded.
    Store(StoreFailed),
}

/// Fetches the list through one API.
pub struct ListFetcher<'run, A> {
    /// The API.
    pub api: &'run A,
    /// The limiter of the API.
    pub limiter: &'run Limiter,
    /// The OData filter, unless all machines are wanted.
    pub filter: Option<&'run str>,
    /// The number of attempts after the first, for each page.
    pub retries: u32,
}

/// The key of a machine: its id, or a digest of a record without a valid one.
type Key = [u8; 20];

/// The machines received so far, each with its number.
#[derive(Default)]
struct Seen {
    numbers: HashMap<Key, usize>,
    /// The last pass that contained each machine.
    passes: Vec<u32>,
}

/// The progress of a pass.
#[derive(Default)]
struct Pass {
    /// The number of machines received, each position counted once.
    received: usize,
    /// The last machines, with which the next page starts.
    tail: VecDeque<Key>,
}

impl<A: MachineListApi> ListFetcher<'_, A> {
    /// Fetches the whole list.
    pub async fn fetch(&self, sink: &mut impl ListSink) -> Result<ListFetched, ListError> {
        let mut seen = Seen::default();
        let mut requests = Requests::default();
        for number in 1..=MAX_PASSES {
            let is_whole = self.pass(number, sink, &mut seen, &mut requests).await?;
            if is_whole {
                sink.retain(&|machine| seen.passes[machine] == number);
                return seen.ended(requests, false);
            }
            debug!(number, "The machine list changed between two pages");
        }
        warn!(
            "The machine list changed during each of {MAX_PASSES} attempts to read it: machines \
             added or removed meanwhile may be missing"
        );
        seen.ended(requests, true)
    }

    /// Fetches the list once; false if it changed meanwhile.
    async fn pass(
        &self,
        number: u32,
        sink: &mut impl ListSink,
        seen: &mut Seen,
        requests: &mut Requests,
    ) -> Result<bool, ListError> {
        let mut pass = Pass::default();
        loop {
            let machines = self.page(pass.skip(), requests).await?;
            let keys: Vec<Key> = machines.iter().map(key).collect();
            let advanced = pass.advance(&keys);
            for (machine, key) in machines.into_iter().zip(keys) {
                if seen.insert(key, number) {
                    sink.record(machine);
                }
            }
            match advanced {
                None => return Ok(false),
                Some(0) => return Ok(true),
                Some(_) => {}
            }
        }
    }

    /// One page, with retries. An empty first page is an error.
    async fn page(
        &self,
        skip: usize,
        requests: &mut Requests,
    ) -> Result<Vec<ListedMachine>, ListError> {
        let address = ListAddress {
            filter: self.filter.map(str::to_owned),
            top: PAGE_SIZE,
            skip,
        };
        let calls = Retrying {
            gives_up_without_quota: false,
            ..Retrying::new(self.limiter, self.retries)
        };
        let send = async |permit: &Permit<'_>| self.api.machines(&address, permit).await;
        match calls.call("the machine list", requests, send).await {
            Err(NoResult::Failed(error)) if error.class == Class::NotFound && !error.is_foreign => {
                Ok(Vec::new())
            }
            Err(NoResult::Failed(error)) => Err(ListError::Failed(error)),
            Err(NoResult::Store(error)) => Err(ListError::Store(error)),
            Ok(machines) => Ok(machines),
        }
    }
}

impl Seen {
    /// Records that a pass contains a machine; true if it is new.
    fn insert(&mut self, key: Key, pass: u32) -> bool {
        let next = self.passes.len();
        let number = *self.numbers.entry(key).or_insert(next);
        if let Some(last) = self.passes.get_mut(number) {
            *last = pass;
            return false;
        }
        self.passes.push(pass);
        true
    }

    fn ended(&self, requests: Requests, moved: bool) -> Result<ListFetched, ListError> {
        if self.passes.is_empty() {
            return Err(ListError::Empty);
        }
        Ok(ListFetched { requests, moved })
    }
}

impl Pass {
    /// The position of the next page.
    fn skip(&self) -> usize {
        self.received - self.tail.len()
    }

    /// Records a page. Returns the number of machines beyond the overlap, or `None` if the list has changed.
    fn advance(&mut self, page: &[Key]) -> Option<usize> {
        let (overlap, new) = page.split_at_checked(self.tail.len())?;
        let set = |keys: &mut dyn Iterator<Item = &Key>| keys.copied().collect::<HashSet<Key>>();
        if set(&mut self.tail.iter()) != set(&mut overlap.iter()) {
            return None;
        }
        self.received += new.len();
        self.tail.extend(new);
        let surplus = self.tail.len().saturating_sub(PAGE_OVERLAP);
        self.tail.drain(..surplus);
        Some(new.len())
    }
}

fn key(machine: &ListedMachine) -> Key {
    if let Ok(id) = machine.id.parse::<MachineId>() {
        return id.bytes();
    }
    let mut digest = Sha256::new();
    for text in [&machine.id, &machine.name, &machine.first_seen] {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    *digest.finalize().first_chunk().unwrap_or(&Key::default())
}

#[cfg(test)]
mod tests;
