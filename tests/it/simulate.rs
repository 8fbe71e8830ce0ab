//! `patchgap simulate`: a simulated tenant, used from another process.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use crate::common::{Scene, signal, wait_until};

/// A simulated tenant in a process of its own; it ends with the test.
struct Rehearsal {
    process: Child,
    said: String,
}

impl Rehearsal {
    /// Starts it, and waits until it has printed its commands.
    fn start(scene: &Scene) -> Self {
        let tenant = ["--folder", "tenant", "--port", "0"];
        let size = ["--machines", "5", "--rate-limit", "none"];
        let mut command = scene.bare(&[&["simulate"], &tenant[..], &size].concat());
        let mut process = signal::alone(&mut command)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("--rank-by risk") {
            assert_ne!(lines.read_line(&mut said).unwrap(), 0, "{said}");
        }
        Self { process, said }
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn printed_commands_work_from_another_process() {
    let scene = Scene::with_machines(1);
    let rehearsal = Rehearsal::start(&scene);
    assert!(
        rehearsal
            .said
            .starts_with("Simulated tenant with 5 machines at http://127.")
    );
    let invited: Vec<Vec<&str>> = rehearsal
        .said
        .lines()
        .filter_map(|line| line.trim().strip_prefix("patchgap "))
        .map(|line| line.split(' ').collect())
        .collect();
    let [check, report, feeds, by_risk] = &invited[..] else {
        panic!("{}", rehearsal.said);
    };
    let run = scene.finish(&mut scene.bare(check)).exits_with(0);
    assert_eq!(run.stderr, "");
    let run = scene.finish(&mut scene.bare(report)).exits_with(0);
    assert_eq!(run.rows("machines.csv").len(), 5);
    let run = scene.finish(&mut scene.bare(feeds)).exits_with(0);
    assert_eq!(run.stderr, "");
    let run = scene.finish(&mut scene.bare(by_risk)).exits_with(0);
    assert!(!run.rows("kbs.csv")[0]["knownExploited"].is_empty());
    scene.assert_no_requests();
}

#[test]
fn simulate_ends_on_sigterm() {
    let scene = Scene::with_machines(1);
    let mut rehearsal = Rehearsal::start(&scene);
    signal::send("TERM", rehearsal.process.id());
    let mut status = None;
    wait_until("it has ended", || {
        status = rehearsal.process.try_wait().unwrap();
        status.is_some()
    });
    assert!(status.unwrap().success());
}

#[test]
#[cfg(unix)]
fn only_the_owner_can_read_the_secret() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let scene = Scene::with_machines(1);
    // Left by an earlier process, and readable by all.
    drop(Rehearsal::start(&scene));
    fs::remove_file(scene.path("tenant/client-secret.txt")).unwrap();
    scene.write("tenant/client-secret.txt", "old");
    let _rehearsal = Rehearsal::start(&scene);
    let secret = scene.path("tenant/client-secret.txt");
    let mode = fs::metadata(&secret).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_ne!(fs::read(secret).unwrap(), b"old");
}
