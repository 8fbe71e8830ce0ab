//! Machines that the service asked to retry later. Meanwhile they do not occupy a slot.

use std::{mem, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::target::Target;

/// How long a run waits for postponed machines when everything else is done. Machines with a longer wait come
/// last.
pub(super) const MAX_FINAL_WAIT: Duration = Duration::from_mins(10);

/// The machines that are currently postponed.
#[derive(Debug, Default)]
pub(super) struct PostponedMachines(Mutex<Vec<Postponed>>);

/// A machine to be requested again.
#[derive(Debug)]
struct Postponed {
    target: Target,
    due: Instant,
    /// Whether the wait is longer than a run would wait for this machine at its end.
    is_long: bool,
    /// The number of outages that had begun when it was postponed. If another one has begun since,
    /// the requested wait was due to the outage.
    outages: u64,
}

/// Which postponed machines to consider.
#[derive(Debug, Clone, Copy)]
pub(super) struct PostponedFilter {
    /// Include those with a long wait, because everything else is done.
    pub(super) with_long: bool,
    /// The number of outages that have begun.
    pub(super) outages: u64,
}

impl PostponedMachines {
    /// Postpones a machine for this long.
    pub(super) fn add(&self, target: Target, wait: Duration, outages: u64) {
        self.0.lock().push(Postponed {
            target,
            due: Instant::now() + wait,
            is_long: wait > MAX_FINAL_WAIT,
            outages,
        });
    }

    /// The number of postponed machines.
    pub(super) fn len(&self) -> usize {
        self.0.lock().len()
    }

    /// Removes and returns the one that has been due for longest; `None` if none is due.
    pub(super) fn take_due(&self, filter: PostponedFilter) -> Option<Target> {
        let mut waiting = self.0.lock();
        let (at, due) = first(&waiting, filter)?;
        if due > Instant::now() {
            return None;
        }
        Some(waiting.remove(at).target)
    }

    /// When the next one is due.
    pub(super) fn next_due(&self, filter: PostponedFilter) -> Option<Instant> {
        first(&self.0.lock(), filter).map(|(_, due)| due)
    }

    /// When the last machine that the run will wait for is due, given when everything else is done.
    pub(super) fn last_due(&self, others_done: Instant) -> Option<Instant> {
        let waiting = self.0.lock();
        let due = waiting.iter().map(|it| it.due);
        due.filter(|due| *due <= others_done + MAX_FINAL_WAIT).max()
    }

    /// Removes and returns any of them, due or not.
    pub(super) fn take_any(&self) -> Option<Target> {
        self.0.lock().pop().map(|it| it.target)
    }

    /// Removes and returns all of them, each with the time it is due.
    pub(super) fn take_all(&self) -> Vec<(Target, Instant)> {
        let all = mem::take(&mut *self.0.lock());
        all.into_iter().map(|it| (it.target, it.due)).collect()
    }
}

/// The first of the wanted machines to become due, and when.
fn first(waiting: &[Postponed], filter: PostponedFilter) -> Option<(usize, Instant)> {
    let due = waiting.iter().enumerate().filter_map(|(at, it)| {
        let due = it.due_for(filter)?;
        Some((due, at))
    });
    due.min().map(|(due, at)| (at, due))
}

impl Postponed {
    fn due_for(&self, filter: PostponedFilter) -> Option<Instant> {
        if self.outages != filter.outages {
            return Some(self.due.min(Instant::now()));
        }
        (filter.with_long || !self.is_long).then_some(self.due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::machine::MachineId;

    const CALM: PostponedFilter = PostponedFilter {
        with_long: false,
        outages: 0,
    };
    const LAST: PostponedFilter = PostponedFilter {
        with_long: true,
        outages: 0,
    };

    /// Machines postponed for these numbers of seconds, numbered by position.
    fn postponed(waits: &[u64]) -> PostponedMachines {
        let machines = PostponedMachines::default();
        for (number, wait) in (0..).zip(waits) {
            let target = Target::new(MachineId::from_bytes([number; 20]));
            machines.add(target, Duration::from_secs(*wait), 0);
        }
        machines
    }

    fn numbers(machines: &PostponedMachines, filter: PostponedFilter) -> Vec<u8> {
        let due = std::iter::from_fn(|| machines.take_due(filter));
        let number = |target: Target| {
            (0..=u8::MAX).find(|number| MachineId::from_bytes([*number; 20]) == target.machine)
        };
        due.filter_map(number).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn postponed_machines_return_when_due_and_long_waits_last() {
        let machines = postponed(&[90, 60, 601, 600, 3600]);
        assert_eq!(machines.len(), 5);
        assert!(numbers(&machines, CALM).is_empty());
        tokio::time::advance(Duration::from_secs(90)).await;
        assert_eq!(numbers(&machines, CALM), [1, 0]);
        let due = machines.next_due(CALM).unwrap() - Instant::now();
        assert_eq!(due.as_secs(), 510);
        tokio::time::advance(Duration::from_hours(1)).await;
        assert_eq!(numbers(&machines, CALM), [3]);
        assert_eq!(machines.next_due(CALM), None);
        assert_eq!(numbers(&machines, LAST), [2, 4]);
        assert_eq!(machines.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn all_are_due_after_an_outage() {
        let machines = postponed(&[90, 3600]);
        let outages = 1;
        assert_eq!(
            numbers(&machines, PostponedFilter { outages, ..CALM }),
            [0, 1]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn run_waits_at_most_ten_minutes_for_postponed_machines() {
        let machines = postponed(&[90, 599, 700]);
        let seconds = |others_done: u64| {
            let now = Instant::now();
            let last = machines.last_due(now + Duration::from_secs(others_done));
            last.map(|last| (last - now).as_secs())
        };
        assert_eq!(seconds(0), Some(599));
        assert_eq!(seconds(100), Some(700));
        assert_eq!(postponed(&[]).last_due(Instant::now()), None);
        assert_eq!(postponed(&[601]).last_due(Instant::now()), None);
    }
}
