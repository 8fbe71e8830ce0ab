//! `--upload`: the reports go where people read them, whole or not at all.

use std::{collections::BTreeSet, fs, process::Command};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::common::{ACCOUNT_KEY, Background, Finished, Objects, SECRET_KEY, Scene, wait_until};

/// `patchgap report machines.csv` with an upload, and more arguments.
fn command(scene: &Scene, url: &str, arguments: &[&str]) -> Command {
    let upload = format!("--upload={url}");
    scene.command(&[&["report", "machines.csv", "-vv", &upload], arguments].concat())
}

/// Runs that in Amazon's way.
#[track_caller]
fn to_amazon(scene: &Scene, objects: &Objects, arguments: &[&str]) -> Finished {
    let mut command = command(scene, "s3://reports/nights", arguments);
    objects.as_amazon(&mut command);
    shows_no_secret(scene, scene.finish(&mut command))
}

#[track_caller]
fn shows_no_secret(scene: &Scene, run: Finished) -> Finished {
    let tokens = scene.tenant.tokens();
    let secrets = tokens.iter().map(String::as_str);
    for secret in secrets.chain([SECRET_KEY, ACCOUNT_KEY, "hunter2"]) {
        assert!(!run.stderr.contains(secret), "{}", run.stderr);
        assert!(!run.stdout.contains(secret), "{}", run.stdout);
    }
    run
}

/// The names of the reports on the disk, with a prefix and the marker.
fn expected(run: &Finished, prefix: &str) -> BTreeSet<String> {
    let files = run.summary()["files"].clone();
    let files: Vec<String> = serde_json::from_value(files).unwrap();
    let names = files.into_iter().chain(["_SUCCESS".to_owned()]);
    names.map(|name| format!("{prefix}{name}")).collect()
}

#[test]
fn bucket_has_what_the_folder_has_and_the_marker_last() {
    let (scene, objects) = (Scene::with_machines(5), Objects::start());
    let run = to_amazon(&scene, &objects, &["--targets=2"]).exits_with(0);
    let names = expected(&run, "nights/");
    assert!(names.iter().any(|it| it.starts_with("nights/targets/KB")));
    assert_eq!(objects.names().into_iter().collect::<BTreeSet<_>>(), names);
    for name in names.iter().filter(|it| !it.ends_with("_SUCCESS")) {
        let name = name.strip_prefix("nights/").unwrap();
        assert_eq!(objects.get(&format!("nights/{name}")), run.bytes(name));
    }
    let marker = String::from_utf8(objects.get("nights/_SUCCESS")).unwrap();
    let digest = Sha256::digest(run.bytes("kbs.csv"));
    let digest = digest.iter().map(|byte| format!("{byte:02x}"));
    let digest = digest.collect::<Vec<_>>().concat();
    assert!(
        marker.contains(&format!("\n{digest}  kbs.csv\n")),
        "{marker}"
    );
    let log = objects.take_log();
    assert_eq!(log.last().unwrap(), "PUT reports/nights/_SUCCESS");
    let signed = objects.signed();
    assert!(
        signed.iter().all(|it| it == "AWS4-HMAC-SHA256"),
        "{signed:?}"
    );

    // The marker goes first, and with it what this run does not write.
    let run = to_amazon(&scene, &objects, &["--format=csv,json", "--offline"]).exits_with(0);
    let names = expected(&run, "nights/");
    assert_eq!(objects.names().into_iter().collect::<BTreeSet<_>>(), names);
    let log = objects.take_log();
    let changing: Vec<&String> = log.iter().filter(|it| !it.starts_with("GET")).collect();
    assert_eq!(changing[0], "DELETE reports/nights/_SUCCESS");
    assert_eq!(log.last().unwrap(), "PUT reports/nights/_SUCCESS");

    for arguments in [&["--dry-run"][..], &["--dry-run", "--offline"]] {
        let run = to_amazon(&scene, &objects, arguments).exits_with(0);
        let line = "\nupload         to s3://reports/nights\n";
        assert!(run.stdout.contains(line), "{}", run.stdout);
    }
    assert_eq!(objects.take_log(), [] as [String; 0]);
}

