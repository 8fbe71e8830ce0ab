//! Asking for one machine: page by page, attempt by attempt, until there is an answer or a
//! reason why not.

use std::time::Duration;

use tokio::{sync::SemaphorePermit, time::Instant};
use tracing::{debug, info, warn};

use super::{
    breaker::{CallHistory, RefusalScope},
    retry::Decision,
    target::{Target, TargetResult},
    tracker::Flow,
    worker::Worker,
};
use crate::quota::{Permit, Waiting};
use crate::{
    defender::{Address, Api, CallError, Class, Page},
    domain::{
        held::Held,
        kb::MissingKbs,
        machine::MachineId,
        outcome::{Answer, Failure, Reason},
        text::span,
    },
};

/// More pages than any answer has: one that goes on is a loop.
const MOST_PAGES: usize = 100;

/// Why there is no page.
enum NoPage {
    /// The failure stands.
    Failed(Failure),
    /// The service does not know the machine.
    NotFound(Failure),
    /// The service asks to be left alone with the machine for so long.
    Postponed(Duration),
    /// The run stopped.
    Stopped,
}

/// Leave to send one call: hold it until the reply has arrived.
#[derive(Debug)]
#[must_use = "a call without its slot breaks the quota"]
pub(super) struct CallSlot<'a> {
    _permit: Permit<'a>,
    _slot: SemaphorePermit<'a>,
}

/// What came of waiting for a turn.
enum SlotOrSuspect<'a> {
    /// It is there.
    CallSlot(CallSlot<'a>),
    /// Nobody may send meanwhile.
    Alarm,
}

impl<A: Api> Worker<A> {
    /// Asks until there is an answer, a failure that stands, or the run stops.
    pub(super) async fn ask(&self, mut target: Target) -> TargetResult {
        let mut pages = Vec::new();
        let mut held = Held::default();
        let mut address = Address::Machine(target.machine);
        for _ in 0..MOST_PAGES {
            match self.page(&mut target, &address).await {
                Ok(page) => {
                    pages.push(page.missing);
                    held = held.and(page.held);
                    let Some(next) = page.next else {
                        let missing = MissingKbs::of_pages(pages);
                        let answer = Answer::new((self.run.clock)(), missing);
                        return target.answered(Answer { held, ..answer });
                    };
                    address = next;
                }
                Err(NoPage::Stopped) => return TargetResult::Stopped(target),
                Err(NoPage::NotFound(failure)) => return target.not_found(failure),
                Err(NoPage::Postponed(wait)) => return TargetResult::Postponed(target, wait),
                Err(NoPage::Failed(failure)) => return record(target, failure),
            }
        }
        let message = format!("the answer goes on for more than {MOST_PAGES} pages");
        let endless = CallError::without_reply(Class::Machine, Reason::BadReply, message);
        record(target, endless.failure)
    }

    /// Asks for one page, as often as the policy allows.
    async fn page(&self, target: &mut Target, address: &Address) -> Result<Page, NoPage> {
        let mut history = target.earlier.after_a_wait();
        let mut seen = self.run.tracker.flow();
        loop {
            let error = match self.attempt(target, address, &mut history).await? {
                Ok(page) => {
                    self.run
                        .tracker
                        .repeats
                        .note(history.attempts.failed, false);
                    target.failure = None;
                    return Ok(page);
                }
                Err(error) => error,
            };
            let confirmed = self.confirmed(error, target, &mut history).await?;
            let Some(error) = confirmed else { continue };
            // What is rare has memory of its own: it would make each target in flight larger,
            // and those are moved about.
            let is_own = Box::pin(self.is_own(&error, &mut history)).await;
            if !is_own.ok_or(NoPage::Stopped)? {
                log_outage(target, &error);
                continue;
            }
            self.note(error.class, &history);
            let flow = self.run.tracker.flow();
            history
                .attempts
                .count(error.class, self.alone(flow.since(seen)));
            // Its own refusal is counted from here on, and says nothing about others.
            seen = flow.and_throttled(u64::from(matches!(error.class, Class::Window(_))));
            target.earlier = history;
            Box::pin(self.react(target, error, &history)).await?;
        }
    }

    /// Takes in what came of a call, for the time that is shown.
    fn note(&self, class: Class, history: &CallHistory) {
        let has_failed = matches!(class, Class::Call(_));
        if has_failed || matches!(class, Class::NotFound | Class::Machine) {
            let repeats = &self.run.tracker.repeats;
            repeats.note(history.attempts.failed, has_failed);
        }
    }

