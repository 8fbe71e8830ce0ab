//! A refusal that would end the run, confirmed before it does: a single one may pass, or concern
//! one machine alone.

use std::time::Duration;

use super::{Course, health::Health};
use crate::{
    collect::per_machine::asker::Asker,
    defender::{Api, CallError, refusal},
};

/// Whom a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect::per_machine) enum Whom {
    /// Nobody knows yet: the machine is to be asked for once more.
    Unclear,
    /// This machine alone.
    Machine,
    /// The whole run.
    Run,
}

impl<A: Api> Asker<A> {
    /// Whom a refusal of the whole run concerns, by what others are told; `None` when the run
    /// stopped before that was clear.
    pub(in crate::collect::per_machine) async fn refused(
        &self,
        error: &CallError,
        course: &mut Course,
    ) -> Option<Whom> {
        let health = &self.run.health;
        let is_first = course.refused_at.is_none();
        let earlier = *course.refused_at.get_or_insert_with(|| self.answers());
        if !health.has_answered() && !refusal::may_be_one_machine_s(&error.failure) {
            return Some(Whom::Run);
        }
        if !is_first && self.answers() > earlier {
            return Some(Whom::Machine);
        }
        // Once there are several, nothing is sent until somebody has looked into it: whoever
        // counts them goes on to do that.
        let several = health.refused();
        if is_first && health.has_answered() && !several {
            return Some(Whom::Unclear);
        }
        let others = self.others_are_let_in(health, earlier);
        let others = self.run.stops.gentle.run_until_cancelled(others).await??;
        health.lets_in();
        Some(match (others, is_first) {
            (Some(true), false) => Whom::Machine,
            (Some(true), true) | (None, _) => Whom::Unclear,
            (Some(false), _) => Whom::Run,
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
        let turn = self.turn().await?;
        let reply = self.ask_known(turn).await?;
        Some(reply.is_ok().then_some(true))
    }

    /// Answers so far, whichever machine's.
    fn answers(&self) -> u64 {
        self.run.tracker.flow().answers
    }
}
