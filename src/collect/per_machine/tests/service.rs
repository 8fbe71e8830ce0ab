//! A scripted service, on tokio's clock.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep};

use crate::{
    defender::{Address, CallError, Class, MissingKbsApi, Page},
    domain::{
        kb::{MissingKbs, tests::missing as missing_kb},
        machine::MachineId,
        outcome::Reason,
    },
    quota::Permit,
};

/// The service's reaction to a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reply {
    Answer,
    /// A page with a link to the page of this number.
    More(u32),
    Fail(Class, Reason, u16),
    /// A foreign reply of this status.
    Foreign(u16),
    /// A 403 of the service that names nothing that applies to the whole run.
    Denied,
    /// No reply for this long, then a timeout.
    Hang(Duration),
}

impl Reply {
    pub(super) const NOT_FOUND: Self = Self::Fail(Class::NotFound, Reason::NotFound, 404);
    pub(super) const BROKEN: Self = Self::Fail(Class::Retryable(None), Reason::ServerError, 500);
    pub(super) const FORBIDDEN: Self = Self::Fail(Class::RunRefused, Reason::Refused, 403);
    pub(super) const UNAUTHORIZED: Self = Self::Fail(Class::TokenRejected, Reason::Refused, 401);

    pub(super) fn throttled(seconds: Option<u64>) -> Self {
        let wait = seconds.map(Duration::from_secs);
        Self::Fail(Class::Throttled(wait), Reason::Throttled, 429)
    }
}

/// Calls follow the machine's script, then repeat its last reply; machines without a script are
/// answered.
#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) scripts: HashMap<MachineId, (Vec<Reply>, Reply)>,
    pub(super) everybody: Option<Reply>,
    pub(super) latency: Duration,
    /// The number of calls admitted within a window; others are throttled.
    window: Option<(usize, Duration)>,
    let_in: Mutex<Vec<Instant>>,
    /// Periods in which every call gets a certain reply.
    spells: Vec<(Range<Instant>, Reply)>,
    /// The period without sign-in, and the result of waiting for its end.
    signed_out: Option<(Range<Instant>, Result<(), Class>)>,
    /// The percentage of all calls that fail.
    flaky: u64,
    pub(super) calls: Mutex<Vec<(Instant, MachineId)>>,
    in_flight: AtomicUsize,
    pub(super) most_in_flight: AtomicUsize,
}

pub(super) fn machine(number: u16) -> MachineId {
    let mut bytes = [0; 20];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    MachineId::from_bytes(bytes)
}

pub(super) fn machines(count: u16) -> Vec<MachineId> {
    (0..count).map(machine).collect()
}

impl Service {
    pub(super) fn with_latency(latency_ms: u64) -> Self {
        Self {
            latency: Duration::from_millis(latency_ms),
            ..Self::default()
        }
    }

    /// Admits this many calls within this window, and asks the others to wait that long.
    pub(super) fn letting_in(mut self, calls: usize, window: Duration) -> Self {
        self.window = Some((calls, window));
        self
    }

    /// Every call in these seconds from now gets `reply`.
    pub(super) fn down(mut self, seconds: Range<u64>, reply: Reply) -> Self {
        let at = |seconds| Instant::now() + Duration::from_secs(seconds);
        self.spells
            .push((at(seconds.start)..at(seconds.end), reply));
        self
    }

    /// Sign-in is impossible in these seconds from now, and then has this result.
    pub(super) fn signed_out(mut self, seconds: Range<u64>, then: Result<(), Class>) -> Self {
        let at = |seconds| Instant::now() + Duration::from_secs(seconds);
        self.signed_out = Some((at(seconds.start)..at(seconds.end), then));
        self
    }

    /// This percentage of calls fails at random.
    pub(super) fn flaky(mut self, percent: u64) -> Self {
        self.flaky = percent;
        self
    }

    fn mishap(&self, call: usize) -> Option<Reply> {
        let mut chance = fastrand::Rng::with_seed(call as u64);
        (chance.u64(..100) < self.flaky).then_some(Reply::BROKEN)
    }

    fn spell(&self) -> Option<Reply> {
        let now = Instant::now();
        let mut spells = self.spells.iter();
        spells.find_map(|(when, reply)| when.contains(&now).then_some(*reply))
    }

    fn is_full(&self) -> Option<Duration> {
        let (calls, window) = self.window?;
        let mut let_in = self.let_in.lock().unwrap();
        let_in.retain(|at| at.elapsed() < window);
        if let_in.len() >= calls {
            return Some(window);
        }
        let_in.push(Instant::now());
        None
    }