    /// The failure, with whom it concerns if it is a refusal; nothing when the machine is to be
    /// asked for once more, and it is time to.
    async fn confirmed(
        &self,
        mut error: CallError,
        target: &Target,
        history: &mut CallHistory,
    ) -> Result<Option<CallError>, NoPage> {
        if error.class != Class::Run {
            return Ok(Some(error));
        }
        match Box::pin(self.refused(&error, history)).await {
            None => return Err(NoPage::Stopped),
            Some(RefusalScope::Run) => {}
            Some(RefusalScope::Machine) => error.class = Class::Machine,
            Some(RefusalScope::Unclear) => {
                let delay = self.run.policy.shortest(fastrand::f64());
                log_attempt(target, &error, Decision::Retry(delay));
                Box::pin(self.back_off(delay, history)).await?;
                return Ok(None);
            }
        }
        Ok(Some(error))
    }

    /// Whether a refusal for quota is this machine's own: most others are answered meanwhile.
    /// Where nobody is answered it may be the window, unless no other machine is left to
    /// tell.
    fn alone(&self, since: Flow) -> bool {
        if since.answers > 0 {
            since.throttled <= since.answers
        } else {
            self.run.tracker.all_started()
        }
    }

    /// Does what the policy says about a failure; returns when it is time to try again.
    async fn react(
        &self,
        target: &Target,
        error: CallError,
        history: &CallHistory,
    ) -> Result<(), NoPage> {
        let decision = self
            .run
            .policy
            .decide(history.attempts, &error, fastrand::f64());
        log_attempt(target, &error, decision);
        if let Class::Window(wait) = error.class {
            // News for everybody, whatever becomes of this machine.
            self.pause(wait);
        }
        match decision {
            Decision::Record => return Err(NoPage::Failed(error.failure)),
            Decision::Later => return Err(NoPage::NotFound(error.failure)),
            Decision::Stop => {
                self.run.refuse(&error.failure);
                return Err(NoPage::Failed(error.failure));
            }
            // The quota lets nobody go on before it is time.
            Decision::Wait => {}
            Decision::Retry(delay) if is_asked_for(delay, error.class) => {
                return Err(NoPage::Postponed(delay));
            }
            Decision::Retry(delay) => self.back_off(delay, history).await?,
        }
        Ok(())
    }

    /// Waits before another try.
    async fn back_off(&self, delay: Duration, history: &CallHistory) -> Result<(), NoPage> {
        self.run
            .tracker
            .backoffs
            .begin(delay, history.attempts.failed);
        let wait = self.wait_or_outage(delay, history);
        let waited = self.run.stops.gentle.run_until_cancelled(wait).await;
        waited.ok_or(NoPage::Stopped)
    }

    /// Makes everybody wait after a refusal for quota.
    pub(super) fn pause(&self, wait: Option<Duration>) {
        self.run.tracker.throttled();
        let before = self.run.quota.waiting();
        let until = self.run.quota.throttled(wait);
        // Calls in flight together are refused together: that is told once.
        if !matches!(before, Some((Waiting::Throttled, _))) {
            let pause = until - Instant::now();
            let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            warn!(
                pause_ms,
                "the service refuses calls for quota: all wait {}",
                span(pause)
            );
        }
    }

    /// Sends one call, when it is its turn.
    async fn attempt(
        &self,
        target: &mut Target,
        address: &Address,
        history: &mut CallHistory,
    ) -> Result<Result<Page, CallError>, NoPage> {
        let slot = self.slot_when_closed();
        let slot = self.run.stops.gentle.run_until_cancelled(slot).await;
        let slot = slot.flatten().ok_or(NoPage::Stopped)?;
        if self.run.stops.gentle.is_cancelled() {
            return Err(NoPage::Stopped);
        }
        self.run.health.sending(history);
        self.run.tracker.sent(target.failure.is_some());
        if target.attempts == 0 {
            self.run.tracker.called();
        }
        target.attempts += 1;
        let reply = self.send(address, target.machine, slot).await;
        let reply = reply.ok_or(NoPage::Stopped)?;
        if let Err(error) = &reply {
            target.failure = Some(error.failure.clone());
        }
        Ok(reply)
    }