#[test]
fn azure_is_signed_in_to_as_the_api_or_with_a_key() {
    let (scene, objects) = (Scene::with_machines(2), Objects::start());
    let upload = |arguments: &[&str], key: Option<&str>| {
        let mut command = command(&scene, "az://reports/{date}", arguments);
        objects.as_azure(&mut command);
        command.envs(key.map(|key| ("AZURE_STORAGE_ACCOUNT_KEY", key)));
        shows_no_secret(&scene, scene.finish(&mut command)).exits_with(0)
    };
    let run = upload(&[], None);
    let date = run.rows("gaps.csv")[0]["date"].clone();
    let names: BTreeSet<String> = objects.names().into_iter().collect();
    assert_eq!(names, expected(&run, &format!("{date}/")));
    assert!(objects.signed().iter().all(|it| it == "Bearer"));
    let audiences = scene.tenant.tokens().into_iter().map(|token| {
        let payload = token.split('.').nth(1).unwrap().to_owned();
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap();
        String::from_utf8(payload).unwrap()
    });
    let of_storage = audiences.filter(|it| it.contains("\"https://storage.azure.com\""));
    assert_eq!(of_storage.count(), 2);

    // The second upload removes the first one's marker, and what is not written again.
    let run = upload(&["--format=json", "--offline"], Some(ACCOUNT_KEY));
    let names: BTreeSet<String> = objects.names().into_iter().collect();
    assert_eq!(names, expected(&run, &format!("{date}/")));
    assert_eq!(objects.signed().last().unwrap(), "SharedKey");
}

#[test]
fn google_gets_the_reports_and_a_lake() {
    let (scene, objects) = (Scene::with_machines(2), Objects::start());
    let upload = |arguments: &[&str]| {
        let mut command = command(&scene, "gs://reports/nights", arguments);
        objects.as_google(&mut command, &scene.path("account.json"));
        scene.finish(&mut command).exits_with(0)
    };
    let run = upload(&["--lake=gs://reports/lake"]);
    let (lake, nights): (BTreeSet<_>, _) = objects
        .names()
        .into_iter()
        .partition(|name| name.starts_with("lake/"));
    assert_eq!(nights, expected(&run, "nights/"));
    assert_eq!(lake.len(), 4, "{lake:?}");
    let run = upload(&["--format=json", "--offline"]);
    let names: BTreeSet<String> = objects.names().into_iter().collect();
    assert_eq!(&names - &lake, expected(&run, "nights/"));
    let offered = ["nights", "lake"].map(|name| format!("gs://reports/{name}"));
    let mut check = scene.command(&["check", "--upload", &offered[0], "--lake", &offered[1]]);
    objects.as_google(&mut check, &scene.path("account.json"));
    let check = scene.finish(&mut check).exits_with(0);
    shows(
        &check,
        "upload",
        "gs://reports/nights: files can be written and removed",
    );
    shows(&check, "lake", "gs://reports/lake: tables can be added");
}

#[test]
fn failures_that_pass_cost_nothing() {
    let scene = Scene::with_machines(2);
    let mut failures = vec![("503 Slow Down", ""), ("", ""), ("500 Broken", "")];
    let objects = Objects::start().with_faults(move |request| {
        let is_meant = request.method == "PUT" && request.path.ends_with("/gaps.csv");
        is_meant.then(|| failures.pop()).flatten()
    });
    let run = to_amazon(&scene, &objects, &[]).exits_with(0);
    let names: BTreeSet<String> = objects.names().into_iter().collect();
    assert_eq!(names, expected(&run, "nights/"));
    let log = objects.take_log();
    let puts = log.iter().filter(|it| *it == "PUT reports/nights/gaps.csv");
    assert_eq!(puts.count(), 4);
}

