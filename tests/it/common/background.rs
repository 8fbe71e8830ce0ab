//! The binary as a background process that can be signalled.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{Finished, signal};

/// The longest wait for any condition.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for a condition, and fails if it never holds.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        sleep(Duration::from_millis(2));
    }
}

/// A running process. It is killed if the test ends first.
pub(crate) struct Background {
    child: Child,
    reports: PathBuf,
    standard_error: PathBuf,
}

impl Background {
    pub(crate) fn start(command: &mut Command, reports: PathBuf) -> Self {
        // A file instead of a pipe: it can be read meanwhile and never blocks the writer.
        let standard_error = reports.with_extension("standard-error");
        let error = File::create(&standard_error).unwrap();
        let piped = signal::alone(command).stdout(Stdio::piped()).stderr(error);
        Self {
            child: piped.spawn().unwrap(),
            reports,
            standard_error,
        }
    }

    /// Its standard error so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.standard_error).unwrap()
    }

    /// Sends a signal: `INT`, `TERM`; on Windows Ctrl-C, Ctrl-Break.
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        signal::send(name, self.child.id());
    }

    /// Interrupts it twice. Two signals in quick succession could be merged into one.
    #[track_caller]
    pub(crate) fn interrupt_twice(&self) {
        self.signal("INT");
        wait_until("it is stopping", || self.said().contains("Stopping: "));
        self.signal("TERM");
    }

    /// Whether it has exited on its own.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Kills it, as with `kill -9`.
    pub(crate) fn kill(mut self) -> Finished {
        self.child.kill().unwrap();
        self.finish()
    }

    /// Waits for the end of the run.
    #[track_caller]
    pub(crate) fn finish(mut self) -> Finished {
        let mut status = None;
        wait_until("the run has ended", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        let mut output = Output {
            status: status.unwrap(),
            stdout: Vec::new(),
            stderr: self.said().into_bytes(),
        };
        let mut out = self.child.stdout.take().unwrap();
        std::io::copy(&mut out, &mut output.stdout).unwrap();
        Finished::new(output, self.reports.clone())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // It has already exited if the test passed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
