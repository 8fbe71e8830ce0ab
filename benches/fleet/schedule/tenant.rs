//! A service on a simulated clock that holds its limits strictly.

use std::{collections::VecDeque, time::Duration};

use parking_lot::Mutex;
use patchgap::{
    defender::{Address, CallError, Class, MissingKbsApi, Page},
    domain::{kb::MissingKbs, outcome::Reason},
    quota::{Permit, RateLimit, RateLimits},
};
use tokio::time::{Instant, sleep};

/// Counts a call when it arrives, and answers it after a while.
#[derive(Debug)]
pub(super) struct Tenant {
    latency: Duration,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    windows: Vec<(RateLimit, VecDeque<Instant>)>,
    refused: u64,
}

impl Tenant {
    pub(super) fn new(limits: &RateLimits, latency: Duration) -> Self {
        let windows = limits.0.iter().map(|limit| (*limit, VecDeque::new()));
        let counted = Counted {
            windows: windows.collect(),
            refused: 0,
        };
        Self {
            latency,
            counted: Mutex::new(counted),
        }
    }

    /// Calls that were over a limit.
    pub(super) fn refused(&self) -> u64 {
        self.counted.lock().refused
    }
}

impl Counted {
    /// Counts a call, and says whether it is within every limit.
    fn admit(&mut self) -> bool {
        let mut is_within = true;
        for (limit, seen) in &mut self.windows {
            while seen.front().is_some_and(|at| at.elapsed() >= limit.window) {
                seen.pop_front();
            }
            is_within &= seen.len() < limit.calls.get() as usize;
            seen.push_back(Instant::now());
        }
        self.refused += u64::from(!is_within);
        is_within
    }
}

impl MissingKbsApi for &Tenant {
    async fn page(&self, _: &Address, _: &Permit<'_>) -> Result<Page, CallError> {
        let is_admitted = self.counted.lock().admit();
        sleep(self.latency).await;
        if !is_admitted {
            let class = Class::Throttled(None);
            return Err(CallError::without_reply(
                class,
                Reason::Throttled,
                "refused",
            ));
        }
        Ok(Page {
            missing: MissingKbs::default(),
            next: None,
            keep_alive: patchgap::domain::keep_alive::KeepAlive::default(),
        })
    }
}