#[test]
fn run_that_could_not_be_uploaded_is_uploaded_by_the_next_start() {
    let (scene, mut count) = (Scene::with_machines(5), 0);
    let denied = "<Error><Code>ExpiredToken</Code><Message>The token hunter2-hunter2 has expired.</Message></Error>";
    let objects = Objects::start();
    objects.put(
        "nights/_SUCCESS",
        b"# The files of a run of patchgap, all of which are here.\n",
    );
    let objects = objects.with_faults(move |request| {
        // Others have no text in their replies, and may come first.
        let is_put = request.method == "PUT";
        count += usize::from(is_put);
        (is_put && count > 3).then_some(("403 Forbidden", denied))
    });
    let run = to_amazon(&scene, &objects, &[])
        .exits_with(6)
        .complains(
            "error: the reports are written, but not uploaded: s3://reports/nights: cannot write ",
        )
        .complains("HTTP 403 (ExpiredToken): The token [secret] has expired.")
        .hints("then run the same command again");
    assert_eq!(run.summary()["outcome"], "complete");
    assert!(!objects.names().contains(&"nights/_SUCCESS".to_owned()));
    let calls = scene.tenant.log().calls.len();
    objects.mend();
    let run = to_amazon(&scene, &objects, &[]).exits_with(0);
    assert_eq!(scene.tenant.log().calls.len(), calls);
    assert_eq!(run.rows("gaps.csv")[0]["run"], "1");
    let names: BTreeSet<String> = objects.names().into_iter().collect();
    assert_eq!(names, expected(&run, "nights/"));
}

#[test]
fn place_that_refuses_is_found_before_any_request() {
    let scene = Scene::with_machines(1);
    let denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let refusing = Objects::start().with_faults(move |_| Some(("403 Forbidden", denied)));
    to_amazon(&scene, &refusing, &[])
        .exits_with(6)
        .complains("error: cannot upload the reports: s3://reports/nights: cannot read _SUCCESS: 127.0.0.1: ")
        .complains("HTTP 403 (AccessDenied): Access Denied")
        .hints("s3:PutObject");
    let objects = Objects::start();
    let run = |url: &str, change: &dyn Fn(&mut Command)| {
        let mut command = command(&scene, url, &[]);
        objects.as_amazon(&mut command);
        change(&mut command);
        shows_no_secret(&scene, scene.finish(&mut command))
    };
    run("s3://elsewhere/x", &|_| {})
        .exits_with(6)
        .complains("HTTP 404 (NoSuchBucket)")
        .hints("create the container or bucket");
    objects.put("mine/_SUCCESS", b"");
    run("s3://reports/mine", &|_| {})
        .exits_with(6)
        .complains("patchgap did not write the _SUCCESS that is there")
        .hints("--upload URL");
    run("s3://reports/x", &|it| {
        it.env("AWS_ENDPOINT_URL", "http://192.0.2.1:9000");
    })
    .exits_with(6)
    .complains("plain http is only allowed for loopback addresses");
    run("az://reports/x", &|_| {})
        .exits_with(3)
        .complains("the storage account is unknown")
        .hints("AZURE_STORAGE_ACCOUNT_NAME");
    run("az://reports/x", &|it| {
        objects.as_azure(it);
        it.env("PATCHGAP_ACCESS_TOKEN", "opaque");
    })
    .exits_with(3)
    .complains("a ready-made access token is for the API alone")
    .hints("AZURE_STORAGE_ACCOUNT_KEY");
    for url in [
        "az://c/x?sig=hunter2",
        "s3://key:hunter2@bucket/x",
        "ftp://host/x",
    ] {
        let refused = run(url, &|_| {}).exits_with(2);
        assert!(
            refused.stderr.contains("--upload <URL>"),
            "{}",
            refused.stderr
        );
        let mut variable = scene.command(&["report", "machines.csv"]);
        variable.env("PATCHGAP_UPLOAD", url);
        let refused = scene.finish(&mut variable);
        shows_no_secret(&scene, refused)
            .exits_with(3)
            .complains("environment variable PATCHGAP_UPLOAD: ");
    }
    scene.assert_no_requests();
}