    /// The first calls for this machine follow `script`.
    pub(super) fn script(mut self, number: u16, script: &[Reply]) -> Self {
        self.scripts
            .insert(machine(number), (script.to_vec(), Reply::Answer));
        self
    }

    /// Every call for this machine gets `reply`.
    pub(super) fn forever(mut self, number: u16, reply: Reply) -> Self {
        self.scripts.insert(machine(number), (Vec::new(), reply));
        self
    }

    /// Every call for any machine gets `reply`.
    pub(super) fn everybody(mut self, reply: Reply) -> Self {
        self.everybody = Some(reply);
        self
    }

    pub(super) fn calls_for(&self, number: u16) -> usize {
        self.calls
            .lock()
            .unwrap()
            .iter()
            .filter(|(_, id)| *id == machine(number))
            .count()
    }

    pub(super) fn all_calls(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    /// The time of each call, in seconds since `start`.
    pub(super) fn seconds(&self, start: Instant) -> Vec<f64> {
        let calls = self.calls.lock().unwrap();
        let seconds = calls.iter().map(|(at, _)| (*at - start).as_secs_f64());
        seconds.collect()
    }

    /// The largest number of calls within any window of this length.
    pub(super) fn most_within(&self, window: Duration) -> usize {
        let seen: Vec<Instant> = self
            .calls
            .lock()
            .unwrap()
            .iter()
            .map(|(at, _)| *at)
            .collect();
        let within = |from: Instant| {
            seen.iter()
                .filter(|at| **at >= from && **at < from + window)
                .count()
        };
        seen.iter().map(|from| within(*from)).max().unwrap_or(0)
    }

    fn reply(&self, machine: MachineId) -> Reply {
        let mut calls = self.calls.lock().unwrap();
        let earlier = calls.iter().filter(|(_, id)| *id == machine).count();
        let number = calls.len();
        calls.push((Instant::now(), machine));
        let script = self.scripts.get(&machine);
        self.everybody
            .or_else(|| self.spell())
            .or_else(|| self.mishap(number))
            .or_else(|| script.map(|(script, last)| *script.get(earlier).unwrap_or(last)))
            .unwrap_or(Reply::Answer)
    }
}

impl MissingKbsApi for &Service {
    async fn ready(&self) -> Result<(), CallError> {
        let Some((when, then)) = &self.signed_out else {
            return Ok(());
        };
        if Instant::now() < when.start {
            return Ok(());
        }
        tokio::time::sleep_until(when.end).await;
        let failed = |class| CallError::without_reply(class, Reason::Connection, "no sign-in");
        then.map_err(failed)
    }

    async fn page(&self, address: &Address, _: &Permit<'_>) -> Result<Page, CallError> {
        let in_flight = self.in_flight.fetch_add(1, SeqCst) + 1;
        self.most_in_flight.fetch_max(in_flight, SeqCst);
        sleep(self.latency / 2).await;
        let (machine, number) = match address {
            Address::Machine(machine) => (*machine, 0),
            Address::Next(url) => {
                let mut path = url.path_segments().unwrap();
                let machine = path.next().unwrap().parse().unwrap();
                (machine, path.next().unwrap().parse::<u32>().unwrap())
            }
        };
        let full = self
            .is_full()
            .map(|wait| Reply::throttled(Some(wait.as_secs())));
        let reply = full.unwrap_or_else(|| self.reply(machine));
        sleep(self.latency / 2).await;
        let missing = MissingKbs::from(vec![missing_kb(&format!("50{number}"), 1)]);
        let page = |next| Page {
            missing,
            next,
            keep_alive: crate::domain::keep_alive::KeepAlive::default(),
        };
        let result = match reply {
            Reply::Answer => Ok(page(None)),
            Reply::More(number) => {
                let url = format!("https://api.example/{machine}/{number}")
                    .parse()
                    .unwrap();
                Ok(page(Some(Address::Next(url))))
            }
            Reply::Fail(class, reason, status) => {
                let mut error = CallError::without_reply(class, reason, "scripted");
                error.failure.http_status = Some(status);
                Err(error)
            }
            Reply::Foreign(status) => {
                let mut error = CallError::bad_reply(Class::Retryable(None), status, "scripted");
                error.is_foreign = true;
                Err(error)
            }
            Reply::Denied => {
                let mut error =
                    CallError::without_reply(Class::RunRefused, Reason::Refused, "scripted");
                error.failure.http_status = Some(403);
                error.failure.code = Some("Forbidden".to_owned());
                Err(error)
            }
            Reply::Hang(length) => {
                sleep(length).await;
                Err(CallError::without_reply(
                    Class::Retryable(None),
                    Reason::Timeout,
                    "scripted",
                ))
            }
        };
        self.in_flight.fetch_sub(1, SeqCst);
        result
    }
}
