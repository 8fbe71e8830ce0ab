//! Notifications at the end of a run: targets and content, and that they never change how the run
//! ends.

use std::{fs, process::Command, time::Duration};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, date_time_ymd};
use serde_json::Value;

use crate::common::{
    Background, Finished, Gateway, Hook, MailServer, SECRET, Scene, wait_until, write_reply,
};

/// `patchgap report machines.csv` that posts to a webhook, with more arguments.
fn command(scene: &Scene, hook: &Hook, arguments: &[&str]) -> Command {
    let mut command = scene.command(&[&["report", "machines.csv", "-vv"], arguments].concat());
    hook.hears(&mut command);
    command
}

/// Runs that to its end. Nothing of it may have the secret.
#[track_caller]
fn report(scene: &Scene, hook: &Hook, arguments: &[&str]) -> Finished {
    shows_no_secret(scene.finish(&mut command(scene, hook, arguments)))
}

#[track_caller]
fn shows_no_secret(run: Finished) -> Finished {
    assert!(!run.stderr.contains(SECRET), "{}", run.stderr);
    assert!(!run.stdout.contains(SECRET), "{}", run.stdout);
    run
}

/// The only thing that was posted.
#[track_caller]
fn only(mut posted: Vec<Value>) -> Value {
    assert_eq!(posted.len(), 1, "{posted:?}");
    posted.remove(0)
}

#[test]
fn webhook_gets_what_the_reports_say() {
    let (scene, hook) = (Scene::with_machines(5), Hook::answering(&["202 Accepted"]));
    let run = report(&scene, &hook, &["--title=Contoso"]).exits_with(0);
    assert!(!run.stderr.contains("WARN"), "{}", run.stderr);
    let (told, summary) = (only(hook.take()), run.summary());
    assert_eq!(
        (&told["name"], &told["status"]),
        (&"Contoso".into(), &"complete".into())
    );
    assert_eq!(told["exitCode"], 0);
    assert_eq!(told["run"]["gaps"], summary["gaps"]);
    assert_eq!(told["run"]["exposure"], summary["exposure"]);
    assert_eq!(told["run"]["machines"]["answered"], 5);
    assert_eq!(told["run"]["startedAt"], summary["startedAt"]);
    assert_eq!(told["run"]["folder"], "reports");
    let first = told["run"]["installFirst"][0]["kbId"].as_str().unwrap();
    let rows = run.rows("kbs.csv");
    assert!(rows.iter().any(|row| row["kbId"] == first), "{first}");

    report(&scene, &hook, &["--notify-format=teams", "-q"]).exits_with(0);
    let card = only(hook.take());
    assert_eq!(card["attachments"][0]["content"]["version"], "1.4");
    report(&scene, &hook, &["--notify-format=slack", "-q"]).exits_with(0);
    let message = only(hook.take());
    assert!(
        message["text"]
            .as_str()
            .unwrap()
            .contains("5 machines answered")
    );
}

#[test]
fn only_what_somebody_wants_to_hear_is_told() {
    let (scene, hook) = (Scene::with_machines(3), Hook::answering(&["200 OK"]));
    // On the first night all gaps are news; on the second night nothing has changed.
    report(&scene, &hook, &["--notify-on=change"]).exits_with(0);
    assert_eq!(only(hook.take())["run"].get("changes"), None);
    report(&scene, &hook, &["--notify-on=change"]).exits_with(0);
    report(&scene, &hook, &["--notify-on=trouble"]).exits_with(0);
    // Commands that send no requests send no notification.
    report(&scene, &hook, &["--dry-run"]).exits_with(0);
    report(&scene, &hook, &["--offline"]).exits_with(0);
    assert_eq!(hook.take(), [] as [Value; 0]);

    let mut refused = command(&scene, &hook, &["--notify-on=trouble"]);
    refused.env("AZURE_CLIENT_SECRET", "wrong");
    let run = shows_no_secret(scene.finish(&mut refused)).exits_with(4);
    let told = only(hook.take());
    assert_eq!(
        (&told["status"], &told["run"]),
        (&"refused".into(), &Value::Null)
    );
    let problem = told["problem"].as_str().unwrap();
    assert!(run.stderr.contains(problem), "{problem}: {}", run.stderr);
    assert!(run.stderr.contains(told["hint"].as_str().unwrap()));

    let mut unreadable = scene.command(&["report", "missing.csv"]);
    hook.hears(&mut unreadable);
    scene.finish(&mut unreadable).exits_with(3);
    assert_eq!(only(hook.take())["status"], "failed");
}

