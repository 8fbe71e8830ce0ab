//! Invalid option values: the error names their place and the allowed values, before any request.

use crate::common::{Finished, Scene};

/// Keys, each with an invalid value and a part of the message about the allowed ones.
const BAD_VALUES: [(&str, &str, &str); 16] = [
    ("timeout", "30", "such as 500ms, 30s, 2m"),
    ("timeout", "25h", "at most 24h"),
    (
        "max_age",
        "367d",
        "such as 90m, 20h or 7d; above zero and at most 366d",
    ),
    ("budget", "all night", "above zero"),
    ("until", "6 o'clock", "a time of day such as 06:00"),
    ("rate_limit", "100", "such as 100/min, 1500/h"),
    ("pace", "fast", "or none"),
    (
        "cloud",
        "mars",
        "public, us, eu, uk, au, swa, ina, aea, gcc, gcc-high, dod",
    ),
    (
        "api_url",
        "http://defender.example/",
        "only allowed for loopback addresses",
    ),
    ("authority_url", "http://login.example/", "https"),
    ("credential", "password", "azure-cli"),
    ("targets", "all", "whole number from 0 to 100000"),
    ("rank_by", "size", "cve, exposure, machines, risk"),
    ("min_coverage", "101", "from 0 to 100"),
    ("format", "pdf", "csv, json, html"),
    ("out", "{group}", "only {date}, {time} and {tenant}"),
];

/// Asserts that a run was refused before any request and without reports.
#[track_caller]
fn is_refused(scene: &Scene, run: Finished, code: i32) -> Finished {
    let run = run.exits_with(code);
    assert_eq!(run.stdout, "");
    assert!(!run.has_reports());
    scene.assert_no_requests();
    run
}

/// The report with this configuration file, which is refused.
#[track_caller]
fn refuses_file(scene: &Scene, text: &str) -> Finished {
    scene.write("patchgap.toml", text);
    is_refused(scene, scene.report(&[]), 3)
}

/// The report with this variable, which is refused.
#[track_caller]
fn refuses_from_environment(scene: &Scene, variable: &str, value: &str) -> Finished {
    let mut command = scene.command(&["report", "machines.csv"]);
    let run = scene.finish(command.env(variable, value));
    is_refused(scene, run, 3)
}

/// The report without this variable, which is refused.
#[track_caller]
fn refuses_without(scene: &Scene, variable: &str) -> Finished {
    let mut command = scene.command(&["report", "machines.csv"]);
    let run = scene.finish(command.env_remove(variable));
    is_refused(scene, run, 3)
}

#[test]
fn bad_values_in_the_file_are_refused() {
    let scene = Scene::with_machines(1);
    for (key, value, allowed) in BAD_VALUES {
        let run = refuses_file(&scene, &format!("# ours\n\n{key} = \"{value}\"\n"));
        run.complains(&format!("error: patchgap.toml: line 3: {key}: "))
            .complains(value)
            .complains(allowed)
            .hints("patchgap report --help");
    }
}

#[test]
fn bad_values_in_the_environment_are_refused() {
    let scene = Scene::with_machines(1);
    for (key, value, allowed) in BAD_VALUES {
        let variable = format!("PATCHGAP_{}", key.to_uppercase());
        refuses_from_environment(&scene, &variable, value)
            .complains(&format!("error: environment variable {variable}: "))
            .complains(value)
            .complains(allowed)
            .hints("patchgap report --help");
    }
}

#[test]
fn bad_values_of_flags_are_usage_errors() {
    let scene = Scene::with_machines(1);
    for (key, value, allowed) in BAD_VALUES {
        let flag = format!("--{}", key.replace('_', "-"));
        let run = is_refused(&scene, scene.report(&[&flag, value]), 2);
        run.complains(&format!("error: invalid value '{value}' for '{flag} <"))
            .complains(allowed);
    }
}

#[test]
fn unknown_keys_are_refused_with_their_line() {
    let scene = Scene::with_machines(1);
    for (text, line, key, hint) in [
        (
            "# ours\nrate_limt = \"1/s\"\n",
            2,
            "rate_limt",
            "did you mean `rate_limit`?",
        ),
        ("nonsense = 1\n", 1, "nonsense", "patchgap report --help"),
        (
            "retries = 1\n[service]\ncloud = \"us\"\n",
            2,
            "service",
            "[deadlines] is the only table",
        ),
    ] {
        let error = format!("error: patchgap.toml: line {line}: unknown key `{key}`\n");
        refuses_file(&scene, text).complains(&error).hints(hint);
    }
}

