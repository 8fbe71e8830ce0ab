//! A service that is down, told from machines that fail.
//!
//! When call after call fails, one worker alone asks for a machine that was answered
//! before. When that is answered, the machines fail by themselves. When it fails too,
//! everybody waits, and it is asked again after ever longer pauses; what was tried in an
//! outage counts for nobody.
//!
//! Before anybody was answered, a few machines from elsewhere in the list are asked for instead
//! (`scouts.rs`). A refusal of the whole run is looked into in the same way (`refused.rs`).

mod first_outcomes;
mod health;
mod refused;
mod scouts;

use std::time::Duration;

use tokio::{
    sync::MutexGuard,
    time::{Instant, sleep, timeout},
};
use tracing::warn;

use super::{attempts::CallSlot, worker::Worker};
use crate::{
    defender::{Address, Api, CallError, Class},
    domain::{ending::Ending, outcome::Failure, text::span},
};

use self::health::Look;
pub(super) use self::{
    first_outcomes::{Breaker, FIRST},
    health::{CallHistory, Health},
    refused::RefusalScope,
};

/// How long a sign of life is waited for before a machine is given up.
const MOMENT: Duration = Duration::from_secs(1);
/// The first pause of an outage; each further one is twice as long.
const SHORTEST: Duration = Duration::from_secs(1);
/// The longest pause that the service did not ask for.
const LONGEST: Duration = Duration::from_mins(1);
/// The longest pause that it can ask for.
const LONGEST_ASKED_FOR: Duration = Duration::from_mins(10);
/// An outage that lasts longer ends the run.
const PATIENCE: Duration = Duration::from_hours(1);

impl<A: Api> Worker<A> {
    /// Whether a failure is the machine's own, and counts. Returns when that is clear, which
    /// after an outage is when it is over; `None` when the run stopped before.
    pub(super) async fn is_own(
        &self,
        error: &CallError,
        history: &mut CallHistory,
    ) -> Option<bool> {
        if !matches!(error.class, Class::Call(_)) {
            return Some(true);
        }
        let is_last = history.attempts.failed >= self.run.policy.retries;
        let health = &self.run.health;
        let look = health.failed(history, error.is_foreign, is_last);
        if look == Look::Own {
            return Some(true);
        }
        health.in_doubt();
        let clear = self.clear(look, error, history);
        let is_own = self.run.stops.gentle.run_until_cancelled(clear).await;
        health.in_doubt_no_more();
        is_own?
    }

    async fn clear(&self, look: Look, error: &CallError, history: &CallHistory) -> Option<bool> {
        if look == Look::Last {
            // In a fleet somebody is answered soon, and nobody need be asked.
            let _ = timeout(MOMENT, self.run.health.sign_since(history)).await;
        }
        let _judge = self.judge().await?;
        if look == Look::Foreign {
            return self.hears_the_service(error).await.then_some(true);
        }
        match self.run.health.verdict(history) {
            Some(is_own) => Some(is_own),
            None => self.find_out(history).await,
        }
    }

