//! Tokens and secrets appear in no log, report or other file, at any log level.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    thread,
};

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use memchr::memmem;
use patchgap::simulator::{Fault, Faults, Fleet};
use rusqlite::Connection;

use crate::common::{Finished, Scene, wait_until};

/// A tenant that rejects a token in mid-run, so that there are two, and whose calls fail in ways that
/// are logged.
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

/// Everything that must not appear anywhere.
fn secrets(scene: &Scene) -> Vec<String> {
    let mut secrets = scene.tenant.tokens();
    // The signature alone is as good as the token to anyone who knows the rest.
    let signatures = secrets.iter().filter_map(|token| token.rsplit('.').next());
    let signatures: Vec<String> = signatures.map(str::to_owned).collect();
    secrets.extend(signatures);
    // Without its special character, which may be encoded.
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

/// Asserts that neither output nor files contain any of the secrets.
#[track_caller]
fn assert_no_secrets(scene: &Scene, run: &Finished) {
    let secrets = secrets(scene);
    assert_in_none(&places(scene, run), &secrets);
}

/// Output and files, including the store.
#[track_caller]
fn places(scene: &Scene, run: &Finished) -> Vec<(String, Vec<u8>)> {
    let mut places = files(scene.folder());
    let has_store = places.iter().any(|(name, _)| name.ends_with(".sqlite"));
    assert!(has_store, "no store among what was written");
    places.push(("stdout".to_owned(), run.stdout.clone().into_bytes()));
    places.push(("stderr".to_owned(), run.stderr.clone().into_bytes()));
    places
}

/// Asserts that no place contains one of these, in any encoding.
#[track_caller]
fn assert_in_none(places: &[(String, Vec<u8>)], secrets: &[String]) {
    for form in secrets.iter().flat_map(|secret| forms(secret)) {
        for (place, content) in places {
            let found = memmem::find(content, &form);
            assert!(
                found.is_none(),
                "{place} holds {}",
                String::from_utf8_lossy(&form)
            );
        }
    }
}

/// A secret verbatim, as UTF-16, and in its three Base64 forms, which depend on the bytes before it.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let wide = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms = vec![secret.as_bytes().to_vec(), wide];
    for before in 0..3 {
        let encoded = BASE64.encode(["x".repeat(before), secret.to_owned()].concat());
        // Without the characters at both ends, which depend on adjacent bytes.
        forms.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
    }
    forms
}

#[test]
fn verbose_run_leaks_no_secret() {
    for log_format in ["text", "json"] {
        let scene = scene();
        let run = scene.report(&["-vvv", "--log-format", log_format]);
        assert_eq!(scene.tenant.tokens().len(), 2);
        let run = run.complains("access token renewed");
        assert_no_secrets(&scene, &run);
        for command in [&["check"][..], &["runs"], &["report", "--offline"]] {
            let arguments = [command, &["-vvv", "--log-format", log_format]].concat();
            assert_no_secrets(&scene, &scene.run(&arguments));
        }
    }
}

/// While a run is active, its data is in files next to the store.
#[test]
fn killed_run_leaks_no_secret_and_its_files_are_private() {
    let scene = Scene::with(|settings| {
        settings.machines = 20;
        settings.faults = "server-error=0.3,expired-token=0.1".parse().unwrap();
    });
    let state = ["--state", "a/new/store.sqlite", "--rate-limit", "8/h"];
    let run = scene.report_in_background(&[&state[..], &["-vvv"]].concat());
    wait_until("the window is used up", || {
        scene.tenant.log().calls.len() >= 8
    });
    let run = run.kill();
    assert_no_secrets(&scene, &run);
    let names: Vec<String> = files(&scene.path("a")).into_iter().map(|it| it.0).collect();
    for end in ["store.sqlite", "-wal", "-shm", ".lock"] {
        assert!(
            names.iter().any(|name| name.ends_with(end)),
            "no {end}: {names:?}"
        );
    }
    #[cfg(unix)]
    are_the_owners_alone(&scene, &names);
}

#[cfg(unix)]
#[track_caller]
fn are_the_owners_alone(scene: &Scene, names: &[String]) {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in names {
        assert_eq!(mode(Path::new(name)), 0o600, "{name}");
    }
    for folder in ["a", "a/new"] {
        assert_eq!(mode(&scene.path(folder)), 0o700, "{folder}");
    }
}

/// A debugging proxy that echoes the request.
fn gateway() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // A closed connection gets no reply.
            let _ = repeat(stream);
        }
    });
    address
}

fn repeat(mut stream: TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut head = Vec::new();
    while let Some(line) = lines.next().transpose()?.filter(|line| !line.is_empty()) {
        head.push(line);
    }
    let error = serde_json::json!({"code": "InvalidInput", "message": head.join(" ")});
    let body = serde_json::json!({ "error": error }).to_string();
    write!(
        stream,
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn token_echoed_by_a_reply_is_masked_everywhere() {
    let scene = Scene::with_machines(3);
    let token = "a-token-that-nobody-else-may-read-0123456789";
    let mut command = scene.command(&["report", "machines.csv", "-vvv"]);
    command
        .env("PATCHGAP_API_URL", format!("http://{}", gateway()))
        .env("PATCHGAP_ACCESS_TOKEN", token);
    let run = scene.finish(&mut command).exits_with(5);
    assert_in_none(&places(&scene, &run), &[token.to_owned()]);
    let masked = "authorization: Bearer [secret]";
    for row in run.rows("failures.csv") {
        assert!(row["message"].contains(masked), "{row:?}");
    }
    let store = Connection::open(scene.path("store.sqlite")).unwrap();
    let kept: i64 = store
        .query_row(
            "SELECT count(*) FROM run_machine WHERE message LIKE '%' || ?1 || '%'",
            [masked],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(kept, 3);
}

#[test]
fn refused_sign_in_leaks_no_secret() {
    let scene = Scene::with_machines(1);
    let mut command = scene.command(&["report", "machines.csv", "-vvv"]);
    let run = scene.finish(command.env("AZURE_CLIENT_SECRET", "hunter2-hunter2"));
    let run = run.exits_with(4).complains("AADSTS7000215");
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
}

#[test]
fn ready_made_token_is_not_leaked() {
    let scene = Scene::with_machines(2);
    scene.run(&["check"]).exits_with(0);
    let token = scene.tenant.tokens().remove(0);
    for log_format in ["text", "json"] {
        let arguments = ["report", "machines.csv", "-vvv", "--log-format", log_format];
        let mut command = scene.command(&arguments);
        let run = scene.finish(command.env("PATCHGAP_ACCESS_TOKEN", &token));
        assert_no_secrets(&scene, &run.exits_with(0));
    }
    assert_eq!(
        scene.tenant.tokens().len(),
        1,
        "the ready-made one was used"
    );
}

#[test]
fn secret_from_a_file_is_not_leaked() {
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
    assert_no_secrets(&scene, &run);
}

#[test]
fn secret_as_a_flag_is_refused_without_repeating_it() {
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
    scene.assert_no_requests();
}
