//! What interrupts a run on Unix: SIGINT, SIGTERM and SIGHUP.

use std::{future::pending, io};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{GRACE, Interruption, hangup};

/// The terminal is gone. That can be reported twice, by the shell and by the system, without
/// anybody in a hurry.
const HUNG_UP: Interruption = Interruption {
    grace: GRACE,
    insists: false,
};

pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// None where it is ignored.
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
            () = arrival(self.hangup.as_mut()) => HUNG_UP,
        }
    }
}

async fn arrival(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => pending().await,
    }
}
