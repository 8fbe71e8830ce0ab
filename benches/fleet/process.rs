//! Whole processes, and what they took.

use std::{
    ffi::OsStr,
    io,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use wait4::Wait4;

/// What a process took from its start to its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) wall: Duration,
    /// User and system, of all its threads.
    pub(crate) cpu: Duration,
    /// Its peak memory, in bytes.
    pub(crate) memory: u64,
}

/// Runs a command to its end. It must succeed; what it prints is returned.
pub(crate) fn run(command: &mut Command) -> io::Result<(Taken, Vec<u8>)> {
    let began = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .stdin(Stdio::null())
        .spawn()?;
    let mut printed = Vec::new();
    if let Some(mut output) = child.stdout.take() {
        io::copy(&mut output, &mut printed)?;
    }
    let used = child.wait4()?;
    if !used.status.success() {
        let name = command.get_program().display().to_string();
        return Err(io::Error::other(format!(
            "{name} ended with {}",
            used.status
        )));
    }
    let taken = Taken {
        wall: began.elapsed(),
        cpu: used.rusage.utime + used.rusage.stime,
        memory: used.rusage.maxrss,
    };
    Ok((taken, printed))
}

/// Whether a program is there to be run.
pub(crate) fn is_installed(program: impl AsRef<OsStr>) -> bool {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