/// The main reports are written in each case.
#[test]
fn failure_after_the_reports_is_told_as_what_it_is() {
    let (scene, hook) = (Scene::with_machines(2), Hook::answering(&["200 OK"]));
    let ids = scene.tenant.fleet().machines().iter().map(|it| it.id);
    let rows = ids.map(|id| format!("{id},Bern\n"));
    let rows = rows.collect::<Vec<_>>().concat();
    scene.write("machines.csv", format!("machineId,site\n{rows}"));
    let place = url::Url::from_file_path(scene.path("place")).unwrap();
    for (arguments, taken, why) in [
        (
            "--split-by=site",
            "reports/Bern",
            "the reports are written, but not all folders of --split-by: cannot create the output folder ",
        ),
        (
            &*format!("--upload={place}"),
            "place",
            "the reports are written, but not uploaded: cannot ",
        ),
        (
            "--lake=lake",
            "lake",
            "the reports are written, but not added to the lake: cannot write to the lake ",
        ),
    ] {
        let taken = scene.path(taken);
        // The places are looked at before the first request: then something takes their names.
        let service = Gateway::serve(move |_, stream| {
            let _ = fs::remove_dir_all(&taken);
            fs::create_dir_all(taken.parent().unwrap())?;
            fs::write(&taken, "a file")?;
            let kind = "Content-Type: application/json\r\n";
            write_reply(stream, 200, kind, br#"{"value":[]}"#)
        });
        let mut command = command(&scene, &hook, &["--fresh", arguments]);
        service.gets(&mut command);
        let run = shows_no_secret(scene.finish(&mut command)).exits_with(6);
        assert!(run.has_reports());
        let (told, run) = (only(hook.take()), run.complains(&format!("error: {why}")));
        let title = "failed after the reports were written: 100.0 % of 2 machines answered";
        assert_eq!(
            (&told["title"], &told["status"]),
            (&title.into(), &"failed".into())
        );
        assert_eq!(told["run"]["folder"], "reports");
        assert!(told["problem"].as_str().unwrap().starts_with(why), "{told}");
        let run = run.hints("run the same command again");
        assert!(run.stdout.contains("2 machines"), "{}", run.stdout);
    }
}

#[test]
fn interrupted_run_is_told() {
    let hook = Hook::answering(&["200 OK"]);
    let scene = Scene::with(|settings| {
        settings.machines = 200;
        settings.latency = Duration::from_millis(100);
    });
    let mut command = command(&scene, &hook, &["--notify-on=trouble", "--concurrency=4"]);
    let run = Background::start(&mut command, scene.path("reports"));
    wait_until("the calls have arrived", || {
        scene.tenant.log().calls.len() >= 10
    });
    run.signal("INT");
    run.finish().exits_with(130);
    let told = only(hook.take());
    assert_eq!(told["status"], "interrupted");
    assert!(told["run"]["machines"]["pending"].as_u64() > Some(0));
}

#[test]
fn webhook_that_recovers_gets_it_in_the_end() {
    let replies = &["500 Broken", "429 Wait\r\nRetry-After: 0", "204 Done"];
    let (scene, hook) = (Scene::with_machines(2), Hook::answering(replies));
    let run = report(&scene, &hook, &[]).exits_with(0);
    assert!(!run.stderr.contains("WARN"), "{}", run.stderr);
    let posted = hook.take();
    assert_eq!(posted.len(), 3);
    assert!(posted.iter().all(|it| *it == posted[0]));
}

#[test]
fn failure_is_a_warning_with_the_host_alone() {
    let scene = Scene::with_machines(2);
    let elsewhere = "302 Found\r\nLocation: https://evil.example/hunter2";
    for (replies, posts, why) in [
        (["404 Gone"], 1, "the server answered with HTTP 404"),
        (
            [elsewhere],
            1,
            "it redirects elsewhere (HTTP 302 Found), which is not followed",
        ),
        (["503 Broken"], 2, "the server answered with HTTP 503"),
        (
            ["429 Wait\r\nRetry-After: 3600"],
            1,
            "the server answered with HTTP 429",
        ),
        ([""], 2, "there was no reply in time"),
    ] {
        let hook = Hook::answering(Box::leak(Box::new(replies)));
        let run = report(&scene, &hook, &["--retries=1", "--timeout=1s", "-q"]).exits_with(0);
        assert_eq!(hook.take().len(), posts, "{why}");
        let said = format!("the notification could not be sent to 127.0.0.1: {why}");
        let run = run.complains(&said);
        assert!(!run.stderr.contains("evil"), "{}", run.stderr);
        assert!(run.has_reports());
    }
}

#[test]
fn mail_is_plain_text_with_one_subject() {
    let (scene, server) = (Scene::with_machines(2), MailServer::start("250 fine"));
    let title = "--title=Müller *_<b>\u{202e}";
    let mut command = scene.command(&["report", "machines.csv", "-vv", title]);
    command
        .env("PATCHGAP_SMTP_URL", server.url())
        .env(
            "PATCHGAP_MAIL_TO",
            "one@contoso.example,Two <two@contoso.example>",
        )
        .env("PATCHGAP_MAIL_FROM", "patchgap@contoso.example");
    let run = shows_no_secret(scene.finish(&mut command)).exits_with(0);
    assert!(!run.stderr.contains("WARN"), "{}", run.stderr);
    let lines = server.lines();
    let has = |line: &str| lines.iter().any(|it| it.starts_with(line));
    for line in [
        "AUTH PLAIN",
        "MAIL FROM:<patchgap@contoso.example>",
        "RCPT TO:<one@contoso.example>",
        "RCPT TO:<two@contoso.example>",
        "Subject: patchgap: =?utf-8?b?",
        "Content-Type: text/plain; charset=utf-8",
        "Gaps:",
    ] {
        assert!(has(line), "{line}: {lines:#?}");
    }

    let refusing = MailServer::start("550 no such user");
    command.env("PATCHGAP_SMTP_URL", refusing.url());
    let run = shows_no_secret(scene.finish(&mut command)).exits_with(0);
    run.complains(
        "the notification mail could not be sent to 127.0.0.1: the server answered with 550",
    );
}

#[test]
fn mistakes_are_refused_before_anything_is_requested() {
    let scene = Scene::with_machines(1);
    let report = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = scene.command(&[&["report", "machines.csv"], arguments].concat());
        command.envs(variables.iter().copied());
        shows_no_secret(scene.finish(&mut command)).exits_with(3)
    };
    let server = ("PATCHGAP_SMTP_URL", "smtps://ops:hunter2@mail.example");
    report(&[("PATCHGAP_NOTIFY_URL", "hunter2")], &[])
        .complains("PATCHGAP_NOTIFY_URL: it is not a URL that begins with https://")
        .hints("copy the whole address of the webhook");
    report(
        &[("PATCHGAP_NOTIFY_URL", "http://hooks.example/hunter2")],
        &[],
    )
    .complains("PATCHGAP_NOTIFY_URL: plain http is only allowed for loopback addresses");
    report(&[("PATCHGAP_NOTIFY_URL_FILE", "missing")], &[])
        .complains("file with the webhook's address missing: cannot be read");
    report(&[], &["--notify-format=teams"])
        .complains("--notify-format is for a webhook, and there is none")
        .hints("notify_url_file");
    report(&[], &["--mail-to=a@contoso.example"])
        .complains("PATCHGAP_SMTP_URL or `smtp_url_file` is missing");
    report(&[server], &["--mail-to=a@contoso.example"]).complains("--mail-from is missing");
    report(&[("PATCHGAP_MAIL_TO", "contoso")], &[])
        .complains("PATCHGAP_MAIL_TO: invalid mail address `contoso`");
    report(&[("PATCHGAP_NOTIFY_ON", "never")], &[])
        .complains("PATCHGAP_NOTIFY_ON: invalid time for a notification `never`");
    scene.assert_no_requests();
}

