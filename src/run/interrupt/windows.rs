//! What interrupts a run on Windows: Ctrl-C, Ctrl-Break, a console that is closed, and the
//! end of the system.
//!
//! That a user logs off is none of it. Only services hear of that, and it is not said which user
//! it was: a job of the Task Scheduler must not end because somebody else goes home.

use std::{io, time::Duration};

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};

use super::Interruption;

/// Windows kills whatever is still at work five seconds after it closed the console or began
/// to shut down. The reports have to be written by then.
const CLOSING: Interruption = Interruption {
    grace: Duration::from_secs(2),
    insists: false,
};

pub(super) struct Signals {
    interrupt: CtrlC,
    interrupt_break: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            interrupt_break: ctrl_break()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    pub(super) async fn next(&mut self) -> Interruption {
        tokio::select! {
            _ = self.interrupt.recv() => Interruption::REQUESTED,
            _ = self.interrupt_break.recv() => Interruption::REQUESTED,
            _ = self.close.recv() => CLOSING,
            _ = self.shutdown.recv() => CLOSING,
        }
    }
}
