//! The request for one machine: page by page, attempt by attempt, until there is an answer or a
//! final failure.

use std::time::Duration;

use tokio::time::sleep;
use tracing::{debug, info};

use super::{
    caller::Caller,
    probe::{RefusalScope, is_own_failure, refusal_scope},
    retry::Decision,
    run::{Run, Stopped},
    target::{Target, TargetResult},
    tracker::ReplyCounts,
};
use crate::{
    defender::{Address, CallError, Class, MissingKbsApi, Page},
    domain::{
        answer::{Answer, Source},
        ending::Ending,
        kb::MissingKbs,
        keep_alive::KeepAlive,
        outcome::{Failure, Reason},
    },
    quota::Refusal,
};

/// The maximum number of pages: no answer has more, so a longer one is a loop.
const MAX_PAGES: usize = 100;

/// Why there is no page.
enum NoPage {
    /// The failure is final.
    Failed(Failure),
    /// The service does not know the machine.
    NotFound(Failure),
    /// The service asks to wait this long before the next call for the machine.
    Postponed(Duration),
    /// The run stopped.
    Stopped,
}

impl From<Stopped> for NoPage {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}

/// A request for one machine in progress.
pub(super) struct Request<'a, A> {
    caller: &'a Caller<A>,
    run: &'a Run,
    target: Target,
    /// Replies to the calls of all machines before the last attempt.
    replies: ReplyCounts,
}

impl<'a, A: MissingKbsApi> Request<'a, A> {
    pub(super) fn new(caller: &'a Caller<A>, target: Target) -> Self {
        Self {
            caller,
            run: &caller.run,
            target,
            replies: ReplyCounts::default(),
        }
    }

    /// Sends calls until there is an answer or a final failure, or the run stops.
    pub(super) async fn send(mut self) -> TargetResult {
        match self.answer().await {
            Ok(answer) => self.target.answered(answer),
            Err(NoPage::Stopped) => TargetResult::Stopped(self.target),
            Err(NoPage::NotFound(failure)) => self.target.not_found(failure),
            Err(NoPage::Postponed(wait)) => TargetResult::Postponed(self.target, wait),
            Err(NoPage::Failed(failure)) => {
                log_failure(&self.target, &failure);
                self.target.failed(failure)
            }
        }
    }

    async fn answer(&mut self) -> Result<Answer, NoPage> {
        let mut pages = Vec::new();
        let mut keep_alive = KeepAlive::default();
        let mut address = Address::Machine(self.target.machine);
        for _ in 0..MAX_PAGES {
            let page = self.page(&address).await?;
            pages.push(page.missing);
            keep_alive = keep_alive.and(page.keep_alive);
            let Some(next) = page.next else {
                let answer = Answer::new(
                    Source::Calls,
                    (self.run.clock)(),
                    MissingKbs::of_pages(pages),
                );
                return Ok(Answer {
                    keep_alive,
                    ..answer
                });
            };
            address = next;
        }
        let message = format!("the answer has more than {MAX_PAGES} pages");
        let endless = CallError::without_reply(Class::MachineRefused, Reason::BadReply, message);
        Err(NoPage::Failed(endless.failure))
    }

    /// Requests one page, with as many attempts as the policy allows.
    async fn page(&mut self, address: &Address) -> Result<Page, NoPage> {
        self.target.history = self.target.history.after_a_wait();
        self.replies = self.run.tracker.replies();
        loop {
            match self.attempt(address).await? {
                Ok(page) => {
                    self.count_reply(false);
                    self.target.failure = None;
                    return Ok(page);
                }
                // Rare paths are boxed: they would enlarge every request in flight, and those are moved
                // often.
                Err(error) => Box::pin(self.failed(error)).await?,
            }
        }
    }

    /// Sends one call, as soon as there is a slot for it.
    async fn attempt(&mut self, address: &Address) -> Result<Result<Page, CallError>, NoPage> {
        let slot = self.run.unless_stopped(self.caller.slot_when_closed());
        let slot = slot.await??;
        self.run.check_running()?;
        let outages = self.run.breaker.circuit().outages();
        let target = &mut self.target;
        target.history.sending(outages);
        self.run.tracker.sent(target.failure.is_some());
        target.attempts += 1;
        let reply = self.caller.send(address, target.machine, slot).await?;
        if let Err(error) = &reply {
            target.failure = Some(error.failure.clone());
        }
        Ok(reply)
    }