#[test]
fn invalid_toml_is_refused_with_its_line() {
    let scene = Scene::with_machines(1);
    let run = refuses_file(&scene, "retries = 1\ntimeout = 30s\n");
    run.complains("error: patchgap.toml: line 2: ")
        .hints("strings in quotes");
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    let scene = Scene::with_machines(1);
    let run = refuses_file(&scene, "retries = 1\nclient_secret = \"hunter2\"\n");
    assert!(!run.stderr.contains("hunter2"));
    run.complains("error: patchgap.toml: line 2: `client_secret` is not allowed in this file")
        .hints("AZURE_CLIENT_SECRET");
}

#[test]
fn missing_configuration_file_is_refused() {
    let scene = Scene::with_machines(1);
    let run = is_refused(&scene, scene.report(&["--config", "other.toml"]), 3);
    run.complains("error: configuration file other.toml: cannot be read: ")
        .hints("path");
}

#[test]
fn until_in_the_past_is_refused_by_report_only() {
    let scene = Scene::with_machines(1);
    let run = is_refused(&scene, scene.report(&["--until", "2020-01-01T06:00"]), 3);
    run.complains("error: the time limit 2020-01-01T06:00 has already passed: it is 20")
        .hints("--until 20");
    let run = scene.run(&["check", "--until", "2020-01-01T06:00"]);
    run.exits_with(0);
}

#[test]
fn contradicting_options_are_usage_errors() {
    let scene = Scene::with_machines(1);
    for flags in [["--fresh", "--max-age=20h"], ["--offline", "--budget=2h"]] {
        let run = is_refused(&scene, scene.report(&flags), 2);
        run.complains("cannot be used with").complains(flags[0]);
    }
}

#[test]
fn missing_credentials_are_refused() {
    let scene = Scene::with_machines(1);
    for (missing, error, hint) in [
        (
            "AZURE_TENANT_ID",
            "the credential kind `secret` needs the tenant id",
            "--tenant-id",
        ),
        (
            "AZURE_CLIENT_ID",
            "the credential kind `secret` needs the client id",
            "--client-id",
        ),
        (
            "AZURE_CLIENT_SECRET",
            "no credential is configured: ",
            "AZURE_CLIENT_SECRET",
        ),
    ] {
        refuses_without(&scene, missing)
            .complains(error)
            .hints(hint);
    }
}

#[test]
fn empty_or_missing_secret_file_is_refused() {
    let scene = Scene::with_machines(1);
    scene.write("empty.txt", "\n");
    for (file, error, hint) in [
        (
            "empty.txt",
            "client secret file empty.txt: is empty",
            "contain the client secret",
        ),
        (
            "gone.txt",
            "client secret file gone.txt: cannot be read: ",
            "path",
        ),
    ] {
        scene.write(
            "patchgap.toml",
            format!("client_secret_file = \"{file}\"\n"),
        );
        let run = refuses_without(&scene, "AZURE_CLIENT_SECRET");
        run.complains(error).hints(hint);
    }
}

#[test]
fn invalid_root_certificate_is_refused() {
    let scene = Scene::with_machines(1);
    scene.write(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n",
    );
    for (file, error, hint) in [
        (
            "nowhere.pem",
            "root certificate nowhere.pem: cannot be read: ",
            "path",
        ),
        (".", "root certificate .: cannot be read: ", "path"),
        (
            "machines.csv",
            "root certificate machines.csv: it contains no certificate",
            "PEM",
        ),
        ("broken.pem", "root certificate broken.pem: ", "PEM"),
    ] {
        let run = is_refused(&scene, scene.report(&["--ca-cert", file]), 3);
        run.complains(error).hints(hint);
    }
    let run = refuses_from_environment(&scene, "PATCHGAP_CA_CERT", "nowhere.pem");
    run.complains("root certificate nowhere.pem: cannot be read: ");
}
