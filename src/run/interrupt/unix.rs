//! The interruptions on Unix: SIGINT, SIGTERM and SIGHUP.

use std::{future::pending, io};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{GRACE, Interruption, hangup};

/// The terminal was closed. Both the shell and the system may report this, so a second one does not
/// mean that the user is in a hurry.
const HUNG_UP: Interruption = Interruption {
    grace: GRACE,
    is_immediate: false,
};

pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// `None` if it is ignored.
    hangup: Option<Signal>,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        let hangup = || signal(SignalKind::hangup());
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: (!hangup::is_ignored()).then(hangup).transpose()?,
        })
    }

    pub(super) async fn next(&mut self) -> Interruption {
        tokio::select! {
            _ = self.interrupt.recv() => Interruption::REQUESTED,
            _ = self.terminate.recv() => Interruption::REQUESTED,
            () = received(self.hangup.as_mut()) => HUNG_UP,
        }
    }
}

async fn received(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => pending().await,
    }
}