#[test]
fn check_names_the_hosts_and_sends_nothing() {
    let (scene, hook) = (Scene::with_machines(1), Hook::answering(&["200 OK"]));
    let mut check = scene.command(&["check", "--notify-on=change", "--notify-format=slack"]);
    hook.hears(&mut check);
    check
        .env("PATCHGAP_SMTP_URL", "smtps://ops:hunter2@mail.example")
        .env("PATCHGAP_MAIL_TO", "ops@contoso.example")
        .env("PATCHGAP_MAIL_FROM", "patchgap@contoso.example");
    let run = shows_no_secret(scene.finish(&mut check)).exits_with(0);
    let line = run
        .stdout
        .lines()
        .find(|line| line.starts_with("notification"));
    let said = "change: webhook (slack) at 127.0.0.1; mail to ops@contoso.example through mail.example, port 465 \
                (TLS)";
    assert!(line.unwrap_or_default().ends_with(said), "{}", run.stdout);
    assert!(hook.take().is_empty());
}

#[test]
fn demo_tells_only_if_it_is_asked_to() {
    let (scene, hook) = (Scene::with_machines(1), Hook::answering(&["200 OK"]));
    let demo = |arguments: &[&str]| {
        let mut demo = scene.bare(&[&["demo", "--machines=20"], arguments].concat());
        hook.hears(&mut demo);
        shows_no_secret(scene.finish(&mut demo)).exits_with(0)
    };
    demo(&[]);
    assert!(hook.take().is_empty());
    demo(&["--notify-on=always", "--notify-format=teams"]);
    let message = only(hook.take());
    assert_eq!(message["type"], "message");
    // It is named although the demonstration configures no tenant.
    assert!(
        message.to_string().contains("tenant f999c464..."),
        "{message}"
    );
}