    /// The right to find out what failures mean; `None` when whoever had it before has ended the run.
    async fn judge(&self) -> Option<MutexGuard<'_, ()>> {
        let judge = self.run.health.judge.lock().await;
        (!self.run.stops.gentle.is_cancelled()).then_some(judge)
    }

    /// Asks for a machine that was answered, unless another one shows first that the service
    /// works.
    async fn find_out(&self, history: &CallHistory) -> Option<bool> {
        let slot = tokio::select! {
            biased;
            () = self.run.health.sign_since(history) => return Some(true),
            slot = self.slot() => slot?,
        };
        match self.ask_known(slot).await? {
            Err(failed) if self.run.health.verdict(history).is_none() => self.sit_out(failed).await,
            _ => Some(true),
        }
    }

    /// Waits before another try; an outage that begins meanwhile makes that pointless. So does
    /// that nobody but strangers was heard yet: others are to be asked for first.
    pub(super) async fn wait_or_outage(&self, delay: Duration, history: &CallHistory) {
        let (health, tracker) = (&self.run.health, &self.run.tracker);
        loop {
            tokio::select! {
                () = sleep(delay) => {}
                () = health.outage_since(history) => return,
            }
            if !health.heard_only_strangers() || tracker.all_started() {
                return;
            }
        }
    }

    /// Asks for a machine that was answered. Its answer is not needed, and neither is any other
    /// reply: all that counts is whether the service works. Where it refuses the run to another
    /// one as well, that stands.
    pub(super) async fn ask_known(&self, slot: CallSlot<'_>) -> Option<Result<(), CallError>> {
        let reply = self.probe(slot).await?;
        if !is_refusal(&reply) {
            return Some(reply);
        }
        sleep(SHORTEST).await;
        let slot = self.slot().await?;
        match self.probe(slot).await? {
            Err(refused) if refused.class == Class::Run => {
                self.run.refuse(&refused.failure);
                None
            }
            reply => Some(reply),
        }
    }

    /// Asks once for a machine that was answered.
    async fn probe(&self, slot: CallSlot<'_>) -> Option<Result<(), CallError>> {
        let machine = self.run.health.next_known()?;
        self.run.tracker.sent(true);
        let address = Address::Machine(machine);
        let Err(error) = self.send(&address, machine, slot).await? else {
            return Some(Ok(()));
        };
        Some(match error.class {
            Class::Call(_) | Class::Run => Err(error),
            Class::Window(wait) => {
                self.pause(wait);
                Ok(())
            }
            Class::Token
            | Class::StaleToken
            | Class::NoToken
            | Class::NotFound
            | Class::Machine => Ok(()),
        })
    }

    /// Waits until the service answers again, and makes everybody wait. The failure was the
    /// service's then; `None` when the run stopped before.
    async fn sit_out(&self, mut failed: CallError) -> Option<bool> {
        self.run.health.goes_down();
        let began = Instant::now();
        warn_of(&failed.failure);
        let mut pause = SHORTEST;
        let mut waited = Duration::ZERO;
        while waited < PATIENCE {
            let length = pause.max(asked_for(&failed));
            self.run.quota.goes_down(Instant::now() + length);
            sleep(length).await;
            let asked = Instant::now();
            match self.ask_known(self.slot().await?).await? {
                Ok(()) => {
                    self.comes_back(began);
                    return Some(false);
                }
                Err(again) => failed = again,
            }
            // By its own figures: a computer that slept has not tried meanwhile.
            waited += length + asked.elapsed().min(LONGEST);
            pause = (pause * 2).min(LONGEST);
        }
        self.give_up(failed.failure);
        None
    }

    fn comes_back(&self, began: Instant) {
        self.run.quota.comes_back();
        self.run.health.comes_back();
        let took = began.elapsed();
        let outage_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        warn!(outage_ms, "the service answers again, after {}", span(took));
    }

    fn give_up(&self, mut failure: Failure) {
        let hours = span(PATIENCE);
        failure.message = format!("no answer for {hours}; the last try: {}", failure.message);
        self.run.stop(Ending::Failing(failure));
    }
}

/// Whether a reply refuses the whole run.
fn is_refusal(reply: &Result<(), CallError>) -> bool {
    matches!(reply, Err(error) if error.class == Class::Run)
}

/// For how long the service asked to be left alone.
fn asked_for(failed: &CallError) -> Duration {
    match failed.class {
        Class::Call(Some(wait)) => wait.min(LONGEST_ASKED_FOR),
        _ => Duration::ZERO,
    }
}

/// The one place where an outage is told of; the tries in it are for the curious.
fn warn_of(failure: &Failure) {
    warn!(
        reason = %failure.reason,
        http_status = failure.http_status,
        code = failure.code,
        correlation_id = failure.correlation_id,
        "the service does not answer, not even for a machine that it answered before: all \
         wait until it does: {}",
        failure.message
    );
}
