//! Detects whether SIGHUP is ignored, as `nohup` requests: catching it would defeat that.

use std::{
    fs,
    process::{Command, Stdio},
};

/// Whether this process was started with SIGHUP ignored.
pub(super) fn is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").ok();
    let on_linux = status.and_then(|status| is_among_ignored(&status));
    on_linux.unwrap_or_else(|| survives(&mut hanging_up()))
}

/// Whether Linux lists SIGHUP among a process's ignored signals; `None` if the text has no such
/// list. The lowest bit stands for signal 1, which is SIGHUP.
fn is_among_ignored(status: &str) -> Option<bool> {
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"))?;
    let mask = u128::from_str_radix(mask.trim(), 16).ok()?;
    Some(mask & 1 == 1)
}

/// A shell that sends itself SIGHUP. It inherits ignored signals, and there is no safe function to
/// query them.
fn hanging_up() -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "kill -HUP $$"]);
    shell
}

fn survives(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null());
    let status = silent.stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_hangup_is_read_from_proc() {
        for (status, expected) in [
            ("Name:\tpatchgap\nSigIgn:\t0000000000000001\n", Some(true)),
            (
                "SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\n",
                Some(false),
            ),
            (
                "SigIgn:\t0000000000001007\nSigCgt:\t0000000000000000",
                Some(true),
            ),
            ("SigIgn:\t00000000000000000000000000000001\r\n", Some(true)),
            ("SigIgn:\t0000000000000000\n", Some(false)),
            ("SigIgn:\tnone\n", None),
            ("Name:\tpatchgap\n", None),
            ("", None),
        ] {
            assert_eq!(is_among_ignored(status), expected, "{status}");
        }
    }

    #[test]
    fn ignored_hangup_is_detected_by_a_shell() {
        let kept = "trap '' HUP; exec /bin/sh -c 'kill -HUP $$'";
        assert!(survives(Command::new("/bin/sh").args(["-c", kept])));
        let ends = "trap '' HUP; exec /bin/sh -c 'kill -TERM $$'";
        assert!(!survives(Command::new("/bin/sh").args(["-c", ends])));
        assert!(!survives(&mut Command::new("/no/such/shell")));
        // Depends on how the tests were started.
        assert_eq!(survives(&mut hanging_up()), is_ignored());
    }
}
