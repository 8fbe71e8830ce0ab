//! A refusal that would end the run, confirmed before it does: a single one may pass, or concern
//! one machine alone.

use std::time::Duration;

use super::{CallHistory, health::Health};
use crate::{
    collect::per_machine::worker::Worker,
    defender::{Api, CallError, refusal},
};

/// What a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect::per_machine) enum RefusalScope {
    /// Nobody knows yet: the machine is to be asked for once more.
    Unclear,
    /// This machine alone.
    Machine,
    /// The whole run.
    Run,
}

impl<A: Api> Worker<A> {
    /// What a refusal of the whole run concerns, by what others are told; `None` when the run
    /// stopped before that was clear.
    pub(in crate::collect::per_machine) async fn refused(
        &self,
        error: &CallError,
        history: &mut CallHistory,
    ) -> Option<RefusalScope> {
        let health = &self.run.health;
        let is_first = history.refused_at.is_none();
        let earlier = *history.refused_at.get_or_insert_with(|| self.answers());
        if !health.has_answered() && !refusal::may_be_one_machine_s(&error.failure) {
            return Some(RefusalScope::Run);
        }
        if !is_first && self.answers() > earlier {
            return Some(RefusalScope::Machine);
        }
        // Once there are several, nothing is sent until somebody has looked into it: whoever
        // counts them goes on to do that.
        let several = health.refused();
        if is_first && health.has_answered() && !several {
            return Some(RefusalScope::Unclear);
        }
        let others = self.others_are_let_in(health, earlier);
        let others = self.run.stops.gentle.run_until_cancelled(others).await??;
        health.lets_in();
        Some(match (others, is_first) {
            (Some(true), false) => RefusalScope::Machine,
            (Some(true), true) | (None, _) => RefusalScope::Unclear,
            (Some(false), _) => RefusalScope::Run,
        })
    }

    /// Whether the service lets others in; `Some(None)` where it does not answer at all.
    async fn others_are_let_in(&self, health: &Health, earlier: u64) -> Option<Option<bool>> {
        let _hold = health.hold();
        let _judge = self.judge().await?;
        if self.answers() > earlier {
            return Some(Some(true));
        }
        if !health.has_answered() {
            return self.scouts_are_answered(Duration::ZERO).await.map(Some);
        }
        let slot = self.slot().await?;
        let reply = self.ask_known(slot).await?;
        Some(reply.is_ok().then_some(true))
    }

    /// Answers so far, whichever machine's.
    fn answers(&self) -> u64 {
        self.run.tracker.flow().answers
    }
}