#[test]
fn upload_that_is_interrupted_goes_on_at_the_next_start() {
    let scene = Scene::with_machines(2);
    let objects = Objects::start()
        .with_faults(|request| (request.method == "PUT").then_some(("503 Slow Down", "")));
    let mut command = command(&scene, "s3://reports/nights", &[]);
    objects.as_amazon(&mut command);
    let run = Background::start(&mut command, scene.path("reports"));
    let mut log = Vec::new();
    wait_until("the upload has begun", || {
        log.extend(objects.take_log());
        log.iter().any(|it| it.starts_with("PUT"))
    });
    run.signal("INT");
    run.finish()
        .exits_with(130)
        .complains("s3://reports/nights: interrupted before all files were there");
    assert_eq!(objects.names(), [] as [String; 0]);
    objects.mend();
    let run = to_amazon(&scene, &objects, &[]).exits_with(0);
    assert_eq!(run.rows("gaps.csv")[0]["run"], "1");
    assert_eq!(scene.tenant.log().calls.len(), 2);
}

#[test]
fn folder_gets_the_reports_of_each_part() {
    let scene = Scene::with_machines(4);
    let ids = scene.tenant.fleet().machines().iter().map(|it| it.id);
    let rows = ids.zip(["Berlin", "Zürich, CH", "Berlin", ""]);
    let rows = rows.map(|(id, site)| format!("{id},\"{site}\"\n"));
    let rows = rows.collect::<Vec<_>>().concat();
    scene.write("machines.csv", format!("machineId,site\n{rows}"));
    let place = scene.path("place");
    let url = url::Url::from_file_path(&place).unwrap();
    let run = |arguments: &[&str]| scene.finish(&mut command(&scene, url.as_str(), arguments));
    run(&["--split-by=site", "--format=csv"])
        .exits_with(0)
        .complains("files uploaded");
    for part in ["Berlin", "Zürich, CH", "none"] {
        for name in ["kbs.csv", "machines.csv"] {
            let [there, here] = [&place, &scene.path("reports")].map(|it| it.join(part).join(name));
            assert_eq!(fs::read(there).unwrap(), fs::read(here).unwrap(), "{part}");
        }
    }
    run(&["--format=json"]).exits_with(0);
    let left = fs::read_dir(&place).unwrap();
    let left: BTreeSet<String> = left
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected = ["_SUCCESS", "report.json", "summary.json"];
    assert_eq!(left, expected.map(str::to_owned).into());
}

/// Asserts that standard output has this line, but for the spaces after the label.
#[track_caller]
fn shows(run: &Finished, label: &str, text: &str) {
    let line = format!("{label:<14} {text}");
    let mut lines = run.stdout.lines();
    assert!(lines.any(|it| it == line), "{line}: {}", run.stdout);
}

#[test]
fn check_tries_the_places_out() {
    let (scene, objects) = (Scene::with_machines(1), Objects::start());
    let check = |objects: &Objects, arguments: &[&str]| {
        let mut command = scene.command(&[&["check"], arguments].concat());
        objects.as_amazon(&mut command);
        shows_no_secret(&scene, scene.finish(&mut command))
    };
    let both = ["--upload=s3://reports/nights", "--lake=s3://reports/lake"];
    let run = check(&objects, &both).exits_with(0);
    shows(
        &run,
        "upload",
        "s3://reports/nights: files can be written and removed",
    );
    shows(&run, "lake", "s3://reports/lake: tables can be added");
    assert!(run.stdout.contains("\nready: "), "{}", run.stdout);
    let log = objects.take_log();
    let changes = log.iter().filter(|it| !it.starts_with("GET"));
    let expected = [
        "PUT reports/nights",
        "DELETE reports/nights",
        "PUT reports/lake",
        "DELETE reports/lake",
    ];
    let expected = expected.map(|it| format!("{it}/.patchgap-check"));
    assert_eq!(
        changes.collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
    assert_eq!(objects.names(), [] as [String; 0]);

    let denied = "<Error><Code>AccessDenied</Code><Message>hunter2-hunter2</Message></Error>";
    let denying = |method: &'static str| {
        Objects::start().with_faults(move |request| {
            (request.method == method).then_some(("403 Forbidden", denied))
        })
    };
    let run = check(&denying("PUT"), &both)
        .exits_with(6)
        .complains("error: cannot upload the reports: s3://reports/nights: cannot write .patchgap-check: 127.0.0.1: ")
        .complains("HTTP 403 (AccessDenied): [secret]")
        .complains("cannot write to the lake s3://reports/lake: ")
        .hints("s3:PutObject");
    shows(&run, "access", "granted");
    shows(&run, "upload", "s3://reports/nights: fails");
    shows(&run, "lake", "s3://reports/lake: fails");
    assert!(!run.stdout.contains("ready"), "{}", run.stdout);

    // What is uploaded has to be removed at times, and what is in a lake never.
    let keeping = denying("DELETE");
    check(&keeping, &both)
        .exits_with(6)
        .complains("error: cannot upload the reports: s3://reports/nights: cannot remove .patchgap-check: ")
        .complains("stays in the lake, which is harmless: s3://reports/lake: cannot remove ")
        .hints("s3:DeleteObject");
    assert!(keeping.names().contains(&"lake/.patchgap-check".to_owned()));
    // The quota has no call left; the places do not need it.
    let run = check(&keeping, &[&both[..], &["--rate-limit=3/h"]].concat())
        .exits_with(5)
        .complains("access was not tested: the quota is used up")
        .complains("ERROR cannot upload the reports: s3://reports/nights: cannot remove ");
    shows(&run, "lake", "s3://reports/lake: tables can be added");
    check(&objects, &["--upload=s3://reports/{tenant}"]).exits_with(3);
}

