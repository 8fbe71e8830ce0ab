//! Signals to a process, by their Unix names.

#[cfg(unix)]
use std::process::Command;

/// Isolates a command, so that a signal to it reaches no other process.
#[cfg(unix)]
pub(crate) fn alone(command: &mut Command) -> &mut Command {
    command
}

/// Sends a signal: `INT`, `TERM`, `HUP`.
#[cfg(unix)]
#[track_caller]
pub(crate) fn send(name: &str, process: u32) {
    let mut kill = Command::new("kill");
    kill.args([format!("-{name}"), process.to_string()]);
    assert!(kill.status().unwrap().success());
}

#[cfg(windows)]
pub(crate) use self::windows::{alone, send};

/// Ctrl-C for `INT`, Ctrl-Break for `TERM`. Both go to a console, that is to all its processes.
/// Under Wine it is Ctrl-C for both: its Ctrl-Break ends a thread of each process.
#[cfg(windows)]
mod windows {
    use std::{
        env,
        os::windows::process::CommandExt,
        process::{Command, Stdio},
    };

    use console_event::Event;

    /// For the process: a console of its own, without a window.
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    const DETACHED_PROCESS: u32 = 0x0000_0008;

    /// Set under Wine, as in `.ci/windows`.
    const UNDER_WINE: &str = "TEST_WINE";

    /// The signal to send and the target process.
    const ERRAND: &str = "TEST_CONSOLE_EVENT";

    /// Gives it a console of its own.
    pub(crate) fn alone(command: &mut Command) -> &mut Command {
        command.creation_flags(CREATE_NO_WINDOW)
    }

    #[track_caller]
    pub(crate) fn send(name: &str, process: u32) {
        assert!(sender(name, process).status().unwrap().success());
    }

    /// This test binary again, as a process without a console that can attach to the other one.
    fn sender(name: &str, process: u32) -> Command {
        let mut sender = Command::new(env::current_exe().unwrap());
        sender
            .args([
                "--exact",
                "common::signal::windows::send_fails_without_a_process",
            ])
            .env(ERRAND, format!("{name} {process}"))
            .creation_flags(DETACHED_PROCESS)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        sender
    }

    fn event(name: &str) -> Event {
        if name == "INT" || env::var_os(UNDER_WINE).is_some() {
            return Event::C;
        }
        Event::Break
    }

    /// Sends the signal if one is requested. As a test: sending to a missing process fails.
    #[test]
    fn send_fails_without_a_process() {
        if let Ok(errand) = env::var(ERRAND) {
            let (name, process) = errand.split_once(' ').unwrap();
            return console_event::send(event(name), process.parse().unwrap()).unwrap();
        }
        // Process ids are multiples of four.
        let unsent = sender("INT", u32::MAX - 2).status().unwrap();
        assert!(!unsent.success());
    }
}
