//! The interruptions on Windows: Ctrl-C, Ctrl-Break, a closed console, and system shutdown.
//!
//! A user logging off is not among them. Only services are notified of it, without the user's name:
//! a job of the Task Scheduler must not end because another user logs off.

use std::{io, time::Duration};

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};

use super::Interruption;

/// Windows kills a process five seconds after the console was closed or the shutdown began. The
/// reports have to be written by then.
const CLOSING: Interruption = Interruption {
    grace: Duration::from_secs(2),
    is_immediate: false,
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
