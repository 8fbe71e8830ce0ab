//! Before anybody was answered: is it the machines at the head of the list that fail, or does
//! everything? A few from elsewhere in the list find that out.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    collect::per_machine::worker::Worker,
    defender::{Address, Api, CallError, Class},
    domain::{ending::Ending, outcome::Failure},
};

/// How long is waited before the first scout is sent, where the failure may pass by itself; each
/// further wait is twice as long.
const PATIENCE: Duration = Duration::from_secs(2);

impl<A: Api> Worker<A> {
    /// After many replies that were not the service's own: whether it is there at all. Otherwise
    /// the run is over.
    pub(super) async fn hears_the_service(&self, error: &CallError) -> bool {
        if !self.run.health.hears_strangers() {
            return true;
        }
        match self.scouts_are_answered(patience(&error.failure)).await {
            Some(true) => true,
            Some(false) => {
                self.run.stop(Ending::NotTheService(error.failure.clone()));
                false
            }
            None => false,
        }
    }

    /// After the first machines have all failed alike: whether others do not. Otherwise the run is
    /// over.
    pub(in crate::collect::per_machine) async fn check_others(&self, failure: Failure) {
        let check = async {
            let _hold = self.run.health.hold();
            let _judge = self.judge().await?;
            self.scouts_are_answered(Duration::ZERO).await
        };
        match self.run.stops.gentle.run_until_cancelled(check).await {
            Some(Some(false)) => self.run.stop(Ending::Failing(failure)),
            _ => self.run.works(),
        }
    }

    /// Whether the service knows what to say to any of the scouts; `None` when the run stopped
    /// before that was clear.
    pub(super) async fn scouts_are_answered(&self, mut wait: Duration) -> Option<bool> {
        for &machine in &self.run.scouts {
            sleep(wait).await;
            wait *= 2;
            let slot = self.slot().await?;
            self.run.tracker.sent(true);
            let address = Address::Machine(machine);
            match self.send(&address, machine, slot).await? {
                Ok(_) => return Some(true),
                Err(error) if error.class == Class::NotFound => return Some(true),
                Err(error) => {
                    if let Class::Window(wait) = error.class {
                        self.pause(wait);
                    }
                }
            }
        }
        Some(false)
    }
}

/// A gateway that cannot reach the service may reach it in a moment. One that answers by itself
/// goes on with that.
fn patience(failure: &Failure) -> Duration {
    let is_passing = failure.http_status.is_some_and(|status| status >= 500);
    if is_passing { PATIENCE } else { Duration::ZERO }
}