#[test]
fn all_tenants_are_told_of_at_once() {
    let (scene, hook) = (Scene::with_machines(3), Hook::answering(&["200 OK"]));
    let here = scene.tenant.tenant_id();
    let tenant = |name: &str, id: &str| {
        format!("[[tenant]]\nname = '{name}'\ntenant_id = '{id}'\nmachines = 'machines.csv'\n")
    };
    let both = tenant("contoso", here) + &tenant("fabrikam", "fabrikam.example");
    scene.write("tenants.toml", both);
    let mut command = scene.command(&["report", "--tenants=tenants.toml", "--notify-on=trouble"]);
    hook.hears(&mut command);
    command.env_remove("AZURE_TENANT_ID");
    shows_no_secret(scene.finish(&mut command)).exits_with(5);
    let told = only(hook.take());
    assert_eq!(
        (&told["name"], &told["status"]),
        (&"2 tenants".into(), &"partial".into())
    );
    assert_eq!(
        told["title"],
        "partial: 1 of 2 tenants not complete; 100.0 % of 3 machines answered"
    );
    let tenants = &told["run"]["tenants"];
    assert_eq!(
        (&tenants["complete"], &tenants["refused"]),
        (&1.into(), &1.into())
    );
    let trouble = &tenants["inTrouble"];
    assert_eq!(
        (&trouble[0]["tenant"], &trouble[0]["exitCode"]),
        (&"fabrikam".into(), &4.into())
    );
    assert_ne!(trouble[0]["message"], "");
    assert_eq!(told["run"]["page"], "overview.html");

    let mut alone = scene.command(&["report", "--tenants=tenants.toml", "--tenant=contoso"]);
    hook.hears(&mut alone);
    alone.env_remove("AZURE_TENANT_ID");
    scene.finish(&mut alone).exits_with(0);
    assert_eq!(only(hook.take())["run"].get("tenants"), None);

    scene.write(
        "tenants.toml",
        tenant("contoso", here) + "notify_on = 'change'\n",
    );
    let refused = scene.finish(&mut command).exits_with(3);
    refused.complains("line 5: notify_on: this key applies to all tenants at once");
}

/// A certificate with its key that ends in this number of days.
fn certificate(days: i64) -> String {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let mut made = CertificateParams::new(vec!["app.example".to_owned()]).unwrap();
    let end = Timestamp::now() + SignedDuration::from_hours(days * 24);
    let end = end.to_zoned_datetime(TimeZone::UTC).date();
    let [month, day] = [end.month(), end.day()].map(i8::unsigned_abs);
    made.not_after = date_time_ymd(end.year().into(), month, day);
    key.serialize_pem() + &made.self_signed(&key).unwrap().pem()
}

#[test]
fn certificate_that_ends_soon_is_said() {
    let (scene, hook) = (Scene::with_machines(1), Hook::answering(&["200 OK"]));
    let said = "the certificate of the sign-in ends at ";
    for (days, is_soon) in [(10, true), (100, false)] {
        scene.write("app.pem", certificate(days));
        let mut command = command(&scene, &hook, &["--credential=certificate", "--fresh"]);
        command.env("AZURE_CLIENT_CERTIFICATE_PATH", "app.pem");
        let run = scene.finish(&mut command).exits_with(0);
        assert_eq!(run.stderr.contains(said), is_soon, "{}", run.stderr);
        let told = only(hook.take());
        let warnings = told["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), usize::from(is_soon));
        assert!(
            warnings
                .iter()
                .all(|it| it.as_str().unwrap().starts_with(said))
        );
    }
}
