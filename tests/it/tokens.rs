//! Tokens: renewed in time during long runs, and sent only to the service.

use std::{fs, time::Duration};

use patchgap::simulator::{Decoy, Fault};
use tokio::runtime::Runtime;

use crate::common::{Finished, Scene, assert_truth};

#[test]
fn tokens_are_renewed_during_a_run() {
    let scene = Scene::with(|settings| {
        settings.machines = 70;
        settings.token_lifetime = Duration::from_secs(1);
    });
    let run = scene.report(&["--pace", "30/s"]).exits_with(0);
    assert_truth(&scene, &run);
    let log = scene.tenant.log();
    // Two and a half seconds; each token is renewed when a fifth of its lifetime is left.
    let sign_ins = log.signed_in();
    assert!((3..=6).contains(&sign_ins), "{sign_ins} sign-ins");
    assert_eq!(log.sign_ins.len(), sign_ins);
}

#[test]
fn one_token_serves_a_whole_run() {
    let scene = Scene::with_machines(50);
    scene.report(&[]).exits_with(0);
    assert_eq!(scene.tenant.log().sign_ins.len(), 1);
}

/// Every answer points to another origin, which must receive no request.
#[track_caller]
fn sends_nothing_elsewhere(fault: Fault) -> (Scene, Finished) {
    let runtime = Runtime::new().unwrap();
    let decoy = runtime.block_on(Decoy::start()).unwrap();
    let scene = Scene::with(|settings| {
        settings.machines = 8;
        settings.faults.every_call = Some(fault);
        settings.faults.elsewhere = Some(decoy.url().clone());
        settings.faults.page_size = 1;
    });
    let run = scene.report(&[]).exits_with(5);
    assert_eq!(decoy.heads(), Vec::<String>::new());
    (scene, run)
}

#[test]
fn token_is_not_sent_to_a_redirect_target() {
    let (_scene, run) = sends_nothing_elsewhere(Fault::Redirect);
    // A redirect for every call is a foreign reply.
    run.complains("a redirect to http://127.0.0.1:");
}

#[test]
fn token_is_not_sent_to_a_next_page_of_another_origin() {
    let (_scene, run) = sends_nothing_elsewhere(Fault::ForeignPage);
    assert!(run.counts().failed > 0);
    for row in run.rows("failures.csv") {
        assert_eq!((&*row["reason"], &*row["attempts"]), ("badReply", "1"));
    }
}

#[test]
fn pages_of_the_same_origin_form_one_answer() {
    let scene = Scene::with(|settings| {
        settings.machines = 30;
        settings.faults.every_call = Some(Fault::Paged);
        settings.faults.page_size = 2;
    });
    let run = scene.report(&[]).exits_with(0);
    assert_truth(&scene, &run);
    let log = scene.tenant.log();
    for machine in scene.tenant.fleet().machines() {
        let pages = machine.missing.len().div_ceil(2).max(1);
        assert_eq!(log.of(machine.id).count(), pages, "{}", machine.id);
    }
    assert_eq!(run.summary()["requests"]["retried"], 0);
}

/// The output and the reports of a run.
fn traces(scene: &Scene, run: &Finished) -> String {
    let mut all = format!("{}{}", run.stdout, run.stderr);
    for file in fs::read_dir(scene.path("reports")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        all += &String::from_utf8_lossy(&bytes);
    }
    all
}

#[test]
fn tokens_and_secrets_are_never_written() {
    let scene = Scene::with(|settings| {
        settings.machines = 30;
        settings.faults = "server-error=0.2,expired-token=0.1,redirect=0.1"
            .parse()
            .unwrap();
    });
    let run = scene.report(&["-vvvv"]);
    let traces = traces(&scene, &run);
    assert!(
        run.stderr.contains("attempt 1 for machine"),
        "{}",
        run.stderr
    );
    let tokens = scene.tenant.tokens();
    assert!(tokens.len() > 1);
    for secret in tokens
        .iter()
        .map(String::as_str)
        .chain([scene.tenant.client_secret()])
    {
        assert!(!traces.contains(secret));
        // Not its signature or claims alone, either.
        let parts = secret.split('.').filter(|part| part.len() > 100);
        assert!(parts.into_iter().all(|part| !traces.contains(part)));
    }
}