    /// Waits for its turn, and for the end of an outage. Whoever waits when one is suspected
    /// makes room for the call that finds out.
    async fn slot_when_closed(&self) -> Option<CallSlot<'_>> {
        loop {
            self.run.health.calm().await;
            tokio::select! {
                biased;
                slot = self.slot_if_closed() => match slot {
                    Some(SlotOrSuspect::CallSlot(slot)) => return Some(slot),
                    Some(SlotOrSuspect::Alarm) => {}
                    None => return None,
                },
                () = self.run.health.alarm() => {}
            }
        }
    }

    /// Waits for its turn. What is heard when a slot becomes free comes first.
    async fn slot_if_closed(&self) -> Option<SlotOrSuspect<'_>> {
        let slot = self.slots.acquire().await.ok()?;
        if !self.run.health.is_calm() {
            return Some(SlotOrSuspect::Alarm);
        }
        self.slot_with_permit(slot)
            .await
            .map(SlotOrSuspect::CallSlot)
    }

    /// Waits for leave to send: in flight at most as many as configured, and none without a
    /// permit. `None` when the run stops because a permit cannot be noted.
    pub(super) async fn slot(&self) -> Option<CallSlot<'_>> {
        let slot = self.slots.acquire().await.ok()?;
        self.slot_with_permit(slot).await
    }

    async fn slot_with_permit<'a>(&'a self, slot: SemaphorePermit<'a>) -> Option<CallSlot<'a>> {
        if let Err(error) = self.api.ready().await {
            self.run.cannot_sign_in(error);
            return None;
        }
        let Ok(permit) = self.run.quota.permit().await else {
            self.run.unnoted();
            return None;
        };
        Some(CallSlot {
            _permit: permit,
            _slot: slot,
        })
    }

    /// Sends one call, and takes in what the reply says about the service; `None` after a
    /// hard stop.
    pub(super) async fn send(
        &self,
        address: &Address,
        machine: MachineId,
        slot: CallSlot<'_>,
    ) -> Option<Result<Page, CallError>> {
        let sent = Instant::now();
        let call = Box::pin(self.api.page(address));
        let reply = self.run.stops.hard.run_until_cancelled(call).await;
        drop(slot);
        let reply = reply?;
        if is_usual(&reply) {
            self.run.tracker.took(sent.elapsed());
        }
        match &reply {
            Ok(_) => {
                self.run.tracker.answer();
                self.run.quota.flowing();
                self.run.health.answered(machine);
            }
            Err(error) if is_sign_of_life(error) => self.run.health.works(),
            Err(_) => {}
        }
        Some(reply)
    }
}

/// Whether the service asked for so long a wait.
fn is_asked_for(delay: Duration, class: Class) -> bool {
    matches!(class, Class::Call(Some(wait)) if !wait.is_zero() && wait >= delay)
}

/// Whether an error shows that the service works. A refusal for quota does, whoever it comes from:
/// who is refused for that is let in later.
fn is_sign_of_life(error: &CallError) -> bool {
    match error.class {
        Class::Call(_) | Class::NoToken => false,
        Class::Window(_) => true,
        _ => !error.is_foreign,
    }
}

/// Whether a call takes as long as one that is answered: refusals come sooner, and failures
/// whenever they like.
fn is_usual(reply: &Result<Page, CallError>) -> bool {
    match reply {
        Ok(_) => true,
        Err(error) => error.class == Class::NotFound,
    }
}

/// The one place where a machine's failure is logged.
fn record(target: Target, failure: Failure) -> TargetResult {
    info!(
        machine = %target.machine,
        reason = %failure.reason,
        http_status = failure.http_status,
        attempts = target.attempts,
        "no answer for machine {}: {}", target.machine, failure.message
    );
    target.failed(failure)
}

fn log_attempt(target: &Target, error: &CallError, decision: Decision) {
    debug!(
        machine = %target.machine,
        attempt = target.attempts,
        reason = %error.failure.reason,
        http_status = error.failure.http_status,
        code = error.failure.code,
        correlation_id = error.failure.correlation_id,
        ?decision,
        "attempt {} for machine {} failed: {}",
        target.attempts, target.machine, error.failure.message
    );
}

fn log_outage(target: &Target, error: &CallError) {
    debug!(
        machine = %target.machine,
        attempt = target.attempts,
        "attempt {} for machine {} failed with the service, and does not count: {}",
        target.attempts, target.machine, error.failure.message
    );
}
