//! Tokens and secrets: in no log, no report and no other file, however much is logged.

use std::{fs, path::Path};

use patchgap::simulator::{Fault, Faults, Fleet};

use crate::common::{Finished, Scene};

/// A tenant in which a token is refused half-way, so that there are two, and in which calls
/// fail in ways that are logged.
fn scene() -> Scene {
    Scene::with(|settings| {
        settings.machines = 6;
        let fleet = Fleet::generate(settings.seed, 6);
        let faults = [Fault::ExpiredToken, Fault::ServerError, Fault::Redirect];
        let machines = fleet.machines().iter().map(|machine| machine.id);
        settings.faults = Faults {
            script: machines.zip(faults.map(|fault| vec![fault])).collect(),
            ..Faults::default()
        };
    })
}

/// Everything that must be found nowhere.
fn secrets(scene: &Scene) -> Vec<String> {
    let mut secrets = scene.tenant.tokens();
    // The signature alone is as good as the token to whoever knows the rest.
    let signatures = secrets.iter().filter_map(|token| token.rsplit('.').next());
    let signatures: Vec<String> = signatures.map(str::to_owned).collect();
    secrets.extend(signatures);
    // However its one special character is written.
    let secret = scene.tenant.client_secret();
    secrets.push(secret.rsplit('~').next().unwrap().to_owned());
    secrets
}

/// Every file below a folder, with its content.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![(path.display().to_string(), fs::read(&path).unwrap())]
            }
        })
        .collect()
}

/// Demands that what was said and written holds none of the secrets.
#[track_caller]
fn kept_them(scene: &Scene, run: &Finished) {
    let mut places = files(scene.folder());
    places.push(("stdout".to_owned(), run.stdout.clone().into_bytes()));
    places.push(("stderr".to_owned(), run.stderr.clone().into_bytes()));
    for secret in secrets(scene) {
        for (place, content) in &places {
            let content = String::from_utf8_lossy(content);
            assert!(!content.contains(&secret), "{place} holds {secret}");
        }
    }
}

#[test]
fn a_run_that_logs_everything_keeps_its_secrets() {
    for log_format in ["text", "json"] {
        let scene = scene();
        let run = scene.report(&["-vvv", "--log-format", log_format]);
        assert_eq!(scene.tenant.tokens().len(), 2);
        let run = run.complains("a new access token has arrived");
        kept_them(&scene, &run);
    }
}

#[test]
fn a_refused_sign_in_keeps_the_secret() {
    let scene = Scene::with_machines(1);
    let mut command = scene.command(&["report", "machines.csv", "-vvv"]);
    let run = scene.finish(command.env("AZURE_CLIENT_SECRET", "hunter2-hunter2"));
    let run = run.exits_with(4).complains("AADSTS7000215");
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
}

#[test]
fn a_ready_made_token_is_kept() {
    let scene = Scene::with_machines(2);
    scene.run(&["check"]).exits_with(0);
    let token = scene.tenant.tokens().remove(0);
    for log_format in ["text", "json"] {
        let arguments = ["report", "machines.csv", "-vvv", "--log-format", log_format];
        let mut command = scene.command(&arguments);
        let run = scene.finish(command.env("PATCHGAP_ACCESS_TOKEN", &token));
        kept_them(&scene, &run.exits_with(0));
    }
    assert_eq!(
        scene.tenant.tokens().len(),
        1,
        "the ready-made one was used"
    );
}

#[test]
fn a_secret_in_a_file_is_kept() {
    let scene = scene();
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("secret.txt");
    fs::write(&file, scene.tenant.client_secret()).unwrap();
    let mut command = scene.command(&["report", "machines.csv", "-vvv"]);
    let run = scene.finish(
        command
            .env_remove("AZURE_CLIENT_SECRET")
            .env("PATCHGAP_CLIENT_SECRET_FILE", file),
    );
    assert!(!scene.tenant.tokens().is_empty());
    kept_them(&scene, &run);
}

#[test]
fn a_secret_is_no_flag_and_the_refusal_does_not_repeat_it() {
    let scene = Scene::with_machines(1);
    for flag in [
        &["--client-secret", "hunter2"][..],
        &["--client-secret=hunter2"],
    ] {
        for command in [&["report", "machines.csv"][..], &["check"]] {
            let run = scene.run(&[command, flag].concat()).exits_with(2);
            assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
            run.complains("--client-secret")
                .complains("AZURE_CLIENT_SECRET");
        }
    }
    scene.was_left_alone();
}
