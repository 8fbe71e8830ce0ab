//! `patchgap simulate`: a nightly job tried against it, using only its files.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Stdio},
};

use crate::common::{Scene, signal};

/// Starts a simulated tenant and waits until it reports that it is serving.
fn simulate(scene: &Scene) -> Child {
    // The environment is empty: only the folder describes the tenant.
    let mut command = scene.bare(&["simulate", "--machines=3", "--faults=gone=0"]);
    let mut child = signal::alone(&mut command)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut out = BufReader::new(child.stdout.as_mut().unwrap());
    out.read_line(&mut first).unwrap();
    assert!(first.contains("with 3 machines at http://127.0.0.1:"));
    child
}

/// Ends it as Ctrl-C does, and returns its standard error.
fn interrupted(mut child: Child) -> String {
    signal::send("INT", child.id());
    assert!(child.wait().unwrap().success());
    let mut said = String::new();
    child.stderr.unwrap().read_to_string(&mut said).unwrap();
    said
}

#[test]
fn nightly_job_runs_against_the_simulated_tenant() {
    let scene = Scene::with_machines(1);
    let tenant = simulate(&scene);
    let run = |arguments: &[&str]| scene.finish(&mut scene.bare(arguments)).exits_with(0);
    let config = "--config=simulated-tenant/patchgap.toml";
    let check = run(&["check", config]);
    let job = ["report", config, "simulated-tenant/machines.csv", "-q"];
    let report = run(&job);
    let said = interrupted(tenant);

    assert!(check.stdout.contains("access         granted"));
    assert_eq!(report.rows("machines.csv").len(), 3);
    for quiet in [check.stderr, report.stderr, said] {
        assert_eq!(quiet, "", "nothing is warned of, nothing is waited for");
    }
}

#[test]
#[cfg(unix)]
fn only_the_owner_can_read_the_simulated_secret() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::with_machines(1);
    interrupted(simulate(&scene));
    let secret = scene.path("simulated-tenant/client-secret.txt");
    let mode = secret.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
