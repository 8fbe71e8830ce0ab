//! Ctrl-C and Ctrl-Break, sent to the processes of a console.
#![cfg(windows)]

use std::io;

use windows_sys::{
    Win32::System::Console::{
        AttachConsole, CTRL_BREAK_EVENT, CTRL_C_EVENT, GenerateConsoleCtrlEvent,
        SetConsoleCtrlHandler,
    },
    core::BOOL,
};

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Ctrl-C.
    C,
    /// Ctrl-Break.
    Break,
}

/// Enters the console of this process and types the event there: all its processes get it.
///
/// It is for a process that has no console: a process can be in only one, and this one stays
/// where it went.
///
/// # Errors
///
/// The process is not there, or has no console, or this one has one already.
pub fn send(event: Event, process: u32) -> io::Result<()> {
    let event = match event {
        Event::C => CTRL_C_EVENT,
        Event::Break => CTRL_BREAK_EVENT,
    };
    // SAFETY: takes a number and touches no memory of this process.
    check(unsafe { AttachConsole(process) })?;
    // SAFETY: the handler lives as long as the process.
    check(unsafe { SetConsoleCtrlHandler(Some(ignore), 1) })?;
    // SAFETY: takes two numbers and touches no memory of this process.
    check(unsafe { GenerateConsoleCtrlEvent(event, 0) })
}

fn check(done: BOOL) -> io::Result<()> {
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// What is typed arrives at the sender, too.
unsafe extern "system" fn ignore(_event: u32) -> BOOL {
    1
}