    /// Handles a failure; returns when it is time for the next attempt.
    async fn failed(&mut self, mut error: CallError) -> Result<(), NoPage> {
        if error.class == Class::RunRefused {
            let scope = refusal_scope(self.caller, &error, &mut self.target.history);
            match scope.await? {
                RefusalScope::Run => {}
                RefusalScope::Machine => error.class = Class::MachineRefused,
                RefusalScope::Unclear => {
                    let delay = self.run.policy.shortest(fastrand::f64());
                    log_attempt(&self.target, &error, Decision::Retry(delay));
                    return self.back_off(delay).await;
                }
            }
        }
        if !is_own_failure(self.caller, &error, &mut self.target.history).await? {
            log_outage(&self.target, &error);
            return Ok(());
        }
        self.count_failure(error.class);
        self.react(error).await
    }

    /// Counts a failure of the machine itself.
    fn count_failure(&mut self, class: Class) {
        match class {
            Class::Retryable(_) => self.count_reply(true),
            Class::NotFound | Class::MachineRefused => self.count_reply(false),
            _ => {}
        }
        let replies = self.run.tracker.replies();
        let alone = self.is_alone(replies.since(self.replies));
        self.target.history.failures.count(class, alone);
        // A machine's own refusal is counted here, and says nothing about other machines.
        self.replies = replies.and_throttled(u64::from(matches!(class, Class::Throttled(_))));
    }

    /// Counts a reply for the displayed estimate.
    fn count_reply(&self, has_failed: bool) {
        let failed_before = self.target.history.failures.failed;
        self.run
            .tracker
            .retry_stats
            .record(failed_before, has_failed);
    }

    /// Whether only this machine is refused for quota, because most others are answered meanwhile. If no
    /// others are answered, the window may be the cause, unless no other machine is left to show that.
    fn is_alone(&self, since: ReplyCounts) -> bool {
        if since.answers > 0 {
            since.throttled <= since.answers
        } else {
            self.run.tracker.not_started() == 0
        }
    }

    /// Carries out the policy's decision about a failure; returns when it is time for the next attempt.
    async fn react(&self, error: CallError) -> Result<(), NoPage> {
        let failures = self.target.history.failures;
        let decision = self.run.policy.decide(failures, &error, fastrand::f64());
        log_attempt(&self.target, &error, decision);
        if let Some(refusal) = error.quota_refusal() {
            // All callers pause, whatever the outcome of this machine.
            self.caller.pause(Refusal {
                is_repeated: failures.throttled > 1,
                ..refusal
            });
        }
        match decision {
            Decision::GiveUp => Err(NoPage::Failed(error.failure)),
            Decision::Later => Err(NoPage::NotFound(error.failure)),
            Decision::Stop => {
                self.run.stop(Ending::Refused(error.failure.clone()));
                Err(NoPage::Failed(error.failure))
            }
            // The quota holds back all calls until the pause ends.
            Decision::Wait => Ok(()),
            Decision::Retry(delay) if is_requested_wait(delay, error.class) => {
                Err(NoPage::Postponed(delay))
            }
            Decision::Retry(delay) => self.back_off(delay).await,
        }
    }

    /// Waits before another attempt. Stops waiting when an outage begins, because then the wait is pointless.
    /// While all replies so far are foreign, it keeps waiting: other machines are requested first.
    async fn back_off(&self, delay: Duration) -> Result<(), NoPage> {
        let Run {
            breaker, tracker, ..
        } = self.run;
        let history = &self.target.history;
        tracker.backoffs.begin(delay, history.failures.failed);
        let wait = async {
            loop {
                tokio::select! {
                    () = sleep(delay) => {}
                    () = breaker.until(|circuit| circuit.outages() != history.outages) => return,
                }
                if !breaker.circuit().began_with_foreign_replies() || tracker.not_started() == 0 {
                    return;
                }
            }
        };
        Ok(self.run.unless_stopped(wait).await?)
    }
}

/// Whether the service requested a wait of this length.
fn is_requested_wait(delay: Duration, class: Class) -> bool {
    matches!(class, Class::Retryable(Some(wait)) if !wait.is_zero() && wait >= delay)
}

/// Logs the failure of a machine. It is logged nowhere else.
fn log_failure(target: &Target, failure: &Failure) {
    info!(
        machine = %target.machine,
        reason = %failure.reason,
        http_status = failure.http_status,
        attempts = target.attempts,
        "no answer for machine {}: {}", target.machine, failure.message
    );
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
        "attempt {} for machine {} failed because of the service and does not count: {}",
        target.attempts, target.machine, error.failure.message
    );
}
