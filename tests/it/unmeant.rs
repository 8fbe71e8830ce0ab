//! Values that are obviously mistakes, and quotes or line ends that env files and PowerShell leave
//! around a value.

use crate::common::{Finished, Scene};

/// The report with these variables.
fn with(scene: &Scene, variables: &[(&str, String)]) -> Finished {
    let mut command = scene.command(&["report", "machines.csv"]);
    for (name, value) in variables {
        command.env(name, value);
    }
    scene.finish(&mut command)
}

#[test]
fn control_characters_in_paths_are_refused() {
    let scene = Scene::with_machines(1);
    scene.write("patchgap.toml", "out = \"C:\\reports\\night\"\n");
    let run = scene.report(&[]).exits_with(3);
    run.complains(
        r"error: patchgap.toml: line 1: out: `C:\reports\night` contains a control character",
    )
    .hints("single quotes");
    for arguments in [
        &["report", "machines.csv", "--out", "C:\reports"][..],
        &["report", "machines.csv", "--state", "a\tb"],
        &["report", "machines.csv", "--config", "a\nb"],
        &["report", "machines.csv", "--ca-cert", "a\rb"],
        &["report", "C:\new.csv"],
        &["demo", "--out", "C:\temp"],
        &["simulate", "--folder", "C:\new"],
        &["runs", "--state", "a\tb"],
    ] {
        std::fs::remove_file(scene.path("patchgap.toml")).ok();
        let run = scene.run(arguments).exits_with(3);
        run.complains("contains a control character")
            .hints("single quotes");
    }
    scene.assert_no_requests();
}

#[test]
fn surrounding_quotes_and_line_ends_are_not_part_of_a_value() {
    let scene = Scene::with_machines(1);
    let tenant = &scene.tenant;
    let run = with(
        &scene,
        &[
            ("AZURE_TENANT_ID", format!("\"{}\"", tenant.tenant_id())),
            ("AZURE_CLIENT_ID", format!("'{}'\r", tenant.client_id())),
            (
                "AZURE_CLIENT_SECRET",
                format!("\"{}\"\r\n", tenant.client_secret()),
            ),
            ("PATCHGAP_API_URL", format!("\"{}\" ", tenant.api_url())),
            (
                "PATCHGAP_AUTHORITY_URL",
                format!("{}\r", tenant.authority_url()),
            ),
        ],
    );
    run.exits_with(0);
}

#[test]
fn secret_file_in_utf16_is_read() {
    let scene = Scene::with_machines(1);
    let secret = format!("\u{feff}{}\r\n", scene.tenant.client_secret());
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    scene.write("secret.txt", wide);
    let file = [("PATCHGAP_CLIENT_SECRET_FILE", "secret.txt".to_owned())];
    with(&scene, &file).exits_with(0);
}

#[test]
fn quoted_token_is_read() {
    let scene = Scene::with_machines(1);
    scene.report(&[]).exits_with(0);
    let token = scene.tenant.tokens().remove(0);
    for token in [format!("\"{token}\""), format!("Bearer \"{token}\"\n")] {
        let variables = [
            ("PATCHGAP_ACCESS_TOKEN", token),
            ("PATCHGAP_CREDENTIAL", "token".to_owned()),
        ];
        with(&scene, &variables).exits_with(0);
    }
}

#[test]
fn impossible_secret_is_explained_but_not_repeated() {
    let scene = Scene::with_machines(1);
    for (secret, problem) in [
        ("hunter2\nhunter3", "contains several lines"),
        ("\"hunter2", "quotation mark"),
        ("AZURE_CLIENT_SECRET=hunter2", "contains a variable name"),
    ] {
        let run = with(&scene, &[("AZURE_CLIENT_SECRET", secret.to_owned())]).exits_with(3);
        assert!(!run.stderr.contains("hunter"), "{}", run.stderr);
        run.complains("error: environment variable AZURE_CLIENT_SECRET: ")
            .complains(problem);
    }
    let token = (
        "PATCHGAP_ACCESS_TOKEN",
        "{\"accessToken\":\"hunter2\"}".to_owned(),
    );
    let run = with(
        &scene,
        &[token, ("PATCHGAP_CREDENTIAL", "token".to_owned())],
    )
    .exits_with(3);
    assert!(!run.stderr.contains("hunter"), "{}", run.stderr);
    scene.assert_no_requests();
}