#[test]
fn check_tries_azure_out_with_the_sign_in_of_the_api() {
    let (scene, objects) = (Scene::with_machines(1), Objects::start());
    let mut command = scene.command(&["check", "--upload=az://reports/x"]);
    objects.as_azure(&mut command);
    shows_no_secret(&scene, scene.finish(&mut command)).exits_with(0);
    let log = objects.take_log();
    let trial = "reports/x/.patchgap-check";
    assert_eq!(
        log[1..],
        [format!("PUT {trial}"), format!("DELETE {trial}")]
    );
    assert!(objects.signed().iter().all(|it| it == "Bearer"));
}

#[test]
fn folder_that_cannot_be_written_to_is_found_before_any_request() {
    let scene = Scene::with_machines(1);
    let url = |name: &str| url::Url::from_file_path(scene.path(name)).unwrap();
    let upload = |name: &str| format!("--upload={}", url(name));
    let run = scene.run(&["check", &upload("a/place"), "--lake=a/lake"]);
    let place = scene.path("a").join("place").display().to_string();
    shows(
        &run.exits_with(0),
        "upload",
        &format!("{place}: files can be written and removed"),
    );
    assert!(!scene.path("a").exists());
    scene.write("file", "");
    scene
        .report(&[&upload("file/place")])
        .exits_with(6)
        .complains("error: cannot upload the reports: cannot write to ")
        .hints("--upload URL");
    let log = scene.tenant.log();
    assert_eq!(
        (log.calls.len(), log.sign_ins.len()),
        (1, 1),
        "of the check"
    );
    scene
        .run(&["check", &upload("file/place")])
        .exits_with(6)
        .complains("error: cannot upload the reports: cannot write to ");
}

#[test]
fn export_that_could_not_be_uploaded_keeps_its_source() {
    let (scene, mut count) = (Scene::with_machines(5), 0);
    let objects = Objects::start().with_faults(move |request| {
        count += usize::from(request.method == "PUT");
        (count > 3).then_some(("403 Forbidden", "<Error><Code>ExpiredToken</Code></Error>"))
    });
    let source = ["--source=export", "--min-coverage=0"];
    let first = to_amazon(&scene, &objects, &source).exits_with(6);
    objects.mend();
    let second = to_amazon(&scene, &objects, &source).exits_with(0);
    let [first, second] = [first, second].map(|run| run.stdout);
    let line = |text: &str| {
        let mut lines = text.lines();
        lines.find(|it| it.contains("export of")).map(str::to_owned)
    };
    assert!(line(&first).is_some(), "{first}");
    assert_eq!(line(&second), line(&first), "{second}");
}
